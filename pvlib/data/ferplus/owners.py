"""FER+ as its owners define it: names, folders, published counts, and where it is.

Barsoum et al., "Training deep networks for facial expression recognition with crowd-sourced label
distribution" (2016), arXiv:1608.01041: ten votes on each face of FER2013.
"""

from pvlib.data.data_set import DataSet
from pvlib.data.labels import FERPLUS_VOTES

RATERS = 10
FOLDERS = ("FER2013Train", "FER2013Valid", "FER2013Test")  # in the order of the splits
# The published file itself has one row with nine votes; exactly that row is not an error.
PUBLISHED_ODD_ROW = ("fer0010406.png", (4, 0, 0, 0, 0, 3, 1, 0, 1, 0))
PUBLISHED_ROWS = {"train": 28_709, "valid": 3_589, "test": 3_589}
# A face's label is here the winner of its votes; a tie goes to the earlier name.
FERPLUS_SET = DataSet(
    name="FER+",
    classes=FERPLUS_VOTES,
    splits=("train", "valid", "test"),
    where="take the votes from https://github.com/microsoft/FERPlus and FER2013's pixels from the challenge's page, "
    "https://www.kaggle.com/c/challenges-in-representation-learning-facial-expression-recognition-challenge",
    script="python data_scripts/prepare_ferplus.py FOLDER FILE",
    channels=1,
    side=48,
    columns={"votes": ("uint8", len(FERPLUS_VOTES))},
)
