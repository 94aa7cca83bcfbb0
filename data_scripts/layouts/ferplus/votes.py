"""Reading the FER+ votes: ``fer2013new.csv``, or the ``label.csv`` of each folder.

``fer2013new.csv`` is the reference. The published ``label.csv`` files differ from it in 1,602 rows (282 of
them with another winner), so they are read only where the reference is absent.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from data_scripts.layouts.label_files import read_columns, read_rows, whole_number
from pvlib.data.ferplus.owners import PUBLISHED_ODD_ROW, RATERS
from pvlib.data.labels import FERPLUS_VOTES
from pvlib.errors import CourseError

_USAGE = {"training": "train", "publictest": "valid", "privatetest": "test"}


class VoteRow(NamedTuple):
    """A row of a label file: the image's name ("" where the row has no face) and ten counts."""

    split: str
    name: str
    votes: tuple[int, ...]
    line: int


@dataclass(frozen=True)
class VoteTable:
    """All rows of the label file or files, in their order, those without a name included.

    Attributes:
        path: the file, or the folder that holds the ``label.csv`` folders.
        odd: names of rows whose votes do not sum to ten; their owners publish one such.
    """

    path: Path
    rows: list[VoteRow] = field(default_factory=list)
    odd: list[str] = field(default_factory=list)

    def last_row_of_each_name(self) -> dict[str, int]:
        """Map every image name to the position of its row; of names that occur twice the last row counts."""
        return {row.name: position for position, row in enumerate(self.rows) if row.name}

    def repeated_names(self) -> list[str]:
        """Names that stand in more than one row."""
        times = Counter(row.name for row in self.rows if row.name)
        return [name for name, count in times.items() if count > 1]

    def add(self, row: VoteRow, cells: Iterable[str], where: str) -> None:
        """Read the votes of a row and take it in."""
        where = f"{where}, line {row.line} ({row.name[:80] or 'no image name'})"
        votes = tuple(_count(cell, column, where) for cell, column in zip(cells, FERPLUS_VOTES, strict=True))
        if sum(votes) != RATERS:
            if (row.name, votes) != PUBLISHED_ODD_ROW:
                raise CourseError(
                    f"{where}: its votes sum to {sum(votes)}, not {RATERS}; repair the row or fetch the file again"
                )
            self.odd.append(row.name)
        self.rows.append(row._replace(votes=votes))


def split_of_usage(usage: str, where: str) -> str:
    """Return our split of FER2013's word for it; ``where`` begins the complaint."""
    if usage.casefold() not in _USAGE:
        raise CourseError(f"{where}: Usage {usage[:40]!r} is none of Training, PublicTest, PrivateTest")
    return _USAGE[usage.casefold()]


def read_reference(path: Path) -> VoteTable:
    """Read ``fer2013new.csv``.

    Raises:
        CourseError: a column is missing, or a row has an unknown Usage, votes that are not whole
            numbers, or votes that do not sum to ten.
    """
    table = VoteTable(path)
    for line, (usage, name, *cells) in read_columns(path, ("Usage", "Image name", *FERPLUS_VOTES)):
        split = split_of_usage(usage, f"{path}, line {line}")
        table.add(VoteRow(split, name, (), line), cells, str(path))
    return table


def read_folder_files(base: Path, files: dict[str, Path]) -> VoteTable:
    """Read the ``label.csv`` of each split under ``base``: name, a box on request, ten votes; no header.

    Raises:
        CourseError: as :func:`read_reference`; or a folder has no ``label.csv``.
    """
    table = VoteTable(base)
    for split, path in files.items():
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
            table.add(VoteRow(split, name, (), line), cells, str(path))
    return table


def _count(cell: str, column: str, where: str) -> int:
    count = whole_number(cell)
    if count is None or count > 99:
        raise CourseError(
            f"{where}: {cell[:40]!r} in the column {column} is not a count of votes; repair the row"
        )
    return count
