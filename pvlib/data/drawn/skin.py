"""Shoulders, neck, ears and the head, modelled with light and shade."""

import numpy as np
from PIL import Image

from pvlib.data.drawn.anatomy import HEAD_HALF_WIDTH, SIDES, Anatomy
from pvlib.data.drawn.canvas import Canvas, blend, shade
from pvlib.data.drawn.curves import STEPS, curve, ellipse, moved, stroke
from pvlib.data.drawn.identity import Identity

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
    """Paint shoulders and neck, which the head then covers."""
    neck = _NECK * (HEAD_HALF_WIDTH * identity.head_width, 1)
    canvas.fill([(neck, shade(identity.skin, 0.74, 4), 1.0)])
    under_chin = ellipse(0, 0.82 + anatomy.chin_drop, 0.46, 0.2)
    canvas.airbrush(shade(identity.skin, 0.3), 0.06, [(under_chin, 0.75)], canvas.mask(neck))
    collar = _SHIRT[3 * STEPS : 7 * STEPS + 1 : STEPS]
    canvas.fill(
        [(_SHIRT, identity.shirt, 1.0), (stroke(collar, 0.04, 0.3, 0.3), shade(identity.shirt, 0.72), 0.9)]
    )


def paint_skin(canvas: Canvas, anatomy: Anatomy, identity: Identity) -> Image.Image:
    """Paint head and ears in the skin's own colours, before any light; returns their mask."""
    w = HEAD_HALF_WIDTH * identity.head_width
    ears = [_EAR * (side * w, 1) for side in SIDES]
    head = curve(np.concatenate([anatomy.jaw, anatomy.skull]), closed=True)
    canvas.fill(
        [(ear, shade(identity.skin, 0.96, 8), 1.0) for ear in ears]
        + [(_INNER_EAR * (side * w, 1), shade(identity.skin, 0.6, 8), 0.8) for side in SIDES]
        + [(head, identity.skin, 1.0)]
    )
    skin = canvas.mask(head, *ears)
    blush = [(ellipse(0, 0.22, 0.1, 0.07), 0.2)]
    for side, eye in zip(SIDES, anatomy.eyes, strict=True):
        x, cheek = eye.centre[0], max(anatomy.units["AU12L" if side > 0 else "AU12R"], anatomy.units["AU6"])
        blush.append((ellipse(x + side * 0.06, 0.2 - 0.05 * cheek, 0.17, 0.12), 0.26 + 0.2 * cheek))
    canvas.airbrush(_BLUSH, 0.09, blush, skin)
    if identity.beard > 0:
        _paint_beard(canvas, anatomy, identity, skin)
    return skin


def _paint_beard(canvas: Canvas, anatomy: Anatomy, identity: Identity, skin: Image.Image) -> None:
    """Paint stubble on jaw and upper lip."""
    w, bottom = HEAD_HALF_WIDTH * identity.head_width, 1.0 + anatomy.chin_drop
    below = anatomy.mouth.lower_outer[3, 1] + 0.05
    right = np.array([[1.1, 0.0], [0.88, 0.1], [0.72, 0.36], [0.46, 0.44]]) * (w, 1)
    middle = np.array([[0.12, below], [-0.12, below]])
    cheeks = np.concatenate([right, middle, right[::-1] * (-1, 1), [[-1.1 * w, bottom], [1.1 * w, bottom]]])
    moustache = np.concatenate([moved(anatomy.mouth.upper_outer, 0, 0.01), [[0.13, 0.31], [-0.13, 0.31]]])
    strength = 0.62 * identity.beard
    marks = [(cheeks, strength), (moustache, 0.9 * strength)]
    stubble = blend(shade(identity.skin, 0.55), shade(identity.hair, 0.75), 0.6)
    canvas.airbrush(stubble, 0.035, marks, skin)
