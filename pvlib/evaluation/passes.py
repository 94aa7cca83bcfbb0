"""Take faces through a network: once as it is, or many times with drop-path left on.

Gal & Ghahramani, "Dropout as a Bayesian approximation" (2016), leave dropout on and look how much the answers
vary. POSTER-Var has no dropout; what it has is drop-path (stochastic depth) in the cross-attention of the
second and third level, which leaves whole residual branches out. So that is what stays on here.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from pvlib.data.network_input import network_input
from pvlib.models import Poster
from pvlib.models.heads import VariationalHead
from pvlib.models.transformer import DropPath
from pvlib.random_state import own_random_state
from pvlib.training.devices import autocast


@dataclass(frozen=True, kw_only=True)
class ForwardSettings:
    """How faces go through a network.

    Attributes:
        batch_size: faces at a time.
        device: where the network computes.
        precision: "fp32", or "bf16" or "fp16" for autocast.
        input_size: pixels per side to which faces are resized first, smoothly, as in training; None for as they
            are, and the network then takes the nearest pixels of faces that are too large for it.
    """

    batch_size: int = 256
    device: str | torch.device = "cpu"
    precision: str = "fp32"
    input_size: int | None = None


@torch.no_grad()
def deterministic_pass(
    network: Poster, images: Tensor, settings: ForwardSettings
) -> tuple[Tensor, Tensor | None]:
    """Return logits and their σ, float32 (N, K) both: for a variational head μ and σ, else no σ.

    Args:
        images: uint8, (N, 1 or 3, H, W).
    """
    means, sigmas = [], []
    with evaluating(network):
        network.to(settings.device)
        for batch in images.split(settings.batch_size):
            inputs = network_input(batch.to(settings.device), settings.input_size)  # (batch, 3, side, side)
            with autocast(settings.device, settings.precision):
                features = network.forward_features(inputs)  # (batch, embed_dim)
                if isinstance(network.head, VariationalHead):
                    distribution = network.head.distribution(features)
                    means.append(distribution.mean.float().cpu())
                    sigmas.append(distribution.stddev.float().cpu())
                else:
                    means.append(network.head(features).float().cpu())
    return torch.cat(means), torch.cat(sigmas) if sigmas else None


@torch.no_grad()
def drop_path_passes(
    network: Poster, images: Tensor, settings: ForwardSettings, *, passes: int, seed: int
) -> Tensor | None:
    """Return the logits of ``passes`` passes with drop-path on and all else as in evaluation.

    Batch normalisation keeps its statistics and a variational head gives μ, so that nothing varies but the
    branches. The caller's random state is left alone.

    Returns:
        float32, (passes, N, K); None for no pass, or for a network that drops nothing.
    """
    dropping = [part for part in network.modules() if isinstance(part, DropPath) and part.drop_prob]
    if passes < 1 or not dropping:
        return None
    logits_of_batches = []
    with (
        own_random_state(seed, torch.device(settings.device)),
        evaluating(network),
        repeated_levels(network, passes),
    ):
        network.to(settings.device)
        for part in dropping:
            part.train()
        for batch in images.split(max(1, settings.batch_size // passes)):
            inputs = network_input(batch.to(settings.device), settings.input_size)  # (batch, 3, side, side)
            with autocast(settings.device, settings.precision):
                logits = network(inputs)  # (passes · batch, K)
            logits_of_batches.append(logits.float().cpu().unflatten(0, (passes, -1)))  # (passes, batch, K)
    return torch.cat(logits_of_batches, dim=1)


@contextmanager
def repeated_levels(network: Poster, times: int) -> Iterator[None]:
    """Let each level of the network see its maps ``times`` times, one after the other along the batch.

    Nothing varies before the levels, so both backbones, most of the work, need to run only once.
    """

    def repeat(_level: nn.Module, maps: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        return tuple(each.repeat(times, 1, 1, 1) for each in maps)  # each (times · batch, C, M, M)

    hooks = [level.register_forward_pre_hook(repeat) for level in network.levels]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


@contextmanager
def evaluating(network: Poster) -> Iterator[None]:
    """Put the network into evaluation mode, and give each of its parts its own mode back."""
    modes = [(part, part.training) for part in network.modules()]
    network.eval()
    try:
        yield
    finally:
        for part, mode in modes:
            part.training = mode
