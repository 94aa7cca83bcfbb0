"""Resize, crop, rotate, zoom, shift and mirror each face by one resampling."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from pvlib.data.network_input import resized
from pvlib.data.transforms.per_face import PerFace


class PerFaceGeometry(PerFace):
    """Scale the whole face to ``resize`` pixels, turn, zoom, shift and mirror it, cut out ``output_size``.

    All of it is one affine map from output pixels back to stored ones, so each output pixel is read once, by
    bilinear interpolation. That is several times faster than step by step, and sharper. A face that is only
    mirrored and resized goes through torchvision's Resize in uint8.

    Differs from torchvision's Resize, RandomRotation, RandomCrop and RandomHorizontalFlip in a row: they
    interpolate a second time to rotate, by default from the nearest pixel, and round to whole numbers after
    each step; they crop at whole pixels, and here the crop may start between two. Black around a turned
    face begins softly, within one stored pixel. Faces larger than ``resize`` are first reduced by
    torchvision's antialiased Resize, as there.

    Args:
        output_size: pixels per side of the result.
        resize: pixels per side to which the whole face is scaled before the crop, at least ``output_size``.
        rotation: at most so many degrees either way, about the middle.
        zoom: the side of the part that is looked at varies by this fraction either way.
        shift: moved by at most this fraction of the side, in both directions.
        flip: probability of the mirror image.
        padding: what lies outside of the face: "zeros" (black) or "reflection".
    """

    def __init__(
        self,
        output_size: int,
        resize: float | None = None,
        rotation: float = 0.0,
        zoom: float = 0.0,
        shift: float = 0.0,
        flip: float = 0.0,
        padding: str = "zeros",
    ):
        super().__init__()
        self.output_size = output_size
        self.resize = output_size if resize is None else resize
        self.rotation, self.zoom, self.shift, self.flip = rotation, zoom, shift, flip
        self.padding = padding

    def draw(self, faces: int) -> dict[str, Tensor]:
        """Return for each face ``angle`` (counter-clockwise, degrees), ``scale``, ``mirror`` (bool), ``shift``
        and ``crop``; the last two (faces, 2), x and y: fractions of the side, and the pixel at which the crop
        starts, counted in the resized face."""
        room = self.resize - self.output_size
        return {
            "angle": _between(-self.rotation, self.rotation, faces),
            "scale": 1 + _between(-self.zoom, self.zoom, faces),
            "mirror": torch.rand(faces) < self.flip,
            "shift": _between(-self.shift, self.shift, faces, 2),
            "crop": _between(0, room, faces, 2),
        }

    def transform(self, images: Tensor, params: dict[str, Tensor]) -> Tensor:
        """Shape: (batch, channels, H, W) -> (batch, channels, output_size, output_size).

        Float 0-1, except that faces which are only mirrored and resized come out as uint8 0-255.
        """
        if self._is_upright():
            return self._resize(images, params["mirror"].to(images.device))
        if min(images.shape[-2:]) > self.resize:
            side = round(self.resize)
            images = resized(images, side)  # (batch, C, side, side)
        images = as_unit_float(images)
        grid = sampling_grid(self._affine(params).to(images), self.output_size)  # (batch, size, size, 2)
        # a face that is only cropped is never read beyond its edge, where "zeros" would darken half a pixel
        edge = self.padding if self.rotation or self.zoom or self.shift else "border"
        return F.grid_sample(images, grid, padding_mode=edge, align_corners=False)  # (batch, C, size, size)

    def _is_upright(self) -> bool:
        """Whether faces are only mirrored and resized."""
        return self.resize == self.output_size and not (self.rotation or self.zoom or self.shift)

    def _resize(self, images: Tensor, mirror: Tensor) -> Tensor:
        """Mirror the stored pixels, which are few, then resize in uint8 as torchvision's pipelines do, which
        is faster than to read from a grid."""
        other_size = images.shape[-2:] != (self.output_size, self.output_size)
        if other_size:
            images = as_bytes(images)
        if self.flip:
            mirrored = images[mirror].flip(-1)
            images = images.clone(memory_format=torch.channels_last)
            images[mirror] = mirrored
        if other_size:
            images = images.contiguous(memory_format=torch.channels_last)  # for which there is a fast kernel
            images = resized(images, self.output_size)
        return images

    def _affine(self, params: dict[str, Tensor]) -> Tensor:
        """The map from output to stored coordinates, both -1 ... 1 from edge to edge; (batch, 2, 3).

        source = scale · rotation · (part · mirror · output + centre of the crop) + shift
        """
        angle = params["angle"] * (math.pi / 180)  # (batch,)
        cos, sin = angle.cos() * params["scale"], angle.sin() * params["scale"]
        turn = torch.stack([cos, -sin, sin, cos], dim=1).view(-1, 2, 2)  # (batch, 2, 2)
        centre = (2 * params["crop"] + self.output_size) / self.resize - 1  # (batch, 2)
        move = (turn @ centre[:, :, None])[:, :, 0] + 2 * params["shift"]  # (batch, 2)
        part = torch.full_like(centre, self.output_size / self.resize)  # (batch, 2)
        part[:, 0] *= torch.where(params["mirror"], -1.0, 1.0)
        return torch.cat([turn * part[:, None, :], move[:, :, None]], dim=2)  # (batch, 2, 3)


def as_unit_float(images: Tensor) -> Tensor:
    """Bytes 0-255 as float 0-1; what is float already stays."""
    return images.float().mul_(1 / 255) if images.dtype == torch.uint8 else images


def as_bytes(images: Tensor) -> Tensor:
    """Float 0-1 as bytes 0-255, in equal steps as torchvision's ``to_dtype`` has them; bytes stay."""
    return images if images.dtype == torch.uint8 else images.mul(256 - 1e-3).to(torch.uint8)


def sampling_grid(affine: Tensor, size: int) -> Tensor:
    """What ``F.affine_grid(affine, (batch, C, size, size), align_corners=False)`` gives, ten times as fast.

    Each coordinate is a sum of a row's part and a column's part: no matrix product over all pixels. In memory
    all x come before all y, which is fastest to write, and grid_sample reads it as fast as pairs.

    Shape: affine (batch, 2, 3) -> (batch, size, size, 2).
    """
    centres = (2 * torch.arange(size, device=affine.device, dtype=affine.dtype) + 1) / size - 1  # (size,)
    grid = affine.new_empty(2, len(affine), size, size)
    for axis in range(2):
        across, down, move = affine[:, axis].split(1, dim=1)  # (batch, 1) each
        torch.add((across * centres)[:, None], (down * centres + move)[:, :, None], out=grid[axis])
    return grid.permute(1, 2, 3, 0)  # (batch, size, size, 2)


def _between(low: float, high: float, *shape: int) -> Tensor:
    return low + (high - low) * torch.rand(*shape)
