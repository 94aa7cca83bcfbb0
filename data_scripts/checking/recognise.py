"""Finding out what lies at a path: a data set in a layout that we know, a prepared file, or just images."""

from pathlib import Path

from data_scripts.archives import ARCHIVE_SUFFIXES
from data_scripts.layouts.affectnet.listing import is_affectnet, list_affectnet
from data_scripts.layouts.class_folders import SPLITS, class_folders
from data_scripts.layouts.ferplus.listing import is_ferplus, list_ferplus
from data_scripts.layouts.finding import find_base, not_read, what_is_there
from data_scripts.layouts.listing import Item, Listing
from data_scripts.layouts.rafdb import list_rafdb, official_name
from data_scripts.packing.report import Report
from pvlib.data.affectnet import AFFECTNET
from pvlib.data.data_set import DataSet, format_of
from pvlib.data.ferplus.owners import FERPLUS_SET
from pvlib.data.folders import file_names, images_below
from pvlib.data.prepared_file import open_file, read_format
from pvlib.data.rafdb import RAFDB
from pvlib.errors import CourseError

_SETS = (
    (FERPLUS_SET, is_ferplus, list_ferplus),
    (RAFDB, lambda base: _is_surely_rafdb(base), list_rafdb),
    (AFFECTNET, is_affectnet, list_affectnet),
)


def recognise(path: Path) -> Listing:
    """List whatever lies at ``path``, as the scripts that prepare it do.

    Raises:
        CourseError: nothing is there, it is an archive or an unknown kind of file, it holds no image, or a
            label file of a data set is wrong; the message names the file and the line.
    """
    if path.is_dir():
        for data_set, is_base, list_set in _SETS:
            if find_base(path, is_base, data_set.name) is not None:
                return list_set(path)
        return _list_images(path)
    if not path.is_file():
        raise CourseError(f"there is no file or folder {path}: give the data set's folder")
    if path.name.casefold().endswith(ARCHIVE_SUFFIXES):
        folder = path.name.split(".")[0]
        raise CourseError(
            f"{path} is an archive; unpack it first: python data_scripts/unpack.py {path} {folder}"
        )
    return _open_prepared(path)


def _is_surely_rafdb(base: Path) -> bool:
    """Other sets come in folders of expressions, too; numbers, or the owners' names, are RAF-DB's own."""
    if (base / "EmoLabel").is_dir():
        return True
    folders = [folder for folder in class_folders(base) if folder.split]
    numbered = bool(folders) and {folder.word for folder in folders} <= set("1234567")
    return numbered or any(official_name(name) for folder in folders for name in file_names(folder.path))


def _list_images(root: Path) -> Listing:
    """List every image below ``root``; folders such as train/happy give its split and class."""
    unlisted: list[str] = []
    found = list(images_below(root, lambda error: unlisted.append(str(error.filename))))
    if not found:
        raise CourseError(f"{root} holds no image: give the data set's folder. {what_is_there(root)}")
    items = []
    for path in found:
        *folders, _ = path.split("/")
        split = SPLITS.get(folders[0].casefold(), "") if folders else ""
        items.append((split or "all", folders[-1] if len(folders) > bool(split) else "no class", path))
    classes = tuple(sorted({word for _, word, _ in items}))
    present = {split for split, *_ in items}
    return Listing(
        data_set=DataSet(
            name="A folder of images",
            classes=classes,
            splits=tuple(name for name in ("train", "valid", "test", "all") if name in present),
            where="",
            script="",
        ),
        root=root,
        layout="no label file that we know, so that classes and splits are the folders' names",
        items=[Item(split, classes.index(word), str(root / path), path) for split, word, path in items],
        problems={"folders that cannot be listed": unlisted},
        not_read=not_read(root, [str(root / path) for path in found]),
    )


def _open_prepared(path: Path) -> Listing:
    form = read_format(path)
    for data_set, *_ in _SETS:
        if form == format_of(data_set):
            file = open_file(path, data_set)
            report = Report.from_json(file.report, path)
            splits = [data_set.splits[i] for i in file.split.tolist()]
            facts = zip(splits, file.labels.tolist(), file.names, strict=True)
            return Listing(
                data_set=data_set,
                root=path,
                layout=f"one prepared file, from {report.layout}",
                items=[Item(split, label, "", name) for split, label, name in facts],
                images=file.images.numpy(),
                counts={name: line for name, line in report.counts.items() if name not in data_set.classes},
                notes=[
                    f"When it was prepared: {kind}, {count:,}."
                    for kind, (count, _) in report.problems.items()
                ],
            )
    raise CourseError(f"{path} holds no faces; give a file that a script of data_scripts/ made")
