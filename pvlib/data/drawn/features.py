"""Skin, eyes, nose, mouth and brows, painted from the back to the front."""

import numpy as np

from pvlib.data.drawn.anatomy import HEAD_HALF_WIDTH, SIDES, Anatomy
from pvlib.data.drawn.canvas import Canvas, blend, shade
from pvlib.data.drawn.curves import curve, ellipse, stroke
from pvlib.data.drawn.identity import Camera, Identity

_BLUSH = (206, 84, 72)
_LIP = (176, 70, 72)


def _points(*pairs) -> np.ndarray:
    return np.array(pairs, dtype=np.float64)


def paint_body(canvas: Canvas, anatomy: Anatomy, identity: Identity) -> None:
    """Paint shoulders, neck and ears."""
    w = HEAD_HALF_WIDTH * identity.head_width
    shirt = curve(
        _points([-1.4, 1.5], [-1.1, 1.1], [-0.5, 0.97], [0, 1.06], [0.5, 0.97], [1.1, 1.1], [1.4, 1.5])
    )
    neck = _points([-0.62 * w, 0.45], [0.62 * w, 0.45], [0.64 * w, 1.0], [0, 1.18], [-0.64 * w, 1.0])
    ears = [curve(_points([0.96, -0.2], [1.08, -0.24], [1.15, -0.12], [1.1, 0.06], [1.02, 0.18], [0.95, 0.16]), True)
            * (side * w, 1) for side in SIDES]  # fmt: skip
    inner_ears = [
        stroke(_points([1.02, -0.15], [1.09, -0.15], [1.06, 0.04]) * (side * w, 1), 0.03) for side in SIDES
    ]
    canvas.fill(
        [(shirt, identity.shirt, 1.0), (neck, shade(identity.skin, 0.76, 4), 1.0)]
        + [(ear, shade(identity.skin, 0.9, 6), 1.0) for ear in ears]
        + [(ear, shade(identity.skin, 0.62, 8), 0.8) for ear in inner_ears]
    )
    canvas.airbrush(
        shade(identity.skin, 0.45), 0.05, [(ellipse((0, 0.78 + anatomy.chin_drop), 0.42, 0.2), 0.7)]
    )


