"""The 68 points of iBUG 300-W (Sagonas et al., 2013): their parts, their mirror image, their units.

Points are counted from 0; left and right are the viewer's.
"""

from typing import NamedTuple

import torch.nn.functional as F
from torch import Tensor

OUTER_EYE_CORNERS = (36, 45)


class Stretch(NamedTuple):
    """Points that are joined in order, and the part of the face that they belong to."""

    name: str
    part: str
    points: slice
    closed: bool = False


STRETCHES = (
    Stretch("jaw", "jaw", slice(0, 17)),
    Stretch("left brow", "brows", slice(17, 22)),
    Stretch("right brow", "brows", slice(22, 27)),
    Stretch("nose bridge", "nose", slice(27, 31)),
    Stretch("nostrils", "nose", slice(31, 36)),
    Stretch("left eye", "eyes", slice(36, 42), closed=True),
    Stretch("right eye", "eyes", slice(42, 48), closed=True),
    Stretch("outer lips", "mouth", slice(48, 60), closed=True),
    Stretch("inner lips", "mouth", slice(60, 68), closed=True),
)
PARTS = {
    part: [point for each in STRETCHES if each.part == part for point in range(68)[each.points]]
    for part in dict.fromkeys(each.part for each in STRETCHES)
}
"""The points of each part."""
# The point that each becomes when the picture is mirrored.
MIRRORED = (
    *range(16, -1, -1), *range(26, 16, -1), *range(27, 31), *range(35, 30, -1),
    45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40,
    *range(54, 47, -1), *range(59, 54, -1), *range(64, 59, -1), 67, 66, 65,
)  # fmt: skip


def as_fractions(landmarks: Tensor, size: int) -> Tensor:
    """Turn points in pixels, whose centres lie at integers, into fractions of a picture ``size`` wide."""
    return (landmarks + 0.5) / size


def landmark_input(images: Tensor, size: int) -> Tensor:
    """Turn stored faces into what a landmark network is fed: values in 0-1; blue, green, red.

    Shape: uint8 (N, 1 or 3, H, W) -> float32 (N, 3, size, size).
    """
    scaled = images.float().div(255).expand(-1, 3, -1, -1).flip(1)
    if images.shape[-2:] == (size, size):
        return scaled
    smaller = images.shape[-1] > size
    return F.interpolate(scaled, (size, size), mode="bilinear", align_corners=False, antialias=smaller)
