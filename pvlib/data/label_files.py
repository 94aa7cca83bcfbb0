"""Reading label files as people have them: any column order, byte-order mark, line ends, blank lines.

Every complaint names the file and the line, counted as a text editor counts them.
"""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TextIO

from pvlib.errors import CourseError


def read_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield the line number and the stripped cells of every row of a CSV file that is not blank.

    Raises:
        CourseError: the file is missing, cannot be read, or is not UTF-8 text in CSV form.
    """
    try:
        with _open(path, newline="") as handle:
            reader = csv.reader(handle, strict=True)
            for row in reader:
                cells = [cell.strip() for cell in row]
                if any(cells):
                    yield reader.line_num, cells
    except FileNotFoundError as error:
        raise CourseError(f"{path} is missing: put the label file there") from error
    except UnicodeDecodeError as error:
        raise CourseError(f"{path} is not UTF-8 text: save it again as CSV in UTF-8") from error
    except csv.Error as error:
        raise CourseError(f"{path}, line {reader.line_num}: not a CSV row ({error}); repair it") from error
    except OSError as error:
        raise CourseError(f"cannot read {path}: {error.strerror}; check the file and its rights") from error


def read_columns(path: Path, columns: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield the line number and the cells of ``columns``, in that order, whatever the file's own order.

    The first row holds the column names; upper and lower case are alike, and other columns are ignored.

    Raises:
        CourseError: as :func:`read_rows`; or the file is empty, lacks a column, or a row ends early.
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
    for line, cells in rows:
        if len(cells) <= max(wanted):
            raise CourseError(
                f"{path}, line {line}: {len(cells)} columns where the first line names {len(header)}; "
                f"repair the row or fetch the file again"
            )
        yield line, [cells[i] for i in wanted]


def read_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the line number and the stripped text of every line of a text file that is not blank.

    Raises:
        CourseError: the file is missing, cannot be read, or is not UTF-8 text.
    """
    try:
        with _open(path) as handle:
            for number, line in enumerate(handle, start=1):
                if line.strip():
                    yield number, line.strip()
    except FileNotFoundError as error:
        raise CourseError(f"{path} is missing: put the label file there") from error
    except UnicodeDecodeError as error:
        raise CourseError(f"{path} is not UTF-8 text: save it again as text in UTF-8") from error
    except OSError as error:
        raise CourseError(f"cannot read {path}: {error.strerror}; check the file and its rights") from error


def _open(path: Path, newline: str | None = None) -> TextIO:
    if path.exists() and not (path.is_file() or path.is_dir()):  # opening a pipe would wait for ever
        raise CourseError(f"{path} is no ordinary file: put the label file there")
    return path.open(encoding="utf-8-sig", newline=newline)
