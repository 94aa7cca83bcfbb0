"""Ranks of faces, tied ones sharing the middle, for faces that were drawn any number of times.

A bootstrap resample changes how often each face counts, not how faces compare. So faces are sorted once, and
the ranks of every resample follow from running sums: a thousand Spearman correlations take one sort.
"""

import torch
from torch import Tensor


class Ranking:
    """Faces sorted by a value, (N,), small first; equal values are one group of G."""

    def __init__(self, values: Tensor):
        self.faces = len(values)
        self.distinct, self.group = values.double().unique(return_inverse=True)  # (G,), (N,)

    def per_group(self, weighted: Tensor) -> Tensor:
        """Sum over the faces of each group, in ascending order: (R, N) -> (R, G)."""
        sums = weighted.new_zeros(len(weighted), len(self.distinct))
        return sums.index_add_(1, self.group, weighted)

    def ranks(self, counts: Tensor) -> Tensor:
        """Return the rank of each face where face i stands ``counts[:, i]`` times in the row: (R, N) -> (R, N).

        From 1 to the number of faces drawn; equal ones, a face's own copies among them, share the mean of
        their places.
        """
        groups = self.per_group(counts)  # (R, G)
        middle = groups.cumsum(dim=1) - (groups - 1) / 2  # (R, G)
        return middle[:, self.group]  # (R, N)


def correlation(counts: Tensor, first: Tensor, second: Tensor) -> Tensor:
    """Pearson's correlation of two sets of ranks, (R, N) each, weighed by ``counts``: Spearman's ρ, (R,).

    NaN where all values of one side are equal.
    """
    middle = (counts.sum(dim=1, keepdim=True) + 1) / 2  # (R, 1): ranks always average to this
    first, second = first - middle, second - middle
    weighted = counts * first
    spread = (weighted * first).sum(dim=1) * (counts * second * second).sum(dim=1)  # (R,)
    # 0 / 0 is NaN, as wanted; but a spread of zero by rounding must not blow up
    return (
        torch.where(spread > 0, (weighted * second).sum(dim=1), 0) / torch.where(spread > 0, spread, 0).sqrt()
    )


def area_under_roc(counts: Tensor, ranks: Tensor, positive: Tensor) -> Tensor:
    """Probability that a positive face ranks above another one, ties counting half: (R,), 0-1.

    By the rank sum of Mann and Whitney. NaN where all faces are positive, or none.

    Args:
        counts, ranks: (R, N).
        positive: (N,), true or false.
    """
    chosen = counts * positive  # (R, N)
    positives = chosen.sum(dim=1)  # (R,)
    others = counts.sum(dim=1) - positives
    return ((chosen * ranks).sum(dim=1) - positives * (positives + 1) / 2) / (positives * others)
