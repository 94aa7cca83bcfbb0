"""Smooth lines through given points, and strokes that swell and taper: the pencil of the drawn faces."""

from functools import lru_cache

import numpy as np

STEPS = 5  # points drawn between two given ones; at 224 pixels no corner shows


@lru_cache(maxsize=256)
def _catmull_rom(count: int, closed: bool) -> np.ndarray:
    """Return the matrix, (samples, count), from given points to the samples of the curve through them."""
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
    """Return a smooth curve through ``points`` (n, 2); the given points are every ``STEPS``-th of it."""
    points = np.asarray(points, dtype=np.float64)
    return _catmull_rom(len(points), closed) @ points


@lru_cache(maxsize=64)
def _profile(count: int, start: float, end: float) -> np.ndarray:
    t = np.arange(count) / (count - 1)
    belly = 4 * t * (1 - t)
    return (start * (1 - t) ** 2 + end * t**2 + (1 - (1 - t) ** 2 * start - t**2 * end) * belly)[:, None]


def stroke(points, width: float, start: float = 0.0, end: float = 0.0) -> np.ndarray:
    """Return the outline of a brush stroke along the curve through ``points`` (n, 2).

    ``width`` is that of its middle; ``start`` and ``end`` are the shares of it left at the two ends.
    """
    line = curve(points)
    along = np.empty_like(line)
    along[1:-1] = line[2:] - line[:-2]
    along[0], along[-1] = line[1] - line[0], line[-1] - line[-2]
    across = np.stack([-along[:, 1], along[:, 0]], axis=1)
    across *= (0.5 * width) / (np.sqrt((along**2).sum(axis=1, keepdims=True)) + 1e-9)
    across *= _profile(len(line), start, end)
    return np.concatenate([line + across, (line - across)[::-1]])


def ellipse(centre, radius_x: float, radius_y: float) -> np.ndarray:
    """Return an axis-parallel ellipse as a closed polygon."""
    return np.asarray(centre) + _CIRCLE * (radius_x, radius_y)


_ANGLES = 2 * np.pi * np.arange(24) / 24
_CIRCLE = np.stack([np.cos(_ANGLES), np.sin(_ANGLES)], axis=1)
