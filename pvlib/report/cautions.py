"""What makes numbers better than they would be on faces that a network has never seen; a report prints it in red."""

from pathlib import Path

from pvlib.errors import CourseError
from pvlib.evaluation.chosen_epoch import caution_of
from pvlib.report.evaluation_faces import EvaluationFaces, same_source
from pvlib.runs.trained import TrainedNetwork
from pvlib.training.checkpoints import BEST
from pvlib.training.sources import is_drawn


def cautions_of(trained: TrainedNetwork, measured: EvaluationFaces) -> list[str]:
    """Return a sentence for each reason to read the numbers of ``trained`` with care; none for new faces.

    Raises:
        CourseError: an exported file tells of its training what makes no sense.
    """
    path, config = trained.path, trained.about.get("config")
    if trained.released and not is_drawn(measured.source):
        return [
            f"{path} is a released checkpoint: the released code keeps the epoch that scores best on the very split that "
            "papers report, so its accuracy there is the luckiest of all epochs, not what new faces would give."
        ]
    if config is None:  # nobody knows how it was trained
        return []
    try:
        select, data = config["select"], config["data"]
        train_on, holdout = {*data["train_on"]}, data["holdout"]
        held_by_itself = measured.held_out == (tuple(data["train_on"]), holdout)
        epochs = len(trained.history) or int(config["train"]["epochs"])
        same_data = data["root"] == Path(measured.source).name  # an exported file keeps no folders
    except (LookupError, TypeError, ValueError) as error:
        raise CourseError(
            f"{path}: what it says of its training is damaged ({error!r}); export it again"
        ) from error
    if trained.config is not None:
        same_data = same_source(trained.config.data.root, measured.source)
    split = measured.split if same_data else None
    splits = measured.held_out[0] if measured.held_out else (split,)  # of the file, from which the faces come
    learnt = split == "train" or (
        split == "valid" and train_on.intersection(splits) and not (held_by_itself and select != "test")
    )
    of_valid = select != "test" and (learnt or epochs < 2)  # no choice, or less to be said of it
    cautions = [
        None if of_valid else caution_of(str(path), select=select, best=trained.which == BEST, split=split),
        f"{path} was trained on these very faces: the numbers say how well it learnt them by heart."
        if learnt
        else None,
    ]
    return [caution for caution in cautions if caution]
