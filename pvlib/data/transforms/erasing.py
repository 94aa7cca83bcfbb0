"""Cover one random rectangle of some faces (Zhong et al., "Random erasing data augmentation", 2020)."""

import math

import torch
from torch import Tensor

from pvlib.data.transforms.per_face import PerFace

RATIO = (0.3, 3.3)  # torchvision's aspect ratios, height by width
ATTEMPTS = 10  # as in torchvision: a rectangle that does not fit is drawn again, so often at most


class PerFaceErasing(PerFace):
    """Cover a rectangle of each face with probability ``probability``; sizes and places as torchvision draws.

    Args:
        probability: of covering anything.
        area: smallest and largest area of the rectangle, as fractions of the image.
        fill: "zeros", which after normalisation are ImageNet's mean colour, or "noise": each pixel a grey
                drawn from 0 ... 1, so to be used before normalisation.
        inplace: write into the images that are given, which saves a copy.
    """

    def __init__(
        self, probability: float, area: tuple[float, float], fill: str = "zeros", inplace: bool = False
    ):
        super().__init__()
        self.probability, self.area, self.fill, self.inplace = probability, area, fill, inplace

    def draw(self, faces: int) -> dict[str, Tensor]:
        """Return for each face ``chosen`` (bool), (faces,); and as fractions of height and width ``sides``,
        (faces, 2), and ``place``, (faces, 2), the fraction of the room above and to the left of it."""
        low, high = self.area
        area = low + (high - low) * torch.rand(faces, ATTEMPTS)
        ratio = torch.empty(faces, ATTEMPTS).uniform_(math.log(RATIO[0]), math.log(RATIO[1])).exp()
        sides = torch.stack([(area * ratio).sqrt(), (area / ratio).sqrt()], dim=2)  # (faces, attempts, 2)
        fits = (sides < 1).all(dim=2)  # (faces, attempts)
        first = fits.byte().argmax(dim=1)  # the first that fits; (faces,)
        return {
            "chosen": (torch.rand(faces) < self.probability) & fits.any(dim=1),
            "sides": sides[torch.arange(faces), first],
            "place": torch.rand(faces, 2),
        }

    def transform(self, images: Tensor, params: dict[str, Tensor]) -> Tensor:
        """Shape: float (batch, channels, H, W) -> the same."""
        images = images if self.inplace else images.clone()
        size = torch.tensor(images.shape[-2:])  # (2,)
        lengths = (params["sides"] * size).round().long().clamp(max=size - 1)  # (batch, 2)
        starts = (params["place"] * (size - lengths + 1)).long()  # (batch, 2), each place alike
        for face in params["chosen"].nonzero()[:, 0].tolist():
            (top, left), (height, width) = starts[face].tolist(), lengths[face].tolist()
            hole = images[face, :, top : top + height, left : left + width]  # (channels, height, width)
            if self.fill == "noise":
                hole.copy_(torch.rand(1, height, width))
            else:
                hole.zero_()
        return images
