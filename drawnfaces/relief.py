"""The head's form under a light: hills and hollows of the skin, shaded by Lambert's law.

A head is an ellipsoid with Gaussian hills (brow ridge, nose, cheeks, lips, chin) and hollows, which move with
the muscles. Its slope towards the light makes a pixel bright; what lies deep is dark from every side. Axis-
parallel Gaussians are products of a function of x and one of y, so the whole relief and its slopes are
matrix products on a coarse grid, which is then laid over the turned face.
"""

import numpy as np
from PIL import Image

from drawnfaces.anatomy import HEAD_HALF_WIDTH, SIDES, Anatomy
from drawnfaces.canvas import Canvas
from drawnfaces.identity import Camera, Identity

_LEFT, _TOP, _WIDTH, _HEIGHT = -1.08, -1.2, 2.16, 2.64
_FINE, _COARSE = 0.03, 0.045  # face units from one grid point to the next, in large and small pictures
_GRIDS = {
    step: tuple(
        (start + step * np.arange(round(length / step) + 1)).astype(np.float32)
        for start, length in ((_LEFT, _WIDTH), (_TOP, _HEIGHT))
    )
    for step in (_FINE, _COARSE)
}
_UNIT = 96  # the grey level of the light map that leaves a colour as it is
# Shadows on skin stay warm: red falls off less than blue. One row a grey level of the light map.
_TINT = np.rint(128 * (np.arange(256)[:, None] / _UNIT) ** np.array([0.88, 1.0, 1.08])).astype(np.uint16)


def light_head(canvas: Canvas, anatomy: Anatomy, identity: Identity, camera: Camera, within: list) -> None:
    """Light and shade whatever is painted within the outlines ``within`` as this head."""
    step = _FINE if canvas.fine else _COARSE
    light = _light_map(canvas, anatomy, identity, camera, *_GRIDS[step])
    canvas.relight(light, (_LEFT, _TOP, step), _UNIT, _TINT, canvas.mask(*within))


def _light_map(
    canvas: Canvas,
    anatomy: Anatomy,
    identity: Identity,
    camera: Camera,
    columns: np.ndarray,
    rows: np.ndarray,
) -> Image.Image:
    """Return the light on each grid point, where ``_UNIT`` is that on flat skin: (rows, columns) grey levels."""
    side = camera.light * camera.light_strength
    hills = np.array(_hills(anatomy, identity))
    shadows = np.array(_shadows(anatomy, identity, side))
    spots = np.concatenate([hills, shadows])
    centres = canvas.project.turned(spots[:, :2], spots[:, 5])
    across, down, slope_across, slope_down = _gaussians(centres, spots[:, 2:4], (columns, rows))
    height = spots[:, 4].astype(np.float32)
    n = len(hills)
    slope_x = (down[:n] * height[:n, None]).T @ slope_across[:n]  # (rows, columns)
    slope_y = (slope_down[:n] * height[:n, None]).T @ across[:n]  # (rows, columns)
    depth = (down[n:] * height[n:, None]).T @ across[n:]  # (rows, columns)

    x = columns / np.float32(1.02 * HEAD_HALF_WIDTH * identity.head_width)
    y = (rows - 0.02) / np.float32(1.06 * identity.head_height)
    y[rows > 0] *= np.float32(1 / (1 + 0.5 * anatomy.chin_drop))
    outside = np.minimum(x[None, :] ** 2 + y[:, None] ** 2, 0.9)  # (rows, columns)
    steep = 1 / np.sqrt(1 - outside)
    slope_x -= 0.62 * x[None, :] * steep
    slope_y -= 0.34 * y[:, None] * steep
    towards = np.array([0.7 * side, -0.42, 0.85], dtype=np.float32)
    towards /= np.sqrt((towards**2).sum())
    length = np.sqrt(slope_x**2 + slope_y**2 + 1)
    facing = (towards[2] - towards[0] * slope_x - towards[1] * slope_y) / length  # cosine, (88, 71)
    contrast = np.float32(0.6 + 0.2 * camera.light_strength)
    light = 1.1 + contrast * (np.maximum(facing, -0.2) - towards[2])
    shine = np.maximum(facing, 0) ** 2
    light += 0.14 * shine * shine * shine * shine * shine * shine  # the cosine to the power of 12
    light *= np.maximum(1 - depth, 0.22) * (1 - 0.3 * outside**3)
    return Image.fromarray(np.clip(light * _UNIT, 0, 255).astype(np.uint8))


def _gaussians(centres: np.ndarray, radii: np.ndarray, grid: tuple[np.ndarray, np.ndarray]):
    """Return exp(−(x − a)² / 2r²) over the grid's columns and rows, and both derivatives, float32."""
    values = []
    for axis, places in enumerate(grid):
        radius = radii[:, axis, None].astype(np.float32)
        offset = (places - centres[:, axis, None].astype(np.float32)) / radius  # (spots, places)
        bell = np.exp(-0.5 * offset * offset)
        values.append((bell, -offset * bell / radius))
    (across, slope_across), (down, slope_down) = values
    return across, down, slope_across, slope_down


