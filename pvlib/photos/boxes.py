"""Where a face is in a photo, and how it is cut out."""

from typing import NamedTuple

import numpy as np
import torch
from PIL import Image
from torch import Tensor


class Box(NamedTuple):
    """A square in a photo, in pixels from its upper left corner; it may reach beyond the edges."""

    left: float
    top: float
    side: float

    @property
    def centre(self) -> tuple[float, float]:
        return self.left + self.side / 2, self.top + self.side / 2

    def holds(self, point: tuple[float, float]) -> bool:
        """Whether a point (x, y) lies inside."""
        return 0 <= point[0] - self.left <= self.side and 0 <= point[1] - self.top <= self.side


def whole(photo: Image.Image) -> Box:
    """The largest square in the middle of a photo."""
    side = min(photo.size)
    return Box((photo.width - side) / 2, (photo.height - side) / 2, side)


def cut(photo: Image.Image, box: Box, size: int, channels: int = 3) -> Tensor:
    """Return what is inside ``box``, scaled to ``size`` pixels, beyond the edges the photo mirrored.

    Args:
        photo: RGB.
        channels: 3, or 1 for grey.

    Returns:
        uint8, (channels, size, size).
    """
    left, top = int(np.floor(box.left)), int(np.floor(box.top))
    right, bottom = int(np.ceil(box.left + box.side)), int(np.ceil(box.top + box.side))
    inside = (max(left, 0), max(top, 0), min(right, photo.width), min(bottom, photo.height))
    pixels = np.asarray(photo.crop(inside))  # (H, W, 3)
    beyond = ((inside[1] - top, bottom - inside[3]), (inside[0] - left, right - inside[2]), (0, 0))
    square = Image.fromarray(np.pad(pixels, beyond, mode="symmetric"))
    if channels == 1:
        square = square.convert("L")
    exact = (box.left - left, box.top - top, box.left - left + box.side, box.top - top + box.side)
    face = square.resize((size, size), Image.Resampling.BILINEAR, box=exact)
    return torch.from_numpy(np.array(face)).reshape(size, size, channels).permute(2, 0, 1)
