"""The gate of the trained network, what may stand in its place, and the course's own answers to the exercises."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from pvlib.models import Poster
from pvlib.models.squeeze_excite import SqueezeExcite
from pvlib.runs.trained import TrainedNetwork


def squeeze_excite(x: Tensor, w1: Tensor, b1: Tensor, w2: Tensor, b2: Tensor) -> Tensor:
    """Equation 4: (faces, C) -> the same; w1 (hidden, C), b1 (hidden,), w2 (C, hidden), b2 (C,)."""
    return x * F.linear(F.linear(x, w1, b1).relu(), w2, b2).sigmoid()


def fold(weight: Tensor, gate: Tensor) -> Tensor:
    """The weight (classes, C) of a linear layer that answers to x as `weight` does to x ⊙ gate, gate (C,)."""
    return gate * weight


def squeeze_maps(maps: Tensor, w1: Tensor, b1: Tensor, w2: Tensor, b2: Tensor) -> Tensor:
    """The block of Hu et al. (2018): maps (faces, C, H, W) -> the same, one gate a channel and face."""
    squeezed = maps.mean(dim=(2, 3))  # (faces, C)
    gates = F.linear(F.linear(squeezed, w1, b1).relu(), w2, b2).sigmoid()
    return maps * gates[:, :, None, None]


def weights_of(block: SqueezeExcite) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """W₁, b₁, W₂, b₂."""
    return block.hidden.weight, block.hidden.bias, block.gate.weight, block.gate.bias


@torch.no_grad()
def features_of(trained: TrainedNetwork, images: Tensor) -> Tensor:
    """What the encoder hands to the gate: uint8 faces -> (faces, channels)."""
    network = trained.network
    return torch.cat(
        [network.encoder(network.forward_tokens(trained.network_input(few))) for few in images.split(100)]
    )


@torch.no_grad()
def gates_of(block: SqueezeExcite, features: Tensor) -> Tensor:
    """The gate of each face and channel, (faces, channels), each between 0 and 1."""
    return block.gate(block.hidden(features).relu()).sigmoid()


@torch.no_grad()
def logits_of(network: Poster, features: Tensor, gates: Tensor) -> Tensor:
    """What the head says to gated features, (faces, classes)."""
    return network.head(features * gates)


def of_another_face(gates: Tensor) -> Tensor:
    """Each face gets the gates of the one before it."""
    return gates.roll(1, dims=0)


SUBSTITUTES: dict[str, Callable[[Tensor], Tensor]] = {
    "all gates 1": torch.ones_like,
    "each channel's mean gate": lambda gates: gates.mean(dim=0).expand_as(gates),
    "another face's gates": of_another_face,
    "raised to the mean where below": lambda gates: torch.maximum(gates, gates.mean(dim=0)),
    "lowered to the mean where above": lambda gates: torch.minimum(gates, gates.mean(dim=0)),
    "all gates ½": lambda gates: torch.full_like(gates, 0.5),
    "open or shut, whichever is nearer": torch.round,
    "1 − gate": lambda gates: 1 - gates,
}


def variance_split(gates: Tensor, group: Tensor) -> dict[str, float]:
    """Shares of the variance of all gates (faces, channels) that lie between channels, between groups, and in the rest.

    Args:
        group: which group each face is of, (faces,).

    Returns shares that sum to 1. "groups" is how much of it a channel's mean gate changes from group to group.
    """
    gates = gates.double()
    channel = gates.mean(dim=0)  # (channels,)
    of_group = torch.stack([gates[group == one].mean(dim=0) for one in group.unique()])  # (groups, channels)
    place = torch.searchsorted(group.unique(), group)
    total = (gates - gates.mean()).square().sum()
    channels = len(gates) * (channel - gates.mean()).square().sum() / total
    groups = (of_group - channel)[place].square().sum() / total
    return {"channels": channels.item(), "groups": groups.item(), "rest": (1 - channels - groups).item()}


def by_group(gates: Tensor, group: Tensor, count: int) -> Tensor:
    """The mean gate of each channel in each group, (channels, count)."""
    return torch.stack([gates[group == one].mean(dim=0) for one in range(count)], dim=1)
