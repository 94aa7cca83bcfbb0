"""Reading label files as people have them: any column order, byte-order mark, line ends, blank lines, ";" for ",".

Every complaint names the file and the line, counted as a text editor counts them.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from pvlib.errors import CourseError

_WHOLE = re.compile(r"(\d{1,9})(?:\.0+)?", re.ASCII)
_DECIMAL_COMMA = re.compile(r"-?\d+,\d+", re.ASCII)


def read_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield the line number and the stripped cells of every row of a CSV file that is not blank.

    A file whose first line has ";" or tabs and no comma is separated by them; "0,5" is then a number.

    Raises:
        CourseError: the file is missing, cannot be read, or is not UTF-8 text in CSV form.
    """
    with _opened(path, "CSV") as handle:
        first = next((line for line in handle if line.strip()), "")
        separator = next((mark for mark in ",;\t" if mark in first), ",")
        handle.seek(0)
        reader = csv.reader(handle, strict=True, delimiter=separator)
        try:
            for row in reader:
                cells = [cell.strip() for cell in row]
                if separator != ",":
                    cells = [
                        cell.replace(",", ".") if _DECIMAL_COMMA.fullmatch(cell) else cell for cell in cells
                    ]
                if any(cells):
                    yield reader.line_num, cells
        except csv.Error as error:
            raise CourseError(
                f"{path}, line {reader.line_num}: not a CSV row ({error}); repair it"
            ) from error


def read_columns(
    path: Path, columns: Sequence[str], optional: Sequence[str] = ()
) -> Iterator[tuple[int, list[str]]]:
    """Yield the line number and the cells of ``columns``, in that order, whatever the file's own order.

    The first row holds the column names; upper and lower case are alike, and other columns are ignored.

    Args:
        optional: columns whose cells follow, "" where the file lacks the column.

    Raises:
        CourseError: as :func:`read_rows`; or the file is empty, lacks a column, or a row is too short or too
            long.
    """
    rows = read_rows(path)
    _, header = next(rows, (0, []))
    position = {name.casefold(): i for i, name in enumerate(header)}
    missing = [name for name in columns if name.casefold() not in position]
    if missing:
        found = ", ".join(header)[:200] or "nothing"
        raise CourseError(
            f"{path} lacks the column{'s' * (len(missing) > 1)} {', '.join(missing)}: "
            f"its first line must name {', '.join(columns)}, but names {found}"
        )
    wanted = [position[name.casefold()] for name in columns]
    extra = [position.get(name.casefold()) for name in optional]
    for line, cells in rows:
        if len(cells) <= max(wanted) or any(cells[len(header) :]):
            kind = (
                "too few" if len(cells) <= max(wanted) else "too many (is a cell with commas not in quotes?)"
            )
            raise CourseError(
                f"{path}, line {line}: {len(cells)} cells where the first line names {len(header)} columns, "
                f"{kind}; repair the row or fetch the file again"
            )
        yield (
            line,
            [cells[i] for i in wanted] + ["" if i is None or i >= len(cells) else cells[i] for i in extra],
        )


def read_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the line number and the stripped text of every line of a text file that is not blank.

    Raises:
        CourseError: the file is missing, cannot be read, or is not UTF-8 text.
    """
    with _opened(path, "text") as handle:
        for number, line in enumerate(handle, start=1):
            if line.strip():
                yield number, line.strip()


def whole_number(cell: str) -> int | None:
    """Return a count or label written as "7" or, as pandas does, "7.0"; None for anything else."""
    match = _WHOLE.fullmatch(cell)
    return int(match[1]) if match else None


@contextmanager
def _opened(path: Path, form: str) -> Iterator[TextIO]:
    try:
        if path.exists() and not (path.is_file() or path.is_dir()):  # opening a pipe would wait for ever
            raise CourseError(f"{path} is no ordinary file: put the label file there")
        with path.open(encoding="utf-8-sig", newline="" if form == "CSV" else None) as handle:
            yield handle
    except FileNotFoundError as error:
        raise CourseError(f"{path} is missing: put the label file there") from error
    except UnicodeDecodeError as error:
        raise CourseError(f"{path} is not UTF-8 text: save it again as {form} in UTF-8") from error
    except OSError as error:
        raise CourseError(f"cannot read {path}: {error.strerror}; check the file and its rights") from error
