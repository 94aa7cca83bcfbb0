"""Figure 2 put together from its boxes, and watched: which box is the first to differ from another assembly."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from pvlib.models.layer_embedding import LayerEmbedding
from pvlib.models.poster import Poster, resize
from pvlib.models.squeeze_excite import SqueezeExcite

Box = Callable[..., Any]
TOLERANCE = 1e-4  # |a - b| <= TOLERANCE * max(1, |b|), in float32


class Parts:
    """The boxes of a network as functions that keep what they get and give.

    Attributes:
        image_pyramid, landmark_net: images (batch, 3, H, H) -> three maps (batch, C, M, M).
        image_reduce, landmark_reduce: one a level, a map -> a map of its level's side and channels.
        levels: one a level, image map and landmark map -> (batch, M, M, C).
        embeds: one a level, (batch, C, M, M) -> (batch, D, m, m).
        rows: of the layer embedding, (3, 1, D).
        fusion_norm: tokens -> the same shape.
        encoder: (batch, tokens, D) -> (batch, D).
        hidden, gate: the two linear layers of the squeeze-and-excitation, (batch, D) -> (batch, D).
        at: the box that runs, or after which one we are; for who must tell where a pass stopped.
    """

    def __init__(self, network: Poster):
        assert isinstance(network.layer_embedding, LayerEmbedding)
        assert isinstance(network.squeeze_excite, SqueezeExcite)
        self.got: dict[str, list[tuple[Any, ...]]] = {}
        self.gave: dict[str, list[Any]] = {}
        self.at = "before the first box"
        side = network.size.image_size
        self.image_pyramid = self._kept(
            "image_pyramid", lambda images: network.image_pyramid(resize(images, side))
        )
        self.landmark_net = self._kept("landmark_net", network.landmark_levels)
        self.image_reduce = self._each("image_reduce", network.image_reduce)
        self.landmark_reduce = self._each("landmark_reduce", network.landmark_reduce)
        self.levels = self._each("levels", network.levels)
        self.embeds = self._each("embeds", network.embeds)
        self.rows = network.layer_embedding.rows
        self.fusion_norm = self._kept("fusion_norm", network.fusion_norm)
        self.encoder = self._kept("encoder", network.encoder)
        self.hidden = self._kept("squeeze_excite.hidden", network.squeeze_excite.hidden)
        self.gate = self._kept("squeeze_excite.gate", network.squeeze_excite.gate)

    def _each(self, name: str, parts: Any) -> list[Box]:
        return [self._kept(f"{name}.{i}", part) for i, part in enumerate(parts)]

    def _kept(self, name: str, part: Box) -> Box:
        def box(*given: Any) -> Any:
            self.at = f"in {name}"
            self.got.setdefault(name, []).append(given)
            output = part(*given)
            self.gave.setdefault(name, []).append(output)
            self.at = f"after {name}"
            return output

        return box


def forward_features(parts: Parts, images: Tensor) -> Tensor:
    """Figure 2 from left to right: images (batch, 3, H, H) -> features (batch, D)."""
    image_maps, landmark_maps = parts.image_pyramid(images), parts.landmark_net(images)
    tokens = []
    for i in range(3):
        image = parts.image_reduce[i](image_maps[i])  # (batch, C, M, M)
        landmarks = parts.landmark_reduce[i](landmark_maps[i])  # (batch, C, M, M)
        fused = parts.levels[i](image, landmarks)  # (batch, M, M, C)
        embedded = parts.embeds[i](fused.permute(0, 3, 1, 2))  # (batch, D, m, m)
        tokens.append(embedded.flatten(2).transpose(1, 2) + parts.rows[i])  # (batch, m², D)
    cls = parts.encoder(parts.fusion_norm(torch.cat(tokens, dim=1)))  # (batch, D)
    return cls * parts.gate(parts.hidden(cls).relu()).sigmoid()


def norm_before_rows(parts: Parts, images: Tensor) -> Tensor:
    """The planted mistake: each level is normalised before it is marked and concatenated."""
    maps, landmark_maps = parts.image_pyramid(images), parts.landmark_net(images)
    tokens = []
    for i in range(3):
        fused = parts.levels[i](parts.image_reduce[i](maps[i]), parts.landmark_reduce[i](landmark_maps[i]))
        embedded = parts.embeds[i](fused.permute(0, 3, 1, 2)).flatten(2).transpose(1, 2)
        tokens.append(parts.fusion_norm(embedded) + parts.rows[i])
    cls = parts.encoder(torch.cat(tokens, dim=1))
    return cls * parts.gate(parts.hidden(cls).relu()).sigmoid()


def values(parts: Parts, features: Tensor) -> dict[str, list[Tensor]]:
    """What each box gave, in the order of Figure 2; a box that was never asked is left out.

    What goes into the fusion norm is what the layer embedding gave. A box that looks at each token alone may be asked
    level by level: its answers are put one behind the other.
    """
    found: dict[str, list[Tensor]] = {}
    for name in ("image_pyramid", "landmark_net", *_of_each_level()):
        if name in parts.gave:
            last = parts.gave[name][-1]
            found[name] = list(last) if isinstance(last, list | tuple) else [last]
    if "fusion_norm" in parts.gave:
        found["layer_embedding"] = [_joined([given[0] for given in parts.got["fusion_norm"]])]
        found["fusion_norm"] = [_joined(parts.gave["fusion_norm"])]
    if "encoder" in parts.gave:
        found["encoder"] = [parts.gave["encoder"][-1]]
    return found | {"squeeze_excite": [features]}


def first_difference(
    yours: Mapping[str, Sequence[Tensor]], right: Mapping[str, Sequence[Tensor]]
) -> str | None:
    """The first box of Figure 2 that gave something else, or nothing; None where all agree."""
    for name, expected in right.items():
        if name not in yours:
            if name == "layer_embedding":
                continue  # known only from what the fusion norm gets, which is the next box
            return name
        if len(yours[name]) != len(expected):
            return name
        if any(disagreement(a, b) > TOLERANCE for a, b in zip(yours[name], expected, strict=True)):
            return name
    return None


def disagreement(yours: Tensor, right: Tensor) -> float:
    """The largest |a - b| / max(1, |b|); infinite where the shapes differ."""
    if yours.shape != right.shape:
        return float("inf")
    return float(((yours - right).abs() / right.abs().clamp(min=1)).max())


def _of_each_level() -> Iterator[str]:
    for i in range(3):
        yield from (f"{name}.{i}" for name in ("image_reduce", "landmark_reduce", "levels", "embeds"))


def _joined(tokens: Sequence[Tensor]) -> Tensor:
    return tokens[0] if len(tokens) == 1 else torch.cat(list(tokens), dim=1)
