"""From stored faces to network input, and random changes for training, a whole batch at a time.

Every face of a batch gets its own random change, yet all are computed by a few batched tensor operations:
that, not the arithmetic, is what makes reading fast on a CPU.
"""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from pvlib.errors import CourseError
from pvlib.imagenet import IMAGENET_MEAN, IMAGENET_STD


def normalise(images: Tensor) -> Tensor:
    """Turn pixels into network input: three channels, ImageNet mean and standard deviation.

    Shape: uint8 or float pixels 0-255, (batch, 1 or 3, H, W) -> float32 (batch, 3, H, W), channels-last
    in memory, which convolutions on CPU and GPU read fastest.
    """
    scaled = images.float().div(255).expand(-1, 3, -1, -1)
    mean = scaled.new_tensor(IMAGENET_MEAN).view(3, 1, 1)
    std = scaled.new_tensor(IMAGENET_STD).view(3, 1, 1)
    return ((scaled - mean) / std).contiguous(memory_format=torch.channels_last)


@dataclass(frozen=True)
class Augmentation:
    """Random changes of a batch of faces; a value of 0 switches a change off.

    Attributes:
        flip: mirror half of the faces.
        rotation: at most this many degrees either way.
        zoom: scale between 1 - zoom and 1 + zoom.
        shift: move by at most this fraction of the side, in both directions.
        brightness: multiply by 1 ± brightness.
        contrast: stretch around the face's own mean by 1 ± contrast.
        erase: probability of covering one random rectangle with noise.
        erase_area: smallest and largest area of that rectangle, as fractions of the image.

    Raises:
        CourseError: naming the field whose value makes no sense.
    """

    flip: bool = True
    rotation: float = 10.0
    zoom: float = 0.1
    shift: float = 0.06
    brightness: float = 0.2
    contrast: float = 0.2
    erase: float = 0.5
    erase_area: tuple[float, float] = (0.02, 0.1)

    def __post_init__(self):
        for name in ("zoom", "shift", "brightness", "contrast", "erase"):
            if not 0 <= getattr(self, name) <= 1:
                raise CourseError(f"Augmentation.{name} must lie in 0 ... 1, not {getattr(self, name)}")
        if not 0 <= self.rotation <= 180:
            raise CourseError(f"Augmentation.rotation must lie in 0 ... 180 degrees, not {self.rotation}")
        if not 0 < self.erase_area[0] <= self.erase_area[1] < 1:
            raise CourseError(f"Augmentation.erase_area must be two rising fractions, not {self.erase_area}")

    def __call__(self, images: Tensor) -> Tensor:
        """Shape: uint8 (batch, channels, H, W) -> float32 of the same shape, pixels 0-255.

        Draws from torch's global random state.
        """
        images = self._move(images.float())
        images = self._light(images)
        return self._erase(images)

    def _move(self, images: Tensor) -> Tensor:
        batch = len(images)
        angle = (2 * torch.rand(batch) - 1) * math.radians(self.rotation)
        scale = 1 + (2 * torch.rand(batch) - 1) * self.zoom
        mirror = torch.where(torch.rand(batch) < 0.5, -1.0, 1.0) if self.flip else torch.ones(batch)
        shift = (2 * torch.rand(batch, 2) - 1) * 2 * self.shift  # the grid's sides have length 2
        cos, sin = angle.cos() * scale, angle.sin() * scale
        theta = torch.stack([cos * mirror, -sin, shift[:, 0], sin * mirror, cos, shift[:, 1]], dim=1).view(
            batch, 2, 3
        )
        grid = F.affine_grid(theta.to(images), list(images.shape), align_corners=False)  # (batch, H, W, 2)
        return F.grid_sample(images, grid, padding_mode="reflection", align_corners=False)

    def _light(self, images: Tensor) -> Tensor:
        batch = len(images)
        gain = 1 + (2 * torch.rand(batch, 1, 1, 1) - 1) * self.brightness
        stretch = 1 + (2 * torch.rand(batch, 1, 1, 1) - 1) * self.contrast
        images = images * gain.to(images)
        mean = images.mean(dim=(1, 2, 3), keepdim=True)
        return (mean + (images - mean) * stretch.to(images)).clamp(0, 255)

    def _erase(self, images: Tensor) -> Tensor:
        batch, _, height, width = images.shape
        low, high = self.erase_area
        area = low + (high - low) * torch.rand(batch)
        ratio = torch.exp((2 * torch.rand(batch) - 1) * math.log(3.3))  # torchvision's aspect ratios
        tall, wide = (area * ratio).sqrt() * height, (area / ratio).sqrt() * width  # (batch,) pixels
        top = torch.rand(batch) * (height - tall).clamp(min=0)
        left = torch.rand(batch) * (width - wide).clamp(min=0)
        chosen = torch.rand(batch) < self.erase
        row, column = torch.arange(height), torch.arange(width)
        in_rows = (row >= top[:, None]) & (row < (top + tall)[:, None])  # (batch, height)
        in_columns = (column >= left[:, None]) & (column < (left + wide)[:, None])  # (batch, width)
        hole = (in_rows[:, :, None] & in_columns[:, None, :] & chosen[:, None, None])[:, None]
        noise = torch.rand(batch, 1, height, width) * 255
        return torch.where(hole.to(images.device), noise.to(images), images)
