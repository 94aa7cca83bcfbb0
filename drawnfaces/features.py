"""Eyes, nose, mouth and brows, painted over the skin."""

import numpy as np

from drawnfaces.anatomy import SIDES, Anatomy
from drawnfaces.canvas import Canvas, blend, shade
from drawnfaces.curves import STEPS, curve, ellipse, moved, soft_spot, stroke
from drawnfaces.identity import Identity

_LIP = (172, 62, 66)
_SCLERA, _PUPIL, _WHITE, _LASH = (238, 234, 230), (18, 14, 16), (255, 255, 255), (34, 25, 25)
_TEETH, _LOWER_TEETH, _TONGUE, _THROAT = (252, 249, 242), (236, 230, 221), (176, 78, 80), (52, 16, 20)
_GAPS = (-0.66, -0.4, -0.2, 0.0, 0.2, 0.4, 0.66)  # between teeth, as shares of the row's half width


def paint_eyes(canvas: Canvas, anatomy: Anatomy, identity: Identity) -> None:
    """Paint sclera, iris and pupil within the lids, then lids and lashes."""
    inside, lids, outlines = [], [], []
    for eye in anatomy.eyes:
        outline = np.concatenate([curve(eye.upper), curve(eye.lower)[::-1]])
        outlines.append(outline)
        middle = 0.5 * (eye.upper[1:3] + eye.lower[1:3]).mean(axis=0)
        # The gaze stays with the head when a lid moves, and gives way by a third.
        x, y = eye.centre[0], 0.35 * middle[1] + 0.65 * (eye.centre[1] - 0.006)
        r = eye.iris_radius
        inside += [
            (outline, _SCLERA, 1.0),
            (ellipse(x, y, 1.04 * r, 1.04 * r), shade(identity.iris, 0.5), 1.0),
            (ellipse(x, y, 0.88 * r, 0.88 * r), identity.iris, 1.0),
            (ellipse(x, y, 0.44 * r, 0.44 * r), _PUPIL, 1.0),
            (stroke(moved(eye.upper, 0, 0.014), 0.04, 0.6, 0.6), (60, 44, 44), 0.42),
            (ellipse(x - 0.3 * r, y - 0.32 * r, 0.2 * r, 0.2 * r), _WHITE, 0.95),
        ]
        if canvas.fine:
            inside.insert(-3, (ellipse(x, y + 0.3 * r, 0.62 * r, 0.5 * r), shade(identity.iris, 1.35), 0.6))
            inside.append((ellipse(x + 0.3 * r, y + 0.36 * r, 0.1 * r, 0.1 * r), _WHITE, 0.5))
        outer = eye.upper[-1] if eye.side > 0 else eye.upper[0]
        flick = moved(outer, eye.side * 0.022, -0.012)
        upper = [*eye.upper[:-1], flick] if eye.side > 0 else [flick, *eye.upper[1:]]
        lids.append((stroke(upper, 0.03, 0.45, 0.45), blend(_LASH, identity.hair, 0.15), 0.95))
        lids.append((stroke(eye.lower, 0.013, 0.3, 0.3), shade(identity.skin, 0.5, 10), 0.7))
        if canvas.fine:
            lids += _lashes(upper, eye.side, anatomy.units["AU43"])
    canvas.fill_within(outlines, inside)
    canvas.fill(lids)


def _lashes(upper: list[np.ndarray], side: int, closed: float) -> list:
    """Return single lashes along an upper lid, longer towards the temple."""
    line = curve(upper)[::side]  # from the nose to the temple
    at = line[4:-1:2]
    out = np.linspace(0.2, 1.0, len(at))[:, None]
    ends = at + out * np.array([side * 0.022, -0.03 + 0.05 * closed])
    return [(lash, _LASH, 0.75) for lash in stroke(np.stack([at, ends], axis=1), 0.009, 1.0, 0.0)]


def paint_nose(canvas: Canvas, anatomy: Anatomy, identity: Identity) -> None:
    """Paint wings and nostrils."""
    base = moved(anatomy.nose_base, 0, -0.012)  # the landmarks lie on the lower edge of the nostrils
    dark = shade(identity.skin, 0.42, 8)
    lines = []
    for side, at, beside in ((-1, 0, 1), (1, 4, 3)):
        wing = np.array([[-0.004, -0.07], [0.018, -0.033], [0.006, 0.012], [-0.03, 0.017]]) * (side, 1)
        lines.append((stroke(moved(wing, *base[at]), 0.017, 0.1, 0.3), dark, 0.5, 0.06))
        x, y = 0.5 * (base[at] * (0.9, 1) + base[beside])
        lines.append((ellipse(x - side * 0.006, y + 0.004, 0.036, 0.018), (58, 30, 26), 0.5, 0.08))
        lines.append((ellipse(x - side * 0.006, y + 0.004, 0.028, 0.0125), (40, 18, 18), 0.85, 0.08))
    canvas.fill(lines)


