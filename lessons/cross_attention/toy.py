"""A toy with known truth in which the landmark decides: is the cell under the landmark bright?

A toy face is a grid of cells, each bright or dark at random. The image branch says of each cell how bright it is and which
cell it is; the landmark branch says in each cell where the landmark is. Neither of the two knows the answer.
"""

from collections.abc import Callable
from math import comb
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Generator, Tensor, nn

from pvlib.models.cross_attention import CrossAttentionLevel
from pvlib.random_state import own_random_state

SIDE, CHANNELS, HEAD_DIM = 6, 32, 16
CELLS = SIDE**2
FUSIONS = ("attention", "sum", "image alone")
BATCH, TESTED_ON = 64, 2000

Asking = Callable[
    [int, int, int], nn.Module
]  # channels, head_dim, window -> (image tokens, landmark tokens) -> answer


class ToyFaces(NamedTuple):
    """N toy faces: two maps (N, CHANNELS, SIDE, SIDE), label and landmark's cell (N,), bright cells (N, CELLS)."""

    image: Tensor
    landmark: Tensor
    label: Tensor
    where: Tensor
    bright: Tensor


def make_faces(count: int, codes: Tensor, generator: Generator) -> ToyFaces:
    """Sample toy faces; ``codes`` (CELLS, CHANNELS − 1) are the numbers by which both branches name a cell."""
    bright = torch.randint(2, (count, CELLS), generator=generator)
    where = torch.randint(CELLS, (count,), generator=generator)
    image = torch.cat(
        [codes.expand(count, -1, -1), 2.0 * bright[..., None] - 1], dim=2
    )  # (N, CELLS, CHANNELS)
    landmark = F.pad(codes[where], (0, 1))[:, None].expand(-1, CELLS, -1)  # the same in each cell
    label = bright.gather(1, where[:, None])[:, 0]
    maps = [tokens.transpose(1, 2).unflatten(2, (SIDE, SIDE)) for tokens in (image, landmark)]
    return ToyFaces(maps[0], maps[1], label, where, bright)


def ceiling_without_landmark(cells: int = CELLS) -> float:
    """The best accuracy of who sees the image alone: how many cells are bright is all that helps.

    With k of n bright cells the likelier label is right with probability max(k, n − k) / n.
    """
    return sum(comb(cells, k) * max(k, cells - k) for k in range(cells + 1)) / (cells * 2**cells)


class ToyNetwork(nn.Module):
    """One level of the network and a linear readout of its mean token: ToyFaces' two maps -> logits (N, 2).

    Args:
        fusion: "attention"; "sum", the landmark map added to the image map; or "image alone".
        asking: builds the cross-attention.
        layer_scale: γ at the start.
        norm: whether the level normalises the image's tokens.
    """

    def __init__(self, fusion: str, asking: Asking, layer_scale: float = 1.0, norm: bool = True):
        super().__init__()
        self.fusion = fusion
        self.level = CrossAttentionLevel(
            CHANNELS, HEAD_DIM, SIDE, 0.0, layer_scale, asked=fusion == "attention"
        )
        if fusion == "attention":
            self.level.attention = asking(CHANNELS, HEAD_DIM, SIDE)  # type: ignore[assignment]
        if not norm:
            self.level.norm = nn.Identity()  # type: ignore[assignment]
        self.readout = nn.Linear(CHANNELS, 2)

    def forward(self, image: Tensor, landmark: Tensor) -> Tensor:
        image = image + landmark if self.fusion == "sum" else image
        return self.readout(self.level(image, landmark).flatten(1, 2).mean(dim=1))


class Learnt(NamedTuple):
    """A trained toy network, its accuracy on new faces, and that with the landmarks of other faces; the faces."""

    network: ToyNetwork
    accuracy: float
    swapped: float
    faces: ToyFaces


def learn(
    asking: Asking,
    seed: int,
    fusion: str = "attention",
    steps: int = 300,
    image_scale: float = 1.0,
    landmark_scale: float = 1.0,
    **changes: float,
) -> Learnt:
    """Train a toy network with AdamW and test it on new faces; the maps may be scaled (of both, always alike).

    Args:
        changes: of ``ToyNetwork``.
    """
    generator = torch.Generator().manual_seed(seed)
    codes = torch.randn(CELLS, CHANNELS - 1, generator=generator)
    with own_random_state(seed):
        network = ToyNetwork(fusion, asking, **changes)  # type: ignore[arg-type]
    optimizer = torch.optim.AdamW(network.parameters(), lr=3e-3)
    for _ in range(steps):
        faces = make_faces(BATCH, codes, generator)
        loss = F.cross_entropy(
            network(image_scale * faces.image, landmark_scale * faces.landmark), faces.label
        )
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    faces = make_faces(TESTED_ON, codes, generator)

    @torch.no_grad()
    def accuracy(landmark: Tensor) -> float:
        said = network(image_scale * faces.image, landmark_scale * landmark).argmax(dim=1)
        return (said == faces.label).double().mean().item()

    return Learnt(network, accuracy(faces.landmark), accuracy(faces.landmark.roll(1, dims=0)), faces)
