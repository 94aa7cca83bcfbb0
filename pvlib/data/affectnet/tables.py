"""AffectNet's old layout: training.csv and validation.csv beside the whole pictures.

The tables name a picture ("12/abc….jpg", under ``Manually_Annotated_Images``), the face's box in it, 68
landmarks, the expression's id, valence and arousal. They may stand in the folder itself or in
``Manually_Annotated_file_lists``, the pictures there or under ``Manually_Annotated``.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from pvlib.data.affectnet.owners import AFFECTNET, CONTEMPT, NO_EXPRESSION
from pvlib.data.folders import file_names, folder_names, not_read
from pvlib.data.label_files import read_columns, whole_number
from pvlib.data.listing import Item, Listing
from pvlib.errors import CourseError

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
    name = "Manually_Annotated_Images"
    places = (f"{name}/{name}", name, f"Manually_Annotated/{name}", "Manually_Annotated", "")
    reader = _TableReader(next(base / place for place in places if (base / place).is_dir()))
    for split, path in table_paths(base).items():
        reader.read(split, path)
    if not reader.labelled:
        raise CourseError(f"the tables under {base} have no row: copy them again from the owners' archive")
    tables = table_paths(base).values()
    items, unlabelled = list(reader.items.values()), reader.unlabelled()
    named = [*reader.missing, *reader.labelled, *unlabelled]
    return Listing(
        data_set=AFFECTNET,
        root=root,
        layout=f"the owners' old layout ({', '.join(path.name for path in tables)})",
        items=in_order(items),
        problems={
            "rows without an image": reader.missing,
            "rows whose face box is empty or no box": reader.boxless,
            "images named in more than one row, of which the last counts": reader.repeated,
            "images without a row": unlabelled,
        },
        counts=without_expression(reader.dropped),
        not_read=not_read(root, [*map(str, tables), *(str(reader.pictures / name) for name in named)]),
    )


def in_order(items: Iterable[Item]) -> list[Item]:
    """Put contempt last, so that the seven other classes of a split are neighbours in the prepared file."""
    return sorted(items, key=lambda item: item.label == CONTEMPT)


def without_expression(dropped: dict[str, Counter[str]]) -> dict[str, dict[str, int]]:
    """Return a line of numbers for each id that is no expression."""
    return {
        f"left out: {kind}": {split: counts[kind] for split, counts in dropped.items()}
        for kind in NO_EXPRESSION.values()
    }


class _TableReader:
    """Reads one table after the other; the lists that it fills go into the listing."""

    def __init__(self, pictures: Path):
        self.pictures = pictures
        self.items: dict[tuple[str, str], Item] = {}  # (split, name): a later row replaces an earlier one
        self.labelled: set[str] = set()
        self.missing: list[str] = []
        self.boxless: list[str] = []
        self.repeated: list[str] = []
        self.dropped: dict[str, Counter[str]] = {}
        self._files: dict[str, set[str]] = defaultdict(set)  # subfolder -> names, as they are needed

    def read(self, split: str, path: Path) -> None:
        dropped = self.dropped[split] = Counter(dict.fromkeys(NO_EXPRESSION.values(), 0))
        for line, (name, *box, expression, valence, arousal) in read_columns(path, _COLUMNS):
            where = f"{path}, line {line}"
            name = name.replace("\\", "/")  # as lists made on Windows have it
            label = _label(expression, f"{where} ({name[:80]})")
            folder, _, file = _inside(name, where).rpartition("/")
            self.labelled.add(name)
            if label in NO_EXPRESSION:
                dropped[NO_EXPRESSION[label]] += 1
                continue
            edges = _box(box)
            if file not in self._names(folder):
                self.missing.append(name)
            elif edges is None:
                self.boxless.append(f"{name} (line {line} of {path.name})")
            else:
                if (split, name) in self.items:
                    self.repeated.append(name)
                affect = (bounded(valence), bounded(arousal))
                self.items[split, name] = Item(split, label, str(self.pictures / name), name, edges, affect)

    def unlabelled(self) -> list[str]:
        """Pictures in the folders that the tables name, or directly among the pictures, without a row."""
        folders = set(folder_names(self.pictures)) | set(self._files)
        here = (f"{folder}/{file}".lstrip("/") for folder in folders for file in self._names(folder))
        return sorted(name for name in here if name not in self.labelled)

    def _names(self, folder: str) -> set[str]:
        if folder not in self._files:
            self._files[folder] = file_names(self.pictures / folder)
        return self._files[folder]


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
