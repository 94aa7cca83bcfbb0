"""Shoulders, neck, ears and the head in their own colours; ``relief`` then lights them."""

import numpy as np

from drawnfaces.anatomy import HEAD_HALF_WIDTH, SIDES, Anatomy
from drawnfaces.canvas import Canvas, shade
from drawnfaces.curves import STEPS, curve, ellipse, soft_spot, stroke
from drawnfaces.identity import Identity

_BLUSH = (206, 84, 72)

# Outlines for the right of the picture; x as shares of the head's half width.
_EAR = curve(
    [[0.96, -0.2], [1.08, -0.24], [1.15, -0.12], [1.1, 0.06], [1.02, 0.18], [0.95, 0.16]], closed=True
)
_INNER_EAR = stroke([[1.02, -0.15], [1.09, -0.15], [1.06, 0.04]], 0.03)
_NECK = curve(
    [[-0.66, 0.4], [0, 0.4], [0.66, 0.4], [0.6, 0.9], [0.85, 1.25], [0, 1.4], [-0.85, 1.25], [-0.6, 0.9]],
    closed=True,
)
_SHIRT = curve(
    [
        [-1.6, 1.6],
        [-1.25, 1.14],
        [-0.8, 1.03],
        [-0.46, 0.97],
        [-0.25, 1.08],
        [0, 1.13],
        [0.25, 1.08],
        [0.46, 0.97],
        [0.8, 1.03],
        [1.25, 1.14],
        [1.6, 1.6],
    ]
)


def paint_body(canvas: Canvas, anatomy: Anatomy, identity: Identity) -> None:
    """Paint shoulders and neck, which the head then covers, and the chin's shadow on them."""
    neck = _NECK * (HEAD_HALF_WIDTH * identity.head_width, 1)
    canvas.fill([(neck, shade(identity.skin, 0.7, 4), 1.0)])
    shadow = soft_spot(
        0, 0.86 + anatomy.chin_drop, 0.4, 0.28, shade(identity.skin, 0.2), 0.8, 10 if canvas.fine else 3
    )
    if canvas.fine:  # on a small picture nobody sees that it reaches past the neck
        canvas.fill_within([neck], shadow)
    else:
        canvas.fill(shadow)
    collar = _SHIRT[3 * STEPS : 7 * STEPS + 1 : STEPS]
    canvas.fill(
        [(_SHIRT, identity.shirt, 1.0), (stroke(collar, 0.04, 0.3, 0.3), shade(identity.shirt, 0.72), 0.9)]
    )


def paint_skin(canvas: Canvas, anatomy: Anatomy, identity: Identity) -> list[np.ndarray]:
    """Paint head and ears in the skin's own colours, before any light; returns their outlines."""
    w = HEAD_HALF_WIDTH * identity.head_width
    ears = [_EAR * (side * w, 1) for side in SIDES]
    head = curve(np.concatenate([anatomy.jaw, anatomy.skull]), closed=True)
    canvas.fill(
        [(ear, shade(identity.skin, 0.96, 8), 1.0) for ear in ears]
        + [(_INNER_EAR * (side * w, 1), shade(identity.skin, 0.6, 8), 0.8) for side in SIDES]
        + [(head, identity.skin, 1.0)]
    )
    rings = 10 if canvas.fine else 2
    blush = soft_spot(0, 0.22, 0.16, 0.12, _BLUSH, 0.12, rings)
    for side, eye in zip(SIDES, anatomy.eyes, strict=True):
        x, cheek = eye.centre[0], max(anatomy.units["AU12L" if side > 0 else "AU12R"], anatomy.units["AU6"])
        blush += soft_spot(x + side * 0.03, 0.19 - 0.05 * cheek, 0.2, 0.17, _BLUSH, 0.12 + 0.1 * cheek, rings)
    canvas.fill(blush)
    if canvas.fine:
        canvas.fill([(ellipse(*spot), shade(identity.skin, 0.66, 14), 0.3) for spot in _freckles(identity)])
    return [head, *ears]


def _freckles(identity: Identity) -> list[tuple[float, ...]]:
    """Return (x, y, radius x, radius y) of the freckles of fair and reddish people, spread by golden angles."""
    red, green, blue = identity.hair
    count = 60 if identity.skin[0] > 225 and red - green > 40 and red - blue > 60 else 0
    turns = 2.39996 * np.arange(count)
    out = np.sqrt((np.arange(count) + 0.5) / max(1, count))
    x, y = 0.42 * out * np.cos(turns), 0.13 + 0.16 * out * np.sin(turns)
    radius = 0.006 + 0.004 * np.cos(7 * turns)
    return np.stack([x, y, radius, 0.8 * radius], axis=1).tolist()
