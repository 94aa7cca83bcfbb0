"""RAF-DB as its owners define it: names, numbers, official counts, and whom to ask.

Li, Deng and Du, "Reliable crowdsourcing and deep locality-preserving learning for expression recognition in
the wild" (CVPR 2017): 15,339 faces of the basic set, each the verdict of about forty people.
"""

from pathlib import Path

from torch.nn.functional import one_hot

from pvlib.data import labels
from pvlib.data.data_set import DataSet
from pvlib.data.faces import Faces
from pvlib.data.prepared_file import open_file

RAFDB = DataSet(
    name="RAF-DB",
    classes=labels.RAFDB,
    splits=("train", "valid", "test"),
    official={
        "train": dict(zip(labels.RAFDB, (1290, 281, 717, 4772, 1982, 705, 2524), strict=True)),
        "test": dict(zip(labels.RAFDB, (329, 74, 160, 1185, 478, 162, 680), strict=True)),
    },
    official_split={"train": "train", "valid": "train", "test": "test"},
    where="ask Shan Li and Weihong Deng for it, by e-mail from a university's address, as their page "
    "http://www.whdeld.cn/RAF/model1.html explains",
    script="python data_scripts/prepare_rafdb.py FOLDER FILE",
)


def load_rafdb(path: str | Path, split: str, without_duplicates: bool = False) -> Faces:
    """Return the faces of one split, from a file that ``data_scripts/prepare_rafdb.py`` wrote.

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
