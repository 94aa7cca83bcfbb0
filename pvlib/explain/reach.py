"""Receptive fields by autograd: which pixels can change a cell, and by how much (Luo et al., 2016)."""

from collections.abc import Callable
from typing import Literal

import torch
from torch import Tensor

from pvlib.errors import CourseError
from pvlib.evaluation.passes import evaluating
from pvlib.models.mobilefacenet import MobileFaceNet
from pvlib.models.poster import Poster, resize


def receptive_field(
    network: Poster,
    images: Tensor,
    branch: Literal["image", "landmark"] = "image",
    level: int = 1,
    cell: tuple[int, int] = (0, 0),
) -> Tensor:
    """Return how much one cell of a map that enters a level's cross-attention depends on each pixel.

    Args:
        images: as the network takes them, (batch, 3, H, W).
        branch: the image's map or the landmarks', each after its reduction to M × M cells.
        level: 1 is the finest.
        cell: (row, column) of the map.

    Returns:
        (H, W), see :func:`sensitivity`. Exactly 0 where a pixel cannot reach the cell.

    Raises:
        CourseError: for a branch, level or cell that is not there.
    """
    if branch not in ("image", "landmark") or level not in (1, 2, 3):
        raise CourseError(
            f'there are the branches "image" and "landmark" with levels 1, 2 and 3, not {branch!r}, {level!r}'
        )
    side = network.size.windows[level - 1]
    if not all(0 <= place < side for place in cell):
        raise CourseError(f"level {level} has {side} × {side} cells, not one at {cell}")

    def maps_of(inputs: Tensor) -> Tensor:  # (batch, C, M, M)
        if branch == "image":
            maps = network.image_pyramid(resize(inputs, network.size.image_size))
            return network.image_reduce[level - 1](maps[level - 1])
        maps = network.landmark_net.pyramid(network.landmark_input(inputs))
        return network.landmark_reduce[level - 1](maps[level - 1])

    if branch == "landmark" and not isinstance(network.landmark_net, MobileFaceNet):
        raise CourseError("this network has no landmark branch")
    with evaluating(network):
        return sensitivity(maps_of, images, cell)


def sensitivity(maps_of: Callable[[Tensor], Tensor], images: Tensor, cell: tuple[int, int]) -> Tensor:
    """Return |d (sum of the cell's channels) / d pixel|, mean over faces and colours: (batch, 3, H, W) -> (H, W).

    Args:
        maps_of: images to maps (batch, C, M, M), each face by itself.
    """
    with torch.enable_grad():
        inputs = images.detach().requires_grad_()
        (slope,) = torch.autograd.grad(maps_of(inputs)[:, :, cell[0], cell[1]].sum(), inputs)
    return slope.abs().mean(dim=(0, 1))
