"""What a reader finds in a data set's folder before any pixel is decoded: every labelled face and every gap.

RAF-DB and AffectNet come in several layouts; each layout's reader returns a :class:`Listing`, and everything
after that (preparing, checking, counting) is the same for all of them. Needs no torch, so that the processes
which decode images start fast.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple


@dataclass(frozen=True)
class DataSet:
    """The facts about a data set that its readers share.

    Attributes:
        name: as its owners write it.
        classes: expression names, in the order of the labels 0, 1, …
        splits: names of our splits, in the order in which they are numbered.
        official: the owners' splits -> class -> number of faces that they publish.
        official_split: our split -> the owners' split that it is (a part of).
        where: one sentence that says whom to ask for the set.
        script: the command that prepares it.
    """

    name: str
    classes: tuple[str, ...]
    splits: tuple[str, ...]
    official: dict[str, dict[str, int]]
    official_split: dict[str, str]
    where: str
    script: str


class Item(NamedTuple):
    """One labelled image file.

    Attributes:
        split: one of the data set's splits.
        label: position in the data set's classes.
        path: the image file.
        name: the image's name, which becomes its ``Faces.ids`` entry.
        box: the face in the picture as (left, top, right, bottom) in pixels, right and bottom excluded,
            perhaps beyond the picture's edge; None means the whole picture.
        affect: (valence, arousal), each in [−1, 1] or NaN where unknown.
    """

    split: str
    label: int
    path: str
    name: str
    box: tuple[int, int, int, int] | None = None
    affect: tuple[float, float] | None = None


@dataclass(frozen=True)
class Listing:
    """Everything that can be known of a data set without decoding an image.

    Attributes:
        data_set: whose listing this is.
        root: the folder that was read.
        layout: which layout was found there, in words.
        items: labelled image files that exist, in the order of the label files (or of the file names).
        problems: kind of problem, in words -> what it befell, in order; those files and rows are left out
            unless the words say otherwise.
        dropped: split -> kind of row -> number of rows that the protocol leaves out, such as AffectNet's
            rows without a face; no fault of the files.
    """

    data_set: DataSet
    root: Path
    layout: str
    items: list[Item]
    problems: dict[str, list[str]] = field(default_factory=dict)
    dropped: dict[str, dict[str, int]] = field(default_factory=dict)
