"""Paint on a turned head: flat fills with sharp edges, and an airbrush for light and shade.

The vector library is aggdraw (Anti-Grain Geometry). Skia was weighed first: it has gradients and blurs, but
its Linux wheel loads libEGL and libGL from the system, which a bare server or container lacks, and weighs
14 MB; pycairo has no Linux wheels. aggdraw's wheels (1 MB; Linux, macOS, Windows) need nothing but Pillow,
and its rasteriser fills a polygon in a 96-pixel picture in 15 µs. It has no soft edges, so the airbrush
draws on a mask, blurs that with Pillow and lets colour through it.
"""

import math
from functools import lru_cache
from itertools import accumulate

import aggdraw
import numpy as np
from PIL import Image, ImageChops, ImageFilter

from drawnfaces.identity import Colour, Pose

ZOOM = 1.18  # half a picture is 1 / ZOOM face units wide
_CENTRE_Y = 0.08  # the picture's middle lies below the eyes: framed as tightly as FER+ crops are
_FOLLOWED = 0.4  # of what the features of a turned head move, the crop follows this share
_HEAD_DEPTH = 0.5
_HEAD_RADII = (0.78, 1.12)
_SHARPEST = 0.4  # pixels: less blur than this cannot be seen
_FAINTEST = 0.01  # opacity: fainter marks cannot be seen


# What red, green and blue contribute to the luma of skin, in 128ths.
_SKIN_LUMA = np.array([52, 65, 11], dtype=np.uint16)


class Projection:
    """Turn the head and place it in a picture of ``size`` pixels a side.

    A point's depth is that of an ellipsoid head plus its ``relief`` (the nose's tip stands out by 0.14), so
    features move over a turning head while its outline stays, which is what a small turn looks like.
    """

    def __init__(self, pose: Pose, size: int):
        self.scale = 0.5 * size * ZOOM * pose.scale
        turn = np.array([pose.yaw, pose.pitch])
        self._sideways = _HEAD_DEPTH * np.sin(turn)
        self._foreshortened = 1 - np.cos(turn)
        cosine, sine = math.cos(pose.roll) * self.scale, math.sin(pose.roll) * self.scale
        self._turn = np.array([[cosine, sine], [-sine, cosine]])
        centre = 0.5 * size + size * np.array([pose.shift_x, pose.shift_y])
        middle = np.array([0.0, _CENTRE_Y]) + _FOLLOWED * self._sideways
        self._origin = centre - middle @ self._turn

    def __call__(self, points: np.ndarray, relief: float | np.ndarray = 0.0) -> np.ndarray:
        """Return pixels (n, 2) of points (n, 2) in face units; a pixel's centre lies at half integers."""
        return self.turned(points, relief) @ self._turn + self._origin

    def turned(self, points: np.ndarray, relief: float | np.ndarray = 0.0) -> np.ndarray:
        """Return points (n, 2) after yaw and pitch, still in face units."""
        inside = np.sqrt(np.maximum(1 - (points * points) @ _INVERSE_SQUARES, 0.0))[:, None]  # (n, 1)
        depth = inside + np.asarray(relief).reshape(-1, 1) / _HEAD_DEPTH  # (n, 1)
        return points * (1 - inside * self._foreshortened) + depth * self._sideways

    def grid_from_pixels(self, left: float, top: float, step: float) -> tuple[float, ...]:
        """Return the affine map (a, b, c, d, e, f) from a pixel (x, y) to (ax + by + c, dx + ey + f).

        The result counts the points of a grid over the turned face, which begins at (left, top).
        """
        back = np.linalg.inv(self._turn) / step  # (2, 2)
        start = 0.5 - self._origin @ back - np.array([left, top]) / step
        return (back[0, 0], back[1, 0], start[0], back[0, 1], back[1, 1], start[1])


_INVERSE_SQUARES = 1 / np.array(_HEAD_RADII) ** 2


