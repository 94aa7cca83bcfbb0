"""Which faces an evaluation looks at."""

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from pvlib.data.drawn import DrawnFaces
from pvlib.data.faces import Faces
from pvlib.errors import CourseError
from pvlib.report.subjects import Subject
from pvlib.training.config import RunConfig
from pvlib.training.sources import evenly_spaced, is_drawn, load_faces, supported_options
from pvlib.training.splits import ROLES, load_split, protocol_of


@dataclass(frozen=True)
class Asked:
    """What a user chose of faces; None is by the run."""

    data: str | None = None
    split: str = "valid"
    rule: str | None = None
    classes: int | None = None
    count: int | None = None
    unambiguous: bool = False


@dataclass(frozen=True)
class Measured:
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


def load_measured(subject: Subject, asked: Asked) -> Measured:
    """Return the faces to evaluate ``subject`` on.

    Raises:
        CourseError: when there are none by that name, or their classes are not those of the network.
    """
    config = subject.config
    source = asked.data or (config.data.root if config else None)
    if source is None:
        raise CourseError(f"{subject.path}: say which faces to use, e.g. --data drawn")
    own = config is not None and same_source(source, config.data.root)
    calibration = None
    if own and asked.split in ROLES:
        faces = _own(config, asked)
        if asked.split == "test":
            calibration = _validation(config)
    else:
        faces = _others(subject, source, asked)
    if asked.unambiguous:
        faces, calibration = _unambiguous(faces), None
    check_names(subject, faces)
    by_role = own and asked.split in ROLES
    of_training = (
        by_role
        and asked.split == "valid"
        and protocol_of(config.data.root).valid in (None, *config.data.train_on)
    )
    held_out = (config.data.train_on, config.data.holdout) if of_training else None
    return Measured(faces, source, calibration, _part(source, asked.split, by_role), held_out)


def same_source(one: str, other: str) -> bool:
    """Whether two sources are the same faces, however their file is called."""
    return one == other or (
        not (is_drawn(one) or is_drawn(other)) and Path(one).resolve() == Path(other).resolve()
    )


def _part(source: str, split: str, by_role: bool) -> str:
    if "train" in split:  # "train+valid" and the like
        return "train"
    if by_role:
        return split
    return "test" if split == protocol_of(source).scored else split


def _own(config: RunConfig, asked: Asked) -> Faces:
    if asked.rule is not None or asked.classes is not None:
        choices = {name: value for name, value in (("rule", asked.rule), ("classes", asked.classes)) if value}
        load_faces(config.data.root, "train", **choices, count=1)  # a choice that is none is said here
        config = replace(config, data=replace(config.data, **choices))
    faces = load_split(config, asked.split, partial(_load, config, asked))
    return evenly_spaced(faces, asked.count)


def _load(config: RunConfig, asked: Asked, source: str, split: str, **choices) -> Faces:
    """Load as the run does, but as many drawn faces as were asked for: there is no end of them."""
    if asked.count is not None and is_drawn(source) and split not in config.data.train_on:
        choices["count"] = asked.count
    return load_faces(source, split, **choices)


def _validation(config: RunConfig) -> Faces | None:
    try:
        return load_split(config, "valid")
    except CourseError:  # a run that holds nothing out has no faces for a temperature either
        return None


def _others(subject: Subject, source: str, asked: Asked) -> Faces:
    """Faces that are not the run's own, in the splits of their file."""
    choices = supported_options(source)
    rule, classes = asked.rule, asked.classes
    if rule is None and "rule" in choices and subject.config is not None:
        rule = subject.config.data.rule
    if classes is None and "classes" in choices:
        classes = subject.network.num_classes
    return load_faces(source, asked.split, rule=rule, classes=classes, count=asked.count)


def _unambiguous(faces: Faces) -> Faces:
    if not isinstance(faces, DrawnFaces):
        raise CourseError("only drawn faces know whether they are ambiguous: leave --unambiguous out")
    if not faces.unambiguous.any():
        raise CourseError(f"none of the {len(faces)} faces is unambiguous: give a larger --count")
    return faces.subset(faces.unambiguous).labelled_by_mixture()


def check_names(subject: Subject, faces: Faces) -> None:
    """Refuse a network and faces that disagree on the classes or their order.

    Raises:
        CourseError: naming both.
    """
    if subject.network.num_classes != len(faces.names) or (subject.names or faces.names) != faces.names:
        own = ", ".join(subject.names) if subject.names else f"{subject.network.num_classes} classes"
        raise CourseError(f"{subject.path}: names {own}, but the faces have {', '.join(faces.names)}")
