"""Listing RAF-DB's labelled faces in both layouts: the owners' own, and the folders a class of many copies.

The owners' layout: ``EmoLabel/list_patition_label.txt`` (sic) with lines like "train_00001.jpg 5", and
``Image/aligned/train_00001_aligned.jpg``. The copies: ``train/5/train_00001_aligned.jpg``, or with the
class's name in place of its number.

RAF-DB has no validation split. A tenth of every class's training faces is held out for it by their names
without "_aligned" (see ``pvlib.data.holdout``). So the choice is the same on every machine and in both
layouts, and "train" and "valid" together are the official training set.
"""

import re
from collections import Counter
from pathlib import Path

from pvlib.data.folders import file_names, folder_names
from pvlib.data.holdout import held_out
from pvlib.data.label_files import read_lines
from pvlib.data.listing import Item, Listing
from pvlib.data.rafdb.owners import RAFDB
from pvlib.errors import CourseError

LABEL_FILES = ("list_patition_label.txt", "list_partition_label.txt")  # the owners' spelling comes first
_OFFICIAL_NAME = re.compile(r"((?:train|test)_\d+)(?:_aligned)?\.\w+", re.IGNORECASE)
_OTHER_WORDS = {
    "surprised": "surprise",
    "fearful": "fear",
    "disgusted": "disgust",
    "happy": "happiness",
    "sad": "sadness",
    "angry": "anger",
}


def list_rafdb(root: str | Path) -> Listing:
    """Find out which layout of RAF-DB lies under ``root`` and list its labelled faces.

    Returns:
        A listing whose items have the splits "train", "valid" and "test" and neither box nor affect.

    Raises:
        CourseError: neither layout is there, or a line of the label file or a folder's name is wrong; the
            message names the file and the line.
    """
    root = Path(root)
    if not root.is_dir():
        raise CourseError(f"there is no folder {root}: give the folder that holds RAF-DB")
    for base in (root, root / "basic"):
        if (base / "EmoLabel").is_dir():
            return _list_official(root, base)
    for base in (root, root / "DATASET"):
        if (base / "train").is_dir() or (base / "test").is_dir():
            return _list_class_folders(root, base)
    raise CourseError(
        f"{root} does not hold RAF-DB: it should have EmoLabel/{LABEL_FILES[0]} and Image/aligned, or the "
        f"folders train/1 … train/7 and test/1 … test/7. If you have no RAF-DB yet, {RAFDB.where}"
    )


def _list_official(root: Path, base: Path) -> Listing:
    label_file = next(
        (base / "EmoLabel" / name for name in LABEL_FILES if (base / "EmoLabel" / name).is_file()), None
    )
    if label_file is None:
        raise CourseError(
            f"{base / 'EmoLabel'} lacks {LABEL_FILES[0]}: copy it there from the owners' archive"
        )
    folder = _aligned_folder(base)
    rows: dict[str, tuple[str, int]] = {}  # name -> official split, label; of repeated names the last counts
    repeated, conflicts = [], []
    for line, text in read_lines(label_file):
        name, split, label = _parse(text, f"{label_file}, line {line}")
        if name in rows:
            (repeated if rows[name] == (split, label) else conflicts).append(name)
        rows[name] = (split, label)
    if not rows:
        raise CourseError(f"{label_file} is empty: copy it again from the owners' archive")
    files = file_names(folder)
    valid = _tenth([(name, label) for name, (split, label) in rows.items() if split == "train"])
    items, missing, used = [], [], set()
    for name, (split, label) in rows.items():
        stem, dot, suffix = name.rpartition(".")
        found = next((file for file in (f"{stem}_aligned{dot}{suffix}", name) if file in files), None)
        if found is None:
            missing.append(name)
            continue
        used.add(found)
        items.append(Item("valid" if name in valid else split, label, str(folder / found), name))
    problems = {
        "faces of the label file without an image": missing,
        "images that the label file does not name": sorted(files - used),
        "names repeated in the label file": repeated,
        "names in the label file with two labels, of which the last counts": conflicts,
    }
    return Listing(RAFDB, root, f"the owners' layout ({label_file.name})", items, problems)


