"""What a network takes, and how a batch gets there at the speed of the processor's cache."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torchvision.transforms import v2

from pvlib.imagenet import IMAGENET_MEAN, IMAGENET_STD

# Pixels of a channel that go through a pipeline at once. So few that intermediate results stay in the
# processor's cache and in memory that is used again, so many that Python's share does not matter.
SLICE_PIXELS = 500_000


class ToNetworkInput(v2.Compose):
    """Take a batch through ``transforms``, then give it three channels, ImageNet's mean and deviation.

    Gives what ``v2.Compose([*transforms, v2.RGB(), v2.Normalize(mean, std)])`` gives for transforms that
    treat every face by itself. On a CPU a few faces at a time, written straight to where they belong: several
    times as fast, since a step over a whole batch of 224×224 mostly waits for memory.

    Args:
        transforms: from stored faces to float 0-1 or uint8 0-255, (batch, 1 or 3, side, side).
        side: of the result, in pixels; decides how many faces go at a time.
    """

    def __init__(self, transforms: Sequence[v2.Transform], side: int):
        super().__init__(transforms)
        self.side = side

    def forward(self, images: Tensor) -> Tensor:
        """Shape: (batch, 1 or 3, H, W) -> float32 (batch, 3, side, side)."""
        std = torch.tensor(IMAGENET_STD, device=images.device)
        offset = -torch.tensor(IMAGENET_MEAN, device=images.device) / std  # (3,)
        result = torch.empty(len(images), 3, self.side, self.side, device=images.device)
        step = max(1, SLICE_PIXELS // self.side**2) if images.device.type == "cpu" else len(images)
        for start in range(0, len(images), step):
            changed = super().forward(images[start : start + step])  # (step, 1 or 3, side, side)
            place = result[start : start + step]  # (step, 3, side, side)
            unit = 1.0
            if changed.dtype == torch.uint8:  # one pass turns it to float and to this order in memory
                changed, unit = place.copy_(changed), 1 / 255
            changed = changed.expand(-1, 3, -1, -1)
            # channel by channel: adding a number is nearly twice as fast as adding a tensor of three numbers
            for channel, share in enumerate((unit / std).tolist()):
                torch.add(offset[channel], changed[:, channel], alpha=share, out=place[:, channel])
        return result


def normalise(images: Tensor) -> Tensor:
    """Turn pixels into network input: three channels, ImageNet mean and standard deviation.

    Shape: uint8 or float pixels 0-255, (batch, 1 or 3, H, W) -> float32 (batch, 3, H, W), channels-last
    in memory, which convolutions on CPU and GPU read fastest.
    """
    scaled = images.float().div(255).expand(-1, 3, -1, -1)
    mean = scaled.new_tensor(IMAGENET_MEAN).view(3, 1, 1)
    std = scaled.new_tensor(IMAGENET_STD).view(3, 1, 1)
    return ((scaled - mean) / std).contiguous(memory_format=torch.channels_last)
