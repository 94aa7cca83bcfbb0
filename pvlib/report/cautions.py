"""What makes numbers better than they would be on faces that a network has never seen; a report prints it in red."""

from dataclasses import dataclass
from pathlib import Path

from pvlib.errors import CourseError
from pvlib.report.evaluation_faces import EvaluationFaces, same_source
from pvlib.runs.trained import TrainedNetwork
from pvlib.training.checkpoints import BEST
from pvlib.training.sources import is_drawn


@dataclass(frozen=True, kw_only=True)
class _Origin:
    """How a network's epoch was chosen, and what it was trained on."""

    select: str
    best: bool
    epochs: int
    train_on: tuple[str, ...]
    holdout: float
    same_data: bool


def cautions_of(trained: TrainedNetwork, measured: EvaluationFaces) -> list[str]:
    """Return a sentence for each reason to read the numbers of ``trained`` with care; none for new faces.

    Raises:
        CourseError: an exported file tells of its training what makes no sense.
    """
    path = trained.path
    if trained.released:
        return [] if is_drawn(measured.source) else [_RELEASED.format(path)]
    origin = _origin(trained, measured.source)
    if origin is None:
        return []
    chosen_by_test, split = origin.select == "test", measured.split if origin.same_data else None
    held_by_itself = measured.held_out == (origin.train_on, origin.holdout) and not chosen_by_test
    splits = measured.held_out[0] if measured.held_out else (split,)  # of the file, from which the faces come
    cautions = []
    if chosen_by_test and origin.best:
        cautions.append(
            f"select=test: {path} chose its epoch on the very faces that are scored (the test split). "
            "Its accuracy there is the luckiest of all epochs, not what new faces would give."
        )
    elif chosen_by_test:
        cautions.append(
            f"select=test: {path} measured the test split after every epoch. The weights used here are its "
            "last, which nothing was chosen by."
        )
    if split == "train" or (split == "valid" and {*splits} & {*origin.train_on} and not held_by_itself):
        cautions.append(
            f"{path} was trained on these very faces: the numbers say how well it learnt them by heart."
        )
    elif split == "valid" and not chosen_by_test and origin.best and origin.epochs > 1:
        cautions.append(
            f"These validation faces chose the epoch of {path} (the best of {origin.epochs}): the "
            "numbers are a little too good. Use --split test for numbers to report."
        )
    return cautions


_RELEASED = (
    "{} is a released checkpoint: the released code keeps the epoch that scores best on the very split that papers "
    "report, so its accuracy there is the luckiest of all epochs, not what new faces would give."
)


def _origin(trained: TrainedNetwork, source: str) -> _Origin | None:
    """From the config of the run, or of the run that an exported file comes from; None where nobody knows."""
    config = trained.about.get("config")
    if config is None:
        return None
    try:
        root = config["data"]["root"]
        return _Origin(
            select=config["select"],
            best=trained.which == BEST,
            epochs=len(trained.history) or int(config["train"]["epochs"]),
            train_on=tuple(config["data"]["train_on"]),
            holdout=config["data"]["holdout"],
            same_data=root == Path(source).name  # an exported file keeps no folders
            if trained.config is None
            else same_source(trained.config.data.root, source),
        )
    except (LookupError, TypeError, ValueError) as error:
        raise CourseError(
            f"{trained.path}: what it says of its training is damaged ({error!r}); export it again"
        ) from error
