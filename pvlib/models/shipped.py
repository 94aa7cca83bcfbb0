"""A trained network as it is handed on: one safetensors file that knows its size, classes, input and origin.

``pvlib export`` writes such files from run folders, without the optimizer; ``pvlib predict`` reads them.
``weights/ferplus-tiny.safetensors`` comes with the course (model card beside it).
"""

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pvlib
from pvlib.errors import CourseError
from pvlib.models.poster import Poster
from pvlib.models.sizes import Size
from pvlib.models.weight_file import is_weight_file, reading_weight_file, write_weight_file

FORMAT = "pvlib network"
SHIPPED = Path(pvlib.__file__).resolve().parent / "weights" / "ferplus-tiny.safetensors"


@dataclass(frozen=True)
class TrainedNetwork:
    """A network and what one must know to show it a face.

    Attributes:
        network: in evaluation mode.
        names: its classes, in the order of the logits.
        face_size: pixels per side of the faces that it was trained on, as stored.
        channels: 1 for a network that was trained on grey faces, 3 for colour.
        about: JSON values: data, settings and measurements, where known.
        input_size: pixels per side to which those faces were resized first (``network.input_size`` of its
            run); None for as they are stored.

    Raises:
        CourseError: naming the field that makes no sense.
    """

    network: Poster
    names: tuple[str, ...]
    face_size: int
    channels: int
    about: dict[str, Any] = field(default_factory=dict)
    input_size: int | None = None

    def __post_init__(self):
        if len(self.names) != self.network.num_classes:
            raise CourseError(f"{len(self.names)} class names for {self.network.num_classes} classes")
        if self.face_size < 1:
            raise CourseError(f"the face's size must be at least 1 pixel, not {self.face_size}")
        if self.input_size is not None and self.input_size < 16:
            raise CourseError(f"the input's size must be at least 16 pixels, not {self.input_size}")
        if self.channels not in (1, 3):
            raise CourseError(f"faces have 1 channel or 3, not {self.channels}")


def save_trained(path: str | Path, trained: TrainedNetwork) -> None:
    """Write the file, in float32.

    Raises:
        CourseError: when it cannot be written; a file that was there before stays.
    """
    about = {
        "size": asdict(trained.network.size),
        "names": trained.names,
        "input": {
            "face_size": trained.face_size,
            "channels": trained.channels,
            "input_size": trained.input_size,
        },
        "about": trained.about,
    }
    write_weight_file(path, FORMAT, trained.network.state_dict(), about)


def is_trained_file(path: str | Path) -> bool:
    """Whether the file is one that :func:`save_trained` wrote."""
    return is_weight_file(path, FORMAT)


def load_trained(path: str | Path = SHIPPED) -> TrainedNetwork:
    """Read a file of :func:`save_trained`; by default the one that comes with the course.

    Raises:
        CourseError: when the file is missing, of another kind, damaged, or does not fit its own size.
    """
    with reading_weight_file(Path(path), FORMAT, "pvlib export RUN FILE") as (tensors, header):
        names = tuple(header["names"])
        network = Poster(Size.from_json(header["size"]), len(names))
        network.load_state_dict(tensors)
        return TrainedNetwork(network.eval(), names, **header["input"], about=header["about"])
