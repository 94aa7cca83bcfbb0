"""RAF-DB in one file: preparing it and loading a split (the form is that of ``pvlib.data.packing.container``)."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from torch.nn.functional import one_hot

from pvlib.data.faces import Faces
from pvlib.data.packing.container import open_container
from pvlib.data.packing.report import Report
from pvlib.data.packing.writing import write_prepared
from pvlib.data.rafdb.listing import list_rafdb
from pvlib.data.rafdb.owners import RAFDB
from pvlib.errors import CourseError

SIDE = 100
# what can be loaded; "train+valid" is the owners' training set
PARTS = {"train": (0,), "valid": (1,), "test": (2,), "train+valid": (0, 1)}


def prepare_rafdb(
    root: str | Path,
    out: str | Path,
    *,
    size: int = SIDE,
    workers: int = 1,
    strict: bool = False,
    start_over: bool = False,
    on_progress: Callable[[int, int], None] | None = None,
) -> Report:
    """Read RAF-DB as its owners hand it out, or in class folders, and write the one file ``out``.

    A run that was killed goes on where it stopped when it is called again with the same arguments.

    Args:
        size: pixels of a face's side; 100 is what the owners' aligned faces have.
        workers, strict, start_over, on_progress: see :func:`pvlib.data.packing.writing.write_prepared`.

    Raises:
        CourseError: see :func:`pvlib.data.rafdb.list_rafdb` and ``write_prepared``; ``out`` stays as it was.
    """
    return write_prepared(
        list_rafdb(root),
        out,
        size,
        ranking,
        workers=workers,
        strict=strict,
        start_over=start_over,
        on_progress=on_progress,
    )


def ranking(split: np.ndarray, labels: np.ndarray, stands_in: np.ndarray) -> np.ndarray:
    """Return the order of the faces, (N,): train | valid | test, those that stand also in test outermost.

    So each of ``PARTS`` is a slice, and so is each without its copies in a later split.
    """
    in_valid, in_test = stands_in & 2 > 0, stands_in & 4 > 0
    train = np.select([in_test, in_valid], [0, 1], 2)
    return np.select([split == 0, split == 1], [train, np.where(in_test, 4, 3)], 5)


def load_rafdb(path: str | Path, split: str, without_duplicates: bool = False) -> Faces:
    """Return the faces of one split, from a file that :func:`prepare_rafdb` wrote.

    Args:
        path: the prepared file.
        split: "train", "valid" (a tenth of the owners' training faces), "test", or "train+valid".
        without_duplicates: leave out every face whose very pixels stand also in a later split.

    Returns:
        Faces with ``images`` (N, 3, S, S), a view of the file that takes no memory of its own, ``target``
        (N, 7), all weight on the one label, and ``ids``.

    Raises:
        CourseError: the file is missing, damaged, or no prepared RAF-DB; or has no face of that split.
    """
    if split not in PARTS:
        raise CourseError(f"RAF-DB has no split {split!r}; choose one of {', '.join(PARTS)}")
    file = open_container(path, RAFDB)
    first, last = PARTS[split][0], PARTS[split][-1]
    mask = (file.split >= first) & (file.split <= last)
    if not mask.any():
        raise CourseError(f"{path} has no face of the split {split}: prepare it from files that include it")
    if without_duplicates:
        mask &= file.stands_in >> (last + 1) == 0
    chosen = file.run_of(mask)
    return Faces(
        images=file.images[chosen],
        target=one_hot(file.labels[chosen].long(), len(RAFDB.classes)).float(),  # (N, 7)
        names=RAFDB.classes,
        ids=file.names[chosen],
    )
