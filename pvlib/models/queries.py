"""What asks the image where it is not the face's own landmarks (question 8: do the landmarks matter?).

A network can be built and trained with these in their place, ``Size.queries``; the released one has none of them.
"""

from collections.abc import Iterable

import torch
from torch import Tensor, nn

from pvlib.errors import CourseError


class OtherFace(nn.Module):
    """The landmark maps of the face before it in the batch; the first face gets the last one's.

    Shape: a list of maps (batch, C, M, M) -> the same shapes.
    """

    def forward(self, maps_of_levels: list[Tensor]) -> list[Tensor]:
        return [of_the_face_before(maps) for maps in maps_of_levels]


class FixedQueries(nn.Module):
    """In place of the landmark branch: the same standard normal noise for every face, never trained.

    Args:
        shapes: (C, M) of each level.
    """

    def __init__(self, shapes: Iterable[tuple[int, int]]):
        super().__init__()
        for level, (channels, side) in enumerate(shapes):
            self.register_buffer(f"noise{level}", torch.randn(1, channels, side, side))

    def pyramid(self, images: Tensor) -> list[Tensor]:
        """Return maps (batch, C, M, M), one a level."""
        return [noise.expand(len(images), -1, -1, -1) for noise in self.buffers()]

    def forward(self, images: Tensor) -> Tensor:
        raise CourseError("this network has no landmark branch: its queries are not landmarks")


def of_the_face_before(values: Tensor) -> Tensor:
    """Row i gets what row i − 1 has, (batch, ...).

    Raises:
        CourseError: for a batch of one.
    """
    if len(values) < 2:
        raise CourseError('"other_face" needs at least two faces at a time')
    return values.roll(1, dims=0)