def paint_skin(canvas: Canvas, anatomy: Anatomy, identity: Identity, camera: Camera):
    """Paint the head and model it with light and shade; returns the head's mask."""
    head = curve(np.concatenate([anatomy.jaw, anatomy.skull]), closed=True)
    canvas.fill([(head, identity.skin, 1.0)])
    skin = canvas.mask([head])
    w = HEAD_HALF_WIDTH * identity.head_width
    u, drop, light = anatomy.units, anatomy.chin_drop, camera.light * camera.light_strength
    smile = {-1: u["AU12R"], 1: u["AU12L"]}

    rim = []
    for side in SIDES:
        away = max(0.0, -side * light)
        outer = _points([1.3, -1.1], [1.3, 1.1], [0.0, 1.1], [0.0, 0.93 + drop], [0.42, 0.8 + 0.7 * drop], [0.74, 0.52], [0.86, 0.1],
                        [0.84, -0.45], [0.6, -0.85])  # fmt: skip
        rim.append((outer * (side * w, 1), 0.34 + 0.4 * away))
        if away > 0:
            rim.append(
                (
                    _points([0.45, -1.0], [1.3, -1.0], [1.3, 1.0], [0.3, 1.0], [0.6, 0.3], [0.62, -0.3])
                    * (side * w, 1),
                    0.3 * away,
                )
            )
    canvas.airbrush(shade(identity.skin, 0.55, 10), 0.09, rim, skin)

    mouth = anatomy.mouth
    low_lip = mouth.lower_outer[3]
    shadows = [(ellipse((0, low_lip[1] + 0.045), 0.13, 0.028), 0.36)]
    lights = [
        (ellipse((-0.1 * w + 0.25 * light, -0.6), 0.34, 0.13), 0.4),
        (ellipse((0, 0.79 + drop), 0.11, 0.055), 0.32 + 0.3 * u["AU17"]),
        (stroke(_points([0, -0.28], [0, -0.05], [0, 0.14]), 0.07, 0.8, 1.0), 0.5, 0.1),
    ]
    blush = []
    for side, eye, brow in zip(SIDES, anatomy.eyes, anatomy.brows, strict=True):
        x = eye.centre[0]
        cheek = max(smile[side], u["AU6"])
        inner = brow[0] if side > 0 else brow[-1]
        shadows += [
            (curve(_points([x - side * 0.19, -0.1], [x - side * 0.1, -0.21], [x + side * 0.1, -0.22], [x + side * 0.19, -0.14],
                           [x, -0.07]), True), 0.38),
            (stroke([inner + (-side * 0.03, 0.02), [side * 0.075, -0.1], [side * 0.075, 0.1]], 0.06, 0.6, 0.2), 0.3, 0.03),
            (ellipse((x, 0.005), 0.13, 0.035), 0.14 + 0.25 * identity.age),
            (ellipse((side * 0.47 * identity.head_width, 0.37), 0.07, 0.16), 0.16 + 0.1 * u["AU26"]),
        ]  # fmt: skip
        lights += [(ellipse((x + side * 0.07, 0.12 - 0.05 * cheek), 0.15, 0.08), 0.34 + 0.4 * cheek)]
        blush += [(ellipse((x + side * 0.07, 0.2 - 0.05 * cheek), 0.17, 0.12), 0.3 + 0.2 * cheek)]
    canvas.airbrush(_BLUSH, 0.09, blush, skin)
    canvas.airbrush(shade(identity.skin, 0.6, 8), 0.045, shadows, skin)
    canvas.airbrush(blend(shade(identity.skin, 1.1, 4), (255, 246, 232), 0.25), 0.06, lights, skin)
    if identity.beard > 0:
        _paint_beard(canvas, anatomy, identity, skin)
    return skin


def _paint_beard(canvas: Canvas, anatomy: Anatomy, identity: Identity, skin) -> None:
    """Stubble on jaw and upper lip."""
    w, drop = HEAD_HALF_WIDTH * identity.head_width, anatomy.chin_drop
    right = _points([1.1, 0.0], [0.88, 0.1], [0.72, 0.36], [0.46, 0.44])
    below = anatomy.mouth.lower_outer[3, 1] + 0.05
    beard = np.concatenate(
        [
            right * (w, 1),
            [[0.12, below], [-0.12, below]],
            right[::-1] * (-w, 1),
            [[-1.1 * w, 1.0 + drop], [1.1 * w, 1.0 + drop]],
        ]
    )
    lip = anatomy.mouth.upper_outer
    moustache = np.concatenate([lip + (0, 0.01), [[0.12, 0.3], [-0.12, 0.3]]])
    strength = 0.62 * identity.beard
    canvas.airbrush(shade(identity.hair, 0.8), 0.035, [(beard, strength), (moustache, 0.9 * strength)], skin)


