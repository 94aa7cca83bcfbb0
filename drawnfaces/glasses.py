"""Glasses in several frames, clear or dark, with or without a window's light mirrored in them."""

import numpy as np

from drawnfaces.anatomy import HEAD_HALF_WIDTH, SIDES, Anatomy
from drawnfaces.canvas import Canvas, blend, shade
from drawnfaces.curves import curve, moved, stroke
from drawnfaces.identity import Colour, Identity

RELIEF = 0.08  # they stand out from the face as far as the bridge of the nose
_DARK_LENS = (24, 26, 30)
_HIDING_TINT, _HIDING_GLARE = 0.6, 0.55  # from here on, what lies behind cannot be seen

# The right lens about its eye: half the outline's points, as shares of half width and half height.
_ROUND = [[np.cos(a), np.sin(a)] for a in np.arange(12) * np.pi / 6]
_SQUARE = [
    [1.0, -0.55], [0.8, -0.95], [0.3, -1.0], [-0.4, -1.0], [-0.9, -0.9], [-1.0, -0.4],
    [-0.92, 0.4], [-0.7, 0.9], [-0.2, 1.0], [0.4, 1.0], [0.85, 0.85], [1.0, 0.3],
]  # fmt: skip
_AVIATOR = [
    [1.05, -0.6], [0.75, -0.95], [0.2, -1.0], [-0.5, -1.0], [-0.95, -0.85], [-0.95, -0.2],
    [-0.75, 0.45], [-0.35, 0.95], [0.15, 1.15], [0.65, 0.95], [0.95, 0.45], [1.08, -0.1],
]  # fmt: skip
_CAT_EYE = [
    [1.22, -1.05], [0.75, -1.0], [0.2, -0.9], [-0.4, -0.85], [-0.9, -0.75], [-1.0, -0.2],
    [-0.85, 0.45], [-0.5, 0.85], [0.0, 0.98], [0.5, 0.85], [0.85, 0.4], [1.05, -0.3],
]  # fmt: skip

# name: (outline, half width, half height, the rim's width, colour)
FRAMES: dict[str, tuple[list, float, float, float, Colour]] = {
    "round": (_ROUND, 0.2, 0.18, 0.022, (58, 44, 38)),
    "square": (_SQUARE, 0.225, 0.15, 0.034, (28, 28, 32)),
    "aviator": (_AVIATOR, 0.225, 0.175, 0.016, (150, 128, 80)),
    "thin": (_SQUARE, 0.21, 0.125, 0.014, (120, 122, 128)),
    "cat-eye": (_CAT_EYE, 0.215, 0.155, 0.034, (104, 38, 46)),
}


def paint_glasses(canvas: Canvas, anatomy: Anatomy, identity: Identity) -> None:
    """Paint the person's glasses, if there are any, over the finished face."""
    if identity.glasses == "none":
        return
    _, _, half_height, rim, colour = FRAMES[identity.glasses]
    lenses = _lenses(anatomy, identity)
    canvas.airbrush(
        shade(identity.skin, 0.4), 0.02, [(_ring(moved(lens, 0, 0.03), rim), 0.35, RELIEF) for lens in lenses]
    )
    tint = blend((206, 222, 226), _DARK_LENS, min(1.0, 2 * identity.tint))
    glass = [(curve(lens, closed=True), tint, 0.06 + 0.9 * identity.tint, RELIEF) for lens in lenses]
    sheen = []
    for eye, lens in zip(anatomy.eyes, lenses, strict=True):
        x, y = eye.centre
        streak = moved([[-0.16, 0.2], [-0.06, 0.2], [0.1, -0.2], [0.0, -0.2]], x + 0.04, y)
        sheen.append((streak, (255, 255, 255), 0.1 + 0.25 * identity.tint))
        if identity.glare > 0:
            sheen.append((_glare(lens), (252, 254, 255), 0.9 * identity.glare))
    outlines = [curve(lens, closed=True) for lens in lenses]
    canvas.fill(glass)
    canvas.fill_within(outlines, sheen)
    shapes = []
    left, right = lenses
    inner = left[:, 0].max(), right[:, 0].min()
    y = anatomy.eyes[0].centre[1] - 0.3 * half_height
    bridge = [[inner[0] - 0.01, y], [0.5 * (inner[0] + inner[1]), y - 0.045], [inner[1] + 0.01, y]]
    shapes.append((stroke(bridge, 1.2 * rim, 1, 1), colour, 1.0, RELIEF))
    ear = 1.01 * HEAD_HALF_WIDTH * identity.head_width
    for side, lens in zip(SIDES, lenses, strict=True):
        outer = lens[np.argmax(side * lens[:, 0])]
        hinge = [outer, [side * ear, outer[1] - 0.01]]
        shapes.append((stroke(hinge, 1.5 * rim, 1, 0.7), shade(colour, 0.8), 1.0, 0.5 * RELIEF))
    shapes += [(_ring(lens, rim), colour, 1.0, RELIEF) for lens in lenses]
    light = shade(colour, 1.6, 10)
    shapes += [(stroke(moved(lens[1:5], 0, -0.1 * rim), 0.3 * rim), light, 0.7, RELIEF) for lens in lenses]
    canvas.fill(shapes)


def glasses_cover(anatomy: Anatomy, identity: Identity) -> list[tuple[np.ndarray, float]]:
    """Return what glasses hide: the lenses if dark, else where they mirror much light."""
    if identity.glasses == "none":
        return []
    lenses = _lenses(anatomy, identity)
    if identity.tint > _HIDING_TINT:
        return [(lens, RELIEF) for lens in lenses]
    return [(_glare(lens), RELIEF) for lens in lenses] if identity.glare > _HIDING_GLARE else []


def _lenses(anatomy: Anatomy, identity: Identity) -> list[np.ndarray]:
    outline, half_width, half_height, _, _ = FRAMES[identity.glasses]
    shape = np.array(outline) * (half_width, half_height)
    # The gap between the lenses stays open however close the eyes are.
    reach = max(anatomy.eyes[1].centre[0], 0.06 + half_width)
    y = anatomy.eyes[1].centre[1] + 0.02
    return [moved(shape * (side, 1), side * reach, y) for side in SIDES]


def _glare(lens: np.ndarray) -> np.ndarray:
    """Return a window's slanted picture, which fills most of the lens."""
    centre, half = lens.mean(axis=0), 0.5 * np.ptp(lens, axis=0)
    window = [[-0.95, 0.75], [-0.6, -0.8], [0.95, -0.75], [0.6, 0.8]]
    return moved(np.array(window) * half, *centre)


def _ring(lens: np.ndarray, width: float) -> np.ndarray:
    return stroke(np.concatenate([lens, lens[:2]]), width, 1, 1)
