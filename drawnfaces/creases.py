"""The folds that each action unit presses into the skin: what tells a tightened face from a resting one."""

import numpy as np
from PIL import Image

from drawnfaces.anatomy import SIDES, Anatomy
from drawnfaces.canvas import Canvas, shade
from drawnfaces.curves import moved, strokes
from drawnfaces.identity import Identity


class _Folds:
    """Strokes that are worth painting, soft ones and sharp ones."""

    def __init__(self):
        self._strokes = {}  # by their number of points, because equal ones are computed at once

    def add(self, points, width, strength, start=0.0, end=0.0, relief=0.0, soft=False):
        if strength > 0.04:
            self._strokes.setdefault(len(points), []).append(
                (points, width, start, end, strength, relief, soft)
            )

    def marks(self) -> tuple[list, list]:
        """Return the soft and the sharp marks for the airbrush."""
        soft: list[tuple] = []
        sharp: list[tuple] = []
        for group in self._strokes.values():
            points, width, start, end, strengths, reliefs, softs = zip(*group, strict=True)
            outlines = strokes(np.array(points), width, start, end)
            for outline, strength, relief, is_soft in zip(outlines, strengths, reliefs, softs, strict=True):
                (soft if is_soft else sharp).append((outline, strength, relief))
        return soft, sharp


def paint_creases(canvas: Canvas, anatomy: Anatomy, identity: Identity, skin: Image.Image) -> None:
    """Paint all folds of the face over its finished skin."""
    folds = _Folds()
    _forehead(folds, anatomy, identity)
    for side in SIDES:
        _around_eye(folds, anatomy, identity, side)
        _around_mouth(folds, anatomy, identity, side)
        _around_nose(folds, anatomy, side)
    _chin(folds, anatomy)
    dark = shade(identity.skin, 0.44, 8)
    soft, sharp = folds.marks()
    canvas.airbrush(dark, 0.026, soft, skin)
    if canvas.fine:
        canvas.airbrush(dark, 0.007, sharp, skin)
    else:  # so little blur cannot be seen in a small picture
        canvas.fill([(outline, dark, *how) for outline, *how in sharp])


def _forehead(folds: _Folds, anatomy: Anatomy, identity: Identity) -> None:
    """Raised brows furrow it across (AU1 alone only in the middle); AU4 draws two upright lines."""
    u = anatomy.units
    strength = 0.5 * min(u["AU1"], 0.35 + u["AU2"]) + 0.2 * max(0.0, identity.age - 0.2)
    reach = 0.13 + 0.27 * u["AU2"]
    shape = np.array([[-1, 0.012], [-0.5, -0.014], [0, 0], [0.5, -0.014], [1, 0.012]]) * (reach, 1)
    for k in range(3):
        folds.add(moved(shape, 0, -0.48 - 0.08 * k), 0.018, strength)
    frown = max(u["AU4"], 0.7 * u["AU9"])
    for side in SIDES:
        x = 0.058 - 0.018 * frown
        line = np.array([[x, -0.4], [x + 0.006, -0.32], [x - 0.008, -0.235]]) * (side, 1)
        folds.add(line, 0.02, 0.62 * frown + 0.06 * identity.age)
        folds.add(line, 0.05, 0.25 * frown, soft=True)


def _around_eye(folds: _Folds, anatomy: Anatomy, identity: Identity, side: int) -> None:
    """Crow's feet and the bag of AU6, the tight lower lid of AU7, the wrinkled nose of AU9."""
    u, age = anatomy.units, identity.age
    eye = anatomy.eyes[0 if side < 0 else 1]
    outer = eye.upper[-1] if side > 0 else eye.upper[0]
    for k in (-1, 0, 1):
        ray = [moved(outer, side * 0.035, 0.012 * k), moved(outer, side * 0.12, 0.045 * k - 0.01)]
        folds.add(ray, 0.014, 0.5 * u["AU6"] + 0.1 * age)
    lid = -0.034 + 0.016 * u["AU5"] - 0.006 * u["AU4"] + 0.02 * u["AU43"]
    folds.add(moved(eye.upper, 0, lid), 0.018, 0.6)
    tight = max(u["AU6"], 0.8 * u["AU7"], 0.6 * u["AU9"])
    folds.add(moved(eye.lower, 0, 0.045 - 0.012 * u["AU6"]), 0.02, 0.12 + 0.4 * tight + 0.25 * age)
    for k in range(3):
        y, reach = -0.205 + 0.066 * k, 0.075 + 0.014 * k
        wrinkle = np.array([[0.006, y - 0.01], [0.5 * reach, y], [reach, y + 0.036]]) * (side, 1)
        folds.add(wrinkle, 0.015, 0.55 * u["AU9"], 0.5, 0.0, relief=0.06)
        folds.add(wrinkle, 0.045, 0.2 * u["AU9"], relief=0.06, soft=True)


