"""Smooth lines through given points, and strokes that swell and taper: the pencil of the drawn faces."""

from functools import lru_cache

import numpy as np

STEPS = 5  # points drawn from one given point to the next; at 224 pixels no corner shows


@lru_cache(maxsize=256)
def _catmull_rom(count: int, closed: bool) -> np.ndarray:
    """Return the matrix, (samples, count), from given points to samples of the Catmull-Rom spline."""
    segments = count if closed else count - 1
    t = np.arange(STEPS)[:, None] / STEPS
    weights = 0.5 * np.hstack(
        [-t + 2 * t**2 - t**3, 2 - 5 * t**2 + 3 * t**3, t + 4 * t**2 - 3 * t**3, t**3 - t**2]
    )
    matrix = np.zeros((segments * STEPS + (not closed), count))
    for segment in range(segments):
        for j in range(4):
            point = segment + j - 1
            point = point % count if closed else min(max(point, 0), count - 1)
            matrix[segment * STEPS : (segment + 1) * STEPS, point] += weights[:, j]
    if not closed:
        matrix[-1, -1] = 1.0
    return matrix


def curve(points, closed: bool = False) -> np.ndarray:
    """Return a smooth curve through points (..., n, 2); the given ones are every ``STEPS``-th of it."""
    points = np.asarray(points, dtype=np.float64)
    return _catmull_rom(points.shape[-2], closed) @ points


@lru_cache(maxsize=64)
def _profile(count: int, start: float, end: float) -> np.ndarray:
    """Return half widths, (count, 1), that are 1/2 in the middle and taper to shares of it at the ends."""
    t = np.arange(count) / (count - 1)
    rest = 1 - (1 - t) ** 2 * start - t**2 * end
    return 0.5 * (start * (1 - t) ** 2 + end * t**2 + rest * 4 * t * (1 - t))[:, None]


def stroke(points, width: float, start: float = 0.0, end: float = 0.0) -> np.ndarray:
    """Return the outlines (..., m, 2) of brush strokes along the curves through points (..., n, 2).

    ``width`` is that of the middle; ``start`` and ``end`` are the shares of it left at the two ends.
    """
    return _outline(curve(points), width * _profile(_samples(points), start, end))


def strokes(points, width, start, end) -> np.ndarray:
    """Return the outlines (n, m, 2) of ``n`` strokes with as many points each, (n, k, 2), at once.

    ``width``, ``start`` and ``end`` are as in ``stroke``, one for each, (n,).
    """
    line = curve(points)
    width, start, end = (np.asarray(values)[:, None, None] for values in (width, start, end))
    t = np.linspace(0, 1, line.shape[-2])[:, None]
    middle = 4 * t * (1 - t)
    profile = start * ((1 - t) ** 2 * (1 - middle)) + end * (t**2 * (1 - middle)) + middle
    return _outline(line, 0.5 * width * profile)


def _samples(points) -> int:
    return (np.shape(points)[-2] - 1) * STEPS + 1


def _outline(line: np.ndarray, reach: np.ndarray) -> np.ndarray:
    """Return the polygons (..., 2 m, 2) that keep ``reach`` (..., m, 1) from lines (..., m, 2) on both sides."""
    along = np.empty_like(line)
    np.subtract(line[..., 2:, :], line[..., :-2, :], out=along[..., 1:-1, :])
    np.subtract(line[..., 1, :], line[..., 0, :], out=along[..., 0, :])
    np.subtract(line[..., -1, :], line[..., -2, :], out=along[..., -1, :])
    squares = along * along
    reach = reach / np.sqrt(squares[..., :1] + squares[..., 1:] + 1e-18)
    across = along[..., ::-1] * reach * _QUARTER_TURN
    return np.concatenate([line + across, (line - across)[..., ::-1, :]], axis=-2)


_QUARTER_TURN = np.array([-1.0, 1.0])


def ellipse(x: float, y: float, radius_x: float, radius_y: float) -> np.ndarray:
    """Return an axis-parallel ellipse about (x, y) as a closed polygon, (24, 2)."""
    return _CIRCLE * (radius_x, radius_y) + (x, y)


def soft_spot(x: float, y: float, radius_x: float, radius_y: float, colour, opacity: float, rings: int = 5):
    """Return ellipses within each other, (points, colour, opacity) each: a spot that fades outwards.

    Cheaper than an airbrush, and as good where the spot is faint.
    """
    return [
        (ellipse(x, y, radius_x * (k + 0.5) / rings, radius_y * (k + 0.5) / rings), colour, opacity / rings)
        for k in range(rings, 0, -1)
    ]


def moved(points, x: float = 0.0, y: float = 0.0) -> np.ndarray:
    """Return points (..., 2) moved by (x, y)."""
    return np.asarray(points) + np.array([x, y])


_ANGLES = 2 * np.pi * np.arange(24) / 24
_CIRCLE = np.stack([np.cos(_ANGLES), np.sin(_ANGLES)], axis=1)