def _aligned_folder(base: Path) -> Path:
    folder = base / "Image" / "aligned"
    if folder.is_dir():
        return folder
    if (base / "Image" / "aligned.zip").is_file():
        raise CourseError(f"{folder} is not there: unpack {base / 'Image' / 'aligned.zip'} beside itself")
    also = (
        "; Image/original holds the whole photographs, which are not read"
        if (base / "Image" / "original").is_dir()
        else ""
    )
    raise CourseError(f"{folder} is not there: unpack the owners' aligned faces (aligned.zip) to it{also}")


def _parse(text: str, where: str) -> tuple[str, str, int]:
    """Return the image name, official split and label (0–6) of a line like "train_00001.jpg 5"."""
    name, number = text.rsplit(maxsplit=1) if len(text.split()) > 1 else ("", "")
    if not name:
        raise CourseError(
            f'{where}: {text[:80]!r} is not an image name and a label, like "train_00001.jpg 5"'
        )
    split = name.split("_")[0].casefold()
    if split not in RAFDB.official:
        raise CourseError(f"{where}: the image name {name[:80]!r} begins with neither train_ nor test_")
    if number not in set("1234567"):
        raise CourseError(
            f"{where} ({name[:80]}): {number[:20]!r} is not a label; RAF-DB's labels are 1 to 7"
        )
    return name, split, int(number) - 1


def _list_class_folders(root: Path, base: Path) -> Listing:
    found = []  # (official split or "valid", label, path relative to base)
    for split, folder in (("train", "train"), ("valid", "valid"), ("test", "test")):
        for class_name in folder_names(base / folder):
            label = _label_of_folder(class_name, base / folder / class_name)
            for name in sorted(file_names(base / folder / class_name)):
                found.append((split, label, f"{folder}/{class_name}/{name}"))
    if not found:
        raise CourseError(f"{base} has no image in train/1 … train/7 or test/1 … test/7: copy RAF-DB there")
    own_valid = any(split == "valid" for split, _, _ in found)  # somebody's own choice stays as it is
    training = [(_short(path), label) for split, label, path in found if split == "train"]
    valid = set() if own_valid else _tenth(training)
    times = Counter((split, _short(path)) for split, _, path in found)
    items = []
    for split, label, path in found:
        short = _short(path)
        ours = "valid" if split == "train" and short in valid else split
        items.append(Item(ours, label, str(base / path), short if times[split, short] == 1 else path))
    twice = [path for split, _, path in found if times[split, _short(path)] > 1]
    problems = {"images in more than one class folder, all left in": twice}
    return Listing(RAFDB, root, "a folder for each class", items, problems)


def _label_of_folder(name: str, path: Path) -> int:
    word = _OTHER_WORDS.get(name.casefold(), name.casefold())
    if word in RAFDB.classes:
        return RAFDB.classes.index(word)
    if word in set("1234567"):
        return int(word) - 1
    raise CourseError(
        f"{path}: the folder's name is no class of RAF-DB; it should be 1 to 7 or one of "
        f"{', '.join(RAFDB.classes)} (1 is {RAFDB.classes[0]}, in that order)"
    )


def _short(path: str) -> str:
    """The owners' name of an image ("train_00001.jpg"), or its path where it has another name."""
    match = _OFFICIAL_NAME.fullmatch(path.rsplit("/", 1)[-1])
    return f"{match[1].lower()}.jpg" if match else path


def _tenth(training: list[tuple[str, int]]) -> set[str]:
    """Return the names of those training images, given as (name, label), that form the validation split."""
    names, labels = zip(*dict.fromkeys(training), strict=True) if training else ((), ())
    return {names[position] for position in held_out(names, labels)}
