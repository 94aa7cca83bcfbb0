"""A hand before the face, seen from its back: over the mouth, along the cheek, or over an eye.

The hand is built in units of its own, its palm about the origin and its fingers upwards, 1.55 long as a face
is from chin to hairline, and then laid on the face.
"""

import math

import numpy as np

from drawnfaces.anatomy import Anatomy
from drawnfaces.canvas import Canvas, blend, shade
from drawnfaces.curves import curve, ellipse, moved, stroke
from drawnfaces.identity import Identity

RELIEF = 0.14
PLACES = ("mouth", "cheek", "eye")

_PALM = curve(
    [
        [-0.31, -0.3], [-0.1, -0.36], [0.12, -0.35], [0.31, -0.27], [0.335, 0.0], [0.28, 0.3],
        [0.22, 0.5], [0.22, 1.4], [-0.22, 1.4], [-0.22, 0.5], [-0.3, 0.28], [-0.34, 0.0],
    ],
    closed=True,
)  # fmt: skip
_SLEEVE = np.array([[-0.3, 0.82], [0.3, 0.82], [0.36, 2.2], [-0.36, 2.2]])
# Each finger: knuckle, middle joint, last joint, tip; then its width.
_FINGERS = (
    ([[-0.24, -0.22], [-0.29, -0.52], [-0.31, -0.68], [-0.315, -0.8]], 0.15),
    ([[-0.08, -0.27], [-0.1, -0.64], [-0.105, -0.84], [-0.1, -1.0]], 0.165),
    ([[0.09, -0.27], [0.1, -0.67], [0.105, -0.89], [0.1, -1.06]], 0.17),
    ([[0.24, -0.2], [0.29, -0.58], [0.31, -0.79], [0.315, -0.95]], 0.165),
)
_THUMB = ([[0.24, 0.22], [0.43, 0.02], [0.52, -0.16], [0.56, -0.3]], 0.18)


def hand_cover(anatomy: Anatomy, place: str, side: int) -> list[tuple[np.ndarray, float]]:
    """Return the polygons that the hand covers, in face units with their relief."""
    lay = _placement(anatomy, place, side)
    return [(lay(shape), RELIEF) for shape in (_PALM, _SLEEVE, *map(_finger, (*_FINGERS, _THUMB)))]


def paint_hand(canvas: Canvas, anatomy: Anatomy, identity: Identity, place: str, side: int) -> None:
    """Paint the hand with its shadow on the face."""
    lay = _placement(anatomy, place, side)
    skin = identity.skin
    edge, dark = shade(skin, 0.5, 10), shade(skin, 0.62, 10)
    light = blend(skin, (255, 248, 236), 0.3)
    silhouette = [shape for shape, _ in hand_cover(anatomy, place, side)]
    canvas.airbrush(
        shade(skin, 0.22), 0.05, [(moved(shape, 0.02, 0.045), 0.6, RELIEF) for shape in silhouette]
    )

    canvas.fill([(lay(_PALM), shade(skin, 0.93, 3), 1.0, RELIEF)])
    knuckles = [
        (lay(ellipse(points[0][0], points[0][1], 0.07, 0.06)), 0.25, RELIEF) for points, _ in _FINGERS
    ]
    valleys = [
        (lay(stroke([[x, 0.25], [1.12 * x, -0.2]], 0.05, 0.2, 0.8)), 0.3, RELIEF) for x in (-0.14, 0.01, 0.15)
    ]
    rim = [
        (lay(stroke([[s * 0.33, -0.2], [s * 0.33, 0.1], [s * 0.22, 0.55]], 0.06)), 0.5, RELIEF)
        for s in (-1, 1)
    ]
    canvas.airbrush(dark, 0.035, valleys + rim)
    canvas.airbrush(light, 0.03, knuckles)
    # The middle finger lies on top, the outer ones under their neighbours.
    for points, width in (_THUMB, _FINGERS[0], _FINGERS[3], _FINGERS[1], _FINGERS[2]):
        _paint_finger(canvas, lay, points, width, skin, edge, light)
    cuff = stroke([[-0.3, 0.84], [0, 0.86], [0.3, 0.84]], 0.06, 1, 1)
    canvas.fill(
        [
            (lay(_SLEEVE), shade(identity.shirt, 0.9), 1.0, RELIEF),
            (lay(cuff), shade(identity.shirt, 0.66), 1.0, RELIEF),
        ]
    )


