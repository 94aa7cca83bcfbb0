"""The one place that loads a trained network, whatever form it comes in.

| what                                | known by             | classes            | input                         |
|-------------------------------------|----------------------|--------------------|-------------------------------|
| a run folder of ``pvlib train``     | a folder             | in its checkpoint  | ``network.side`` of its config |
| a file of ``pvlib export``          | the format it names  | in its header      | in its header                 |
| a checkpoint that authors released  | any other file       | not in it          | 224 px, as the released code  |

An exported file is safetensors without the optimizer that knows its size, classes, input and origin.
``weights/ferplus-tiny.safetensors`` comes with the course (model card beside it).
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from torch import Tensor

import pvlib
from pvlib.data.labels import AFFECTNET7, AFFECTNET8, FERPLUS, RAFDB
from pvlib.data.network_input import network_input
from pvlib.errors import CourseError
from pvlib.models.filling import build_filled
from pvlib.models.landmark_weights import is_landmark_file
from pvlib.models.poster import Poster
from pvlib.models.released import load_released
from pvlib.models.sizes import Size
from pvlib.models.weight_file import is_weight_file, reading_weight_file, write_weight_file

if TYPE_CHECKING:
    from pvlib.training.config import RunConfig

FORMAT = "pvlib network"
SHIPPED = Path(pvlib.__file__).resolve().parent / "weights" / "ferplus-tiny.safetensors"
RELEASED_SIDE = 224  # the released code resizes every face to it; the network reduces them to 112 itself
# orders of classes that a released checkpoint may have been trained with; the first of its length is the usual one
LABELS = {"rafdb": RAFDB, "affectnet7": AFFECTNET7, "affectnet8": AFFECTNET8, "ferplus": FERPLUS}
USUAL = "usual"
_LARGEST_SIDE = 4096


@dataclass(frozen=True, kw_only=True)
class TrainedNetwork:
    """A network, what one must know to show it a face, and what is known of how it came about.

    Attributes:
        network: in evaluation mode.
        class_names: in the order of the logits; None for a released checkpoint, which does not say.
        face_size: pixels per side of the faces that it was trained on, as stored; None where one must look.
        channels: 1 for a network that was trained on grey faces, 3 for colour; None where one must look.
        input_size: pixels per side to which those faces were resized first; None for as they are stored.
        about: JSON values: data set, weights ("best" or "last"), epoch, config and measurements, where known.
        path: where it was loaded from.
        config: of a run; None for a file, or a run that was started from Python.
        history: numbers of each epoch of a run, flat.
        record: run.json of a run, where there is one.

    Raises:
        CourseError: naming the field that makes no sense.
    """

    network: Poster
    class_names: tuple[str, ...] | None
    face_size: int | None = None
    channels: int | None = None
    input_size: int | None = None
    about: dict[str, Any] = field(default_factory=dict)
    path: Path = Path("a network made in Python")
    config: "RunConfig | None" = None
    history: tuple[Mapping[str, Any], ...] = ()
    record: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self):
        _check_pixels("the face's size", self.face_size, 1)
        _check_pixels("the input's size", self.input_size, 16)
        if self.channels is not None and (type(self.channels) is not int or self.channels not in (1, 3)):
            raise CourseError(f"faces have 1 channel or 3, not {self.channels!r}")
        if not isinstance(self.about, dict):
            raise CourseError("what is known of the network must be names with values")
        if self.class_names is None:
            return
        if not all(isinstance(name, str) for name in self.class_names):
            raise CourseError("the names of the classes must be texts")
        if len(self.class_names) != self.network.num_classes:
            raise CourseError(f"{len(self.class_names)} class names for {self.network.num_classes} classes")

    @property
    def expressions(self) -> tuple[str, ...]:
        """The names of its classes.

        Raises:
            CourseError: for a released checkpoint that was loaded without ``labels``.
        """
        if self.class_names is None:
            raise CourseError(f"{self.path} does not name its classes: say in which order they are")
        return self.class_names

    @property
    def which(self) -> str:
        """Which weights of its run these are, "best" or "last"; empty where nobody knows."""
        return str(self.about.get("weights") or "")

    @property
    def epoch(self) -> int | None:
        """After which epoch the weights were taken; None where nobody knows."""
        return self.about.get("epoch")

    @property
    def released(self) -> bool:
        """Whether it is a checkpoint that authors released, whose file does not name its classes."""
        return bool(self.about.get("released"))

    @property
    def weights_described(self) -> str:
        """Which weights these are, in words."""
        if self.released:
            return "a released checkpoint"
        if not self.history:
            return "exported by pvlib export"
        return f"{self.which}: after epoch {self.epoch} of {len(self.history)}"

    @cached_property
    def face_shape(self) -> tuple[int, int, int]:
        """(channels, side, side) of the faces that it was trained on; of a run, after a look at them.

        Raises:
            CourseError: the faces are not where the run found them.
        """
        channels, side = self.channels, self.face_size
        if channels is None or side is None:
            from pvlib.runs.folder import look_at_faces

            seen_channels, seen_side = look_at_faces(self)
            channels, side = channels or seen_channels, side or seen_side
        return channels, side, side

    def network_input(self, faces: Tensor) -> Tensor:
        """Turn stored faces into what the network is shown, in training's measuring and ever after.

        Shape: uint8 (batch, 1 or 3, H, W) -> float32 (batch, 3, input_size, input_size).
        """
        return network_input(faces, self.input_size)


def load_trained(
    source: str | Path | None = None, which: str | None = None, labels: str | None = None
) -> TrainedNetwork:
    """Return a trained network, in whatever form it comes.

    Args:
        source: a run folder, a file of ``pvlib export``, or a released checkpoint; None for the file that comes
            with the course.
        which: "best" or "last" weights of a run; None for the best where the run chose some.
        labels: the order of a released checkpoint's classes: a name of ``LABELS``, or "usual" for RAF-DB's of
            seven and AffectNet's of eight; None leaves it open.

    Raises:
        CourseError: naming what is missing, damaged, or no network that names expressions.
    """
    path = SHIPPED if source is None else Path(source)
    if path.is_dir():
        from pvlib.runs.folder import read_run

        _refuse_labels(path, labels)
        return read_run(path, which)
    if which is not None:
        raise CourseError(f'{path} holds one network: only a run folder has "best" and "last" weights')
    if not path.is_file():
        raise CourseError(
            f"there is no run folder or file {path}; make one with: pvlib train, pvlib export RUN FILE"
        )
    if is_landmark_file(path):
        raise _landmarks_alone(path)
    if is_weight_file(path, FORMAT):
        _refuse_labels(path, labels)
        return _read_exported(path)
    return _read_released(path, labels)


def save_trained(path: str | Path, trained: TrainedNetwork) -> None:
    """Write the file of ``pvlib export``, in float32.

    Raises:
        CourseError: when it cannot be written; a file that was there before stays.
    """
    channels, face_size, _ = trained.face_shape
    header = {
        "size": asdict(trained.network.size),
        "names": trained.class_names,
        "input": {"face_size": face_size, "channels": channels, "input_size": trained.input_size},
        "about": trained.about,
    }
    write_weight_file(path, FORMAT, trained.network.state_dict(), header)


def _read_exported(path: Path) -> TrainedNetwork:
    with reading_weight_file(path, FORMAT, "pvlib export RUN FILE") as (tensors, header):
        names = tuple(header["names"])
        sides = {"input_size": None, **header["input"]}
        size = Size.from_json(header["size"])
        return TrainedNetwork(
            network=build_filled(lambda: Poster(size, len(names)), tensors, "its tensors"),
            class_names=names,
            face_size=_required(sides["face_size"]),
            channels=_required(sides["channels"]),
            input_size=sides["input_size"],
            about=header["about"],
            path=path,
        )


def _read_released(path: Path, labels: str | None) -> TrainedNetwork:
    network = load_released(path)
    if not isinstance(network, Poster):
        raise _landmarks_alone(path)
    name = None if labels is None else _order_of(path, network.num_classes, labels)
    return TrainedNetwork(
        network=network,
        class_names=None if name is None else LABELS[name],
        face_size=RELEASED_SIDE,
        channels=3,
        input_size=RELEASED_SIDE,
        about={"released": True, "labels": name},
        path=path,
    )


def _order_of(path: Path, classes: int, labels: str) -> str:
    """The name of the order called ``labels``, which must be one of so many classes."""
    fitting = [name for name, names in LABELS.items() if len(names) == classes]
    if not fitting:
        raise CourseError(f"{path}: has {classes} classes, and no data set here names so many")
    if labels == USUAL:
        return fitting[0]
    if labels not in fitting:
        raise CourseError(
            f'{path}: has {classes} classes, in the order of {" or ".join(fitting)}, not "{labels}"'
        )
    return labels


def _refuse_labels(path: Path, labels: str | None) -> None:
    if labels not in (None, USUAL):
        raise CourseError(f"{path} names its classes itself: leave the labels out")


def _landmarks_alone(path: Path) -> CourseError:
    return CourseError(
        f"{path}: a landmark network alone, which names no expressions; give a whole POSTER-Var or POSTER++ "
        "(in a training: give it as network.landmark_weights)"
    )


def _required(value: Any) -> Any:
    if value is None:
        raise CourseError("it does not say what its faces look like")
    return value


def _check_pixels(what: str, value: Any, least: int) -> None:
    """Refuse what is no whole number of pixels, true and false among it."""
    if value is None:
        return
    if type(value) is not int or not least <= value <= _LARGEST_SIDE:
        raise CourseError(
            f"{what} must be a whole number from {least} to {_LARGEST_SIDE} pixels, not {value!r}"
        )
