"""Take faces through a network: once as it is, or many times with drop-path left on.

Gal & Ghahramani, "Dropout as a Bayesian approximation" (2016), leave dropout on and look how much the answers
vary. POSTER-Var has no dropout; what it has is drop-path (stochastic depth) in the cross-attention of the
second and third level, which leaves whole residual branches out. So that is what stays on here.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from timm.layers import DropPath
from torch import Tensor, nn

from pvlib.data.transforms import normalise
from pvlib.models import Poster

_AUTOCAST = {"bf16": torch.bfloat16, "fp16": torch.float16}


@torch.no_grad()
def deterministic_pass(
    network: Poster, images: Tensor, batch_size: int, device: str | torch.device, precision: str
) -> tuple[Tensor, Tensor | None]:
    """Return logits and their σ, float32 (N, K) both: for a variational head μ and σ, else no σ.

    Args:
        images: uint8, (N, 1 or 3, H, W).
        precision: "fp32", or "bf16" or "fp16" for autocast.
    """
    means, sigmas = [], []
    with evaluating(network):
        network.to(device)
        for batch in images.split(batch_size):
            with _autocast(device, precision):
                features = network.forward_features(normalise(batch.to(device)))  # (batch, embed_dim)
                if network.size.head == "variational":
                    distribution = network.head.distribution(features)
                    means.append(distribution.mean.float().cpu())
                    sigmas.append(distribution.stddev.float().cpu())
                else:
                    means.append(network.head(features).float().cpu())
    return torch.cat(means), torch.cat(sigmas) if sigmas else None


@torch.no_grad()
def drop_path_passes(
    network: Poster,
    images: Tensor,
    passes: int,
    batch_size: int,
    device: str | torch.device,
    precision: str,
    seed: int,
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
    said = []
    with torch.random.fork_rng(), evaluating(network), repeated_levels(network, passes):
        torch.manual_seed(seed)
        network.to(device)
        for part in dropping:
            part.train()
        for batch in images.split(max(1, batch_size // passes)):
            with _autocast(device, precision):
                logits = network(normalise(batch.to(device)))  # (passes · batch, K)
            said.append(logits.float().cpu().unflatten(0, (passes, -1)))  # (passes, batch, K)
    return torch.cat(said, dim=1)


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
    """Put the network into evaluation mode and give it its mode back."""
    was_training = network.training
    network.eval()
    try:
        yield
    finally:
        network.eval().train(was_training)


def _autocast(device: str | torch.device, precision: str) -> torch.autocast:
    kind = torch.device(device).type
    return torch.autocast(kind, _AUTOCAST.get(precision), enabled=precision in _AUTOCAST)
