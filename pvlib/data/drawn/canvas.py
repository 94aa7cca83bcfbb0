"""Paint on a turned head: flat fills with sharp edges, and an airbrush for light and shade.

The vector library is aggdraw (Anti-Grain Geometry). Skia was weighed first: it has gradients and blurs, but
its Linux wheel loads libEGL and libGL from the system, which a bare server or container lacks, and weighs
14 MB; pycairo has no Linux wheels. aggdraw's wheels (1 MB; Linux, macOS, Windows) need nothing but Pillow,
and its rasteriser fills a polygon in a 96-pixel picture in 15 µs. It has no soft edges, so the airbrush
draws on a mask, blurs that with Pillow and lets colour through it.
"""

import math
from itertools import accumulate

import aggdraw
import numpy as np
from PIL import Image, ImageChops, ImageFilter

from pvlib.data.drawn.identity import Colour, Pose

ZOOM = 0.97  # half a picture is 1 / ZOOM face units wide
_CENTRE_Y = 0.125  # the picture's middle lies below the eyes, so that a dropped chin still fits
_HEAD_DEPTH = 0.5
_HEAD_RADII = (0.78, 1.12)
_SHARPEST = 0.4  # pixels: less blur than this cannot be seen
_FAINTEST = 0.01  # opacity: fainter marks cannot be seen


class Projection:
    """Turn the head and place it in a picture of ``size`` pixels a side.

    A point's depth is that of an ellipsoid head plus its ``relief`` (the nose's tip stands out by 0.14), so
    features move over a turning head while its outline stays, which is what a small turn looks like.
    """

    def __init__(self, pose: Pose, size: int):
        self.scale = 0.5 * size * ZOOM * pose.scale
        self._sideways = _HEAD_DEPTH * np.array([math.sin(pose.yaw), math.sin(pose.pitch)])
        cosine, sine = math.cos(pose.roll) * self.scale, math.sin(pose.roll) * self.scale
        self._turn = np.array([[cosine, sine], [-sine, cosine]])
        centre = 0.5 * size + size * np.array([pose.shift_x, pose.shift_y])
        self._origin = centre - np.array([0.0, _CENTRE_Y]) @ self._turn

    def __call__(self, points: np.ndarray, relief: float | np.ndarray = 0.0) -> np.ndarray:
        """Return pixels (n, 2) of points (n, 2) in face units; a pixel's centre lies at half integers."""
        inside = 1 - (points * points) @ _INVERSE_SQUARES  # (n,)
        depth = np.sqrt(np.maximum(inside, 0.0)) + np.asarray(relief) / _HEAD_DEPTH  # (n,)
        return (points + depth[:, None] * self._sideways) @ self._turn + self._origin


_INVERSE_SQUARES = 1 / np.array(_HEAD_RADII) ** 2


class Canvas:
    """A square RGB picture that is painted in face units."""

    def __init__(self, projection: Projection, size: int, background: Colour):
        self.project = projection
        self.image = Image.new("RGB", (size, size), background)

    def fill(self, shapes) -> None:
        """Fill polygons in order; each is (points in face units, colour, opacity 0 to 1[, relief])."""
        _fill(self.image, self._in_pixels(shapes))

    def mask(self, *polygons: np.ndarray) -> Image.Image:
        """Return a mask that is white within the polygons."""
        return _mask(self.image.size, self._in_pixels([(points, 255, 1.0) for points in polygons]))

    def fill_within(self, clip: Image.Image, shapes) -> None:
        """Fill polygons as ``fill`` does, but only where ``clip`` is white."""
        layer = self.image.copy()
        _fill(layer, self._in_pixels(shapes))
        self.image.paste(layer, mask=clip)

    def airbrush(self, colour: Colour, softness: float, marks, clip: Image.Image | None = None) -> None:
        """Spray colour through marks with soft edges; each is (points, opacity 0 to 1[, relief]).

        ``softness`` is the blur's standard deviation in face units; nothing lands outside ``clip``.
        """
        shapes = self._in_pixels([(mark[0], 255, *mark[1:]) for mark in marks])
        if not shapes:
            return
        blur = softness * self.project.scale
        # Only the box around the marks is worked on, and coarsely where the blur hides it anyway.
        coarse = 1 if blur < 2.5 else 2 if blur < 6 else 4
        points = np.concatenate([pixels for pixels, _, _ in shapes])
        low = np.maximum(0, np.floor(points.min(axis=0) - 3 * blur).astype(int))
        high = np.minimum(self.image.size, np.ceil(points.max(axis=0) + 3 * blur).astype(int))
        if (high <= low).any():
            return
        width, height = -(-(high - low) // coarse)
        mask = _mask((int(width), int(height)), [((pixels - low) / coarse, *how) for pixels, *how in shapes])
        if blur > _SHARPEST:
            mask = mask.filter(ImageFilter.GaussianBlur(blur / coarse))
        if coarse > 1:
            mask = mask.resize((mask.width * coarse, mask.height * coarse), Image.Resampling.BILINEAR)
        box = (int(low[0]), int(low[1]), int(low[0]) + mask.width, int(low[1]) + mask.height)
        if clip is not None:
            mask = ImageChops.multiply(mask, clip.crop(box))
        self.image.paste(colour, box, mask)

    def _in_pixels(self, shapes) -> list[tuple[np.ndarray, Colour, float]]:
        """Project all visible shapes at once: many small calls would cost more than the drawing."""
        shapes = [shape for shape in shapes if shape[2] > _FAINTEST]
        if not shapes:
            return []
        lengths = [len(shape[0]) for shape in shapes]
        relief = np.repeat([shape[3] if len(shape) > 3 else 0.0 for shape in shapes], lengths)
        pixels = self.project(np.concatenate([shape[0] for shape in shapes]), relief)
        ends = list(accumulate(lengths))
        return [
            (pixels[end - length : end], shape[1], shape[2])
            for shape, length, end in zip(shapes, lengths, ends, strict=True)
        ]


def _fill(image: Image.Image, shapes) -> None:
    """Fill polygons that are given in pixels."""
    draw = aggdraw.Draw(image)
    _polygons(draw, shapes)
    draw.flush()


def _mask(size: tuple[int, int], shapes) -> Image.Image:
    """Return a new mask with these polygons, given in pixels, filled."""
    draw = aggdraw.Draw("L", size, 0)
    _polygons(draw, shapes)
    return Image.frombuffer("L", size, draw.tobytes(), "raw", "L", 0, 1)


def _polygons(draw: aggdraw.Draw, shapes) -> None:
    for pixels, colour, opacity in shapes:
        draw.polygon(pixels.ravel().tolist(), None, aggdraw.Brush(colour, round(255 * min(1.0, opacity))))


def shade(colour: Colour, factor: float, warmth: float = 0.0) -> Colour:
    """Return a colour made darker (factor < 1) or lighter, and warmer by ``warmth`` grey levels."""
    red, green, blue = (channel * factor for channel in colour)
    return tuple(max(0, min(255, round(c))) for c in (red + warmth, green, blue - 0.5 * warmth))


def blend(first: Colour, second: Colour, share: float) -> Colour:
    """Return ``first`` with a ``share`` of ``second`` mixed in."""
    return tuple(round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
