"""AffectNet in one file: preparing it and loading a split under the protocol of seven or eight classes.

The form is that of ``pvlib.data.packing.container``. Contempt stands at the end of its split, so that leaving
it out, as most papers do, is a slice.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from torch import Tensor
from torch.nn.functional import one_hot

from pvlib.data.affectnet.listing import list_affectnet
from pvlib.data.affectnet.owners import AFFECTNET
from pvlib.data.faces import Faces
from pvlib.data.packing.container import open_container
from pvlib.data.packing.report import Report
from pvlib.data.packing.writing import write_prepared
from pvlib.errors import CourseError

SIDE = 112
CLASSES = (7, 8)
_CONTEMPT = 7


@dataclass(frozen=True)
class AffectFaces(Faces):
    """Faces with what AffectNet alone knows.

    Attributes:
        affect: float32, (N, 2); valence (unpleasant to pleasant) and arousal (calm to excited), each in
            [−1, 1], or NaN where unknown.
    """

    affect: Tensor | None = None


def prepare_affectnet(
    root: str | Path,
    out: str | Path,
    *,
    size: int = SIDE,
    workers: int = 1,
    strict: bool = False,
    start_over: bool = False,
    on_progress: Callable[[int, int], None] | None = None,
) -> Report:
    """Read AffectNet in its old or new layout and write the one file ``out``.

    A run that was killed goes on where it stopped when it is called again with the same arguments.

    Args:
        size: pixels of a face's side. The file takes 3 · size² bytes a face: 11 GB at 112, 43 GB at 224.
        workers, strict, start_over, on_progress: see :func:`pvlib.data.packing.writing.write_prepared`.

    Raises:
        CourseError: see :func:`pvlib.data.affectnet.list_affectnet` and ``write_prepared``; ``out`` stays
            as it was.
    """
    return write_prepared(
        list_affectnet(root),
        out,
        size,
        ranking,
        workers=workers,
        strict=strict,
        start_over=start_over,
        on_progress=on_progress,
    )


def ranking(split: np.ndarray, labels: np.ndarray, stands_in: np.ndarray) -> np.ndarray:
    """Return the order of the faces, (N,): copies, the seven, contempt, its copies, of train; then of valid.

    So seven classes and eight, each with and without the copies of validation faces, are slices.
    """
    contempt, copied = labels == _CONTEMPT, stands_in & 2 > 0
    train = np.select([contempt & copied, contempt, copied], [3, 2, 0], 1)
    return np.where(split == 0, train, 4 + contempt)


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
        AffectFaces with ``images`` (N, 3, S, S), a view of the file that takes no memory of its own,
        ``target`` (N, classes), all weight on the one label, ``ids`` and ``affect``.

    Raises:
        CourseError: the file is missing, damaged, or no prepared AffectNet; or has no face of that split.
    """
    if split not in AFFECTNET.splits:
        also = ": its owners keep the test set, and papers report on valid" if split == "test" else ""
        raise CourseError(
            f"AffectNet has no split {split!r}{also}; choose one of {', '.join(AFFECTNET.splits)}"
        )
    if classes not in CLASSES:
        raise CourseError(f"AffectNet is used with 7 classes, or with contempt 8, not {classes}")
    file = open_container(path, AFFECTNET)
    position = AFFECTNET.splits.index(split)
    mask = (file.split == position) & (file.labels < classes)
    if not mask.any():
        raise CourseError(f"{path} has no face of the split {split}: prepare it from files that include it")
    if without_duplicates:
        mask &= file.stands_in >> (position + 1) == 0
    chosen = file.run_of(mask)
    return AffectFaces(
        images=file.images[chosen],
        target=one_hot(file.labels[chosen].long(), classes).float(),  # (N, classes)
        names=AFFECTNET.classes[:classes],
        ids=file.names[chosen],
        affect=file.affect[chosen],
    )
