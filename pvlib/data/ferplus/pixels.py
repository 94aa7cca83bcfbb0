"""Reading FER2013's pixels in both layouts and joining them to the votes by image name.

Either ``fer2013.csv`` (emotion, pixels, Usage), whose rows stand in the order of ``fer2013new.csv``, or
the folders FER2013Train, FER2013Valid and FER2013Test of PNG files that the owners' script writes.
"""

import struct
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path

import numpy as np
from PIL import Image

from pvlib.data.ferplus.votes import (
    FOLDERS,
    SPLITS,
    VoteTable,
    read_folder_files,
    read_reference,
    split_of_usage,
)
from pvlib.data.folders import file_names
from pvlib.data.label_files import read_columns
from pvlib.errors import CourseError

SIDE = 48
_DAMAGE = (OSError, SyntaxError, ValueError, EOFError, struct.error, Image.DecompressionBombError)


@dataclass(frozen=True)
class NamedFaces:
    """The faces that have both pixels and votes, by split and then in the order of the label file.

    Attributes:
        table: every row of the label file.
        rows: the row of each face in ``table``, int64, (N,).
        images: uint8, (N, 48, 48); None where only the files were listed.
        layout, labels: what was read, in words.
        missing: names that have votes but no image, in the splits that are there.
        unlabelled: image files without a row.
    """

    table: VoteTable
    rows: np.ndarray
    images: np.ndarray | None
    layout: str
    labels: str
    missing: list[str]
    unlabelled: list[str]

    def paths(self, root: Path) -> list[Path]:
        """The image file of each face, where the pixels come from folders."""
        return [root / FOLDERS[self.table.split[row]] / self.table.names[row] for row in self.rows]


def read_named_faces(root: Path, accept_odd_votes: bool = False) -> NamedFaces:
    """Find out the layout under ``root`` and read it whole.

    Raises:
        CourseError: neither layout is there, a label or pixel row is wrong, or an image is damaged or
            not 48×48; the message names the file and the line.
    """
    if not root.is_dir():
        raise CourseError(f"there is no folder {root}: give the folder that holds the FER+ files")
    if (root / "fer2013.csv").exists():
        reference = read_reference(root / "fer2013new.csv", accept_odd_votes)
        return _from_table(root / "fer2013.csv", reference)
    faces = list_named_faces(root, accept_odd_votes)
    images = np.empty((len(faces.rows), SIDE, SIDE), np.uint8)
    # One thread: for files this small Python's lock makes a pool slower (measured: 1.2 s against 0.7 s).
    for image, path in zip(images, faces.paths(root), strict=True):
        image[:] = _read_png(path)
    return replace(faces, images=images)


def list_named_faces(root: Path, accept_odd_votes: bool = False) -> NamedFaces:
    """Join the PNG files of the folders under ``root`` to the votes, without looking into them.

    Raises:
        CourseError: there is no PNG file, or a label row is wrong; the message names the file and the line.
    """
    files = {split: file_names(root / FOLDERS[split], (".png",)) for split in range(len(SPLITS))}
    present = [split for split in files if files[split]]
    if not present:
        raise CourseError(
            f"{root} holds no FER2013 pixels: put fer2013.csv there, or PNG files in at least one of the "
            f"folders {', '.join(FOLDERS)}"
        )
    reference = root / "fer2013new.csv"
    if reference.exists():
        return _from_folders(files, read_reference(reference, accept_odd_votes), reference.name)
    return _from_folders(files, read_folder_files(root, present, accept_odd_votes), "label.csv")


def _from_folders(files: dict[int, set[str]], table: VoteTable, labels: str) -> NamedFaces:
    rows, missing = [], []
    for name, row in table.last_row_of_each_name().items():
        here = files[int(table.split[row])]
        if name in here:
            rows.append(row)
        elif here:
            missing.append(name)
    rows = np.array(sorted(rows, key=lambda row: (table.split[row], row)), np.int64)
    named = {(int(table.split[row]), table.names[row]) for row in rows}
    unlabelled = [
        f"{FOLDERS[split]}/{name}"
        for split in files
        for name in sorted(files[split])
        if (split, name) not in named
    ]
    return NamedFaces(table, rows, None, "folders of PNG files", labels, missing, unlabelled)


def _read_png(path: Path) -> np.ndarray:
    try:
        with Image.open(path, formats=("PNG",)) as image:
            if image.size != (SIDE, SIDE):
                raise CourseError(
                    f"{path} is {image.width}×{image.height} pixels, not {SIDE}×{SIDE}: "
                    f"write the FER2013 images again from fer2013.csv"
                )
            if image.mode.startswith("I"):
                raise CourseError(f"{path} has 16 bits a pixel, not 8: write it again as an 8-bit grey PNG")
            image.verify()  # the check sums, which loading alone does not look at
        with Image.open(path, formats=("PNG",)) as image:
            return np.asarray(image.convert("L"))  # (48, 48)
    except _DAMAGE as error:
        raise CourseError(
            f"{path} is damaged or not a PNG image ({error}): fetch or write it again"
        ) from error


def _from_table(path: Path, table: VoteTable) -> NamedFaces:
    rows = set(table.last_row_of_each_name().values())
    pixels = {}
    pairs = zip_longest(read_columns(path, ("pixels", "Usage")), table.lines)
    for row, (own, label_line) in enumerate(pairs):
        if own is None or label_line is None:
            shorter = path if own is None else table.path
            raise CourseError(
                f"{shorter} ends after {row} rows, before {'its label file' if own is None else path} does: "
                f"the two must have one row for each face, in the same order; fetch both again"
            )
        line, (text, usage) = own
        split = split_of_usage(usage, f"{path}, line {line}")
        if split != table.split[row]:
            raise CourseError(
                f"{path}, line {line} belongs to {SPLITS[split]}, but line {label_line} of {table.path} to "
                f"{SPLITS[table.split[row]]}: the two must stand in the same order; fetch both again"
            )
        if row in rows:
            pixels[row] = _parse_pixels(text, f"{path}, line {line} ({table.names[row][:80]})")
    order = np.array(sorted(pixels, key=lambda row: (table.split[row], row)), np.int64)
    images = np.array([pixels[row] for row in order.tolist()], np.uint8).reshape(-1, SIDE, SIDE)
    return NamedFaces(table, order, images, "one table, fer2013.csv", table.path.name, [], [])


def _parse_pixels(text: str, where: str) -> np.ndarray:
    """Return the 48×48 numbers of a pixel cell, uint8, (2304,)."""
    stray = text.encode().translate(None, b"0123456789 ").decode(errors="replace")
    if stray:
        raise CourseError(f"{where}: its pixels hold {stray[:20]!r} beside digits; fetch the file again")
    values = np.fromstring(text, np.int64, sep=" ")  # the text mode, which is not the deprecated one
    if len(values) != SIDE * SIDE:
        raise CourseError(f"{where}: {len(values)} pixels, not {SIDE * SIDE}; fetch the file again")
    if values.max() > 255:
        raise CourseError(f"{where}: a pixel is outside 0–255; fetch the file again")
    return values.astype(np.uint8)
