"""Shoulders, neck, ears and the head, modelled with light and shade."""

import numpy as np
from PIL import Image

from pvlib.data.drawn.anatomy import HEAD_HALF_WIDTH, SIDES, Anatomy
from pvlib.data.drawn.canvas import Canvas, blend, shade
from pvlib.data.drawn.curves import STEPS, curve, ellipse, moved, stroke
from pvlib.data.drawn.identity import Camera, Identity

_BLUSH = (206, 84, 72)
_WARM_LIGHT = (255, 246, 232)

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
_FAR_SIDE = np.array([[0.45, -1.0], [1.3, -1.0], [1.3, 1.0], [0.3, 1.0], [0.6, 0.3], [0.62, -0.3]])


def paint_body(canvas: Canvas, anatomy: Anatomy, identity: Identity) -> None:
    """Paint shoulders, neck and ears, which the head then covers."""
    w = HEAD_HALF_WIDTH * identity.head_width
    ears = [_EAR * (side * w, 1) for side in SIDES]
    neck = _NECK * (w, 1)
    canvas.fill([(neck, shade(identity.skin, 0.76, 4), 1.0)])
    under_chin = ellipse(0, 0.8 + anatomy.chin_drop, 0.42, 0.2)
    canvas.airbrush(shade(identity.skin, 0.42), 0.05, [(under_chin, 0.7)], canvas.mask(neck))
    collar = _SHIRT[3 * STEPS : 7 * STEPS + 1 : STEPS]
    canvas.fill(
        [(_SHIRT, identity.shirt, 1.0), (stroke(collar, 0.04, 0.3, 0.3), shade(identity.shirt, 0.72), 0.9)]
        + [(ear, shade(identity.skin, 0.9, 6), 1.0) for ear in ears]
        + [(_INNER_EAR * (side * w, 1), shade(identity.skin, 0.62, 8), 0.8) for side in SIDES]
    )
    lobes = [(ellipse(side * 1.03 * w, 0.02, 0.05, 0.14), 0.4) for side in SIDES]
    canvas.airbrush(shade(identity.skin, 0.5, 8), 0.03, lobes, canvas.mask(*ears))


def paint_skin(canvas: Canvas, anatomy: Anatomy, identity: Identity, camera: Camera) -> Image.Image:
    """Paint the head, with shade from its form and from the light's side; returns the head's mask."""
    head = curve(np.concatenate([anatomy.jaw, anatomy.skull]), closed=True)
    canvas.fill([(head, identity.skin, 1.0)])
    skin = canvas.mask(head)
    light = camera.light * camera.light_strength
    _paint_rim(canvas, anatomy, identity, light, skin)

    drop, age = anatomy.chin_drop, identity.age
    below_lip = anatomy.mouth.lower_outer[3, 1] + 0.045
    shadows = [(ellipse(0, below_lip, 0.13, 0.028), 0.36)]
    lights = [
        (ellipse(0.25 * light, -0.56, 0.34, 0.13), 0.4),
        (ellipse(0, 0.79 + drop, 0.11, 0.055), 0.32),
        (stroke([[0, -0.28], [0, -0.05], [0, 0.14]], 0.07, 0.8, 1.0), 0.5, 0.1),
    ]
    blush = []
    for side, eye, brow in zip(SIDES, anatomy.eyes, anatomy.brows, strict=True):
        x = eye.centre[0]
        cheek = max(anatomy.units["AU12L" if side > 0 else "AU12R"], anatomy.units["AU6"])
        socket = [[-0.19, -0.1], [-0.1, -0.21], [0.1, -0.22], [0.19, -0.14], [0, -0.07]]
        inner_brow = brow[0] if side > 0 else brow[-1]
        flank = [moved(inner_brow, -side * 0.03, 0.02), [side * 0.08, -0.1], [side * 0.085, 0.1]]
        far = max(0.0, -side * light)
        shadows += [
            (moved(curve(socket, closed=True) * (side, 1), x), 0.38),
            (stroke(flank, 0.065, 0.6, 0.3), 0.3 + 0.35 * far, 0.03),
            (ellipse(x, 0.01, 0.14, 0.035), 0.13 + 0.25 * age),
            (
                ellipse(side * 0.47 * identity.head_width, 0.38, 0.07, 0.16),
                0.16 + 0.1 * anatomy.units["AU26"],
            ),
        ]
        lights += [(ellipse(x + side * 0.07, 0.13 - 0.05 * cheek, 0.15, 0.08), 0.34 + 0.4 * cheek)]
        blush += [(ellipse(x + side * 0.07, 0.21 - 0.05 * cheek, 0.17, 0.12), 0.28 + 0.2 * cheek)]
    canvas.airbrush(_BLUSH, 0.09, blush, skin)
    canvas.airbrush(shade(identity.skin, 0.6, 8), 0.045, shadows, skin)
    canvas.airbrush(blend(shade(identity.skin, 1.1, 4), _WARM_LIGHT, 0.25), 0.06, lights, skin)
    if identity.beard > 0:
        _paint_beard(canvas, anatomy, identity, skin)
    return skin


def _paint_rim(canvas: Canvas, anatomy: Anatomy, identity: Identity, light: float, skin: Image.Image) -> None:
    """Darken the head towards its outline, and most on the side away from the light."""
    w, drop = HEAD_HALF_WIDTH * identity.head_width, anatomy.chin_drop
    inner_edge = [
        [0.0, 0.93 + drop],
        [0.42, 0.8 + 0.7 * drop],
        [0.74, 0.52],
        [0.86, 0.1],
        [0.84, -0.45],
        [0.6, -0.8],
    ]
    rim = np.array([[1.3, -1.1], [1.3, 1.1], [0.0, 1.1], *inner_edge])
    marks = []
    for side in SIDES:
        away = max(0.0, -side * light)
        marks += [(rim * (side * w, 1), 0.34 + 0.4 * away), (_FAR_SIDE * (side * w, 1), 0.34 * away)]
    canvas.airbrush(shade(identity.skin, 0.55, 10), 0.09, marks, skin)


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
