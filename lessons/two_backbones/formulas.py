"""What this lesson lets the learner write, as the course writes it."""

from collections.abc import Collection, Mapping, Sequence
from math import prod

from torch import Tensor

__all__ = ["effective_side", "live_numbers", "pyramid_shapes", "receptive_side"]

CHANNELS = (64, 128, 256)  # of the paper's three levels


def pyramid_shapes(side: int) -> list[tuple[int, int, int]]:
    """The shapes (C, H, W) of the image backbone's three maps for a picture of side × side pixels."""
    return [
        (channels, side // 2**level, side // 2**level) for level, channels in enumerate(CHANNELS, start=1)
    ]


def live_numbers(shapes: Mapping[str, Sequence[int]], with_gradient: Collection[str]) -> int:
    """How many numbers the tensors hold that get a gradient; shapes by name."""
    return sum(prod(shape) for name, shape in shapes.items() if name in with_gradient)


def receptive_side(kernels: Sequence[int], strides: Sequence[int]) -> int:
    """Side in pixels of what one cell can see through these layers (Araujo et al., 2019), kernels and strides in order."""
    side, jump = 1, 1
    for kernel, stride in zip(kernels, strides, strict=True):
        side += (kernel - 1) * jump
        jump *= stride
    return side


def effective_side(field: Tensor, centre: tuple[int, int], share: float = 0.9) -> int:
    """Side of the smallest square around ``centre`` (row, column) that holds at least this share of ``field`` (H, W).

    The square has an odd side, 2r + 1; what of it lies outside the picture holds nothing.
    """
    row, column = centre
    for radius in range(max(field.shape)):
        square = field[max(0, row - radius) : row + radius + 1, max(0, column - radius) : column + radius + 1]
        if square.sum() >= share * field.sum():
            return 2 * radius + 1
    return 2 * max(field.shape) - 1