def _around_mouth(folds: _Folds, anatomy: Anatomy, identity: Identity, side: int) -> None:
    """The nasolabial fold from wing to corner, the dimple of AU14 and the pouch of AU15."""
    u, age = anatomy.units, identity.age
    corner = anatomy.mouth.upper_outer[0 if side < 0 else -1]
    wing = anatomy.nose_base[0 if side < 0 else -1]
    pull, dimple = u["AU12L" if side > 0 else "AU12R"], u["AU14L" if side > 0 else "AU14R"]
    raised = u["AU10"]
    depth = 0.1 + 0.35 * age + 0.6 * pull + 0.55 * u["AU9"] + 0.6 * raised + 0.2 * u["AU20"]
    depth = min(1.0, depth + 0.2 * u["AU15"] * u["AU4"])
    start = moved(wing, side * 0.025, -0.05)
    end = moved(corner, side * (0.05 + 0.02 * pull), 0.03 + 0.02 * u["AU15"])
    bulge = side * (0.03 + 0.05 * pull + 0.02 * raised)
    middle = moved(0.5 * (start + end), bulge, -0.035 * pull - 0.01 * raised)
    folds.add([start, middle, end], 0.1, 0.42 * depth, 0.5, 0.2, soft=True)
    folds.add([start, middle, end], 0.022, 0.42 * depth, 0.6, 0.0)
    hook = np.array([[0.014, -0.075], [0.045, -0.02], [0.04, 0.03], [0.012, 0.065]]) * (side, 1)
    folds.add(moved(hook, *corner), 0.022, 0.75 * dimple + 0.15 * u["AU20"], 0.1, 0.1)
    folds.add(moved(hook, *corner), 0.06, 0.4 * dimple, 0.1, 0.1, soft=True)
    pouch = np.array([[0.015, 0.01], [0.035, 0.07], [0.02, 0.13]]) * (side, 1)
    folds.add(moved(pouch, *corner), 0.04, 0.3 * u["AU15"] + 0.1 * age, soft=True)


def _around_nose(folds: _Folds, anatomy: Anatomy, side: int) -> None:
    """The shade under the tip and beside it."""
    tip, wing = moved(anatomy.nose_bridge[-1], 0, 0.034), anatomy.nose_base[0 if side < 0 else -1]
    ball = [moved(tip, side * 0.06, -0.07), moved(tip, side * 0.074, 0.0), moved(tip, side * 0.05, 0.045)]
    folds.add(ball, 0.036, 0.3, 0.2, 0.2, relief=0.08, soft=True)
    under = [moved(wing, -side * 0.02, 0.02), moved(tip, side * 0.06, 0.085), moved(tip, 0.0, 0.09)]
    folds.add(under, 0.045, 0.4, 0.3, 0.5, relief=0.06, soft=True)


def _chin(folds: _Folds, anatomy: Anatomy) -> None:
    """The hollow between lower lip and chin, which AU17 deepens into an arch over a puckered chin boss."""
    raised = anatomy.units["AU17"]
    y = anatomy.mouth.lower_outer[3, 1] + 0.05
    arch = [[-0.13, y + 0.03], [0, y], [0.13, y + 0.03]]
    folds.add(arch, 0.03, 0.14 + 0.5 * raised, soft=True)
    for x, down in ((-0.07, 0.0), (0.06, 0.01), (0.0, -0.025), (-0.025, 0.04), (0.035, 0.045)):
        at = np.array([[x - 0.02, down], [x + 0.02, down + 0.006]])
        folds.add(moved(at, 0, 0.77 + anatomy.chin_drop), 0.024, 0.4 * raised)