def paint_creases(canvas: Canvas, anatomy: Anatomy, identity: Identity, skin) -> None:
    """Paint the folds that each action unit presses into the skin."""
    u, age, mouth = anatomy.units, identity.age, anatomy.mouth
    corners = {-1: mouth.upper_outer[0], 1: mouth.upper_outer[-1]}
    raised = min(u["AU1"], 0.3 + u["AU2"])
    folds, sharp = [], []
    for k in range(3):  # forehead: across for AU2, only its middle for AU1
        y, reach = -0.5 - 0.09 * k, 0.12 + 0.26 * u["AU2"]
        line = _points(
            [-reach, y + 0.012],
            [-0.5 * reach, y - 0.014],
            [0, y],
            [0.5 * reach, y - 0.014],
            [reach, y + 0.012],
        )
        sharp.append((stroke(line, 0.018), 0.55 * raised + 0.22 * age))
    frown = max(u["AU4"], 0.7 * u["AU9"])
    for side in SIDES:
        corner, eye = corners[side], anatomy.eyes[0 if side < 0 else 1]
        pull, dimple = u["AU12L" if side > 0 else "AU12R"], u["AU14L" if side > 0 else "AU14R"]
        sharp.append(
            (
                stroke(_points([side * 0.04, -0.41], [side * 0.045, -0.32], [side * 0.032, -0.23]), 0.026),
                0.75 * frown + 0.1 * age,
            )
        )
        wing = anatomy.nose_base[0 if side < 0 else 4]
        deep = min(1.0, 0.18 + 0.3 * age + 0.55 * pull + 0.55 * u["AU9"] + 0.6 * u["AU10"] + 0.12 * u["AU20"])
        start = wing + (side * 0.03, -0.045)
        end = corner + (side * (0.055 + 0.02 * pull), -0.02 + 0.02 * u["AU15"])
        middle = 0.5 * (start + end) + (
            side * (0.035 + 0.045 * pull + 0.03 * u["AU10"]),
            -0.03 * pull - 0.02 * u["AU10"],
        )
        fold = [start, middle, end]
        folds.append((stroke(fold, 0.05, 0.5, 0.1), 0.45 * deep))
        sharp.append((stroke(fold, 0.02, 0.5, 0.1), 0.62 * deep))
        outer = eye.upper[-1] if side > 0 else eye.upper[0]
        for k in (-1, 0, 1):  # crow's feet
            tip = outer + (side * 0.13, 0.05 * k - 0.01)
            sharp.append(
                (stroke([outer + (side * 0.035, 0.012 * k), tip], 0.014), 0.6 * u["AU6"] + 0.12 * age)
            )
        bag = eye.lower + (0, 0.042 - 0.012 * u["AU6"])
        sharp.append(
            (stroke(bag, 0.02), 0.16 + 0.45 * max(u["AU6"], 0.8 * u["AU7"], 0.6 * u["AU9"]) + 0.2 * age)
        )
        for k in range(2):  # nose wrinkles, from the inner eye corner down across the flank
            y = -0.14 + 0.075 * k
            sharp.append(
                (
                    stroke(
                        _points([side * 0.015, y - 0.01], [side * 0.06, y], [side * 0.11, y + 0.05]), 0.022
                    ),
                    0.8 * u["AU9"],
                    0.06,
                )
            )
        x, y = corner
        hook = _points([x + side * 0.01, y - 0.055], [x + side * 0.035, y], [x + side * 0.012, y + 0.06])
        sharp.append((stroke(hook, 0.03, 0.2, 0.2), 0.85 * dimple + 0.2 * u["AU20"]))
        pouch = _points(
            [x + side * 0.015, y + 0.01], [x + side * 0.035, y + 0.07], [x + side * 0.02, y + 0.13]
        )
        folds.append((stroke(pouch, 0.045), 0.6 * u["AU15"] + 0.15 * age))
    low_lip = mouth.lower_outer[3]
    chin = stroke(
        _points([-0.12, low_lip[1] + 0.07], [0, low_lip[1] + 0.045], [0.12, low_lip[1] + 0.07]), 0.03
    )
    folds.append((chin, 0.25 + 0.6 * u["AU17"]))
    dark = shade(identity.skin, 0.46, 8)
    canvas.airbrush(dark, 0.024, folds, skin)
    canvas.airbrush(dark, 0.006, sharp, skin)
    boss = [
        (ellipse((x, 0.8 + 0.02 * k), 0.018, 0.012), 0.5 * u["AU17"])
        for k, x in enumerate((-0.06, 0.05, -0.01, 0.075))
    ]
    canvas.airbrush(dark, 0.01, boss, skin)


