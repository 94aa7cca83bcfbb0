"""AffectNet's old layout: training.csv and validation.csv beside the whole pictures.

The tables name a picture ("12/abc….jpg", under ``Manually_Annotated_Images``), the face's box in it, 68
landmarks, the expression's id, valence and arousal. They may stand in the folder itself or in
``Manually_Annotated_file_lists``, the pictures there or under ``Manually_Annotated``.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from data_scripts.layouts.finding import not_read
from data_scripts.layouts.label_files import read_columns, whole_number
from data_scripts.layouts.listing import Item, Listing
from pvlib.data.affectnet import AFFECTNET, CONTEMPT
from pvlib.data.folders import images_below
from pvlib.errors import CourseError

# The ids beyond the eight expressions; faces with one of them are counted and left out.
NO_EXPRESSION = {8: "none of the eight", 9: "uncertain", 10: "no face"}
TABLES = {"train": "training.csv", "valid": "validation.csv"}
_COLUMNS = (
    "subDirectory_filePath",
    "face_x",
    "face_y",
    "face_width",
    "face_height",
    "expression",
    "valence",
    "arousal",
)
_LARGEST = 1_000_000  # no picture is wider, so no box begins or ends beyond it


def table_paths(base: Path) -> dict[str, Path]:
    """Return split -> table, for the tables that are there."""
    found: dict[str, Path] = {}
    for split, name in TABLES.items():
        for path in (base / name, base / "Manually_Annotated_file_lists" / name):
            if path.is_file():
                found.setdefault(split, path)
    return found


def list_old_layout(root: Path, base: Path) -> Listing:
    """List the faces of the tables under ``base`` whose picture is there.

    Raises:
        CourseError: a table lacks a column or holds an expression that is no id, or a path that leads out
            of the folder of pictures; the message names the line.
    """
    tables = table_paths(base)
    name = "Manually_Annotated_Images"
    places = (f"{name}/{name}", name, f"Manually_Annotated/{name}", "Manually_Annotated", "")
    pictures = next(base / place for place in places if (base / place).is_dir())
    files = set(images_below(pictures))
    items: dict[tuple[str, str], Item] = {}  # (split, name): a later row replaces an earlier one
    labelled: set[str] = set()
    dropped: dict[str, Counter[str]] = {split: Counter() for split in tables}
    missing, boxless, repeated = [], [], []
    for split, line, (name, *cells, expression, valence, arousal) in _rows(tables):
        where = f"{tables[split]}, line {line}"
        name = _inside(name.replace("\\", "/"), where)  # lists made on Windows have backslashes
        label = _label(expression, f"{where} ({name[:80]})")
        labelled.add(name)
        if label in NO_EXPRESSION:
            dropped[split][NO_EXPRESSION[label]] += 1
        elif name not in files:
            missing.append(name)
        elif (box := _box(cells)) is None:
            boxless.append(f"{name} (line {line} of {tables[split].name})")
        else:
            if (split, name) in items:
                repeated.append(name)
            affect = (bounded(valence), bounded(arousal))
            items[split, name] = Item(split, label, str(pictures / name), name, box, affect)
    if not labelled:
        raise CourseError(f"the tables under {base} have no row: copy them again from the owners' archive")
    return Listing(
        data_set=AFFECTNET,
        root=root,
        layout=f"the owners' old layout ({', '.join(path.name for path in tables.values())})",
        items=in_order(items.values()),
        problems={
            "rows without an image": missing,
            "rows whose face box is empty or no box": boxless,
            "images named in more than one row, of which the last counts": repeated,
            "images without a row": sorted(files - labelled),
        },
        counts=without_expression(dropped),
        not_read=not_read(root, [*map(str, tables.values()), *(str(pictures / name) for name in files)]),
    )


def _rows(tables: dict[str, Path]) -> Iterator[tuple[str, int, list[str]]]:
    for split, path in tables.items():
        for line, cells in read_columns(path, _COLUMNS):
            yield split, line, cells


def in_order(items: Iterable[Item]) -> list[Item]:
    """Put contempt last, so that the seven other classes of a split are neighbours in the prepared file."""
    return sorted(items, key=lambda item: item.label == CONTEMPT)


def without_expression(dropped: dict[str, Counter[str]]) -> dict[str, dict[str, int]]:
    """Return a line of numbers for each id that is no expression."""
    return {
        f"left out: {kind}": {split: counts[kind] for split, counts in dropped.items()}
        for kind in NO_EXPRESSION.values()
    }


def _inside(name: str, where: str) -> str:
    parts = PurePosixPath(name).parts
    if not parts or "\0" in name or PurePosixPath(name).is_absolute() or ".." in parts:
        raise CourseError(
            f"{where}: {name[:80]!r} is not the path of a picture inside the folder of pictures"
        )
    return name


def _label(text: str, where: str) -> int:
    label = whole_number(text)
    if label is None or label > max(NO_EXPRESSION):
        raise CourseError(f"{where}: {text[:20]!r} is not an expression; AffectNet's ids are 0 to 10")
    return label


def _box(cells: list[str]) -> tuple[int, int, int, int] | None:
    """Return (left, top, right, bottom) of x, y, width, height; None where they hold no pixel or no number."""
    try:
        x, y, width, height = (float(cell) for cell in cells)
    except ValueError:
        return None
    if not all(-_LARGEST < value < _LARGEST for value in (x, y, width, height)):
        return None
    left, top, right, bottom = (round(value) for value in (x, y, x + width, y + height))
    return (left, top, right, bottom) if right > left and bottom > top else None


def bounded(value: str | float | None) -> float:
    """Return a valence or arousal, or NaN where it is not a number in [−1, 1] (AffectNet writes −2)."""
    try:
        number = math.nan if value is None else float(value)
    except ValueError:
        return math.nan
    return number if -1 <= number <= 1 else math.nan
