"""Which faces an evaluation looks at."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pvlib.data.drawn import DrawnFaces
from pvlib.data.faces import Faces
from pvlib.errors import CourseError
from pvlib.runs.trained import TrainedNetwork
from pvlib.training.config import RunConfig
from pvlib.training.sources import evenly_spaced, is_drawn, load_faces, supported_options
from pvlib.training.splits import ROLES, load_split, protocol_of


@dataclass(frozen=True, kw_only=True)
class FacesRequest:
    """What a user chose of faces; None is by the run."""

    data: str | None = None
    split: str = "valid"
    rule: str | None = None
    classes: int | None = None
    count: int | None = None
    unambiguous: bool = False


@dataclass(frozen=True, kw_only=True)
class EvaluationFaces:
    """The faces of an evaluation.

    Attributes:
        faces: as the network names its classes.
        source: "drawn", or a file.
        calibration: other faces, to fit a temperature on; None to divide ``faces`` for it.
        split: what they are for a run on the same data, "train", "valid" or "test"; a split that holds training
            faces beside others counts as "train".
        held_out: of which splits a run held them out, and which share; None where they are a split of the file.
    """

    faces: Faces
    source: str
    calibration: Faces | None
    split: str
    held_out: tuple[tuple[str, ...], float] | None = None


def load_evaluation_faces(trained: TrainedNetwork, request: FacesRequest) -> EvaluationFaces:
    """Return the faces to evaluate ``trained`` on.

    Raises:
        CourseError: when there are none by that name, or their classes are not those of the network.
    """
    config, split = trained.config, request.split
    source = request.data or (config.data.root if config else None)
    if source is None:
        raise CourseError(f"{trained.path}: say which faces to use, e.g. --data drawn")
    calibration, held_out, role = None, None, split
    if config is not None and split in ROLES and same_source(source, config.data.root):
        faces = _of_the_run(config, request)
        if split == "test":
            calibration = _validation(config)
        if split == "valid" and protocol_of(config.data.root).valid in (None, *config.data.train_on):
            held_out = (config.data.train_on, config.data.holdout)
    else:
        faces = _others(trained, source, request)
        role = "test" if split == protocol_of(source).scored else split
    if request.unambiguous:
        faces, calibration = _unambiguous(faces), None
    check_names(trained, faces)
    return EvaluationFaces(
        faces=faces,
        source=source,
        calibration=calibration,
        split="train" if "train" in split else role,  # "train+valid" and the like
        held_out=held_out,
    )


def same_source(one: str, other: str) -> bool:
    """Whether two sources are the same faces, however their file is called."""
    return one == other or (
        not (is_drawn(one) or is_drawn(other)) and Path(one).resolve() == Path(other).resolve()
    )


def check_names(trained: TrainedNetwork, faces: Faces) -> None:
    """Refuse a network and faces that disagree on the classes or their order.

    Raises:
        CourseError: naming both.
    """
    names = trained.class_names
    if trained.network.num_classes != len(faces.names) or names not in (None, faces.names):
        own = ", ".join(names) if names else f"{trained.network.num_classes} classes"
        raise CourseError(f"{trained.path}: names {own}, but the faces have {', '.join(faces.names)}")


def _of_the_run(config: RunConfig, request: FacesRequest) -> Faces:
    faces = load_split(config, request.split, partial(_load, config, request))
    return evenly_spaced(faces, request.count)


def _load(
    config: RunConfig, request: FacesRequest, source: str, split: str, count: int | None = None, **choices
) -> Faces:
    """Load as the run does, but by the rule and classes, and as many drawn faces, as were asked for."""
    choices |= {name: value for name in ("rule", "classes") if (value := getattr(request, name)) is not None}
    if request.count is not None and is_drawn(source) and split not in config.data.train_on:
        count = request.count
    return load_faces(source, split, count=count, **choices)


def _validation(config: RunConfig) -> Faces | None:
    try:
        return load_split(config, "valid")
    except CourseError:  # a run that holds nothing out has no faces for a temperature either
        return None


def _others(trained: TrainedNetwork, source: str, request: FacesRequest) -> Faces:
    """Faces that are not the run's own, in the splits of their file."""
    choices = supported_options(source)
    rule, classes = request.rule, request.classes
    if rule is None and "rule" in choices and trained.config is not None:
        rule = trained.config.data.rule
    if classes is None and "classes" in choices:
        classes = trained.network.num_classes
    return load_faces(source, request.split, rule=rule, classes=classes, count=request.count)


def _unambiguous(faces: Faces) -> Faces:
    if not isinstance(faces, DrawnFaces):
        raise CourseError("only drawn faces know whether they are ambiguous: leave --unambiguous out")
    if not faces.unambiguous.any():
        raise CourseError(f"none of the {len(faces)} faces is unambiguous: give a larger --count")
    return faces.subset(faces.unambiguous).labelled_by_mixture()
