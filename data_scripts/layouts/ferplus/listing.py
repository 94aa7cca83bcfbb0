"""Listing FER+'s faces: the two tables, or folders of PNG files; pixels meet votes by image name.

Either ``fer2013.csv`` (also called ``icml_face_data.csv``) and ``fer2013new.csv``, or the folders FER2013Train,
FER2013Valid and FER2013Test that the owners' script writes, with ``fer2013new.csv`` or a ``label.csv`` in each.
"""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from data_scripts.layouts.class_folders import split_folders
from data_scripts.layouts.ferplus.pixels import SIDE, read_pixels
from data_scripts.layouts.ferplus.votes import VoteTable, read_folder_files, read_reference
from data_scripts.layouts.finding import descend, find_base, not_read, what_is_there
from data_scripts.layouts.listing import Item, Listing
from pvlib.data.ferplus.owners import FERPLUS_SET, FOLDERS
from pvlib.data.ferplus.rules import RULES, apply_rule
from pvlib.data.folders import file_names
from pvlib.data.labels import FERPLUS_VOTES
from pvlib.errors import CourseError

TABLES = ("fer2013.csv", "icml_face_data.csv")
VOTES = "fer2013new.csv"


def list_ferplus(root: str | Path) -> Listing:
    """Find out which layout of FER+ lies under ``root``, or a few folders down, and list its faces.

    Returns:
        A listing whose items have the splits "train", "valid" and "test", and the votes; of the tables also the
        pixels.

    Raises:
        CourseError: neither layout is there, or a label or pixel row is wrong; the message names the file and the
            line.
    """
    root = Path(root)
    base = find_base(root, is_ferplus, "FER2013 pixels")
    if base is None:
        raise CourseError(f"{root} holds no FER2013 pixels: {_why_not(root)}. {what_is_there(root)}")
    votes = next((folder / VOTES for folder in (base, root) if (folder / VOTES).exists()), None)
    votes = votes or next(iter(sorted(root.glob(f"*/{VOTES}"))), base / VOTES)
    tables = [base / name for name in TABLES if (base / name).exists()]
    if tables:
        return _of_tables(root, tables[0], read_reference(votes))
    return _of_folders(root, base, votes)


def is_ferplus(base: Path) -> bool:
    """Whether a folder holds FER2013's pixels."""
    return any((base / name).exists() for name in TABLES) or bool(_png_folders(base))


def _png_folders(base: Path) -> dict[str, Path]:
    """Return split -> folder of PNG files, for the splits of which there are any."""
    folders = {
        split: descend(base / name, (".png",))
        for split, name in zip(FERPLUS_SET.splits, FOLDERS, strict=True)
    }
    return {split: folder for split, folder in folders.items() if file_names(folder, (".png",))}


def _why_not(root: Path) -> str:
    if {"train.csv", "test.csv"} & file_names(root, (".csv",)):
        return (
            f"train.csv and test.csv of the challenge lack Usage and the order of {VOTES}, so that nothing joins them "
            "to the votes; take fer2013.csv (or icml_face_data.csv) from the same page"
        )
    if split_folders(root):
        return (
            f"folders of classes number the images anew, so that nothing joins them to the votes of {VOTES}; take "
            "fer2013.csv, or PNG files named as in that file"
        )
    return f"put fer2013.csv there, or PNG files in at least one of the folders {', '.join(FOLDERS)}"


def _of_tables(root: Path, path: Path, table: VoteTable) -> Listing:
    pixels = read_pixels(path, table)
    rows = sorted(pixels)
    return Listing(
        data_set=FERPLUS_SET,
        root=root,
        layout=f"one table, {path.name}, votes of {table.path.name}",
        items=[_item(table, row, "") for row in rows],
        images=np.array([pixels[row] for row in rows], np.uint8).reshape(-1, 1, SIDE, SIDE),
        problems=_problems(table),
        counts=_counts(table, rows),
        not_read=not_read(root, [str(path), str(table.path)]),
    )


def _of_folders(root: Path, base: Path, votes: Path) -> Listing:
    folders = _png_folders(base)
    files = {split: file_names(folder, (".png",)) for split, folder in folders.items()}
    labels = {split: folder / "label.csv" for split, folder in folders.items()}
    if votes.exists():
        table, source, notes = read_reference(votes), VOTES, []
    else:
        table, source = read_folder_files(base, labels), "label.csv"
        notes = [f"The reference {VOTES} is absent; label.csv differs from it in 1,602 rows."]
    found: dict[int, str] = {}  # position of the row -> split of the folder in which the image lies
    missing = []
    for position in sorted(table.last_row_of_each_name().values()):
        row = table.rows[position]
        if lies_in := next(
            (split for split in (row.split, *files) if row.name in files.get(split, ())), None
        ):
            found[position] = lies_in
        elif row.split in folders:
            missing.append(row.name)
    if not found:
        raise CourseError(f"no image under {base} has a row in {source}: check that they belong together")
    items = [_item(table, row, str(folders[split] / table.rows[row].name)) for row, split in found.items()]
    used = {item.path for item in items}
    unlabelled = [
        folders[split] / name
        for split in files
        for name in sorted(files[split])
        if str(folders[split] / name) not in used
    ]
    moved = Counter((table.rows[row].split, lies_in) for row, lies_in in found.items())
    notes += [
        f"{count:,} images of {split} lie in {folders[lies_in].name}: used as {split} faces"
        for (split, lies_in), count in moved.items()
        if split != lies_in
    ]
    absent = [split for split in FERPLUS_SET.splits if not any(item.split == split for item in items)]
    notes += [f"No image of the split {' or '.join(absent)} is there."] if absent else []
    return Listing(
        data_set=FERPLUS_SET,
        root=root,
        layout=f"folders of PNG files, votes of {source}",
        items=items,
        problems={
            **_problems(table),
            "rows with a name but no image, left out": missing,
            "images without votes, left out": [path.relative_to(base).as_posix() for path in unlabelled],
        },
        counts=_counts(table, found),
        notes=notes,
        not_read=not_read(root, [*map(str, (votes, *labels.values(), *unlabelled)), *used]),
    )


def _item(table: VoteTable, position: int, path: str) -> Item:
    row = table.rows[position]
    return Item(row.split, row.votes.index(max(row.votes)), path, row.name, None, None, row.votes)


def _problems(table: VoteTable) -> dict[str, list[str]]:
    return {
        "names in more than one row, of which the last counts": table.repeated_names(),
        "rows whose votes do not sum to ten": table.odd,
    }


def _counts(table: VoteTable, rows: Iterable[int]) -> dict[str, dict[str, int]]:
    """Return lines of numbers: rows of the label file are how the published counts are made, faces what is seen."""
    votes = np.array([row.votes for row in table.rows], np.int64).reshape(-1, len(FERPLUS_VOTES))
    kept = {rule: apply_rule(votes, rule)[0].tolist() for rule in RULES}
    lines: dict[str, Iterable[int]] = {
        "rows of the label file": range(len(table.rows)),
        "  without an image name": [i for i, row in enumerate(table.rows) if not row.name],
    }
    for rule in RULES:
        lines[f"rows kept, {rule}"] = [row for row, keep in enumerate(kept[rule]) if keep]
        lines[f"faces kept, {rule}"] = [row for row in rows if kept[rule][row]]
    return {title: Counter(table.rows[row].split for row in chosen) for title, chosen in lines.items()}
