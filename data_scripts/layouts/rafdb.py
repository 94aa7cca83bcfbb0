"""How RAF-DB's labels are read, in both layouts: the owners' label file, and the class folders of many copies.

The owners' layout: ``EmoLabel/list_patition_label.txt`` (sic) with lines like "train_00001.jpg 5", and
``Image/aligned/train_00001_aligned.jpg``. The copies: ``train/5/train_00001_aligned.jpg``, or with the
class's name in place of its number. In both, a face's name says to which of the owners' splits it belongs: a
face called ``test_…`` is a test face in whatever folder it lies.

RAF-DB has no validation split. A tenth of every class's training faces is held out for it by their names
without "_aligned" (see ``pvlib.data.holdout``). So the choice is the same on every machine and in both
layouts, and "train" and "valid" together are the official training set.
"""

import re
from collections import Counter, defaultdict
from pathlib import Path

from data_scripts.layouts.class_folders import ClassFolder, class_folders
from data_scripts.layouts.finding import find_base, not_read, what_is_there
from data_scripts.layouts.label_files import read_lines, whole_number
from data_scripts.layouts.listing import Item, Listing
from pvlib.data.folders import images_below
from pvlib.data.holdout import held_out
from pvlib.data.rafdb import RAFDB
from pvlib.errors import CourseError

LABEL_FILES = ("list_patition_label.txt", "list_partition_label.txt")  # the owners' spelling comes first
_OFFICIAL_NAME = re.compile(r"(train|test)(_\d+)(?:_aligned)?\.\w+", re.IGNORECASE)


def list_rafdb(root: str | Path) -> Listing:
    """Find out which layout of RAF-DB lies under ``root``, or a few folders down, and list its faces.

    Returns:
        A listing whose items have the splits "train", "valid" and "test" and neither box nor affect.

    Raises:
        CourseError: neither layout is there, or a line of the label file or a folder's name is wrong; the
            message names the file and the line.
    """
    root = Path(root)
    base = find_base(root, is_rafdb, RAFDB.name)
    if base is None:
        raise CourseError(
            f"{root} does not hold RAF-DB: it should have EmoLabel/{LABEL_FILES[0]} and Image/aligned, or the "
            f"folders train/1 … train/7 and test/1 … test/7. {what_is_there(root)}. If you have no RAF-DB yet, "
            f"{RAFDB.where}"
        )
    return _list_official(root, base) if (base / "EmoLabel").is_dir() else _list_class_folders(root, base)


def is_rafdb(base: Path) -> bool:
    """Whether a folder holds RAF-DB in one of the layouts."""
    return (base / "EmoLabel").is_dir() or any(
        folder.split or (_label_of(folder) is not None and any(map(official_name, folder.images())))
        for folder in class_folders(base)
    )


def official_name(file: str) -> str:
    """Return the owners' name of an image ("train_00001.jpg"), or "" where it has another name."""
    match = _OFFICIAL_NAME.fullmatch(file)
    return f"{match[1]}{match[2]}.jpg".lower() if match else ""


def _list_official(root: Path, base: Path) -> Listing:
    label_file = next(
        (base / "EmoLabel" / name for name in LABEL_FILES if (base / "EmoLabel" / name).is_file()), None
    )
    if label_file is None:
        raise CourseError(
            f"{base / 'EmoLabel'} lacks {LABEL_FILES[0]}: copy it there from the owners' archive"
        )
    aligned = _aligned_folder(base)
    rows: dict[str, tuple[str, int]] = {}  # name -> official split, label; of repeated names the last counts
    repeated: list[str] = []
    conflicts: list[str] = []
    for line, text in read_lines(label_file):
        name, split, label = _label_of_line(text, f"{label_file}, line {line}")
        if name in rows:
            (repeated if rows[name] == (split, label) else conflicts).append(name)
        rows[name] = (split, label)
    if not rows:
        raise CourseError(f"{label_file} is empty: copy it again from the owners' archive")
    # sorted, so that of "…_aligned.jpg" and "….jpg" the aligned one counts
    images = sorted(images_below(aligned), key=lambda path: "_aligned" in path.casefold())
    files = {official_name(Path(path).name) or Path(path).name: path for path in images}
    valid = _tenth([(name, label) for name, (split, label) in rows.items() if split == "train"])
    items = [
        Item("valid" if name in valid else split, label, str(aligned / files[name]), name)
        for name, (split, label) in rows.items()
        if name in files
    ]
    superfluous = sorted(set(images) - {files[item.name] for item in items})
    return Listing(
        data_set=RAFDB,
        root=root,
        layout=f"the owners' layout ({label_file.name})",
        items=items,
        problems={
            "faces of the label file without an image": [name for name in rows if name not in files],
            "images that the label file does not name": superfluous,
            "names repeated in the label file": repeated,
            "names in the label file with two labels, of which the last counts": conflicts,
        },
        not_read=not_read(root, [str(label_file), *(str(aligned / path) for path in images)]),
    )


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


