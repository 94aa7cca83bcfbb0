"""Every switch of a trained network on the same faces: which answers stay, and what the accuracy loses or gains."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

import torch
from torch import Tensor

from pvlib.evaluation.intervals import Interval, bootstrap
from pvlib.models.poster import Poster
from pvlib.models.switches import switched


@dataclass(frozen=True, kw_only=True)
class Switch:
    """One switch: its name, the boxes of Figure 2 that it acts on, and how ``switched`` is told."""

    name: str
    boxes: tuple[str, ...] = ()
    how: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Effect:
    """What a switch does: share of the same answers, accuracy, and its paired difference in points."""

    same: float
    accuracy: float
    points: Interval


# the seven of the figure: each acts on another part, so that any two go together
BOARD = (
    Switch(name="attention off", boxes=("levels.0", "levels.1", "levels.2"), how={"attention": "off"}),
    Switch(name="level 1 = mean", boxes=("levels.0",), how={"level_means": (1,)}),
    Switch(name="level 2 = mean", boxes=("levels.1",), how={"level_means": (2,)}),
    Switch(name="level 3 = mean", boxes=("levels.2",), how={"level_means": (3,)}),
    Switch(name="rows eᵢ = 0", boxes=("layer_embedding",), how={"rows": "zero"}),
    Switch(name="positions = 0", boxes=("encoder",), how={"positions": "zero"}),
    Switch(name="gate = 1", boxes=("squeeze_excite",), how={"gate": "one"}),
)
MORE = (
    Switch(name="landmarks of another face", how={"attention": "other_face"}),
    Switch(name="queries = 0", how={"attention": "zero"}),
    Switch(name="queries random", how={"attention": "random"}),
    Switch(name="rows of the next level", how={"rows": "next_level"}),
    Switch(name="positions shuffled", how={"positions": "shuffled"}),
    Switch(name="gate = its mean", how={"gate": "mean"}),
    Switch(name="gate of another face", how={"gate": "other_face"}),
    Switch(name="level 1 alone", how={"level_means": (2, 3)}),
    Switch(name="level 2 alone", how={"level_means": (1, 3)}),
    Switch(name="level 3 alone", how={"level_means": (1, 2)}),
)
FOUR_OFF = Switch(
    name="attention, rows, positions, gate",
    how={"attention": "off", "rows": "zero", "positions": "zero", "gate": "one"},
)


class Asked:
    """A network and the faces that it is asked about under one switch after the other.

    Backbones and levels are run once for each way to ask the image, since they are most of the work.
    """

    def __init__(self, network: Poster, images: Tensor):
        self.network, self.images = network, images
        self._fused: dict[str, list[Tensor]] = {}
        with torch.no_grad():
            self._maps = network.image_pyramid(images)  # the shipped network takes images as large as these
            self._landmarks = network.landmark_levels(images)

    @torch.no_grad()
    def answers(self, *switches: Switch) -> Tensor:
        """The expression that the network names with these switches: (faces,)."""
        how = {key: value for switch in switches for key, value in switch.how.items()}
        how["level_means"] = [level for switch in switches for level in switch.how.get("level_means", ())]
        fused = self.fused(how.pop("attention", "own"))
        with ExitStack() as stack:
            stack.enter_context(patch.object(self.network, "landmark_levels", lambda _: self._landmarks))
            stack.enter_context(patch.object(self.network.image_pyramid, "forward", lambda _: self._maps))
            for level, reduce, maps in zip(
                self.network.levels, self.network.image_reduce, fused, strict=True
            ):
                stack.enter_context(patch.object(reduce, "forward", lambda _: None))
                stack.enter_context(patch.object(level, "forward", lambda *_, maps=maps: maps))
            with switched(self.network, **how):
                return self.network(self.images).argmax(dim=1)

    def fused(self, attention: str) -> list[Tensor]:
        """What the three levels give when the image is asked so: (faces, M, M, C) each."""
        if attention not in self._fused:
            with switched(self.network, attention=attention):
                self._fused[attention] = self.network.forward_levels(self.images)
        return self._fused[attention]


def effects(own: Tensor, others: Mapping[str, Tensor], labels: Tensor) -> dict[str, Effect]:
    """Compare answers (faces,) with the network's own; intervals by 1,000 resamples of the faces, the same for all."""
    right = (own == labels).double()
    gains = {name: 100 * ((other == labels).double() - right) for name, other in others.items()}
    together = torch.stack(list(gains.values()), dim=1)  # (faces, switches)

    def means(counts: Tensor) -> dict[str, Tensor]:
        return dict(zip(gains, (counts.double() @ together / len(own)).T, strict=True))

    points = bootstrap(means, len(own))
    return {
        name: Effect(
            same=(other == own).double().mean().item(),
            accuracy=(other == labels).double().mean().item(),
            points=points[name],
        )
        for name, other in others.items()
    }


def singles_and_pairs(switches: Sequence[Switch] = BOARD) -> Iterator[tuple[Switch, ...]]:
    """Each switch alone, then each two."""
    yield from ((one,) for one in switches)
    yield from ((one, other) for k, one in enumerate(switches) for other in switches[k + 1 :])


def name_of(switches: Sequence[Switch]) -> str:
    return " + ".join(switch.name for switch in switches)