class Canvas:
    """A square picture, RGB or ``grey``, that is painted in face units with RGB colours.

    A shape is (points (n, 2) in face units, colour, opacity from 0 to 1[, relief]).
    """

    def __init__(self, projection: Projection, size: int, background: Colour, grey: bool = False):
        self.project = projection
        self.fine = size >= 160  # whether single hairs can be seen
        self._image = Image.new(
            "L" if grey else "RGB", (size, size), luma(background) if grey else background
        )
        # Fills wait for each other, because opening the rasteriser costs more than a polygon.
        self._pending: list[tuple] = []

    def fill(self, shapes) -> None:
        """Fill shapes in order."""
        self._pending += shapes

    def finish(self) -> Image.Image:
        """Return the picture with everything painted so far."""
        if self._pending:
            _fill(self._image, self._in_pixels(self._pending))
            self._pending = []
        return self._image

    def mask(self, *polygons: np.ndarray) -> Image.Image:
        """Return a mask that is white within the polygons."""
        return _mask(self._image.size, self._in_pixels([(points, 255, 1.0) for points in polygons]))

    def fill_within(self, polygons, shapes) -> None:
        """Fill shapes, but only where they lie within the polygons."""
        image = self.finish()
        window = self._in_pixels([(points, 255, 1.0) for points in polygons])
        box = self._box(window, 1.0)
        if box is None:
            return
        layer = image.crop(box)
        _fill(layer, _shifted(self._in_pixels(shapes), box))
        image.paste(layer, box, _mask(layer.size, _shifted(window, box)))

    def airbrush(self, colour: Colour, softness: float, marks, clip: Image.Image | None = None) -> None:
        """Spray colour through marks with soft edges; each is (points, opacity from 0 to 1[, relief]).

        ``softness`` is the blur's standard deviation in face units; nothing lands outside ``clip``.
        """
        shapes = self._in_pixels([(mark[0], 255, *mark[1:]) for mark in marks])
        blur = softness * self.project.scale
        # Only the box around the marks is worked on, and coarsely where the blur hides it anyway.
        coarse = 1 if blur < 2.5 else 2 if blur < 6 else 4
        box = self._box(shapes, 3 * blur, coarse) if shapes else None
        if box is None:
            return
        size = ((box[2] - box[0]) // coarse, (box[3] - box[1]) // coarse)
        mask = _mask(size, _shifted(shapes, box, coarse))
        if blur > _SHARPEST:
            mask = mask.filter(ImageFilter.GaussianBlur(blur / coarse))
        if coarse > 1:
            mask = mask.resize((size[0] * coarse, size[1] * coarse), Image.Resampling.BILINEAR)
        if clip is not None:
            mask = ImageChops.multiply(mask, clip.crop(box))
        image = self.finish()
        image.paste(luma(colour) if image.mode == "L" else colour, box, mask)

    def relight(self, light: Image.Image, grid: tuple[float, float, float], unit: int, tint, mask) -> None:
        """Multiply what is painted within ``mask`` by a light map over the turned face.

        ``grid`` is the map's first point (x, y) and its step; grey level ``unit`` leaves a colour as it is,
        and ``tint``, (256, 3), gives 128 times the factor of each channel for each grey level.
        """
        image = self.finish()
        affine = self.project.grid_from_pixels(*grid)
        light = light.transform(
            image.size, Image.Transform.AFFINE, affine, Image.Resampling.BILINEAR, fillcolor=unit
        )
        light = Image.composite(light, Image.new("L", image.size, unit), mask)
        factors = tint @ _SKIN_LUMA >> 7 if image.mode == "L" else tint  # (256[, 3])
        pixels = np.asarray(image) * factors[np.asarray(light)] >> 7  # (size, size[, 3])
        self._image = Image.fromarray(np.minimum(pixels, 255).astype(np.uint8))

    def _box(self, shapes, margin: float, multiple: int = 1) -> tuple[int, int, int, int] | None:
        """Return the part of the picture that holds the shapes, or None; its sides are multiples."""
        points = np.concatenate([pixels for pixels, _, _ in shapes])
        (left, top), (right, bottom) = points.min(axis=0).tolist(), points.max(axis=0).tolist()
        left, top = max(0, int(left - margin)), max(0, int(top - margin))
        width = min(self._image.width, int(right + margin) + 1) - left
        height = min(self._image.height, int(bottom + margin) + 1) - top
        if width <= 0 or height <= 0:
            return None
        return left, top, left - (-width // multiple) * multiple, top - (-height // multiple) * multiple

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


def _shifted(shapes, box: tuple[int, int, int, int], coarse: int = 1):
    """Return shapes in the pixels of a box of the picture."""
    corner = np.array(box[:2])
    return [((pixels - corner) / coarse, *how) for pixels, *how in shapes]


def _polygons(draw: aggdraw.Draw, shapes) -> None:
    grey = draw.mode == "L"
    for pixels, colour, opacity in shapes:
        draw.polygon(pixels.ravel().tolist(), None, _brush(colour, round(255 * min(1.0, opacity)), grey))


@lru_cache(maxsize=1024)
def _brush(colour: Colour | int, opacity: int, grey: bool) -> aggdraw.Brush:
    if grey and isinstance(colour, tuple):
        colour = luma(colour)
    return aggdraw.Brush(colour, opacity)


def luma(colour: Colour) -> int:
    """Return the grey level that Pillow gives a colour."""
    red, green, blue = colour
    return (19595 * red + 38470 * green + 7471 * blue + 0x8000) >> 16


def shade(colour: Colour, factor: float, warmth: float = 0.0) -> Colour:
    """Return a colour made darker (factor < 1) or lighter, and warmer by ``warmth`` grey levels."""
    red, green, blue = (channel * factor for channel in colour)
    return _level(red + warmth), _level(green), _level(blue - 0.5 * warmth)


def blend(first: Colour, second: Colour, share: float) -> Colour:
    """Return ``first`` with a ``share`` of ``second`` mixed in."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def _level(value: float) -> int:
    return max(0, min(255, round(value)))
