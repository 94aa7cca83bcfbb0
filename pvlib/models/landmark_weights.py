"""The landmark network's own file: its weights, its size and what is to be known of it.

``weights/landmarks-drawn.safetensors`` ships with the course: trained on drawn faces alone, so that the
landmark branch works without a download and under the course's own licence (``weights/landmarks-drawn.md``).
"""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import pvlib
from pvlib.models.filling import build_filled
from pvlib.models.mobilefacenet import MobileFaceNet
from pvlib.models.sizes import LandmarkSize
from pvlib.models.weight_file import is_weight_file, reading_weight_file, write_weight_file

FORMAT = "pvlib landmarks"
SHIPPED = Path(pvlib.__file__).resolve().parent / "weights" / "landmarks-drawn.safetensors"


def save_landmark_net(path: str | Path, network: MobileFaceNet, about: dict[str, Any]) -> None:
    """Write the network with ``about`` (JSON values: how it was trained, what it was measured at)."""
    write_weight_file(path, FORMAT, network.state_dict(), {"size": asdict(network.size), "about": about})


def is_landmark_file(path: str | Path) -> bool:
    """Whether the file is one that :func:`save_landmark_net` wrote."""
    return is_weight_file(path, FORMAT)


def load_landmark_net(path: str | Path = SHIPPED) -> tuple[MobileFaceNet, dict[str, Any]]:
    """Return the network, in evaluation mode, and what its file says about it.

    Args:
        path: a file of ``data_scripts/train_landmarks.py``; by default the one that ships with the course.

    Raises:
        CourseError: when the file is missing, of another kind, damaged, or does not fit its own size.
    """
    with reading_weight_file(Path(path), FORMAT, "python data_scripts/train_landmarks.py FILE") as (
        tensors,
        header,
    ):
        size = LandmarkSize.from_json(header["size"])
        return build_filled(lambda: MobileFaceNet(size), tensors, "its tensors"), header["about"]