def _label_of_line(text: str, where: str) -> tuple[str, str, int]:
    """Return the image name, official split and label (0–6) of a line like "train_00001.jpg 5"."""
    cells = text.split()
    if len(cells) != 2:
        raise CourseError(
            f'{where}: {text[:80]!r} is not an image name and a label, like "train_00001.jpg 5", but '
            f"{len(cells)} value{'s' * (len(cells) > 1)} where two are wanted"
        )
    name, number = cells
    split = name.split("_")[0].casefold()
    if split not in RAFDB.official:
        raise CourseError(f"{where}: the image name {name[:80]!r} begins with neither train_ nor test_")
    label = whole_number(number)
    if label is None or not 1 <= label <= 7:
        raise CourseError(
            f"{where} ({name[:80]}): {number[:20]!r} is not a label; RAF-DB's labels are 1 to 7"
        )
    return official_name(name) or name, split, label - 1


def _list_class_folders(root: Path, base: Path) -> Listing:
    faces: dict[tuple[str, str], list[tuple[int, str]]] = defaultdict(list)  # (split, name) -> label and path
    moved: Counter[str] = Counter()
    again: list[str] = []
    for folder in class_folders(base):
        label = _label_of(folder)
        if label is None and not folder.split:
            continue
        if label is None:
            raise CourseError(
                f"{folder.path}: the folder's name is no class of RAF-DB; it should be 1 to 7 or one of "
                f"{', '.join(RAFDB.classes)} (1 is {RAFDB.classes[0]}, in that order)"
            )
        for file in folder.images():
            path = f"{folder.path.relative_to(base).as_posix()}/{file}"
            name = official_name(file)
            split = _split(folder.split, name, path)
            if name and split != folder.split and folder.split:
                around = path.split("/")[0]
                moved[f"named {name.split('_')[0]}_… lie in the folder {around}: used as {split} faces"] += 1
            known = faces[split, name or path]
            if any(other == label for other, _ in known):
                again.append(path)
            else:
                known.append((label, path))
    if not faces:
        raise CourseError(
            f"{base} has no image in train/1 … train/7 or test/1 … test/7. {what_is_there(base)}"
        )
    own_valid = any(split == "valid" for split, _ in faces)  # somebody's own choice stays as it is
    training = [
        (name, label) for (split, name), known in faces.items() if split == "train" for label, _ in known
    ]
    valid = set() if own_valid else _tenth(training)
    items, twice = [], []
    for (split, name), known in faces.items():
        for label, path in known:
            ours = "valid" if split == "train" and name in valid else split
            items.append(Item(ours, label, str(base / path), name if len(known) == 1 else path))
        twice += [path for _, path in known] if len(known) > 1 else []
    return Listing(
        data_set=RAFDB,
        root=root,
        layout="a folder for each class",
        items=items,
        problems={
            "images in more than one class folder, all left in": twice,
            "images that lie there twice, of which one is left in": again,
        },
        notes=[f"{count:,} image{'s' * (count > 1)} {what}" for what, count in moved.items()],
        not_read=not_read(root, [*(item.path for item in items), *(str(base / path) for path in again)]),
    )


def _label_of(folder: ClassFolder) -> int | None:
    if folder.word in RAFDB.classes:
        return RAFDB.classes.index(folder.word)
    number = int(folder.word) if folder.word in set("1234567") else 0
    return number - 1 if number else None


def _split(around: str, name: str, path: str) -> str:
    """Return our split: what the image's name says, else what the folder around says."""
    if not name:
        if not around:
            raise CourseError(
                f"{path}: neither its name nor a folder says whether it is a training or a test face"
            )
        return around
    official = name.split("_")[0]
    return around if around == "valid" and official == "train" else official


def _tenth(training: list[tuple[str, int]]) -> set[str]:
    """Return the names of those training images, given as (name, label), that form the validation split."""
    names, labels = zip(*dict.fromkeys(training), strict=True) if training else ((), ())
    return {names[position] for position in held_out(names, labels)}
