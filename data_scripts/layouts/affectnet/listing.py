"""Finding out which of AffectNet's layouts lies in a folder."""

from pathlib import Path

from data_scripts.layouts.affectnet.folders import SPLIT_FOLDERS, list_new_layout
from data_scripts.layouts.affectnet.tables import in_order, list_old_layout, table_paths
from data_scripts.layouts.class_folders import ClassFolder, class_folders
from data_scripts.layouts.finding import find_base, not_read, what_is_there
from data_scripts.layouts.listing import Item, Listing
from pvlib.data.affectnet import AFFECTNET
from pvlib.errors import CourseError


def list_affectnet(root: str | Path) -> Listing:
    """Find out which layout of AffectNet lies under ``root``, or a few folders down, and list its faces.

    Returns:
        A listing whose items have the splits "train" and "valid", labels 0 to 7, (valence, arousal), and in
        the old layout the face's box. ``counts`` has the rows with id 8, 9 or 10.

    Raises:
        CourseError: no layout is there, or a label is no id of AffectNet; the message names the file and the line.
    """
    root = Path(root)
    base = find_base(root, is_affectnet, AFFECTNET.name)
    if base is None:
        base = find_base(
            root, lambda folder: any(part.split for part in class_folders(folder)), "class folders"
        )
        if base is not None:
            return _list_class_folders(root, base)
        raise CourseError(
            f"{root} does not hold AffectNet: it should have train_set and val_set, each with images and "
            f"annotations, or training.csv and validation.csv with Manually_Annotated_Images. {what_is_there(root)}. "
            f"If you have no AffectNet yet, {AFFECTNET.where}"
        )
    new = any((base / folder).is_dir() for folder in SPLIT_FOLDERS.values())
    return list_new_layout(root, base) if new else list_old_layout(root, base)


def is_affectnet(base: Path) -> bool:
    """Whether a folder holds AffectNet in one of its owners' layouts."""
    return bool(table_paths(base)) or any((base / folder).is_dir() for folder in SPLIT_FOLDERS.values())


def _list_class_folders(root: Path, base: Path) -> Listing:
    """List what copies have: folders of classes by their words, without box, valence and arousal."""
    folders = [folder for folder in class_folders(base) if folder.split in AFFECTNET.splits]
    for folder in folders:
        if folder.word not in AFFECTNET.classes:
            why = (
                "copies number them in two ways, as the owners do (3 is surprise) and by the alphabet (3 is fear), and "
                "nothing tells which: name the folders by words"
                if folder.word.isdecimal()
                else f"it is none of {', '.join(AFFECTNET.classes)}"
            )
            raise CourseError(f"{folder.path} is not read as a class of AffectNet: {why}")
    items = [_item(base, folder, file) for folder in folders for file in folder.images()]
    return Listing(
        data_set=AFFECTNET,
        root=root,
        layout="a folder for each class",
        items=in_order(items),
        notes=["Valence and arousal are unknown in this layout."],
        not_read=not_read(root, [item.path for item in items]),
    )


def _item(base: Path, folder: ClassFolder, file: str) -> Item:
    path = folder.path / file
    return Item(
        folder.split, AFFECTNET.classes.index(folder.word), str(path), path.relative_to(base).as_posix()
    )
