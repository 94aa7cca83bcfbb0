"""What makes numbers better than they would be on faces that a network has never seen; a report prints it in red."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pvlib.report.measured_faces import Measured, same_source
from pvlib.report.subjects import Subject
from pvlib.training.checkpoints import BEST
from pvlib.training.sources import is_drawn


@dataclass(frozen=True)
class _Origin:
    """How a network's epoch was chosen, and what it was trained on."""

    select: str
    best: bool
    epochs: int
    train_on: tuple[str, ...]
    holdout: float
    same_data: bool


def warnings_of(subject: Subject, measured: Measured) -> list[str]:
    """Return a sentence for each reason to read the numbers of ``subject`` with care; none for new faces."""
    if subject.released:
        return [] if is_drawn(measured.source) else [_RELEASED.format(subject.path)]
    origin = _origin(subject, measured)
    if origin is None:
        return []
    chosen_by_test, split = origin.select == "test", measured.split if origin.same_data else None
    held_by_itself = measured.held_out == (origin.train_on, origin.holdout) and not chosen_by_test
    splits = measured.held_out[0] if measured.held_out else (split,)  # of the file, from which the faces come
    said = []
    if chosen_by_test and origin.best:
        said.append(
            f"select=test: {subject.path} chose its epoch on the very faces that are scored (the test split). "
            "Its accuracy there is the luckiest of all epochs, not what new faces would give."
        )
    elif chosen_by_test:
        said.append(
            f"select=test: {subject.path} measured the test split after every epoch. The weights used here are its "
            "last, which nothing was chosen by."
        )
    if split == "train" or (split == "valid" and {*splits} & {*origin.train_on} and not held_by_itself):
        said.append(
            f"{subject.path} was trained on these very faces: the numbers say how well it learnt them by heart."
        )
    elif split == "valid" and not chosen_by_test and origin.best and origin.epochs > 1:
        said.append(
            f"These validation faces chose the epoch of {subject.path} (the best of {origin.epochs}): the "
            "numbers are a little too good. Use --split test for numbers to report."
        )
    return said


_RELEASED = (
    "{} is a released checkpoint: the released code keeps the epoch that scores best on the very split that papers "
    "report, so its accuracy there is the luckiest of all epochs, not what new faces would give."
)


def _origin(subject: Subject, measured: Measured) -> _Origin | None:
    """From the run's config, or from what an exported file says of it; None where nobody knows."""
    if subject.config is not None:
        config = subject.config
        return _Origin(
            config.select,
            subject.which == BEST,
            len(subject.history),
            config.data.train_on,
            config.data.holdout,
            same_source(config.data.root, measured.source),
        )
    told: dict[str, Any] | None = subject.exported.get("config")
    if told is None:
        return None
    return _Origin(
        told["select"],
        subject.exported.get("weights") == BEST,
        told["train"]["epochs"],
        tuple(told["data"]["train_on"]),
        told["data"]["holdout"],
        told["data"]["root"] == Path(measured.source).name,  # an exported file keeps no folders
    )
