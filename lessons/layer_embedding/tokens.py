"""The tokens of the trained network, level by level, and what its encoder answers to them."""

from collections.abc import Sequence

import torch
from torch import Tensor

from pvlib.models import Poster
from pvlib.runs.trained import TrainedNetwork


@torch.no_grad()
def levels_of(trained: TrainedNetwork, images: Tensor) -> list[Tensor]:
    """The tokens of each level, not marked yet: uint8 faces -> three times (faces, 9, channels)."""
    network, parts = trained.network, []
    for few in images.split(100):
        fused = network.forward_levels(trained.network_input(few))  # three times (100, M, M, C)
        maps = [embed(one.permute(0, 3, 1, 2)) for embed, one in zip(network.embeds, fused, strict=True)]
        parts.append([one.flatten(2).transpose(1, 2) for one in maps])
    return [torch.cat(level) for level in zip(*parts, strict=True)]


@torch.no_grad()
def logits_of(network: Poster, tokens: Tensor, positions: Tensor | None = None) -> Tensor:
    """What encoder, gate and head say to the tokens of all levels: (faces, 27, channels) -> (faces, 8).

    Args:
        positions: (1, 28, channels), the first for CLS; the network's own by default.
    """
    encoder = network.encoder
    cls = encoder.cls_token.expand(len(tokens), -1, -1)
    seen = torch.cat([cls, tokens], dim=1) + (encoder.position if positions is None else positions)
    return network.head(network.squeeze_excite(encoder.norm(encoder.blocks(seen)[:, 0])))


def without_places(network: Poster) -> Tensor:
    """The positions of the network with those of all tokens at zero; CLS keeps its own: (1, 28, channels)."""
    zero = torch.zeros_like(network.encoder.position)
    zero[:, 0] = network.encoder.position[:, 0].detach()
    return zero


def answers_changed(before: Tensor, after: Tensor) -> int:
    """How many faces get another answer, from logits (faces, 8) each."""
    return int((before.argmax(dim=1) != after.argmax(dim=1)).sum())


def points(before: Tensor, after: Tensor, truth: Tensor) -> tuple[float, float]:
    """The paired difference in accuracy, after − before, in points, and half of its 95 % interval."""
    right = [(logits.argmax(dim=1) == truth).double() for logits in (before, after)]
    difference = 100 * (right[1] - right[0])
    return difference.mean().item(), 1.96 * (difference.std() / len(difference) ** 0.5).item()


def told(name: str, before: Tensor, after: Tensor, truth: Tensor) -> str:
    """One line of a table: answers that change, largest change of a logit, difference in accuracy."""
    gain, half = points(before, after, truth)
    largest = (after - before).abs().max().item()
    changed = answers_changed(before, after)
    return (
        f"{name}: {changed} of {len(truth)} answers change, a logit by up to {largest:.2g}; "
        f"accuracy {gain:+.1f} ± {half:.1f} points"
    )


def share_in_level_means(change: Tensor, levels: int = 3) -> float:
    """How much of a change of the tokens (faces, 27, channels), in squares, is the same for all tokens of a level."""
    by_level = change.unflatten(1, (levels, -1))  # (faces, 3, 9, channels)
    rest = by_level - by_level.mean(dim=(0, 2), keepdim=True)
    return 1 - (rest.square().sum() / change.square().sum()).item()


def told_apart(levels: Sequence[Tensor]) -> float:
    """How many tokens of the second half of the faces lie nearest to the mean token of their own level (first half)."""
    half = len(levels[0]) // 2
    means = torch.stack([level[:half].mean(dim=(0, 1)) for level in levels])  # (3, channels)
    right = [
        (torch.cdist(level[half:].flatten(0, 1), means).argmin(dim=1) == number).double()
        for number, level in enumerate(levels)
    ]
    return torch.cat(right).mean().item()
