"""Reading the FER+ votes: ``fer2013new.csv``, or the ``label.csv`` of each folder.

``fer2013new.csv`` is the reference. The published ``label.csv`` files differ from it in 1,602 rows (282 of
them with another winner), so they are read only where the reference is absent.
"""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from pvlib.data.label_files import read_columns, read_rows
from pvlib.data.labels import FERPLUS_VOTES
from pvlib.errors import CourseError

SPLITS = ("train", "valid", "test")
FOLDERS = ("FER2013Train", "FER2013Valid", "FER2013Test")
_USAGE = {"training": 0, "publictest": 1, "privatetest": 2}
RATERS = 10
# The published file itself has one row with nine votes; exactly that row is not an error.
PUBLISHED_ODD_ROW = ("fer0010406.png", (4, 0, 0, 0, 0, 3, 1, 0, 1, 0))


@dataclass(frozen=True)
class VoteTable:
    """All rows of the label file or files, in their order, those without a name included.

    Attributes:
        path: the file, or the folder that holds the ``label.csv`` folders.
        names: image names, "" where the row has no face.
        split: position in ``SPLITS``, uint8, (N,).
        votes: counts in the order of ``labels.FERPLUS_VOTES``, uint8, (N, 10).
        lines: line numbers in the file.
        odd: names of rows that were let through although their votes do not sum to ten.
    """

    path: Path
    names: list[str]
    split: np.ndarray
    votes: np.ndarray
    lines: list[int]
    odd: list[str] = field(default_factory=list)

    def last_row_of_each_name(self) -> dict[str, int]:
        """Map every image name to its row; of names that occur twice the last row counts."""
        return {name: row for row, name in enumerate(self.names) if name}

    def repeated_names(self) -> list[str]:
        """Names that stand in more than one row, in the order of their first repetition."""
        seen, repeated = set(), {}
        for name in self.names:
            if name and name in seen:
                repeated[name] = None
            seen.add(name)
        return list(repeated)


def split_of_usage(usage: str, where: str) -> int:
    """Return the position in ``SPLITS`` of FER2013's word for it; ``where`` begins the complaint."""
    if usage.casefold() not in _USAGE:
        raise CourseError(f"{where}: Usage {usage[:40]!r} is none of Training, PublicTest, PrivateTest")
    return _USAGE[usage.casefold()]


def read_reference(path: Path, accept_odd_votes: bool = False) -> VoteTable:
    """Read ``fer2013new.csv``.

    Raises:
        CourseError: a column is missing, or a row has an unknown Usage, votes that are not whole
            numbers, or (unless ``accept_odd_votes``) votes that do not sum to ten.
    """
    rows = []
    for line, (usage, name, *cells) in read_columns(path, ("Usage", "Image name", *FERPLUS_VOTES)):
        rows.append((line, split_of_usage(usage, f"{path}, line {line}"), name, path, cells))
    return _table(path, rows, accept_odd_votes)


def read_folder_files(root: Path, splits: list[int], accept_odd_votes: bool = False) -> VoteTable:
    """Read the ``label.csv`` of the folders of ``splits``: name, a box on request, ten votes; no header.

    Raises:
        CourseError: as :func:`read_reference`; or a folder has no ``label.csv``.
    """
    rows = []
    for split in splits:
        path = root / FOLDERS[split] / "label.csv"
        for line, (name, *cells) in read_rows(path):
            if cells and cells[0].startswith("("):  # the face's box, always the whole image
                del cells[0]
            if len(cells) != len(FERPLUS_VOTES):
                missing = FERPLUS_VOTES[len(cells) :]
                problem = f"the column {missing[0]} is missing" if missing else "a column too many"
                raise CourseError(
                    f"{path}, line {line} ({name[:80]}): {problem}; a row holds the image name, the box "
                    f"(or none) and the votes for {', '.join(FERPLUS_VOTES)}"
                )
            rows.append((line, split, name, path, cells))
    return _table(root, rows, accept_odd_votes)


def _table(
    path: Path, rows: list[tuple[int, int, str, Path, list[str]]], accept_odd_votes: bool
) -> VoteTable:
    counts, odd = [], []
    for line, _, name, source, cells in rows:
        where = f"{source}, line {line} ({name[:80] or 'no image name'})"
        votes = tuple(_count(cell, column, where) for cell, column in zip(cells, FERPLUS_VOTES, strict=True))
        if sum(votes) != RATERS:
            if not accept_odd_votes and (name, votes) != PUBLISHED_ODD_ROW:
                raise CourseError(
                    f"{where}: its votes sum to {sum(votes)}, not {RATERS}; repair the row or fetch the "
                    f"file again (if its owners publish it so: --accept-odd-votes, accept_odd_votes=True)"
                )
            odd.append(name)
        counts.append(votes)
    return VoteTable(
        path=path,
        names=[name for _, _, name, _, _ in rows],
        split=np.array([split for _, split, _, _, _ in rows], np.uint8),
        votes=np.array(counts, np.uint8).reshape(-1, len(FERPLUS_VOTES)),
        lines=[line for line, *_ in rows],
        odd=odd,
    )


def _count(cell: str, column: str, where: str) -> int:
    if not (cell.isascii() and cell.isdigit() and len(cell) <= 2):
        raise CourseError(
            f"{where}: {cell[:40]!r} in the column {column} is not a count of votes; repair the row"
        )
    return int(cell)
