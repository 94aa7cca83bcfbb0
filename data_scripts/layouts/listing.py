"""What a reader finds in a data set's folder before any pixel is decoded: every labelled face and every gap.

Each data set comes in several layouts; each layout's reader returns a :class:`Listing`, and everything after
that (preparing, checking, counting) is the same for all. Needs no torch, so that the processes which decode
images start fast.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np

from pvlib.data.data_set import DataSet


class Item(NamedTuple):
    """One labelled image.

    Attributes:
        split: one of the data set's splits.
        label: position in the data set's classes.
        path: the image file; "" where the pixels stand in a table.
        name: the image's name, which becomes its ``Faces.ids`` entry.
        box: the face in the picture as (left, top, right, bottom) in pixels, right and bottom excluded,
            perhaps beyond the picture's edge; None means the whole picture.
        affect: (valence, arousal), each in [−1, 1] or NaN where unknown.
        votes: counts of raters in the order of ``labels.FERPLUS_VOTES``.
    """

    split: str
    label: int
    path: str
    name: str
    box: tuple[int, int, int, int] | None = None
    affect: tuple[float, float] | None = None
    votes: tuple[int, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class Listing:
    """Everything that can be known of a data set without decoding an image.

    Attributes:
        data_set: whose listing this is.
        root: the folder that was read.
        layout: which layout was found there, in words.
        items: labelled images that exist, in the order of the label files (or of the file names).
        images: their pixels, uint8, (N, C, H, W), where they stand in one table or file.
        problems: kind of problem, in words -> what it befell, in order; those files and rows are left out
            unless the words say otherwise.
        counts: lines of numbers beside the faces': title -> split -> number, such as rows without a face.
        notes: sentences for the report that are no problems.
        not_read: kind of file that lies there and is not used -> number and an example.
    """

    data_set: DataSet
    root: Path
    layout: str
    items: list[Item]
    images: np.ndarray | None = None
    problems: dict[str, list[str]] = field(default_factory=dict)
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    not_read: dict[str, tuple[int, str]] = field(default_factory=dict)
