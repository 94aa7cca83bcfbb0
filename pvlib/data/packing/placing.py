"""Sorting the faces in the file so that whatever is chosen of them is one slice, which needs no copy.

A split, seven classes of eight, the faces without copies in a later split: each is a run of neighbours if
the faces stand in the right order. Which pictures cannot be read and which stand twice is known only when all
are decoded, so the few that then stand in a wrong place are moved, at the very end.
"""

import os
from collections import defaultdict
from pathlib import Path

import numpy as np

from pvlib.data.packing.filling import Rows, write_whole


def splits_of_equal_pixels(digests: list[bytes], split: np.ndarray, readable: np.ndarray) -> np.ndarray:
    """Return for each face the splits in which its pixels stand, its own included, as bits; uint8, (N,)."""
    found: dict[bytes, int] = defaultdict(int)
    for key, position, usable in zip(digests, split.tolist(), readable.tolist(), strict=True):
        found[key] |= usable << position
    return np.array([found[key] for key in digests], np.uint8) * readable


def rows_in_order(rank: np.ndarray, kept: np.ndarray) -> np.ndarray:
    """Return which row to put into each place so that ranks ascend, moving as few rows as possible.

    Args:
        rank: integers, (N,): faces of equal rank stand together, in no special order.
        kept: bool, (N,): the rows that get a place.

    Returns:
        int64, (number of kept rows,): the present row of the face for each place.
    """
    rows = np.flatnonzero(kept)
    ordered = np.full(len(rows), -1)
    start = 0
    for value in np.unique(rank[rows]):
        members = rows[rank[rows] == value]
        stop = start + len(members)
        stay = (members >= start) & (members < stop)
        ordered[members[stay]] = members[stay]
        free = start + np.flatnonzero(ordered[start:stop] < 0)
        ordered[free] = members[~stay]
        start = stop
    return ordered


def copy_rows_to_move(rows: Rows, ordered: np.ndarray, path: Path) -> None:
    """Write the pictures that must move to a file of their own, in the order of their places.

    The copy is complete or absent, and :func:`move_rows` changes nothing when it runs again, so the process
    may be killed at any time.
    """
    unfinished = path.with_suffix(".part")
    with rows.path.open("rb") as source, unfinished.open("wb") as target:
        os.fsync(source.fileno())  # from here on the rows' digests are not looked at any more
        for place in _places(ordered):
            source.seek(rows.offset(int(ordered[place])))
            target.write(source.read(rows.size))
        target.flush()
        os.fsync(target.fileno())
    os.replace(unfinished, path)


def move_rows(rows: Rows, ordered: np.ndarray, path: Path) -> None:
    """Put the pictures that :func:`copy_rows_to_move` copied into their places."""
    with path.open("rb") as source, rows.path.open("rb+", buffering=0) as target:
        for place in _places(ordered):
            target.seek(rows.offset(int(place)))
            write_whole(target, source.read(rows.size))


def _places(ordered: np.ndarray) -> np.ndarray:
    return np.flatnonzero(ordered != np.arange(len(ordered)))
