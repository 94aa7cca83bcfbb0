"""AffectNet as its owners define it: ids, official counts, and whom to ask.

Mollahosseini, Hasani and Mahoor, "AffectNet: a database for facial expression, valence, and arousal computing
in the wild" (2017), arXiv:1708.03985. One annotator saw each face; ids 8 to 10 say why a picture has none of
the eight expressions. The test set was never handed out, so papers report on the validation set, which is
"valid" here.
"""

from dataclasses import dataclass, replace
from pathlib import Path

from torch import Tensor
from torch.nn.functional import one_hot

from pvlib.data import labels
from pvlib.data.data_set import DataSet
from pvlib.data.faces import Faces
from pvlib.data.prepared_file import open_file
from pvlib.errors import CourseError

_TRAIN = (74_874, 134_415, 25_459, 14_090, 6_378, 3_803, 24_882, 3_750)
_VALID = (500, 500, 500, 500, 500, 500, 500, 499)

AFFECTNET = DataSet(
    name="AffectNet",
    classes=labels.AFFECTNET8,
    splits=("train", "valid"),
    official={
        "train": dict(zip(labels.AFFECTNET8, _TRAIN, strict=True)),
        "valid": dict(zip(labels.AFFECTNET8, _VALID, strict=True)),
    },
    official_split={"train": "train", "valid": "valid"},
    where="ask for it on its owners' page, http://mohammadmahoor.com/databases/affectnet/ (the head of a "
    "research group signs a licence)",
    no_test="its owners keep the test set, and papers report on valid",
    columns={"affect": ("float32", 2)},
    script="python data_scripts/prepare_affectnet.py FOLDER FILE",
)
CONTEMPT = AFFECTNET.classes.index("contempt")
CLASSES = (7, 8)


@dataclass(frozen=True)
class AffectFaces(Faces):
    """Faces with what AffectNet alone knows.

    Attributes:
        affect: float32, (N, 2); valence (unpleasant to pleasant) and arousal (calm to excited), each in
            [−1, 1], or NaN where unknown.
    """

    affect: Tensor | None = None


def load_affectnet(
    path: str | Path, split: str, classes: int = 7, without_duplicates: bool = False
) -> AffectFaces:
    """Return the faces of one split, from a file that ``data_scripts/prepare_affectnet.py`` wrote.

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
