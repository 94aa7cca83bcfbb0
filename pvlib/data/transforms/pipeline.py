"""A pipeline of changes that ends in network input, at the speed of the processor's cache."""

from collections.abc import Sequence

from torch import Tensor, nn

from pvlib.data.network_input import in_slices
from pvlib.data.transforms.geometry import as_unit_float


class ToUnitFloat(nn.Module):
    """Bytes 0-255 as float 0-1; what is float already stays."""

    def forward(self, images: Tensor) -> Tensor:
        return as_unit_float(images)


class ToNetworkInput(nn.Sequential):
    """Take a batch through ``transforms``, then give it three channels, ImageNet's mean and deviation.

    Gives what ``v2.Compose([*transforms, v2.RGB(), v2.Normalize(mean, std)])`` gives for transforms that
    treat every face by itself, a few faces at a time.

    Args:
        transforms: from stored faces to float 0-1 or uint8 0-255, (batch, 1 or 3, side, side).
        side: of the result, in pixels.
    """

    def __init__(self, transforms: Sequence[nn.Module], side: int):
        super().__init__(*transforms)
        self.side = side

    def forward(self, images: Tensor) -> Tensor:
        """Shape: (batch, 1 or 3, H, W) -> float32 (batch, 3, side, side)."""
        return in_slices(images, self.side, super().forward)
