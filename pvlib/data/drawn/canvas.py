"""Paint on a turned head: flat fills with sharp edges, and an airbrush for light and shade.

The vector library is aggdraw (Anti-Grain Geometry). Skia was weighed first: it has gradients and blurs, but its Linux
wheel loads libEGL and libGL from the system, which a bare server or container lacks, and weighs 14 MB;
pycairo has no Linux wheels. aggdraw's wheels (1 MB; Linux, macOS, Windows) need nothing but Pillow, and its
scanline rasteriser fills a polygon of a 96-pixel picture in 15 µs. It has no soft edges, so the airbrush draws on a
mask, blurs that with Pillow and lets colour through it.
"""

import math

import aggdraw
import numpy as np
from PIL import Image, ImageChops, ImageFilter

from pvlib.data.drawn.identity import Colour, Pose

ZOOM = 0.925  # half a picture is 1 / ZOOM face units wide
_CENTRE_Y = 0.09  # a little lower than the eyes' middle, so that chin and hair both fit
_HEAD_DEPTH = 0.5
_HEAD_RADII = (0.78, 1.12)


class Projection:
    """Turn the head and place it in a picture of ``size`` pixels a side.

    A point's depth is that of an ellipsoid head plus its ``relief`` (the nose stands out by 0.15), so features
    move over a turning head while its outline stays, which is what a small turn looks like.
    """

    def __init__(self, pose: Pose, size: int):
        self.yaw, self.pitch = math.sin(pose.yaw), math.sin(pose.pitch)
        scale = 0.5 * size * ZOOM * pose.scale
        cosine, sine = math.cos(pose.roll) * scale, math.sin(pose.roll) * scale
        self.turn = np.array([[cosine, sine], [-sine, cosine]])
        self.origin = 0.5 * size + size * np.array([pose.shift_x, pose.shift_y])
        self.scale = scale

    def __call__(self, points: np.ndarray, relief: float | np.ndarray = 0.0) -> np.ndarray:
        """Return pixels (n, 2) of points (n, 2) in face units; a pixel's centre lies at half integers."""
        inside = 1 - (points[:, 0] / _HEAD_RADII[0]) ** 2 - (points[:, 1] / _HEAD_RADII[1]) ** 2
        depth = _HEAD_DEPTH * np.sqrt(np.maximum(inside, 0.0)) + relief
        moved = points + depth[:, None] * (self.yaw, self.pitch) - (0.0, _CENTRE_Y)
        return moved @ self.turn + self.origin


class Canvas:
    """A square RGB picture that is painted in face units."""

    def __init__(self, projection: Projection, size: int, background: Colour):
        self.project = projection
        self.size = size
        self.image = Image.new("RGB", (size, size), background)

    def fill(self, shapes) -> None:
        """Fill polygons in order; each is (points in face units, colour, opacity 0 to 1[, relief])."""
        self._polygons(self.image, shapes)

    def mask(self, polygons, relief: float = 0.0) -> Image.Image:
        """Return a mask that is white within the polygons."""
        mask = Image.new("L", self.image.size, 0)
        self._polygons(mask, [(points, 255, 1.0, relief) for points in polygons])
        return mask

    def airbrush(self, colour: Colour, softness: float, marks, clip: Image.Image | None = None) -> None:
        """Spray colour through marks with soft edges; each is (points, opacity[, relief]).

        ``softness`` is the blur's standard deviation in face units; nothing lands outside ``clip``.
        """
        marks = [(mark[0], 255, mark[1], *mark[2:]) for mark in marks if mark[1] > 0.01]
        if not marks:
            return
        mask = Image.new("L", self.image.size, 0)
        self._polygons(mask, marks)
        mask = mask.filter(ImageFilter.GaussianBlur(softness * self.project.scale))
        if clip is not None:
            mask = ImageChops.multiply(mask, clip)
        self.image.paste(colour, mask=mask)

    def fill_within(self, clip: Image.Image, shapes) -> None:
        """Fill polygons, but only where ``clip`` is white."""
        layer = self.image.copy()
        self._polygons(layer, shapes)
        self.image.paste(layer, mask=clip)

    def _polygons(self, image: Image.Image, shapes) -> None:
        draw = aggdraw.Draw(image)
        for points, colour, opacity, *relief in shapes:
            if opacity > 0.004:
                pixels = self.project(points, *relief)
                draw.polygon(
                    pixels.ravel().tolist(), None, aggdraw.Brush(colour, round(255 * min(1.0, opacity)))
                )
        draw.flush()


def shade(colour: Colour, factor: float, warmth: float = 0.0) -> Colour:
    """Return a colour made darker (factor < 1) or lighter, and warmer by ``warmth`` grey levels."""
    red, green, blue = (channel * factor for channel in colour)
    return tuple(max(0, min(255, round(c))) for c in (red + warmth, green, blue - 0.5 * warmth))


def blend(first: Colour, second: Colour, share: float) -> Colour:
    """Return ``first`` with a ``share`` of ``second`` mixed in."""
    return tuple(round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
