"""Brightness, contrast, saturation and hue of each face, as torchvision defines them."""

import torch
from torch import Tensor

from pvlib.data.transforms.per_face import PerFace

# The luma that torchvision, like Pillow, calls the grey of a colour (ITU-R 601).
_LUMA = (0.2989, 0.587, 0.114)


class PerFaceColourJitter(PerFace):
    """Change brightness, contrast, saturation and hue, in this order, by amounts drawn for each face.

    Each step is torchvision's ``adjust_…``, cut to 0 ... 1 as there. Differs from torchvision's ColorJitter
    in the order, which is random there and the same for a whole batch. On grey faces saturation and hue
    change nothing, as there.

    Args:
        brightness, contrast, saturation: the factor lies in 1 ± this.
        hue: moved by at most this fraction of the colour circle, 0 ... 0.5.
    """

    def __init__(
        self, brightness: float = 0.0, contrast: float = 0.0, saturation: float = 0.0, hue: float = 0.0
    ):
        super().__init__()
        self.brightness, self.contrast, self.saturation, self.hue = brightness, contrast, saturation, hue

    def draw(self, faces: int) -> dict[str, Tensor]:
        """Return for each face the three factors, and ``hue`` as a fraction of the circle; (faces,) each."""
        spread = {name: 2 * torch.rand(faces) - 1 for name in ("brightness", "contrast", "saturation", "hue")}
        return {
            "brightness": 1 + self.brightness * spread["brightness"],
            "contrast": 1 + self.contrast * spread["contrast"],
            "saturation": 1 + self.saturation * spread["saturation"],
            "hue": self.hue * spread["hue"],
        }

    def transform(self, images: Tensor, params: dict[str, Tensor]) -> Tensor:
        """Shape: float 0-1, (batch, 1 or 3, H, W) -> the same."""
        factors = {name: value.view(-1, 1, 1, 1).to(images) for name, value in params.items()}
        if self.brightness:
            images = (images * factors["brightness"]).clamp_(0, 1)
        if self.contrast:
            mean = grey(images).flatten(1).mean(dim=1).view(-1, 1, 1, 1)  # (batch, 1, 1, 1)
            images = blend(images, mean, factors["contrast"])
        if self.saturation and images.shape[1] == 3:
            images = blend(images, grey(images), factors["saturation"])
        if self.hue and images.shape[1] == 3:
            images = turn_hue(images, factors["hue"])
        return images


def grey(images: Tensor) -> Tensor:
    """Shape: (batch, 1 or 3, H, W) -> luma, (batch, 1, H, W)."""
    if images.shape[1] == 1:
        return images
    red, green, blue = images.split(1, dim=1)
    return (red * _LUMA[0]).add_(green, alpha=_LUMA[1]).add_(blue, alpha=_LUMA[2])


def blend(images: Tensor, other: Tensor, share: Tensor) -> Tensor:
    """share · images + (1 − share) · other, cut to 0 ... 1."""
    return torch.lerp(other, images, share).clamp_(0, 1)


def turn_hue(images: Tensor, turn: Tensor) -> Tensor:
    """Add ``turn`` to the hue of every pixel, as torchvision does by way of HSV, but without leaving RGB.

    With hue h in sixths of the circle, chroma C = max − min of the three channels, and 0 ≤ h < 6, red is
    min + C · (|h − 3| − 1), green is min + C · (2 − |h − 2|) and blue is min + C · (2 − |h − 4|), the
    brackets cut to 0 ... 1.

    Shapes: float 0-1 (batch, 3, H, W); turn, (batch, 1, 1, 1), fractions of the circle.
    """
    red, green, blue = images.split(1, dim=1)  # (batch, 1, H, W) each
    high = torch.maximum(torch.maximum(red, green), blue)  # several times as fast as amax over a dimension
    low = torch.minimum(torch.minimum(red, green), blue)
    chroma = high - low
    is_red, is_green = (high == red).to(images), (high == green).to(images)
    is_green.mul_(1 - is_red)
    is_blue = 1 - is_red - is_green
    hue = (green - blue).mul_(is_red).addcmul_(blue - red, is_green).addcmul_(red - green, is_blue)
    # a grey pixel has no hue, and no chroma to be turned: any divisor but 0 will do
    hue.div_(chroma.clamp(min=1e-9)).add_(is_green, alpha=2).add_(is_blue, alpha=4).add_(6 * turn)
    hue.sub_((hue / 6).floor_().mul_(6))  # (batch, 1, H, W), 0 ≤ h < 6
    middle, sign, top = hue.new_tensor([[3.0, 2.0, 4.0], [1.0, -1.0, -1.0], [-1.0, 2.0, 2.0]]).view(
        3, 3, 1, 1
    )
    share = torch.addcmul(top, (hue - middle).abs_(), sign).clamp_(0, 1)  # (batch, 3, H, W)
    return torch.addcmul(low, chroma, share)
