"""Finding out what lies at a path: a data set in a layout that we know, a prepared file, or just images."""

import os
from collections import Counter
from pathlib import Path

import numpy as np

from pvlib.data.affectnet import AFFECTNET, list_affectnet
from pvlib.data.affectnet.folders import SPLIT_FOLDERS
from pvlib.data.affectnet.tables import table_paths
from pvlib.data.archives import is_archive
from pvlib.data.check.collection import Collection, Tally
from pvlib.data.check.ferplus_files import collect_ferplus, collect_prepared_ferplus, is_ferplus
from pvlib.data.ferplus import compact as ferplus
from pvlib.data.folders import IMAGE_SUFFIXES, folder_names
from pvlib.data.listing import DataSet, Listing
from pvlib.data.packing.container import Container, open_container, read_metadata
from pvlib.data.packing.header import format_of
from pvlib.data.rafdb import RAFDB, list_rafdb
from pvlib.errors import CourseError

_SPLITS = {
    "train": "train",
    "training": "train",
    "valid": "valid",
    "val": "valid",
    "validation": "valid",
    "test": "test",
}


def recognise(path: Path) -> Collection:
    """Read the names and labels of whatever lies at ``path``.

    Raises:
        CourseError: nothing is there, it is an archive or an unknown kind of file, it holds no image, or a
            label file of a data set is wrong; the message names the file and the line.
    """
    if path.is_dir():
        if is_ferplus(path):
            return collect_ferplus(path)
        if _is_rafdb(path):
            return _of_listing(list_rafdb(path))
        if _is_affectnet(path):
            return _of_listing(list_affectnet(path))
        return _collect_images(path)
    if not path.is_file():
        raise CourseError(f"there is no file or folder {path}: give the data set's folder")
    if is_archive(path):
        raise CourseError(
            f"{path} is an archive; unpack it first: pvlib data unpack {path} {path.stem.split('.')[0]}"
        )
    return _open_prepared(path)


def _is_rafdb(path: Path) -> bool:
    for base in (path, path / "basic", path / "DATASET"):
        if (base / "EmoLabel").is_dir():
            return True
        numbers = {name for split in ("train", "test") for name in folder_names(base / split)}
        # Other sets come in folders of expressions, too; the numbers are RAF-DB's own.
        if numbers and numbers <= set("1234567"):
            return True
    return False


def _is_affectnet(path: Path) -> bool:
    return any(
        table_paths(base) or any((base / folder / "images").is_dir() for folder in SPLIT_FOLDERS.values())
        for base in (path, path / "AffectNet")
    )


def _of_listing(listing: Listing) -> Collection:
    missing = [kind for kind in listing.problems if kind.endswith("without an image")]
    return _labelled(
        listing.data_set,
        [item.split for item in listing.items],
        np.array([item.label for item in listing.items], np.int16),
        listing.dropped,
        layout=listing.layout,
        root=listing.root,
        names=[item.name for item in listing.items],
        files=[item.path for item in listing.items],
        boxes=[item.box for item in listing.items],
        missing=[name for kind in missing for name in listing.problems[kind]],
        problems={kind: names for kind, names in listing.problems.items() if kind not in missing},
    )


def _of_container(file: Container, facts: DataSet) -> Collection:
    report = file.report
    return _labelled(
        facts,
        [facts.splits[i] for i in file.split.tolist()],
        file.labels.numpy().astype(np.int16),
        report.dropped,
        layout=f"one prepared file, from {report.layout}",
        root=file.path,
        names=list(file.names),
        images=file.images.numpy().transpose(0, 2, 3, 1),  # (N, S, S, 3)
        notes=[f"When it was prepared: {kind}, {count:,}." for kind, (count, _) in report.problems.items()],
    )


def _labelled(
    facts: DataSet, parts: list[str], label: np.ndarray, dropped: dict[str, dict[str, int]], **known
) -> Collection:
    """Make a collection in the owners' splits, so that its counts can be compared with theirs."""
    splits = tuple(facts.official)
    split = np.array([splits.index(facts.official_split[part]) for part in parts], np.int16)
    tallies = [
        Tally(
            name,
            {part: int(((label == i) & (split == j)).sum()) for j, part in enumerate(splits)},
            {part: counts[name] for part, counts in facts.official.items()},
        )
        for i, name in enumerate(facts.classes)
    ]
    for kind in dict.fromkeys(kind for kinds in dropped.values() for kind in kinds):
        tallies.append(Tally(f"left out: {kind}", {part: dropped[part].get(kind, 0) for part in dropped}))
    return Collection(
        kind=facts.name,
        splits=splits,
        classes=facts.classes,
        split=split,
        label=label,
        tallies=tallies,
        **known,
    )


def _collect_images(root: Path) -> Collection:
    """List every image below ``root``; folders train/happy/… give its split and class."""
    found, others, unlisted, archives = [], 0, [], []
    for folder, inner, files in os.walk(root, onerror=lambda error: unlisted.append(f"{error.filename}")):
        inner[:] = sorted(name for name in inner if not name.startswith((".", "__")))
        for name in sorted(files):
            if name.casefold().endswith(IMAGE_SUFFIXES) and not name.startswith("."):
                found.append((Path(folder) / name).relative_to(root))
            else:
                others += 1
                archives += [name] if is_archive(Path(name)) else []
    if not found:
        hint = (
            f"unpack {archives[0]} first, with pvlib data unpack"
            if archives
            else "give the data set's folder"
        )
        raise CourseError(f"{root} holds no image: {hint}")
    parts = [_SPLITS.get(path.parts[0].casefold(), "") if len(path.parts) > 1 else "" for path in found]
    splits = tuple(name for name in ("train", "valid", "test") if name in parts)
    words = [
        path.parts[-2] if len(path.parts) > 1 + bool(part) else ""
        for path, part in zip(found, parts, strict=True)
    ]
    classes = tuple(sorted(set(words) - {""}))
    split = np.array([splits.index(part) if part else -1 for part in parts], np.int16)
    label = np.array([classes.index(word) if word else -1 for word in words], np.int16)
    if not splits:
        splits, split = ("all",), np.zeros(len(found), np.int16)
    notes = ["No label file that we know: classes and splits are the folders' names."]
    if others:
        notes.append(f"Other files, not looked at: {others:,}.")
    counts = Counter(zip(words, split.tolist(), strict=True))
    return Collection(
        kind="a folder of images",
        layout="images in folders" if classes else "images without labels",
        root=root,
        splits=splits,
        classes=classes,
        names=[path.as_posix() for path in found],
        split=split,
        label=label,
        files=[str(root / path) for path in found],
        tallies=[
            Tally(word or "no class", {part: counts[word, i] for i, part in enumerate(splits)})
            for word in (*classes, *([""] if "" in words else []))
        ],
        problems={"folders that cannot be listed": unlisted},
        notes=notes,
    )


def _open_prepared(path: Path) -> Collection:
    form = read_metadata(path).get("format")
    if form == ferplus.FORMAT:
        return collect_prepared_ferplus(path)
    for facts in (RAFDB, AFFECTNET):
        if form == format_of(facts):
            return _of_container(open_container(path, facts), facts)
    raise CourseError(f"{path} holds no faces; give a file that a script of data_scripts/ made")
