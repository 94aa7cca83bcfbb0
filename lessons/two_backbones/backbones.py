"""What the two backbones are made of, what they can see, and what is done to their input."""

import json
from copy import deepcopy
from importlib.resources import files
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pvlib.models.ir50 import ImprovedResidualUnit
from pvlib.models.mobilefacenet import Bottleneck, MobileFaceNet
from pvlib.models.poster import Poster

STATISTICS = ("running_mean", "running_var", "num_batches_tracked")


class ReleasedTensor(NamedTuple):
    """One tensor of the released checkpoint: no numbers of it, but what became of it in one training step.

    Attributes:
        gradient: whether it got a gradient from the cross-entropy of the mean logits (``tests/golden``).
        dead: whether no answer depends on it (``pvlib.models.released.is_dead``).
    """

    name: str
    shape: tuple[int, ...]
    gradient: bool
    dead: bool

    @property
    def kind(self) -> str:
        """Why it has a gradient, or none."""
        if self.dead:
            return "dead"
        if self.name.endswith(STATISTICS):
            return "statistics"
        if self.name.startswith("face_landback."):
            return "frozen landmark branch"
        return "trained" if self.gradient else "log-variance"


def released_tensors() -> list[ReleasedTensor]:
    """The 761 tensors of the released POSTER-Var for eight classes, in the file's order."""
    rows = json.loads(files(__package__).joinpath("released_tensors.json").read_text(encoding="utf-8"))
    return [ReleasedTensor(name, tuple(shape), gradient, dead) for name, shape, gradient, dead in rows]


def layers_of(network: Poster, branch: str, level: int) -> tuple[list[int], list[int]]:
    """Kernels and strides of the convolutions that a level's map has passed, on the longest way.

    Args:
        branch: "image" or "landmark".
        level: 1 is the finest.
    """
    pyramid = network.image_pyramid if branch == "image" else network.get_submodule("landmark_net.pyramid")
    parts = [
        pyramid.get_submodule("stem"),
        *(pyramid.get_submodule(f"stages.{number}") for number in range(level)),
    ]
    convolutions = [conv for part in parts for conv in _convolutions(part)]
    if branch == "image":
        convolutions += _convolutions(network.image_reduce[level - 1])
    return [conv.kernel_size[0] for conv in convolutions], [conv.stride[0] for conv in convolutions]


def _convolutions(part: nn.Module) -> list[nn.Conv2d]:
    """The convolutions of a part in order; of a residual unit those beside the shortcut."""
    if isinstance(part, ImprovedResidualUnit):
        return [part.conv1, part.conv2]
    if isinstance(part, Bottleneck):
        return [part.depthwise.conv]  # its other two have kernels of one pixel
    if isinstance(part, nn.Conv2d):
        return [part]
    return [conv for child in part.children() for conv in _convolutions(child)]


def shifted(pictures: Tensor) -> Tensor:
    """The same pictures one pixel further right, (N, C, H, W); the left column is repeated."""
    return F.pad(pictures, (1, 0, 0, 0), mode="replicate")[..., :-1]


@torch.no_grad()
def landmark_error(network: MobileFaceNet, inputs: Tensor, landmarks: Tensor) -> Tensor:
    """Mean distance from the true points, in % of the distance between the outer eye corners; one for each face.

    Args:
        inputs: (faces, 3, 112, 112); landmarks: (faces, 68, 2), (x, y) as fractions of the sides.
    """
    found = torch.cat([network(part) for part in inputs.split(50)])
    eyes = (landmarks[:, 36] - landmarks[:, 45]).norm(dim=1)
    return 100 * (found - landmarks).norm(dim=2).mean(dim=1) / eyes


@torch.no_grad()
def drifted(network: MobileFaceNet, inputs: Tensor, steps: int, batch: int = 8) -> MobileFaceNet:
    """A copy whose BatchNorm statistics followed some batches of other faces; no weight has changed."""
    copy = deepcopy(network).train()
    for part in inputs.split(batch)[:steps]:
        copy(part)
    return copy.eval()
