"""What `pvlib data check` knows of a data set before it looks at a pixel, whatever the layout."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np


@dataclass(frozen=True)
class Tally:
    """One line of counts: split -> number found, and split -> number that the owners publish, where known."""

    name: str
    found: dict[str, int]
    published: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Collection:
    """N labelled (or, in a plain folder, perhaps unlabelled) faces.

    Attributes:
        kind: the data set's name, in words.   layout: in which form it is there, in words.
        root: what was read.
        splits, classes: names in order; both may be empty.
        names: the N image names.
        split, label: positions in ``splits`` and ``classes``, int16, (N,); −1 where there is none.
        files: the N image files, or none where ``images`` has the pixels.
        boxes: the face's place in each file as (left, top, right, bottom), or None.
        images: uint8, (N, H, W) or (N, H, W, 3), where the pixels lie in one array; may be memory-mapped.
        tallies: counts beside the published ones.
        missing: labelled images that are not there.
        problems: any other kind of problem, in words -> what it befell.
        notes: remarks that are no problems.
    """

    kind: str
    layout: str
    root: Path
    splits: tuple[str, ...]
    classes: tuple[str, ...]
    names: list[str]
    split: np.ndarray
    label: np.ndarray
    files: list[str] | None = None
    boxes: list[tuple[int, int, int, int] | None] | None = None
    images: np.ndarray | None = None
    tallies: list[Tally] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    problems: dict[str, list[str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.names)
