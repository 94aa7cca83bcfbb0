"""Photos of any kind as upright RGB pictures, and a face cut out of one."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from pvlib.data.folders import file_names
from pvlib.data.pictures import open_picture, turn_upright
from pvlib.errors import CourseError


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


def find_photos(sources: Sequence[Path]) -> list[Path]:
    """Return the photos that files and folders name: files as they are, of a folder those directly in it.

    Raises:
        CourseError: a source does not exist, or a folder holds no picture.
    """
    photos: list[Path] = []
    for source in sources:
        if source.is_dir():
            inside = sorted(file_names(source))
            if not inside:
                raise CourseError(
                    f"{source}: no picture in this folder (those in folders below are not read)"
                )
            photos += [source / name for name in inside]
        elif source.exists():
            photos.append(source)
        else:
            raise CourseError(f"there is no photo {source}")
    return list(dict.fromkeys(photos))


def read_photo(path: str | Path) -> Image.Image:
    """Return a photo in RGB, turned upright as its EXIF data say; transparent parts are black.

    Raises:
        CourseError: the file is missing, damaged, or no picture.
    """
    opened = open_picture(os.fspath(path))
    return turn_upright(opened.face, opened.orientation)


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
