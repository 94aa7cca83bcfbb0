"""RAF-DB in one file: preparing it and loading a split."""

from pathlib import Path
from typing import Any

from torch.nn.functional import one_hot

from pvlib.data.faces import Faces
from pvlib.data.packing.reading import open_file
from pvlib.data.packing.report import Report
from pvlib.data.packing.writing import write_prepared
from pvlib.data.rafdb.listing import list_rafdb
from pvlib.data.rafdb.owners import RAFDB

SIDE = 100


def prepare_rafdb(root: str | Path, out: str | Path, *, size: int = SIDE, **options: Any) -> Report:
    """Read RAF-DB as its owners hand it out, or in class folders, and write the one file ``out``.

    Args:
        size: pixels of a face's side; 100 is what the owners' aligned faces have.
        options: workers, strict, on_progress, see :func:`pvlib.data.packing.writing.write_prepared`.

    Raises:
        CourseError: see :func:`pvlib.data.rafdb.list_rafdb` and ``write_prepared``; ``out`` stays as it was.
    """
    return write_prepared(list_rafdb(root), out, size, **options)


def load_rafdb(path: str | Path, split: str, without_duplicates: bool = False) -> Faces:
    """Return the faces of one split, from a file that :func:`prepare_rafdb` wrote.

    Args:
        path: the prepared file.
        split: "train", "valid" (a tenth of the owners' training faces), "test", or "train+valid", the
            owners' training set.
        without_duplicates: leave out every face whose very pixels stand also in a later split.

    Returns:
        Faces with ``images`` (N, 3, S, S), a view of the file that takes no memory of its own (a copy where
        duplicates are left out), ``target`` (N, 7), all weight on the one label, ``ids`` and ``repeated``.

    Raises:
        CourseError: the file is missing, damaged, or no prepared RAF-DB; or has no face of that split.
    """
    part = RAFDB.positions(split)
    file = open_file(path, RAFDB)
    faces = Faces(
        images=file.images,
        target=one_hot(file.labels.long(), len(RAFDB.classes)).float(),  # (N, 7)
        names=RAFDB.classes,
        ids=file.names,
        repeated=file.repeated(part),
    )
    return faces.subset(file.rows_of(split, part, without_duplicates))
