"""Reading FER2013's pixels from its table, whose rows stand in the order of ``fer2013new.csv``.

The table's own ``emotion`` tells whether the two belong together: people agree with it on 65 ± 5 % of the faces
(Goodfellow et al., "Challenges in representation learning", 2013), and by chance on far fewer.
"""

from collections.abc import Iterator
from itertools import zip_longest
from math import sqrt
from pathlib import Path

import numpy as np

from data_scripts.layouts.ferplus.votes import VoteTable, split_of_usage
from data_scripts.layouts.label_files import read_columns, whole_number
from pvlib.data.labels import FERPLUS
from pvlib.errors import CourseError

SIDE = 48
_EMOTIONS = (
    "anger",
    "disgust",
    "fear",
    "happiness",
    "sadness",
    "surprise",
    "neutral",
)  # FER2013's ids 0 to 6
_AGREEMENT, _FEWEST = 0.65, 20


def read_pixels(path: Path, table: VoteTable) -> dict[int, np.ndarray]:
    """Return position of a row in ``table`` -> pixels, uint8 (48, 48), for the last row of each name.

    Raises:
        CourseError: a row is wrong, the two files do not have the same rows in the same order, or their emotions do
            not belong together.
    """
    wanted = set(table.last_row_of_each_name().values())
    pixels = {}
    alike = []
    for row, line, (text, usage, emotion) in _rows(path, table):
        votes = table.rows[row]
        split = split_of_usage(usage, f"{path}, line {line}")
        if split != votes.split:
            raise CourseError(
                f"{path}, line {line} belongs to {split}, but line {votes.line} of {table.path} to "
                f"{votes.split}: the two must stand in the same order; fetch both again"
            )
        if row in wanted:
            pixels[row] = _parse(text, f"{path}, line {line} ({votes.name[:80]})")
            leads = max(votes.votes)
            label, winner = (
                whole_number(emotion),
                FERPLUS[votes.votes.index(leads)] if leads in votes.votes[:8] else "",
            )
            if label is not None and label < len(_EMOTIONS) and winner in _EMOTIONS:
                alike.append(_EMOTIONS[label] == winner)
    _check_agreement(path, table, alike)
    return pixels


def _rows(path: Path, table: VoteTable) -> Iterator[tuple[int, int, list[str]]]:
    """Yield position, line and cells of each row; both files must have as many."""
    line = 1
    for row, (own, votes) in enumerate(
        zip_longest(read_columns(path, ("pixels", "Usage"), ("emotion",)), table.rows)
    ):
        if own is None:
            raise CourseError(
                f"{path} ends after {row} rows (line {line}), before {table.path} does: the two must have one row "
                "for each face, in the same order; fetch both again"
            )
        line, cells = own
        if votes is None:
            raise CourseError(
                f"{path}, line {line}: a row too many, as {table.path} ends after {row} rows: the two must have one "
                "row for each face, in the same order; take it out, or fetch both again"
            )
        yield row, line, cells


def _check_agreement(path: Path, table: VoteTable, alike: list[bool]) -> None:
    if len(alike) < _FEWEST:
        return
    share = sum(alike) / len(alike)
    if share < min(_AGREEMENT - 0.1, _AGREEMENT - 1 / sqrt(len(alike))):
        raise CourseError(
            f"{path}: its emotion is the winner of the votes in {table.path} for {share:.0%} of the faces, where people "
            f"agree with it on {_AGREEMENT:.0%}: the rows of one file stand in another order (sorted?); fetch both again"
        )


def _parse(text: str, where: str) -> np.ndarray:
    """Return the 48×48 numbers of a pixel cell, uint8, (48, 48)."""
    stray = text.encode().translate(None, b"0123456789 ").decode(errors="replace")
    if stray:
        raise CourseError(f"{where}: its pixels hold {stray[:20]!r} beside digits; fetch the file again")
    values = np.fromstring(text, np.int64, sep=" ")  # the text mode, which is not the deprecated one
    if len(values) != SIDE * SIDE:
        raise CourseError(f"{where}: {len(values)} pixels, not {SIDE * SIDE}; fetch the file again")
    if values.max() > 255:
        raise CourseError(f"{where}: a pixel is outside 0–255; fetch the file again")
    return values.astype(np.uint8).reshape(SIDE, SIDE)
