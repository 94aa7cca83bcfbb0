"""A trained network as it is handed on: one safetensors file that knows its size, classes, input and origin.

``pvlib export`` writes such files from run folders, without the optimizer; ``pvlib predict`` reads them.
``weights/ferplus-tiny.safetensors`` comes with the course (model card beside it).
"""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import safetensors.torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

import pvlib
from pvlib.errors import CourseError
from pvlib.files import atomic_write
from pvlib.models.poster import Poster
from pvlib.models.sizes import LandmarkSize, Size

FORMAT = "pvlib network"
SHIPPED = Path(pvlib.__file__).resolve().parents[1] / "weights" / "ferplus-tiny.safetensors"


@dataclass(frozen=True)
class TrainedNetwork:
    """A network and what one must know to show it a face.

    Attributes:
        network: in evaluation mode.
        names: its classes, in the order of the logits.
        face_size: pixels per side of the faces that it was trained on, as stored.
        channels: 1 for a network that was trained on grey faces, 3 for colour.
        about: JSON values: data, settings and measurements, where known.

    Raises:
        CourseError: naming the field that makes no sense.
    """

    network: Poster
    names: tuple[str, ...]
    face_size: int
    channels: int
    about: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self):
        if len(self.names) != self.network.num_classes:
            raise CourseError(f"{len(self.names)} class names for {self.network.num_classes} classes")
        if self.face_size < 1:
            raise CourseError(f"the face's size must be at least 1 pixel, not {self.face_size}")
        if self.channels not in (1, 3):
            raise CourseError(f"faces have 1 channel or 3, not {self.channels}")


def save_trained(path: str | Path, trained: TrainedNetwork) -> None:
    """Write the file, in float32.

    Raises:
        CourseError: when it cannot be written; a file that was there before stays.
    """
    tensors = {key: value.cpu().contiguous() for key, value in trained.network.state_dict().items()}
    metadata = {
        "format": FORMAT,
        "size": json.dumps(asdict(trained.network.size)),
        "names": json.dumps(trained.names),
        "input": json.dumps({"face_size": trained.face_size, "channels": trained.channels}),
        "about": json.dumps(trained.about),
    }
    with atomic_write(path) as temporary:
        safetensors.torch.save_file(tensors, temporary, metadata)


def is_trained_file(path: str | Path) -> bool:
    """Whether the file is one that :func:`save_trained` wrote."""
    try:
        with safe_open(path, framework="pt") as file:
            return (file.metadata() or {}).get("format") == FORMAT
    except (SafetensorError, OSError):
        return False


def load_trained(path: str | Path = SHIPPED) -> TrainedNetwork:
    """Read a file of :func:`save_trained`; by default the one that comes with the course.

    Raises:
        CourseError: when the file is missing, of another kind, damaged, or does not fit its own size.
    """
    path = Path(path)
    if not path.is_file():
        raise CourseError(f"there is no file {path}; make one with: pvlib export RUN {path}")
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            if metadata.get("format") != FORMAT:
                raise CourseError(f"{path} is no file of pvlib export; make one with: pvlib export RUN FILE")
            tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118 (no dict)
        return _assemble(tensors, metadata)
    except (
        SafetensorError,
        OSError,
        LookupError,
        TypeError,
        AttributeError,
        ValueError,
        RuntimeError,
    ) as error:
        reason = " ".join(str(error).split())[:300]
        raise CourseError(f"{path} is damaged or does not describe its network ({reason})") from error


def _assemble(tensors: dict[str, Tensor], metadata: dict[str, str]) -> TrainedNetwork:
    """Build the network that the header describes; a CourseError of a size or a name counts as damage."""
    try:
        size = _with_tuples(json.loads(metadata["size"]))
        size["landmark"] = LandmarkSize(**_with_tuples(size["landmark"]))
        names = tuple(json.loads(metadata["names"]))
        network = Poster(Size(**size), len(names))
        network.load_state_dict(tensors)
        about = json.loads(metadata["about"])
        return TrainedNetwork(network.eval(), names, **json.loads(metadata["input"]), about=about)
    except CourseError as error:
        raise ValueError(str(error)) from error


def _with_tuples(fields: dict[str, Any]) -> dict[str, Any]:
    """JSON has lists where the frozen sizes have tuples."""
    return {key: tuple(value) if isinstance(value, list) else value for key, value in fields.items()}