def paint_eyes(canvas: Canvas, anatomy: Anatomy, identity: Identity) -> None:
    """Paint sclera, iris and pupil within the lids, then lids and lashes."""
    outlines = [np.concatenate([curve(eye.upper), curve(eye.lower)[::-1]]) for eye in anatomy.eyes]
    inside, lids, creases = [], [], []
    lash = blend((36, 26, 26), identity.hair, 0.15)
    for eye, outline in zip(anatomy.eyes, outlines, strict=True):
        middle = 0.5 * (eye.upper[1:3].mean(axis=0) + eye.lower[1:3].mean(axis=0))
        gaze = np.array([eye.centre[0], 0.35 * middle[1] + 0.65 * (eye.centre[1] - 0.006)])
        r = eye.iris_radius
        inside += [
            (outline, (238, 234, 230), 1.0),
            (ellipse(gaze, r * 1.04, r * 1.04), shade(identity.iris, 0.5), 1.0),
            (ellipse(gaze, 0.88 * r, 0.88 * r), identity.iris, 1.0),
            (ellipse(gaze + (0, 0.3 * r), 0.62 * r, 0.5 * r), shade(identity.iris, 1.35), 0.6),
            (ellipse(gaze, 0.44 * r, 0.44 * r), (18, 14, 16), 1.0),
            (stroke(eye.upper + (0, 0.014), 0.04, 0.6, 0.6), (60, 44, 44), 0.42),
            (ellipse(gaze + (-0.3 * r, -0.32 * r), 0.2 * r, 0.2 * r), (255, 255, 255), 0.95),
            (ellipse(gaze + (0.3 * r, 0.36 * r), 0.1 * r, 0.1 * r), (255, 255, 255), 0.5),
        ]
        outer = eye.upper[-1] if eye.side > 0 else eye.upper[0]
        flick = outer + (eye.side * 0.022, -0.012)
        upper = [*eye.upper[:-1], flick] if eye.side > 0 else [flick, *eye.upper[1:]]
        lids.append((stroke(upper, 0.03, 0.45, 0.45), lash, 0.95))
        lids.append((stroke(eye.lower, 0.013, 0.3, 0.3), shade(identity.skin, 0.5, 10), 0.7))
        fold = eye.upper[:, :] + (0, -0.036 + 0.016 * anatomy.units["AU5"] - 0.006 * anatomy.units["AU4"])
        creases.append((stroke(fold, 0.018), 0.6))
    canvas.fill_within(canvas.mask(outlines), inside)
    canvas.airbrush(shade(identity.skin, 0.48, 8), 0.007, creases)
    canvas.fill(lids)


def paint_nose(canvas: Canvas, anatomy: Anatomy, identity: Identity) -> None:
    """Paint wings, nostrils and the light on the tip."""
    base, tip = anatomy.nose_base, anatomy.nose_bridge[-1]
    dark = shade(identity.skin, 0.42, 8)
    under = _points(base[0], base[1] + (0, 0.012), base[2] + (0, 0.014), base[3] + (0, 0.012), base[4])
    soft, lines = [(stroke(under, 0.045, 0.3, 0.3), 0.5, 0.06)], []
    for side, k in ((-1, 0), (1, 4)):
        wing = base[k]
        lines.append(
            (
                stroke(
                    [
                        wing + (-side * 0.004, -0.07),
                        wing + (side * 0.016, -0.03),
                        wing + (side * 0.004, 0.012),
                        wing + (-side * 0.03, 0.016),
                    ],
                    0.018,
                    0.2,
                    0.4,
                ),
                dark,
                0.7,
                0.06,
            )
        )
        nostril = 0.5 * (base[1 if side < 0 else 3] + wing * (0.9, 1)) + (-side * 0.006, 0.004)
        lines.append((ellipse(nostril, 0.027, 0.0135), (52, 26, 24), 0.85, 0.08))
    canvas.airbrush(dark, 0.016, soft)
    canvas.fill(lines)
    bright = blend(identity.skin, (255, 250, 240), 0.55)
    canvas.airbrush(bright, 0.02, [(ellipse(tip + (-0.006, -0.012), 0.03, 0.026), 0.7, 0.12)])


