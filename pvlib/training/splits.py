"""Which faces a run trains on, which choose its best epoch, and which it is scored on.

The scored split stays untouched until the end: where a data set has no validation split left, a part of the
training faces is held out. Only ``select=test`` measures the scored split in every epoch, as the released code
does, and so reports the luckiest epoch (on RAF-DB, in a published log of POSTER, 0.30 points above the mean of
the last 50).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import reduce
from pathlib import Path

import torch
from torch import Tensor

from pvlib.data.equal_pixels import copies_of
from pvlib.data.faces import Faces
from pvlib.data.holdout import held_out
from pvlib.data.prepared import open_prepared
from pvlib.errors import CourseError
from pvlib.training.config import Data, RunConfig
from pvlib.training.sources import evenly_spaced, is_drawn, load_faces

ROLES = ("train", "valid", "test")
Load = Callable[..., Faces]


@dataclass(frozen=True, kw_only=True)
class Protocol:
    """What the splits of a data set are for.

    Attributes:
        splits: their names.
        scored: the one on which papers report.
        valid: the one that is free to choose the best epoch by; None where there is none.
        both: what loads "train" and "valid" as one slice of the file, where that exists.
    """

    splits: tuple[str, ...]
    scored: str
    valid: str | None
    both: str | None = None


PROTOCOLS = {
    "drawn": Protocol(splits=("train", "valid", "test"), scored="test", valid="valid"),
    "FER+": Protocol(splits=("train", "valid", "test"), scored="test", valid="valid"),
    "RAF-DB": Protocol(splits=("train", "valid", "test"), scored="test", valid="valid", both="train+valid"),
    "AffectNet": Protocol(splits=("train", "valid"), scored="valid", valid=None),
}


@dataclass(frozen=True, kw_only=True)
class Training:
    """The faces of a training.

    Attributes:
        faces: what the loop gets.
        rows: int64, positions in ``faces`` that are trained on; None for all. A list of rows, as a copy of
            the others would not fit in memory where the file is large.
        choosing: the faces that choose the best epoch.
    """

    faces: Faces
    rows: Tensor | None
    choosing: Faces

    def __len__(self) -> int:
        return len(self.faces if self.rows is None else self.rows)


def load_training(config: RunConfig, load: Load = load_faces) -> Training:
    """Return the faces to train on and those that choose the best epoch.

    Args:
        load: a stand-in for :func:`pvlib.training.sources.load_faces`, e.g. one that remembers.

    Raises:
        CourseError: naming the split or choice that the data set does not offer, or the scored split where it
            is trained on.
    """
    data, protocol = config.data, protocol_of(config.data.root)
    for split in data.train_on:
        if split not in protocol.splits or split == protocol.scored:
            free = ", ".join(split for split in protocol.splits if split != protocol.scored)
            raise CourseError(f'data.train_on: cannot train on "{split}" of {data.root}; there is {free}')
    faces = _training_faces(data, protocol, load)
    stays = _free_of_later_splits(faces, data.without_duplicates)  # (N,)
    rows = None if stays.all() else stays.nonzero()[:, 0]
    if config.select == "test":
        return Training(faces=faces, rows=rows, choosing=_split(data, protocol.scored, None, load))
    if protocol.valid is not None and protocol.valid not in data.train_on:
        choosing = _split(data, protocol.valid, data.valid_count, load)
        return Training(faces=faces, rows=rows, choosing=choosing)
    rows, held = hold_out(faces, data.holdout, data.without_duplicates)
    # trained on votes or not, every run is measured by the rule's labels
    by_rule = data.target in (None, "rule")
    measured = faces if by_rule else _training_faces(replace(data, target=None), protocol, load)
    return Training(faces=faces, rows=rows, choosing=evenly_spaced(measured, data.valid_count, held))


def load_split(config: RunConfig, role: str, load: Load = load_faces) -> Faces:
    """Return the faces of one part of a run, read as the run reads them.

    Args:
        role: "train", what it trains on; "valid", what chooses under ``select=valid``; "test", the split on
            which papers report (AffectNet: its validation set, as its owners keep the test set).

    Raises:
        CourseError: as :func:`load_training`; or for "valid" of a run that holds nothing out.
    """
    if role not in ROLES:
        raise CourseError(f'there is no "{role}" part of a run; choose one of {", ".join(ROLES)}')
    data, protocol = config.data, protocol_of(config.data.root)
    if role == "test":
        return _split(data, protocol.scored, None, load)
    if role == "valid" and config.select == "test":
        if protocol.valid is None or protocol.valid in data.train_on:
            raise CourseError(
                f"this run trained on all of {data.root} (select=test) and held nothing out: "
                "it has no validation faces"
            )
        return _split(data, protocol.valid, data.valid_count, load)
    training = load_training(config, load)
    return training.choosing if role == "valid" else evenly_spaced(training.faces, None, training.rows)


def hold_out(faces: Faces, share: float, without_copies: bool = True) -> tuple[Tensor, Tensor]:
    """Return the positions of the faces that stay for training and of those held out; int64, ascending.

    Args:
        share: of every class, see :func:`pvlib.data.holdout.held_out`.
        without_copies: leave out of training what has the very pixels of a held-out face, and of both what
            stands also in a later split.

    Raises:
        CourseError: when a class is so small, or the share, that nothing is held out or nothing left.
    """
    names = faces.ids or [f"face {position}" for position in range(len(faces))]
    stays = _free_of_later_splits(faces, without_copies)  # (N,)
    rows = stays.nonzero()[:, 0]
    held = rows[held_out([names[row] for row in rows.tolist()], faces.labels[rows].tolist(), share)]
    stays = stays.index_fill(0, held, False)
    if without_copies and len(held):
        stays[copies_of(faces.images.numpy(), held.numpy())] = False
    if not len(held) or not stays.any():
        raise CourseError(
            f"data.holdout = {share:g} of {len(faces)} faces holds out {len(held)}: choose another share"
        )
    return stays.nonzero()[:, 0], held


def _free_of_later_splits(faces: Faces, without_duplicates: bool) -> Tensor:
    """Which faces may be trained on, bool (N,): all, or those whose pixels do not stand in a later split."""
    if without_duplicates and faces.repeated is not None:
        return ~faces.repeated
    return torch.ones(len(faces), dtype=torch.bool)


def protocol_of(root: str) -> Protocol:
    """Return what the splits of a data set are for.

    Args:
        root: "drawn" and the like, or a file.
    """
    if is_drawn(root):
        return PROTOCOLS["drawn"]
    if not Path(root).is_file():
        raise CourseError(
            f"there is no file {root}: say where it is (data.root=FILE), make it with a script in data_scripts, or "
            "train on the embedded faces (data.root=drawn)"
        )
    return PROTOCOLS[open_prepared(root).data_set]


def _training_faces(data: Data, protocol: Protocol, load: Load) -> Faces:
    both = protocol.both if set(data.train_on) == {"train", "valid"} else None
    splits = data.train_on if both is None else (both,)
    whole = len(splits) == 1 or is_drawn(data.root)  # else a file's parts keep their shares
    # without a count, rows leave duplicates out, without a copy of all the others
    choices = {
        **data.loading_options(),
        "target": data.target,
        "without_duplicates": data.without_duplicates and data.count is not None,
        "count": data.count if whole else None,
    }
    parts = [load(data.root, split, **choices) for split in splits]
    return evenly_spaced(reduce(lambda first, second: first.joined(second), parts), data.count)


def _split(data: Data, split: str, count: int | None, load: Load) -> Faces:
    return load(data.root, split, **data.loading_options(), count=count)
