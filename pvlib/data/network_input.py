"""The one door from stored faces to network input: whole faces, resized and normalised.

Measuring in training, evaluation, prediction and export all go through :func:`network_input`. Needs no
torchvision, whose import takes longer than torch's own.
"""

import platform
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

# Mean and standard deviation of ImageNet's RGB values in 0-1: the input scale of every network here.
IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)

# Pixels of a channel that go through a pipeline at once. So few that intermediate results stay in the
# processor's cache and in memory that is used again, so many that Python's share does not matter.
SLICE_PIXELS = 500_000


def network_input(images: Tensor, side: int | None = None) -> Tensor:
    """Turn stored faces into what a network is measured with: the whole face, resized and normalised.

    The paper does not say whether test faces are cropped; the whole face is what the networks here see.

    Args:
        images: uint8, (batch, 1 or 3, H, W).
        side: pixels per side of the result; None leaves the faces as large as they are stored.

    Returns:
        float32, (batch, 3, side, side).
    """
    if side is None:
        return normalise(images)
    return in_slices(images, side, lambda few: resized(few, side))


def normalise(images: Tensor) -> Tensor:
    """Turn pixels into network input: three channels, ImageNet mean and standard deviation.

    Shape: uint8 or float pixels 0-255, (batch, 1 or 3, H, W) -> float32 (batch, 3, H, W), channels-last
    in memory, which convolutions on CPU and GPU read fastest.
    """
    scaled = images.float().div(255).expand(-1, 3, -1, -1)
    mean = scaled.new_tensor(IMAGENET_MEAN).view(3, 1, 1)
    std = scaled.new_tensor(IMAGENET_STD).view(3, 1, 1)
    return ((scaled - mean) / std).contiguous(memory_format=torch.channels_last)


def in_slices(images: Tensor, side: int, change: Callable[[Tensor], Tensor]) -> Tensor:
    """Take a batch through ``change``, then give it three channels, ImageNet's mean and deviation.

    On a CPU a few faces at a time, written straight to where they belong: several times as fast, since a step
    over a whole batch of 224×224 mostly waits for memory.

    Args:
        images: (batch, 1 or 3, H, W).
        side: of the result, in pixels; decides how many faces go at a time.
        change: from stored faces to float 0-1 or uint8 0-255, (few, 1 or 3, side, side).

    Returns:
        float32, (batch, 3, side, side).
    """
    std = torch.tensor(IMAGENET_STD, device=images.device)
    offset = -torch.tensor(IMAGENET_MEAN, device=images.device) / std  # (3,)
    result = torch.empty(len(images), 3, side, side, device=images.device)
    step = max(1, SLICE_PIXELS // side**2) if images.device.type == "cpu" else len(images)
    for start in range(0, len(images), step):
        changed = change(images[start : start + step])  # (step, 1 or 3, side, side)
        place = result[start : start + step]  # (step, 3, side, side)
        unit = 1.0
        if changed.dtype == torch.uint8:  # one pass turns it to float and to this order in memory
            changed, unit = place.copy_(changed), 1 / 255
        changed = changed.expand(-1, 3, -1, -1)
        # channel by channel: adding a number is nearly twice as fast as adding a tensor of three numbers
        for channel, share in enumerate((unit / std).tolist()):
            torch.add(offset[channel], changed[:, channel], alpha=share, out=place[:, channel])
    return result


def resized(images: Tensor, side: int) -> Tensor:
    """Return a batch scaled to ``side``: what torchvision's ``resize(…, antialias=True)`` gives, bit for bit."""
    if images.shape[-2:] == (side, side):
        return images
    on_bytes = images.device.type == "cpu" and (
        torch.backends.cpu.get_cpu_capability() in ("AVX2", "AVX512")
        or platform.machine() in ("aarch64", "arm64")
    )
    pixels = images if on_bytes else images.float()
    resized = F.interpolate(pixels, [side, side], mode="bilinear", align_corners=False, antialias=True)
    return resized if on_bytes or images.dtype != torch.uint8 else resized.round_().to(torch.uint8)
