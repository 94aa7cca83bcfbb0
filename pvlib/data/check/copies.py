"""Images that stand in a collection more than once: pixel for pixel, or as near duplicates."""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from pvlib.data.check.collection import Collection
from pvlib.data.check.lookalikes import find_lookalikes
from pvlib.data.check.scan import Scan


@dataclass(frozen=True)
class Copies:
    """Pairs of images that show the same.

    Attributes:
        pairs: rows, first < second, int64, (P, 2). Of n exact copies, each later one is paired with the first.
        within: split -> pairs inside it (of exact copies: images that could go without loss).
        across: (earlier split, later split) -> images of the later one that stand also in the earlier one.
        conflicts: which of the pairs carry two different labels, bool, (P,).
        cut_short: there are more pairs than anyone would look at, and not all were searched for.
    """

    pairs: np.ndarray
    within: dict[str, int]
    across: dict[tuple[str, str], int]
    conflicts: np.ndarray
    cut_short: bool = False

    def __len__(self) -> int:
        return len(self.pairs)


def exact_copies(collection: Collection, scan: Scan) -> Copies:
    """Find the readable images whose pixels are the same."""
    rows = np.flatnonzero(scan.readable)
    _, group = np.unique(_as_scalars(scan.pixel_hash[rows]), return_inverse=True)  # (R,)
    first = np.full(group.max(initial=-1) + 1, len(scan.readable))
    np.minimum.at(first, group, rows)
    later = rows != first[group]
    pairs = np.stack([first[group[later]], rows[later]], axis=1)  # (P, 2)
    splits = collection.split[rows]
    in_split = [set(group[splits == i].tolist()) for i in range(len(collection.splits))]
    within = {name: int((splits == i).sum()) - len(in_split[i]) for i, name in enumerate(collection.splits)}
    across = {
        (earlier, later): int(np.isin(group[splits == j], list(in_split[i])).sum())
        for j, later in enumerate(collection.splits)
        for i, earlier in enumerate(collection.splits[:j])
    }
    return Copies(pairs, within, across, _conflicts(collection, pairs))


def near_copies(collection: Collection, scan: Scan, exact: Copies) -> Copies:
    """Find the near duplicates among the readable images; of exact copies only the first takes part."""
    chosen = scan.readable.copy()
    chosen[exact.pairs[:, 1]] = False
    rows = np.flatnonzero(chosen)
    found = find_lookalikes(_Rows(scan.small, rows))
    pairs = rows[found.pairs]
    one, other = collection.split[pairs].T
    within = {name: int(((one == i) & (other == i)).sum()) for i, name in enumerate(collection.splits)}
    met = defaultdict(set)
    for row, partner in np.concatenate([pairs, pairs[:, ::-1]]).tolist():
        met[collection.split[partner], collection.split[row]].add(row)
    across = {
        (earlier, later): len(met[i, j])
        for j, later in enumerate(collection.splits)
        for i, earlier in enumerate(collection.splits[:j])
    }
    return Copies(pairs, within, across, _conflicts(collection, pairs), found.cut_short)


def _conflicts(collection: Collection, pairs: np.ndarray) -> np.ndarray:
    one, other = collection.label[pairs].T
    return (one != other) & (one >= 0) & (other >= 0)


def _as_scalars(digests: np.ndarray) -> np.ndarray:
    """View rows of bytes, (N, 16), as scalars that can be sorted, (N,)."""
    return np.ascontiguousarray(digests).view([("high", "<u8"), ("low", "<u8")])[:, 0]


class _Rows:
    """Some rows of a memory-mapped array, fetched when they are needed."""

    def __init__(self, array: np.ndarray, rows: np.ndarray):
        self.array, self.rows = array, rows

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: slice | np.ndarray) -> np.ndarray:
        return self.array[self.rows[index]]
