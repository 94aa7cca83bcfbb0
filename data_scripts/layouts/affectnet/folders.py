"""AffectNet's new layout: train_set and val_set, each with images/N.jpg and annotations/N_exp.npy.

Beside ``_exp`` stand ``_val`` and ``_aro`` (valence, arousal) and ``_lnd`` (landmarks, not read). Each file
holds one value, in some copies a number and in others text such as "3"; both are read, and never a pickle.
The pictures are faces already, so there is no box.
"""

import math
from collections import Counter
from io import BytesIO
from pathlib import Path

import numpy as np

from data_scripts.layouts.affectnet.tables import NO_EXPRESSION, bounded, in_order, without_expression
from data_scripts.layouts.finding import descend, not_read, what_is_there
from data_scripts.layouts.listing import Item, Listing
from pvlib.data.affectnet import AFFECTNET
from pvlib.data.folders import file_names
from pvlib.errors import CourseError

SPLIT_FOLDERS = {"train": "train_set", "valid": "val_set"}
_LARGEST = 65_536  # bytes; one value takes less than 200


def list_new_layout(root: Path, base: Path) -> Listing:
    """List the faces of ``base/train_set`` and ``base/val_set`` that have both an image and an id.

    Raises:
        CourseError: there is no image at all.
    """
    items: list[Item] = []
    known: list[str] = []
    dropped: dict[str, Counter[str]] = {}
    missing, unlabelled, unread, twice = [], [], [], []
    for split, folder in SPLIT_FOLDERS.items():
        part = base / folder / folder if (base / folder / folder).is_dir() else base / folder
        pictures, annotations = descend(part / "images"), descend(part / "annotations", (".npy",))
        images: dict[str, str] = {}
        for file in sorted(file_names(pictures)):
            stem = file.rpartition(".")[0]
            if stem in images:
                twice.append(f"{folder}/images/{file}")
            images.setdefault(stem, file)
            known.append(str(pictures / file))
        present = file_names(annotations, (".npy",))
        labelled = {name.removesuffix("_exp.npy") for name in present if name.endswith("_exp.npy")}
        missing += [
            f"{folder}/annotations/{stem}_exp.npy" for stem in sorted(labelled - images.keys(), key=_number)
        ]
        unlabelled += [
            f"{folder}/images/{images[stem]}" for stem in sorted(images.keys() - labelled, key=_number)
        ]
        counts = dropped[split] = Counter(dict.fromkeys(NO_EXPRESSION.values(), 0))
        stems = sorted(labelled & images.keys(), key=_number)
        for stem in stems:
            label, affect = _annotation(annotations, stem)
            if label is None:
                unread.append(f"{folder}/annotations/{stem}_exp.npy")
            elif label in NO_EXPRESSION:
                counts[NO_EXPRESSION[label]] += 1
            else:
                name = f"{folder}/images/{images[stem]}"
                items.append(Item(split, label, str(pictures / images[stem]), name, None, affect))
    if not items and not unlabelled:
        raise CourseError(
            f"{base} has no image in train_set/images or val_set/images: copy AffectNet there. {what_is_there(base)}"
        )
    return Listing(
        data_set=AFFECTNET,
        root=root,
        layout="the owners' new layout (train_set, val_set)",
        items=in_order(items),
        problems={
            "annotations without an image": missing,
            "images without an annotation of their expression": unlabelled,
            "annotations that hold no id of AffectNet": unread,
            "images with the number of another image": twice,
        },
        counts=without_expression(dropped),
        not_read=not_read(root, known, lambda path: path.endswith(("_exp.npy", "_val.npy", "_aro.npy"))),
    )


def _number(stem: str) -> tuple[int, int, str]:
    """Sort "2" before "10", and numbers before other names."""
    numeric = stem.isascii() and stem.isdigit()
    return (0, int(stem[:18]), stem) if numeric else (1, 0, stem)


def _annotation(folder: Path, stem: str) -> tuple[int | None, tuple[float, float]]:
    """Return id and (valence, arousal); None for what is no id, NaN for affect that is unknown."""
    value = read_value(folder / f"{stem}_exp.npy")
    if value is None or value not in range(len(AFFECTNET.classes) + len(NO_EXPRESSION)):
        return None, (math.nan, math.nan)
    valence, arousal = (read_value(folder / f"{stem}_{kind}.npy") for kind in ("val", "aro"))
    return int(value), (bounded(valence), bounded(arousal))


def read_value(path: Path) -> float | None:
    """Return the one number of an annotation file, stored as number or text; None where there is none."""
    try:
        with path.open("rb") as handle:
            content = handle.read(_LARGEST)
        value = np.load(BytesIO(content), allow_pickle=False)
        return float(value.item())
    except Exception:  # NumPy raises almost anything on a damaged file; each is counted in the report
        return None
