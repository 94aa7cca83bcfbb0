"""Finding out which of AffectNet's two layouts lies in a folder."""

from pathlib import Path

from pvlib.data.affectnet.folders import SPLIT_FOLDERS, list_new_layout
from pvlib.data.affectnet.owners import AFFECTNET
from pvlib.data.affectnet.tables import list_old_layout, table_paths
from pvlib.data.listing import Listing
from pvlib.errors import CourseError


def list_affectnet(root: str | Path) -> Listing:
    """Find out which layout of AffectNet lies under ``root`` and list its labelled faces.

    Returns:
        A listing whose items have the splits "train" and "valid", labels 0 to 7, (valence, arousal), and in
        the old layout the face's box. ``dropped`` counts the rows with id 8, 9 or 10.

    Raises:
        CourseError: neither layout is there, or a label is no id of AffectNet; the message names the file
            and the line.
    """
    root = Path(root)
    if not root.is_dir():
        raise CourseError(f"there is no folder {root}: give the folder that holds AffectNet")
    for base in (root, root / "AffectNet"):
        if any((base / folder).is_dir() for folder in SPLIT_FOLDERS.values()):
            return list_new_layout(root, base)
        if table_paths(base):
            return list_old_layout(root, base)
    raise CourseError(
        f"{root} does not hold AffectNet: it should have train_set and val_set, each with images and "
        f"annotations, or training.csv and validation.csv with Manually_Annotated_Images. If you have no "
        f"AffectNet yet, {AFFECTNET.where}"
    )
