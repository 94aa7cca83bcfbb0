"""The landmark network's own file: safetensors with its size and what is to be known of it in the header.

``weights/landmarks-drawn.safetensors`` ships with the course: trained on drawn faces alone, so that the
landmark branch works without a download and under the course's own licence (``weights/landmarks-drawn.md``).
"""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import safetensors.torch
from safetensors import SafetensorError, safe_open

import pvlib
from pvlib.errors import CourseError
from pvlib.files import atomic_write
from pvlib.models.mobilefacenet import MobileFaceNet
from pvlib.models.sizes import LandmarkSize

FORMAT = "pvlib landmarks"
SHIPPED = Path(pvlib.__file__).resolve().parents[1] / "weights" / "landmarks-drawn.safetensors"


def save_landmark_net(path: str | Path, network: MobileFaceNet, about: dict[str, Any]) -> None:
    """Write the network with ``about`` (JSON values: how it was trained, what it was measured at)."""
    tensors = {key: value.contiguous() for key, value in network.state_dict().items()}
    metadata = {"format": FORMAT, "size": json.dumps(asdict(network.size)), "about": json.dumps(about)}
    with atomic_write(path) as temporary:
        safetensors.torch.save_file(tensors, temporary, metadata)


def is_landmark_file(path: str | Path) -> bool:
    """Whether the file is one that :func:`save_landmark_net` wrote."""
    try:
        with safe_open(path, framework="pt") as file:
            return (file.metadata() or {}).get("format") == FORMAT
    except (SafetensorError, OSError):
        return False


def load_landmark_net(path: str | Path = SHIPPED) -> tuple[MobileFaceNet, dict[str, Any]]:
    """Return the network, in evaluation mode, and what its file says about it.

    Args:
        path: a file of ``pvlib landmarks train``; by default the one that ships with the course.

    Raises:
        CourseError: when the file is missing, of another kind, damaged, or does not fit its own size.
    """
    path = Path(path)
    if not path.is_file():
        raise CourseError(f"there is no file {path}; make one with: pvlib landmarks train {path}")
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            if metadata.get("format") != FORMAT:
                raise CourseError(f"{path} is no file of pvlib landmarks train")
            size = {
                key: tuple(value) if isinstance(value, list) else value
                for key, value in json.loads(metadata["size"]).items()
            }
            about = json.loads(metadata["about"])
            tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118 (no dict)
        network = MobileFaceNet(LandmarkSize(**size))
        network.load_state_dict(tensors)
    except (SafetensorError, OSError, KeyError, TypeError, ValueError, RuntimeError) as error:
        raise CourseError(f"{path} is damaged or does not describe its network ({error})") from error
    return network.eval(), about
