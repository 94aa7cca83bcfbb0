"""What changes if something else asks the image: answers under every switch, at the price of one pass of the backbones."""

from collections.abc import Sequence
from copy import deepcopy
from typing import NamedTuple

import torch
from torch import Tensor, nn

from pvlib.explain.attention import attention_of
from pvlib.models.poster import Poster, resize
from pvlib.models.switches import switched

SWITCHES = ("other_face", "random", "zero", "off")
LEVELS: tuple[tuple[int, ...], ...] = ((1,), (2,), (3,), (1, 2, 3))


class _Known(nn.Module):
    """In place of a backbone: the maps that it gave."""

    def __init__(self, maps: Sequence[Tensor]):
        super().__init__()
        self.maps = list(maps)

    def forward(self, _images: Tensor) -> list[Tensor]:
        return self.maps


@torch.no_grad()
def with_known_maps(network: Poster, inputs: Tensor, at_once: int = 100) -> Poster:
    """A copy of the network that has looked at these faces: its backbones give their maps without computing.

    No switch changes what the backbones see, and they take most of a pass's time.

    Args:
        inputs: as the network takes them, (faces, 3, H, H); the copy answers only for all of them together.
    """
    parts = inputs.split(at_once)
    image_maps = [network.image_pyramid(resize(part, network.size.image_size)) for part in parts]
    landmark_maps = [network.landmark_levels(part) for part in parts]
    copy = deepcopy(network)
    copy.image_pyramid = _Known([torch.cat(level) for level in zip(*image_maps, strict=True)])  # type: ignore[assignment]
    known = [torch.cat(level) for level in zip(*landmark_maps, strict=True)]
    copy.landmark_levels = lambda _images: known  # type: ignore[method-assign, assignment]
    return copy


class Change(NamedTuple):
    """A switched network against itself on the same faces.

    Attributes:
        answers: how many first answers differ.
        points: accuracy after minus before, in points; half_width: of its 95 % interval (paired, normal).
    """

    answers: int
    points: float
    half_width: float

    def __str__(self) -> str:
        return f"{self.answers} answers change, accuracy {self.points:+.2f} ± {self.half_width:.2f} points"


@torch.no_grad()
def changes(
    network: Poster, inputs: Tensor, truth: Tensor
) -> tuple[Tensor, dict[tuple[str, tuple[int, ...]], Change]]:
    """The network's own first answers, and what each switch changes in them, at one level and at all.

    Args:
        inputs: as the network takes them, (faces, 3, H, H).
        truth: the right classes, (faces,).
    """
    known = with_known_maps(network, inputs)
    own = known(inputs).argmax(dim=1)
    found = {}
    for switch in SWITCHES:
        for levels in LEVELS:
            with switched(known, attention=switch, levels=levels):
                found[switch, levels] = compared(own, known(inputs).argmax(dim=1), truth)
    return own, found


def compared(own: Tensor, other: Tensor, truth: Tensor) -> Change:
    """What differs between two sets of first answers, (faces,) each."""
    points = 100 * ((other == truth).double() - (own == truth).double())
    half_width = 1.96 * points.std() / len(points) ** 0.5
    return Change(int((own != other).sum()), points.mean().item(), half_width.item())


class Alignment(NamedTuple):
    """Where the weights of a level lie, in units of a mean's weight: 1 is what every cell would get from a plain mean.

    Attributes:
        own_cell: that the cell under a landmark gives itself.
        landmark_cells: of cells with a landmark, over all queries.
        mouth: of the mouth's cells, for the query of the mouth's left corner.
        moved: which part of each cell's weight goes to other cells if the landmarks of another face ask.
        bias_share: the position bias's share of the scores' variance over the keys.
    """

    own_cell: float
    landmark_cells: float
    mouth: float
    moved: float
    bias_share: float


def alignment(network: Poster, inputs: Tensor, landmarks: Tensor, level: int) -> Alignment:
    """What the weights of a level have to do with the landmarks of these faces.

    Args:
        inputs: as the network takes them, (faces, 3, H, H).
        landmarks: (faces, 68, 2), (x, y) as fractions of the image's sides.
    """
    found, side = attention_of(network, inputs, level), network.size.windows[level - 1]
    with switched(network, attention="other_face"):
        swapped = attention_of(network, inputs, level).weights
    weights = side**2 * found.weights.mean(dim=1)  # (faces, N, N), over the heads
    places = (landmarks * side).long().clamp(0, side - 1)
    cells = places[..., 1] * side + places[..., 0]  # (faces, 68)
    rows = weights.take_along_dim(
        cells[..., None], dim=1
    )  # (faces, 68, N): what each landmark's cell asks for

    def over(mask_of: Tensor, given: Tensor) -> float:
        mask = torch.zeros_like(given).scatter_(1, mask_of, 1.0)
        return ((given * mask).sum(dim=1) / mask.sum(dim=1)).mean().item()

    content, bias = found.content.var(dim=-1).mean(), found.bias.var(dim=-1).mean()
    return Alignment(
        rows.take_along_dim(cells[..., None], dim=2).mean().item(),
        over(cells, weights.mean(dim=1)),
        over(cells[:, 48:], rows[:, 48]),
        (found.weights - swapped).abs().sum(dim=-1).mean().item() / 2,
        (bias / (content + bias)).item(),
    )


@torch.no_grad()
def added_by_attention(network: Poster, inputs: Tensor) -> list[float]:
    """The size (norm) of what the cross-attention adds, over that of the tokens it is added to; by level."""
    sizes: list[float] = []
    hooks = [
        level.attention.register_forward_hook(  # type: ignore[union-attr]
            lambda _part, given, answer, scale=level.scale_attention: sizes.append(
                ((scale * answer).norm() / given[0].norm()).item()
            )
        )
        for level in network.levels
    ]
    try:
        network(inputs)
    finally:
        for hook in hooks:
            hook.remove()
    return sizes
