"""Every box of Figure 2 with what it gives and what it costs, from the network itself."""

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from pvlib.evaluation.passes import evaluating
from pvlib.models.mobilefacenet import MobileFaceNet
from pvlib.models.poster import Poster


@dataclass(frozen=True, kw_only=True)
class Box:
    """One part of a network; what depends on the number of faces is of one face.

    Attributes:
        name: what the network calls the part.
        shape: of what it gives, without the batch; of a part that gives several maps, one shape each.
        parameters: its numbers, trained or frozen.
        flop: of its convolutions and matrix products, two for each multiply-accumulate; the rest is not counted.
        milliseconds: the fastest of three forward passes.
    """

    name: str
    shape: tuple[Any, ...]
    parameters: int
    flop: int
    milliseconds: float


def trace(network: Poster, images: Tensor) -> list[Box]:
    """Return the parts of ``network`` in the order of Figure 2, from forward passes of ``images``.

    Together they hold every parameter. What does nothing (a part left out by an ablation) is no box.

    Args:
        images: as the network takes them, (batch, 3, H, H).
    """
    # by the name of each part, that of what runs in it: the landmark network answers no points here
    running = {name: name for name in _names(network)}
    if isinstance(network.landmark_net, MobileFaceNet):
        running["landmark_net"] = "landmark_net.pyramid"
    shapes: dict[str, tuple[Any, ...]] = {}
    seconds = dict.fromkeys(running, math.inf)
    begun: dict[str, float] = {}

    def now() -> float:
        if images.is_cuda:
            torch.cuda.synchronize(images.device)
        return time.perf_counter()

    def before(name: str, _part: nn.Module, _inputs: Any) -> None:
        begun[name] = now()

    def after(name: str, _part: nn.Module, _inputs: Any, output: Any) -> None:
        seconds[name] = min(seconds[name], now() - begun[name])
        several = isinstance(output, list)
        shapes[name] = tuple(tuple(one.shape[1:]) for one in output) if several else tuple(output.shape[1:])

    counter, hooks = FlopCounterMode(display=False), []
    with evaluating(network):
        # with gradients, attention runs as plain matrix products: torch 2.11 does not count the fused form
        with torch.enable_grad(), counter:
            network(images)
        try:
            for name, runs in running.items():
                part = network.get_submodule(runs)
                hooks.append(part.register_forward_pre_hook(partial(before, name)))
                hooks.append(part.register_forward_hook(partial(after, name)))
            with torch.no_grad():
                for _ in range(3):
                    network(images)
        finally:
            for hook in hooks:
                hook.remove()
    counts = counter.get_flop_counts()
    return [
        Box(
            name=name,
            shape=shapes[name],
            parameters=sum(weight.numel() for weight in network.get_submodule(name).parameters()),
            flop=sum(counts.get(f"Poster.{runs}", {}).values()) // len(images),
            milliseconds=1000 * seconds[name] / len(images),
        )
        for name, runs in running.items()
    ]


def _names(network: Poster) -> Iterator[str]:
    """The parts of the network, of a list each member, but for those that do nothing."""
    for name, part in network.named_children():
        for member, each in part.named_children() if isinstance(part, nn.ModuleList) else [("", part)]:
            if not isinstance(each, nn.Identity) and not (isinstance(each, nn.Sequential) and len(each) == 0):
                yield f"{name}.{member}" if member else name
