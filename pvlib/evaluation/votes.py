"""What raters said of a face, and how far a network's probabilities are from it.

Shares are of the votes for an emotion: "unknown" and "not a face" are left out. All in nats.
"""

import torch
from torch import Tensor

from pvlib.data.faces import Faces
from pvlib.data.ferplus.rules import vote_distribution
from pvlib.data.labels import FERPLUS


def vote_shares(faces: Faces) -> Tensor | None:
    """Return each emotion's share of a face's votes, (N, K); None where nobody counted votes."""
    if faces.votes is None or tuple(faces.names) != FERPLUS:
        return None
    return vote_distribution(faces.votes)


def entropy(distribution: Tensor) -> Tensor:
    """−Σ p log p, (..., K) -> (...): 0 where one class has it all, ln K where all are equal."""
    return torch.special.entr(distribution).sum(dim=-1)


def kullback_leibler(shares: Tensor, probabilities: Tensor) -> Tensor:
    """KL(votes ‖ network) = Σ v log(v / p), (..., K) -> (...).

    In this direction a vote that the network held for impossible is dear: there it would be infinite, see
    :func:`logarithm`.
    """
    return (torch.special.xlogy(shares, shares) - shares * logarithm(probabilities)).sum(dim=-1)


def logarithm(probabilities: Tensor) -> Tensor:
    """log p; of a probability that is 0 that of the smallest number there is, so that it stays finite."""
    return probabilities.clamp(min=torch.finfo(probabilities.dtype).tiny).log()


def jensen_shannon(shares: Tensor, probabilities: Tensor) -> Tensor:
    """Jensen-Shannon divergence, half the KL of each side to their middle, (..., K) -> (...): 0 to ln 2."""
    middle = (shares + probabilities) / 2
    return entropy(middle) - (entropy(shares) + entropy(probabilities)) / 2