def paint_mouth(canvas: Canvas, anatomy: Anatomy, identity: Identity) -> None:
    """Paint what an open mouth shows, then the lips around it."""
    mouth = anatomy.mouth
    upper_edge, lower_edge = curve(mouth.upper_edge), curve(mouth.lower_edge)
    upper_lip = np.concatenate([curve(mouth.upper_outer), upper_edge[::-1]])
    lower_lip = np.concatenate([lower_edge, curve(mouth.lower_outer)[::-1]])
    lip = blend(identity.skin, _LIP, 0.6)
    is_open = mouth.gap > 0.012
    if is_open:
        _paint_opening(canvas, anatomy, upper_edge, lower_edge)
    canvas.fill([(upper_lip, shade(lip, 0.84), 0.95), (lower_lip, shade(lip, 1.02), 0.95)])
    if is_open:
        edges = (upper_edge[::STEPS], lower_edge[::STEPS])
        canvas.fill([(stroke(edge, 0.01, 0.5, 0.5), shade(lip, 0.45), 0.7) for edge in edges])
    else:
        canvas.fill([(stroke(upper_edge[::STEPS], 0.022, 0.5, 0.5), shade(lip, 0.36), 0.95)])
    x, y = 0.5 * (mouth.lower_inner[2] + mouth.lower_outer[3])
    thick = mouth.lower_outer[3, 1] - mouth.lower_inner[2, 1]
    canvas.fill(soft_spot(x, y, 0.1, 0.28 * thick, blend(lip, (255, 236, 228), 0.7), 0.4, 3))


def _paint_opening(canvas: Canvas, anatomy: Anatomy, upper_edge: np.ndarray, lower_edge: np.ndarray) -> None:
    """Paint throat, tongue and teeth between the lips' inner edges.

    The teeth stay with their jaws and the lips uncover them: the upper row ends at one height whatever the
    lips do (a smile's a little lower), the lower row sinks with the jaw.
    """
    u, mouth = anatomy.units, anatomy.mouth
    middle, top = mouth.upper_inner[2]
    bottom = mouth.lower_inner[2, 1]
    smile = 0.5 * (u["AU12L"] + u["AU12R"])
    upper_end = top + 0.045 + 0.035 * smile + 0.03 * u["AU10"] + 0.015 * u["AU20"]
    lower_end = bottom - 0.002 - 0.06 * u["AU16"] - 0.03 * u["AU10"] - 0.025 * u["AU20"]
    lower_end = max(lower_end, upper_end + 0.004)
    half = (0.8 + 0.12 * smile) * 0.5 * (mouth.upper_inner[-1, 0] - mouth.upper_inner[0, 0])
    inside = [(np.concatenate([upper_edge, lower_edge[::-1]]), _THROAT, 1.0)]
    if bottom - upper_end > 0.05:
        inside.append((ellipse(middle, bottom + 0.03, 0.62 * half, 0.42 * mouth.gap), _TONGUE, 0.95))
    rows = [(lower_end, 0.2, 0.84, _LOWER_TEETH)] if lower_end < bottom else []
    for end, away, reach, colour in [*rows, (upper_end, -0.2, 1.0, _TEETH)]:
        rise = 0.05 + 0.22 * smile * half
        row = np.array([[-1, rise], [-0.6, 0.36 * rise], [0, 0], [0.6, 0.36 * rise], [1, rise]])
        row = moved(curve(row * (reach * half, -1)), middle, end)
        inside.append((np.concatenate([row, moved(row[::-1], 0, away)]), colour, 1.0))
        if not canvas.fine:
            continue
        lines = [
            [[middle + x * half, end - 0.2 * rise], [middle + x * half, end + 0.25 * away]] for x in _GAPS
        ]
        inside += [(line, (150, 130, 124), 0.4) for line in stroke(np.array(lines), 0.007, 1, 1)]
    inside.append((stroke(moved(upper_edge[::STEPS], 0, 0.004), 0.022, 0.5, 0.5), (60, 20, 24), 0.35))
    canvas.fill_within([inside[0][0]], inside)


def paint_brows(canvas: Canvas, anatomy: Anatomy, identity: Identity) -> None:
    """Paint each brow as a body with hairs that stand up at the nose and lie down at the temple."""
    colour = shade(identity.hair, 0.66) if sum(identity.hair) > 150 else identity.hair
    thick = 0.054 * identity.brow_thickness
    shapes = []
    for side, brow in zip(SIDES, anatomy.brows, strict=True):
        start, end = (0.62, 0.1) if side > 0 else (0.1, 0.62)
        shapes.append((stroke(brow, thick, start, end), colour, 0.55))
        shapes.append((stroke(brow, 0.7 * thick, start, end), colour, 0.65))
        line = curve(brow)[::side]  # from the nose to the temple
        line = line[:-1] if canvas.fine else line[:9:4]
        t = np.linspace(0, 1, len(line))[:, None]
        lean = np.concatenate([side * (0.008 + 0.035 * t), thick * (0.25 * t - 0.62)], axis=1)
        foot = line + np.concatenate([0 * t, thick * (0.4 - 0.25 * t)], axis=1)
        hairs = stroke(np.stack([foot, foot + lean], axis=1), 0.013, 1.0, 0.0)
        shapes += [(hair, colour, 0.55) for hair in hairs]
    canvas.fill(shapes)