def _paint_finger(canvas: Canvas, lay, points, width, skin, edge, light) -> None:
    points = np.array(points)
    canvas.fill(
        [
            (lay(_finger((points, width + 0.02))), edge, 0.85, RELIEF),
            (lay(_finger((points, width))), shade(skin, 0.98, 3), 1.0, RELIEF),
        ]
    )
    along = points[1:] - (0.18 * width, 0)
    canvas.airbrush(light, 0.018, [(lay(stroke(along, 0.3 * width)), 0.5, RELIEF)])
    side = moved(points, 0.36 * width)
    canvas.airbrush(edge, 0.018, [(lay(stroke(side, 0.2 * width, 0.5, 0.3)), 0.55, RELIEF)])
    creases = []
    for joint in points[1:3]:
        for dy in (-0.014, 0.014):
            line = [[-0.3 * width, dy + 0.006], [0, dy], [0.3 * width, dy + 0.006]]
            creases.append((lay(stroke(joint + np.array(line), 0.014)), edge, 0.55, RELIEF))
    across = points[3] - points[2]
    angle = math.atan2(across[0], -across[1])
    nail = ellipse(0, 0, 0.27 * width, 0.42 * width) @ _rotation(angle) + points[3] - 0.1 * across
    pink = blend(skin, (244, 204, 196), 0.6)
    canvas.fill(
        [
            *creases,
            (lay(nail), shade(pink, 0.8), 1.0, RELIEF),
            (lay(0.85 * (nail - nail.mean(0)) + nail.mean(0)), pink, 1.0, RELIEF),
        ]
    )


def _finger(finger) -> np.ndarray:
    """Return a finger's outline with a round tip."""
    points, width = np.array(finger[0]), finger[1]
    line = curve(points)
    ahead = np.gradient(line, axis=0)
    ahead /= np.sqrt((ahead**2).sum(axis=1, keepdims=True))
    across = 0.5 * width * np.linspace(1.0, 0.84, len(line))[:, None] * ahead @ np.array([[0, 1], [-1, 0]])
    turns = np.linspace(-0.5 * np.pi, 0.5 * np.pi, 9)[1:-1, None]
    cap = line[-1] + 0.42 * width * (np.cos(turns) * ahead[-1] + np.sin(turns) * across[-1] / (0.42 * width))
    return np.concatenate([line - across, cap, (line + across)[::-1]])


def _rotation(angle: float) -> np.ndarray:
    cosine, sine = math.cos(angle), math.sin(angle)
    return np.array([[cosine, sine], [-sine, cosine]])


def _placement(anatomy: Anatomy, place: str, side: int):
    """Return the function that lays the hand's own points (n, 2) on the face; side 1: the picture's right."""
    mouth = 0.5 * (anatomy.mouth.upper_outer[3] + anatomy.mouth.lower_outer[3])
    eye = anatomy.eyes[0 if side < 0 else 1].centre
    # Where the palm lies and where the fingers point, for the right of the picture; angle 0 is upwards.
    x, y, angle = {
        "mouth": (0.5, mouth[1] + 0.28, -1.2),
        "cheek": (0.62, mouth[1] + 0.12, -0.12),
        "eye": (abs(eye[0]) + 0.12, eye[1] + 0.55, -0.22),
    }[place]
    turn = _rotation(angle)

    def lay(points: np.ndarray) -> np.ndarray:
        return (np.asarray(points) @ turn + (x, y)) * (side, 1)

    return lay
