"""AffectNet as its owners define it: ids, official counts, and whom to ask.

Mollahosseini, Hasani and Mahoor, "AffectNet: a database for facial expression, valence, and arousal computing
in the wild" (2017), arXiv:1708.03985. One annotator saw each face; ids 8 to 10 say why a picture has none of
the eight expressions. The test set was never handed out, so papers report on the validation set, which is
"valid" here.
"""

from pvlib.data import labels
from pvlib.data.listing import DataSet

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
# The ids beyond the eight expressions; faces with one of them are counted and left out.
NO_EXPRESSION = {8: "none of the eight", 9: "uncertain", 10: "no face"}
