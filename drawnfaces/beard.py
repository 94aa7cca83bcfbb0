"""Beards: stubble, moustache, goatee and full beard, which move with jaw and lips."""

import numpy as np
from PIL import Image

from drawnfaces.anatomy import HEAD_HALF_WIDTH, Anatomy
from drawnfaces.canvas import Canvas, blend, shade
from drawnfaces.curves import curve, moved, stroke
from drawnfaces.identity import Identity

_AREAS = {
    "stubble": ("cheeks", "moustache"),
    "moustache": ("moustache",),
    "goatee": ("moustache", "chin"),
    "full": ("cheeks", "moustache"),
}


def paint_beard(canvas: Canvas, anatomy: Anatomy, identity: Identity, skin: Image.Image) -> None:
    """Paint the beard of ``identity``, as dense as its ``beard`` says (0 none), on the skin."""
    if identity.beard <= 0:
        return
    kind = identity.facial_hair
    areas = [_area(name, anatomy, identity) for name in _AREAS.get(kind, _AREAS["stubble"])]
    if kind == "stubble":
        colour = blend(shade(identity.skin, 0.55), shade(identity.hair, 0.75), 0.6)
        canvas.airbrush(colour, 0.035, [(area, 0.6 * identity.beard) for area in areas], skin)
        return
    colour = shade(identity.hair, 0.8)
    canvas.airbrush(colour, 0.018, [(area, 0.6 + 0.38 * identity.beard) for area in areas], skin)
    if canvas.fine:
        _paint_hairs(canvas, areas, colour)


def _area(name: str, anatomy: Anatomy, identity: Identity) -> np.ndarray:
    w, drop, mouth = HEAD_HALF_WIDTH * identity.head_width, anatomy.chin_drop, anatomy.mouth
    below = mouth.lower_outer[3, 1] + 0.03
    left, right = mouth.upper_outer[0], mouth.upper_outer[-1]
    if name == "moustache":
        wing = anatomy.nose_base[2, 1] + 0.035
        over = [[0.17, wing + 0.045], [0.09, wing], [0, wing + 0.008], [-0.09, wing], [-0.17, wing + 0.045]]
        ends = [moved(left, -0.035, 0.05), moved(left, -0.01, 0.05)]
        lip = moved(mouth.upper_outer[1:-1], 0, 0.008)
        ends_right = [moved(right, 0.01, 0.05), moved(right, 0.035, 0.05)]
        return curve(np.concatenate([ends, lip, ends_right, over]), closed=True)
    if name == "chin":
        side = [moved(right, 0.035, 0.03), [right[0] - 0.02, below + 0.1], [0.16, 0.9 + drop]]
        middle = [[-0.16, 0.9 + drop], [left[0] + 0.02, below + 0.1], moved(left, -0.035, 0.03)]
        above = [moved(left, 0.0, 0.04), [-0.07, below + 0.04], [0, below], [0.07, below + 0.04]]
        return curve(np.array([*side, *middle, *above, moved(right, 0.0, 0.04)]), closed=True)
    cheek = np.array([[1.04, -0.08], [0.93, 0.1], [0.8, 0.3], [0.62, 0.42], [0.5, 0.5]]) * (w, 1)
    inner = np.array([[0.4, mouth.upper_outer[-1, 1] + 0.03], [0.15, below + 0.015], [0.0, below]])
    upper = np.concatenate([cheek, inner])
    bottom = 1.04 + drop
    outline = np.concatenate([upper, upper[-2::-1] * (-1, 1), [[-1.1 * w, bottom], [1.1 * w, bottom]]])
    return outline


def _paint_hairs(canvas: Canvas, areas: list[np.ndarray], colour) -> None:
    """Draw single hairs along the edges, so that a beard does not end like a mask."""
    for area in areas:
        line = np.concatenate([area, area[:1]])
        at = np.concatenate([line[:-1] + share * np.diff(line, axis=0) for share in (0.0, 0.33, 0.66)])
        at = at[np.abs(at[:, 0]) < 0.85 * HEAD_HALF_WIDTH * np.sqrt(np.maximum(1.0 - at[:, 1] ** 2, 0))]
        sway = 0.012 * np.sin(37.0 * np.arange(len(at)))
        ends = at + np.stack([sway, 0.035 + 0.5 * sway], axis=1)
        canvas.fill([(hair, colour, 0.5) for hair in stroke(np.stack([at, ends], axis=1), 0.008)])
