"""RAF-DB as its owners define it: names, numbers, official counts, and whom to ask.

Li, Deng and Du, "Reliable crowdsourcing and deep locality-preserving learning for expression recognition in
the wild" (CVPR 2017): 15,339 faces of the basic set, each the verdict of about forty people.
"""

from pvlib.data import labels
from pvlib.data.listing import DataSet

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
