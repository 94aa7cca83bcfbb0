"""Hair: what lies behind the head and what falls over it."""

import numpy as np

from drawnfaces.anatomy import HEAD_HALF_WIDTH
from drawnfaces.canvas import Canvas, shade
from drawnfaces.curves import curve, ellipse, stroke
from drawnfaces.identity import Identity

_LONG = [
    [0.0, -1.16],
    [0.48, -1.08],
    [0.8, -0.78],
    [0.87, -0.35],
    [0.86, 0.15],
    [0.88, 0.65],
    [0.78, 1.2],
    [0.0, 1.25],
]
_BOB = [
    [0.0, -1.16],
    [0.48, -1.09],
    [0.82, -0.78],
    [0.9, -0.35],
    [0.92, 0.15],
    [0.84, 0.52],
    [0.6, 0.5],
    [0.0, 0.45],
]
_CAP = [[0.0, -1.17], [0.44, -1.1], [0.72, -0.84], [0.755, -0.5], [0.72, -0.2], [0.5, -0.2], [0.0, -0.3]]

# Hairlines from the right of the picture to the left; x as shares of the head's half width.
_HAIRLINES = {
    "short": [
        [1.02, -0.3], [0.93, -0.42], [0.86, -0.6], [0.62, -0.7], [0.25, -0.74], [0.0, -0.73],
        [-0.25, -0.74], [-0.62, -0.7], [-0.86, -0.6], [-0.93, -0.42], [-1.02, -0.3],
    ],
    "fringe": [
        [1.04, -0.1], [0.95, -0.28], [0.9, -0.46], [0.6, -0.5], [0.25, -0.53], [0.0, -0.52],
        [-0.25, -0.54], [-0.6, -0.5], [-0.9, -0.46], [-0.95, -0.28], [-1.04, -0.1],
    ],
    "parted": [
        [1.03, -0.2], [0.94, -0.36], [0.88, -0.52], [0.7, -0.68], [0.3, -0.76], [-0.1, -0.82],
        [-0.4, -0.86], [-0.62, -0.74], [-0.86, -0.58], [-0.94, -0.4], [-1.03, -0.22],
    ],
    "long": [
        [1.05, 0.1], [0.97, -0.2], [0.91, -0.48], [0.66, -0.7], [0.3, -0.84], [0.0, -0.9],
        [-0.3, -0.84], [-0.66, -0.7], [-0.91, -0.48], [-0.97, -0.2], [-1.05, 0.1],
    ],
    "bob": [
        [1.06, 0.2], [0.96, -0.15], [0.93, -0.42], [0.7, -0.58], [0.35, -0.62], [0.0, -0.68],
        [-0.35, -0.78], [-0.72, -0.66], [-0.93, -0.42], [-0.96, -0.15], [-1.06, 0.2],
    ],
    "bun": [
        [1.02, -0.28], [0.96, -0.44], [0.87, -0.62], [0.62, -0.78], [0.3, -0.84], [0.0, -0.85],
        [-0.3, -0.84], [-0.62, -0.78], [-0.87, -0.62], [-0.96, -0.44], [-1.02, -0.28],
    ],
    "curly": [
        [1.06, -0.22], [0.95, -0.38], [0.88, -0.55], [0.64, -0.62], [0.3, -0.72], [0.0, -0.66],
        [-0.3, -0.72], [-0.64, -0.62], [-0.88, -0.55], [-0.95, -0.38], [-1.06, -0.22],
    ],
}  # fmt: skip


def _mirrored(half) -> np.ndarray:
    half = np.asarray(half)
    return curve(np.concatenate([half, half[-2:0:-1] * (-1, 1)]), closed=True)


_BACK = {"long": _mirrored(_LONG), "bob": _mirrored(_BOB)}
_CAP_SHAPE = _mirrored(_CAP)


def paint_back(canvas: Canvas, identity: Identity) -> None:
    """Paint the hair that the head covers."""
    dark = shade(identity.hair, 0.72)
    style, width = identity.hair_style, identity.head_width
    shapes = []
    if style in _BACK:
        shapes.append((_BACK[style] * (width, 1), dark, 1.0))
    elif style == "bun":
        shapes.append((ellipse(0.0, -1.06, 0.27, 0.2), dark, 1.0))
        shapes.append((_CAP_SHAPE * (0.95 * width, 0.96), dark, 1.0))
    elif style == "curly":
        angles = np.linspace(-0.15, 1.15, 13) * np.pi
        for angle in angles:
            x, y = 0.66 * width * np.cos(angle), -0.46 - 0.54 * np.sin(angle)
            shapes.append((ellipse(x, y, 0.2, 0.2), dark, 1.0))
    elif style != "bald":
        shapes.append((_CAP_SHAPE * (width, 1), dark, 1.0))
    canvas.fill(shapes)


def paint_front(canvas: Canvas, identity: Identity) -> list[np.ndarray]:
    """Paint the hair over the forehead and temples, strand by strand; returns its outline, if there is any."""
    style = identity.hair_style
    if style == "bald":
        return []
    half = HEAD_HALF_WIDTH * identity.head_width
    line = curve(np.array(_HAIRLINES[style]) * (half, identity.head_height))
    lift = {"curly": 0.16, "bun": 0.05}.get(style, 0.11)
    side = 1.1 if style in ("long", "bob", "curly") else 1.06
    half_crown = np.array([[side, -0.45], [0.98, -0.78], [0.62, -1.0 - lift], [0, -1.06 - lift]])
    crown = np.concatenate([half_crown * (-1, 1), half_crown[-2::-1]]) * (half, identity.head_height)
    outline = np.concatenate([line, curve(np.concatenate([line[-1:], crown, line[:1]]))])
    shadow = shade(identity.skin, 0.4)
    canvas.fill([(stroke(line[::5], width, 0.5, 0.5), shadow, 0.2) for width in (0.1, 0.065, 0.035)])
    canvas.fill([(outline, identity.hair, 1.0)])
    canvas.fill(_strands(line, half, identity, 90 if canvas.fine else 12))
    return [outline]


def _strands(line: np.ndarray, half: float, identity: Identity, count: int) -> list:
    """Return strands from the crown to the hairline, light and dark by turns, a few longer than the rest."""
    k = np.arange(count)
    uneven = np.sin(12.9898 * (k + 1))  # the same on every machine, and as good as chance to the eye
    where = np.clip(np.linspace(0.03, 0.97, count) + 0.3 / count * uneven, 0, 1)
    ends = line[np.rint(where * (len(line) - 1)).astype(int)]  # (count, 2)
    ends = ends + np.stack([0 * k, 0.012 * np.roll(uneven, 1)], axis=1)
    root = np.array([-0.25 * half if identity.hair_style == "parted" else 0.0, -1.1])
    spread = (ends - root) * (1, 0)
    bend = 0.32 + (0.12 * np.roll(uneven, 3) if identity.hair_style == "curly" else 0.02 * uneven)
    middles = 0.5 * (root + ends) + bend[:, None] * spread + (0, -0.06)
    strands = stroke(np.stack([root + 0.12 * spread, middles, ends], axis=1), 0.012 + 0.12 / count)
    tones = (shade(identity.hair, 0.6), shade(identity.hair, 1.5, 14), shade(identity.hair, 0.78))
    return [(strand, tones[i % 3], 0.34) for i, strand in enumerate(strands)]