def _hills(anatomy: Anatomy, identity: Identity) -> list[tuple[float, ...]]:
    """Return (x, y, radius x, radius y, height, relief) of what stands out (or, below 0, lies deep)."""
    u, drop, mouth = anatomy.units, anatomy.chin_drop, anatomy.mouth
    tip, base = anatomy.nose_bridge[-1, 1] + 0.034, anatomy.nose_base[2, 1] - 0.012
    lower_lip = 0.5 * (mouth.lower_inner[2, 1] + mouth.lower_outer[3, 1])
    hollow = mouth.lower_outer[3, 1] + 0.05
    frown = max(u["AU4"], 0.6 * u["AU9"])
    hills: list[tuple[float, ...]] = [
        (0, 0.0, 0.062, 0.17, 0.062, 0.05),
        (0, tip - 0.01, 0.075, 0.06, 0.07, 0.12),
        (0, -0.29, 0.08, 0.06, 0.015 + 0.02 * frown, 0.0),
        (0, base + 0.16, 0.24, 0.12, 0.05, 0.0),
        (0, lower_lip, 0.13, 0.035, 0.022 * identity.lip_fullness, 0.0),
        (0, hollow, 0.15, 0.035, -0.03 - 0.02 * u["AU17"], 0.0),
        (0, 0.77 + drop - 0.02 * u["AU17"], 0.13, 0.08, 0.06 + 0.02 * u["AU17"], 0.0),
        (0, base + 0.08, 0.02, 0.045, -0.012, 0.0),
    ]
    for i, side in enumerate(SIDES):
        eye, brow = anatomy.eyes[i], anatomy.brows[i]
        x = eye.centre[0]
        pull = u["AU12L" if side > 0 else "AU12R"]
        cheek = max(pull, 0.8 * u["AU6"], 0.5 * u["AU9"], 0.4 * u["AU10"])
        wing = anatomy.nose_base[0 if side < 0 else -1]
        lids = 0.5 * (eye.upper[1:3] + eye.lower[1:3]).mean(axis=0)
        hills += [
            (0.95 * x, brow[:, 1].mean() + 0.03, 0.19, 0.045, 0.034 + 0.02 * frown, 0.0),
            (x, -0.145, 0.15, 0.085, -0.055, 0.0),
            (lids[0], lids[1], 0.09, 0.05, 0.03, 0.0),
            (0.86 * wing[0], wing[1] - 0.03, 0.038, 0.042, 0.04, 0.06),
            (side * 0.4, 0.09 - 0.03 * cheek, 0.13, 0.1, 0.045, 0.0),
            (side * 0.35, 0.2 - 0.05 * cheek, 0.11, 0.09, 0.012 + 0.07 * cheek, 0.0),
            (side * 0.47 * identity.head_width, 0.42, 0.1, 0.16, -0.03 - 0.025 * identity.age, 0.0),
            (side * 0.59 * identity.head_width, -0.33, 0.09, 0.16, -0.04, 0.0),
            (side * 0.2, -0.58, 0.2, 0.14, 0.03, 0.0),
            (x - side * 0.03, -0.015, 0.1, 0.022, 0.008 + 0.02 * max(identity.age, cheek), 0.0),
            (side * 0.052, -0.26, 0.022, 0.055, 0.022 * frown, 0.0),
        ]
    return hills


def _shadows(anatomy: Anatomy, identity: Identity, light: float) -> list[tuple[float, ...]]:
    """Return (x, y, radius x, radius y, darkness, relief) of what little light reaches."""
    u, mouth = anatomy.units, anatomy.mouth
    base = anatomy.nose_base[2, 1] - 0.012
    frown = max(u["AU4"], 0.7 * u["AU9"])
    shadows: list[tuple[float, ...]] = [
        (-0.06 * light, base + 0.045, 0.1, 0.03, 0.34, 0.03),
        (-0.15 * light, base + 0.03, 0.06, 0.05, 0.3 * abs(light), 0.03),
        (-0.14 * light, 0.12, 0.06, 0.14, 0.2 * abs(light), 0.03),
        (0, mouth.lower_outer[3, 1] + 0.035, 0.12, 0.025, 0.2 + 0.1 * u["AU17"], 0.0),
        (0, -0.25, 0.05, 0.07, 0.26 * frown, 0.0),
    ]
    for i, side in enumerate(SIDES):
        eye, brow, corner = anatomy.eyes[i], anatomy.brows[i], mouth.upper_outer[0 if side < 0 else -1]
        inner_brow = brow[0] if side > 0 else brow[-1]
        x = eye.centre[0]
        lid = eye.upper[1:3, 1].mean()
        open_socket = 1 - 0.5 * max(u["AU2"], 0.6 * u["AU5"])
        shadows += [
            (side * 0.15, -0.15, 0.055, 0.06, 0.24, 0.0),
            (x, lid - 0.03, 0.14, 0.03, (0.24 + 0.16 * frown) * open_socket, 0.0),
            (inner_brow[0] + side * 0.06, inner_brow[1] + 0.05, 0.07, 0.04, 0.16 + 0.2 * frown, 0.0),
            (x, eye.lower[1:3, 1].mean() + 0.03, 0.12, 0.025, 0.14 + 0.16 * identity.age, 0.0),
            (corner[0] + side * 0.015, corner[1] + 0.005, 0.03, 0.025, 0.28, 0.0),
            (corner[0] + side * 0.02, corner[1] + 0.06, 0.035, 0.05, 0.06 + 0.12 * u["AU15"], 0.0),
        ]
    return shadows
