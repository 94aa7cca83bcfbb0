"""AffectNet in one file: preparing it and loading a split under the protocol of seven or eight classes."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from torch import Tensor
from torch.nn.functional import one_hot

from pvlib.data.affectnet.listing import list_affectnet
from pvlib.data.affectnet.owners import AFFECTNET
from pvlib.data.faces import Faces
from pvlib.data.packing.reading import open_file
from pvlib.data.packing.report import Report
from pvlib.data.packing.writing import write_prepared
from pvlib.errors import CourseError

SIDE = 112
CLASSES = (7, 8)


@dataclass(frozen=True)
class AffectFaces(Faces):
    """Faces with what AffectNet alone knows.

    Attributes:
        affect: float32, (N, 2); valence (unpleasant to pleasant) and arousal (calm to excited), each in
            [−1, 1], or NaN where unknown.
    """

    affect: Tensor | None = None


def prepare_affectnet(root: str | Path, out: str | Path, *, size: int = SIDE, **options: Any) -> Report:
    """Read AffectNet in its old or new layout and write the one file ``out``.

    Args:
        size: pixels of a face's side. The file takes 3 · size² bytes a face: 11 GB at 112, 43 GB at 224.
        options: workers, strict, on_progress, see :func:`pvlib.data.packing.writing.write_prepared`.

    Raises:
        CourseError: see :func:`pvlib.data.affectnet.list_affectnet` and ``write_prepared``; ``out`` stays
            as it was.
    """
    return write_prepared(list_affectnet(root), out, size, **options)


def load_affectnet(
    path: str | Path, split: str, classes: int = 7, without_duplicates: bool = False
) -> AffectFaces:
    """Return the faces of one split, from a file that :func:`prepare_affectnet` wrote.

    Args:
        path: the prepared file.
        split: "train", or "valid", the set on which papers report.
        classes: 7, or 8 with contempt.
        without_duplicates: leave out training faces whose very pixels stand also in "valid".

    Returns:
        AffectFaces with ``images`` (N, 3, S, S), a view of the file that takes no memory of its own (a copy
        where duplicates are left out), ``target`` (N, classes), all weight on the one label, ``ids``, ``affect``
        and ``repeated``.

    Raises:
        CourseError: the file is missing, damaged, or no prepared AffectNet; or has no face of that split.
    """
    part = AFFECTNET.positions(split)
    if classes not in CLASSES:
        raise CourseError(f"AffectNet is used with 7 classes, or with contempt 8, not {classes}")
    file = open_file(path, AFFECTNET)
    rows = file.rows_of(split, part, without_duplicates) & (file.labels < classes)
    faces = AffectFaces(
        images=file.images,
        target=one_hot(file.labels.long(), len(AFFECTNET.classes)).float(),  # (N, 8)
        names=AFFECTNET.classes,
        ids=file.names,
        affect=file.columns["affect"],
        repeated=file.repeated(part),
    ).subset(rows)
    return replace(faces, target=faces.target[:, :classes], names=faces.names[:classes])