def paint_mouth(canvas: Canvas, anatomy: Anatomy, identity: Identity) -> None:
    """Paint the inside (teeth, tongue) and the lips around it."""
    mouth, u = anatomy.mouth, anatomy.units
    left, right = mouth.upper_outer[:1], mouth.upper_outer[-1:]
    upper_edge = curve(np.concatenate([left, mouth.upper_inner, right]))
    lower_edge = curve(np.concatenate([left, mouth.lower_inner, right]))
    upper = np.concatenate([curve(mouth.upper_outer), upper_edge[::-1]])
    lower = np.concatenate([lower_edge, curve(mouth.lower_outer)[::-1]])
    opening = np.concatenate([upper_edge, lower_edge[::-1]])
    lip = blend(identity.skin, _LIP, 0.55)
    if mouth.gap > 0.012:
        top, bottom = mouth.upper_inner[2], mouth.lower_inner[2]
        show = 0.03 + 0.03 * max(u["AU12L"], u["AU12R"], u["AU10"], 0.6 * u["AU20"])
        teeth = np.concatenate([upper_edge + (0, -0.02), (upper_edge * (0.93, 1) + (0, show))[::-1]])
        inside = [(opening, (70, 22, 26), 1.0)]
        if mouth.gap > 0.07:
            inside.append((ellipse(bottom + (0, 0.02), 0.13, 0.38 * mouth.gap), (188, 84, 86), 0.95))
        inside += [(teeth, (244, 240, 232), 1.0)]
        if u["AU20"] > 0.2 or (u["AU26"] < 0.5 and u["AU10"] > 0.2):
            low = np.concatenate([lower_edge + (0, 0.02), (lower_edge * (0.9, 1) + (0, -0.022))[::-1]])
            inside.append((low, (228, 222, 212), 0.9))
        inside += [
            (
                stroke([[x + top[0], top[1] - 0.03], [x + top[0], top[1] + show]], 0.006, 1, 1),
                (150, 130, 124),
                0.35,
            )
            for x in (-0.09, -0.045, 0.0, 0.045, 0.09)
        ]
        inside.append((stroke(upper_edge[::5] + (0, 0.004), 0.024, 0.5, 0.5), (60, 20, 24), 0.4))
        canvas.fill_within(canvas.mask([opening]), inside)
    canvas.fill([(upper, shade(lip, 0.86), 0.92), (lower, lip, 0.92)])
    if mouth.gap <= 0.012:
        canvas.fill([(stroke(upper_edge[::5], 0.022, 0.5, 0.5), shade(lip, 0.4), 0.95)])
    else:
        canvas.fill(
            [(stroke(edge[::5], 0.01, 0.5, 0.5), shade(lip, 0.45), 0.7) for edge in (upper_edge, lower_edge)]
        )
    for corner, side in ((left[0], -1), (right[0], 1)):
        tight = u["AU14L" if side > 0 else "AU14R"]
        canvas.airbrush(
            shade(identity.skin, 0.42, 8), 0.009, [(ellipse(corner, 0.018, 0.014), 0.6 + 0.4 * tight)]
        )
    shine = 0.5 * (mouth.lower_inner[2] + mouth.lower_outer[3])
    canvas.airbrush(blend(lip, (255, 236, 228), 0.7), 0.012, [(ellipse(shine, 0.075, 0.01), 0.6)])


def paint_brows(canvas: Canvas, anatomy: Anatomy, identity: Identity) -> None:
    """Paint the brows as a soft body with hairs."""
    colour = shade(identity.hair, 0.72) if sum(identity.hair) > 150 else identity.hair
    thick = 0.052 * identity.brow_thickness
    bodies, hairs = [], []
    for side, brow in zip(SIDES, anatomy.brows, strict=True):
        start, end = (1.0, 0.15) if side > 0 else (0.15, 1.0)
        bodies.append((stroke(brow, thick, start, end), 0.85))
        line = curve(brow)
        if side < 0:
            line = line[::-1]
        for k in range(0, len(line) - 3, 2):
            foot = line[k] + (0, 0.35 * thick)
            hairs.append((stroke([foot, line[k] + (side * 0.03, -0.42 * thick)], 0.012), colour, 0.6))
    canvas.airbrush(colour, 0.008, bodies)
    canvas.fill(hairs)
