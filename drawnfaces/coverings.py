"""What people wear over a face: a medical mask, a cap, a scarf; and a strand of hair across an eye."""

import numpy as np

from drawnfaces.anatomy import HEAD_HALF_WIDTH, SIDES, Anatomy
from drawnfaces.canvas import Canvas, shade
from drawnfaces.curves import curve, ellipse, moved, stroke
from drawnfaces.identity import Colour, Identity

MASK_RELIEF = 0.05


def mask_outline(anatomy: Anatomy) -> np.ndarray:
    """Return the mask's outline, (m, 2): from between landmarks 28 and 29 over both cheeks to under the chin."""
    jaw, bridge = anatomy.jaw, anatomy.nose_bridge
    top = 0.5 * (bridge[1] + bridge[2])
    right = [top, [0.1, top[1] + 0.01], [0.3, top[1] + 0.1]]
    edge = 0.5 * (jaw[14] + jaw[13]) * (1.01, 1) - (0, 0.03)
    chin = [moved(point * (1.035, 1), 0, 0.035) for point in jaw[13:8:-1]]
    half = np.array([*right, edge, *chin, moved(jaw[8], 0, 0.05)])
    return np.concatenate([half, half[-2:0:-1] * (-1, 1)])


def paint_mask(canvas: Canvas, anatomy: Anatomy, identity: Identity, colour: Colour) -> None:
    """Paint a pleated mask with its loops, and the shadow that it throws."""
    outline = mask_outline(anatomy)
    edge = outline[3]
    ear = HEAD_HALF_WIDTH * identity.head_width
    loops = []
    for side in SIDES:
        for start, end in ((edge, (1.03 * ear, -0.1)), (outline[5], (1.04 * ear, 0.12))):
            line = np.array([start, 0.5 * (start + np.array(end)) + (0.01, -0.01), end]) * (side, 1)
            loops.append((stroke(line, 0.022, 1, 1), shade(colour, 0.9), 1.0, 0.02))
    canvas.airbrush(shade(identity.skin, 0.3), 0.03, [(moved(outline, 0, -0.015), 0.5, MASK_RELIEF)])
    canvas.fill([*loops, (outline, colour, 1.0, MASK_RELIEF)])
    cloth = canvas.mask(outline)
    top, chin = outline[0, 1], anatomy.jaw[8, 1]
    reach = 0.9 * edge[0]
    shadows = [(ellipse(side * 1.05 * edge[0], 0.55, 0.2, 0.5), 0.5, MASK_RELIEF) for side in SIDES]
    shadows.append((ellipse(0, chin + 0.05, 0.6, 0.12), 0.5, MASK_RELIEF))
    canvas.airbrush(shade(colour, 0.55), 0.08, shadows, cloth)
    nose = stroke([[0, top + 0.02], [0, top + 0.2], [0, top + 0.3]], 0.14)
    canvas.airbrush(shade(colour, 1.25), 0.05, [(nose, 0.5, MASK_RELIEF)], cloth)
    pleats = []
    for share in (0.35, 0.52, 0.69):
        y = top + share * (chin - top)
        fold = np.array([[-reach, y - 0.02], [-0.5 * reach, y + 0.025], [0, y + 0.04]])
        fold = np.concatenate([fold, fold[-2::-1] * (-1, 1)])
        pleats.append((stroke(fold, 0.03, 0.6, 0.6), 0.5, MASK_RELIEF))
    canvas.airbrush(shade(colour, 0.6), 0.012, pleats, cloth)
    hem = [
        (stroke(np.concatenate([(outline * (-1, 1))[3:0:-1], outline[:4]]), 0.024, 1, 1), 0.5, MASK_RELIEF)
    ]
    canvas.airbrush(shade(colour, 0.7), 0.008, hem, cloth)


def strand_outlines(side: int) -> list[np.ndarray]:
    """Return the outlines of three locks that fall across the eye on one side of the picture."""
    locks = [
        ([[-0.05, -0.98], [0.06, -0.62], [0.16, -0.25], [0.24, 0.0], [0.27, 0.16]], 0.26),
        ([[0.04, -0.98], [0.2, -0.62], [0.33, -0.2], [0.42, 0.14], [0.44, 0.4]], 0.28),
        ([[0.16, -0.98], [0.34, -0.62], [0.48, -0.2], [0.55, 0.15], [0.55, 0.3]], 0.26),
    ]
    return [stroke(np.array(points) * (side, 1), width, 0.9, 0.02) for points, width in locks]


def paint_strand(canvas: Canvas, identity: Identity, side: int) -> None:
    """Paint the locks with hairs that catch the light."""
    outlines = strand_outlines(side)
    shadow = [(moved(outline, side * 0.02, 0.02), 0.45) for outline in outlines]
    canvas.airbrush(shade(identity.skin, 0.35), 0.03, shadow)
    light, dark = shade(identity.hair, 1.4, 12), shade(identity.hair, 0.62)
    for outline, base in zip(outlines, (0.88, 0.95, 1.0), strict=True):
        half = len(outline) // 2
        left, right = outline[:half], outline[: half - 1 : -1]
        hairs = []
        for i, share in enumerate((0.12, 0.3, 0.45, 0.6, 0.75, 0.9)):
            line = (left + share * (right - left))[::5]
            hairs.append((stroke(line, 0.018, 0.6, 0.3), light if i % 2 else dark, 0.45))
        canvas.fill([(outline, shade(identity.hair, base), 1.0)])
        canvas.fill_within([outline], hairs)


def cap_outlines(identity: Identity) -> tuple[np.ndarray, np.ndarray]:
    """Return the outlines of a cap's crown and of its peak."""
    w = HEAD_HALF_WIDTH * identity.head_width
    half_crown = np.array([[1.1, -0.42], [1.12, -0.7], [0.98, -1.02], [0.55, -1.26], [0.0, -1.34]])
    crown = np.concatenate([half_crown, half_crown[-2::-1] * (-1, 1), [[-0.5, -0.52], [0.5, -0.52]]])
    half_peak = np.array([[0.98, -0.5], [0.9, -0.36], [0.55, -0.31], [0.0, -0.29]])
    peak = np.concatenate([half_peak, half_peak[-2::-1] * (-1, 1)])
    top = np.array([[-0.6, -0.56], [0.0, -0.6], [0.6, -0.56]])
    return curve(crown * (w, 1), closed=True), curve(np.concatenate([peak, top]) * (w, 1), closed=True)


def paint_cap(canvas: Canvas, identity: Identity, colour: Colour) -> None:
    """Paint a cap whose peak shades the forehead."""
    crown, peak = cap_outlines(identity)
    canvas.airbrush(shade(identity.skin, 0.25), 0.05, [(moved(peak, 0, 0.09), 0.6)])
    canvas.fill([(crown, colour, 1.0)])
    cloth = canvas.mask(crown)
    canvas.airbrush(
        shade(colour, 0.5), 0.08, [(ellipse(s * 0.75, -0.7, 0.16, 0.5), 0.6) for s in SIDES], cloth
    )
    canvas.airbrush(shade(colour, 1.5, 12), 0.1, [(ellipse(-0.1, -0.95, 0.25, 0.16), 0.5)], cloth)
    seams = [[[0, -1.34], [0, -0.9], [0, -0.58]]]
    seams += [[[s * 0.1, -1.3], [s * 0.34, -0.95], [s * 0.4, -0.56]] for s in SIDES]
    canvas.fill([(stroke(seam, 0.014, 1, 1), shade(colour, 0.6), 0.7) for seam in seams])
    canvas.fill([(peak, shade(colour, 0.82), 1.0)])
    rim = [[-0.6, -0.37], [-0.3, -0.325], [0, -0.31], [0.3, -0.325], [0.6, -0.37]]
    canvas.airbrush(shade(colour, 1.5, 12), 0.02, [(stroke(rim, 0.04), 0.5)], canvas.mask(peak))


def scarf_outline(anatomy: Anatomy) -> np.ndarray:
    """Return the outline of a scarf that is pulled up over chin and mouth."""
    top = 0.45 * anatomy.nose_base[2, 1] + 0.55 * anatomy.mouth.upper_outer[3, 1]
    right = np.array(
        [[0.0, top], [0.35, top - 0.03], [0.66, top - 0.14], [0.78, top + 0.2], [0.95, 1.0], [1.1, 1.7]]
    )
    return curve(np.concatenate([right, [[0, 1.75]], right[:0:-1] * (-1, 1)]), closed=True)


def paint_scarf(canvas: Canvas, anatomy: Anatomy, identity: Identity, colour: Colour) -> None:
    """Paint the scarf with its folds."""
    outline = scarf_outline(anatomy)
    top = outline[0, 1]
    canvas.airbrush(shade(identity.skin, 0.3), 0.04, [(moved(outline, 0, -0.03), 0.5)])
    canvas.fill([(outline, colour, 1.0)])
    cloth = canvas.mask(outline)
    canvas.airbrush(shade(colour, 0.5), 0.1, [(ellipse(s * 0.8, 0.9, 0.2, 0.6), 0.7) for s in SIDES], cloth)
    folds = []
    for k in range(5):
        y = top + 0.07 + 0.13 * k
        fold = [[-0.8, y - 0.1 - 0.02 * k], [-0.3, y + 0.03], [0.15, y + 0.06], [0.8, y - 0.12 + 0.03 * k]]
        folds.append((stroke(fold, 0.045, 0.4, 0.4), 0.6))
    canvas.airbrush(shade(colour, 0.55), 0.02, folds, cloth)
    canvas.airbrush(
        shade(colour, 1.4, 10), 0.02, [(moved(fold, 0, -0.045), 0.35) for fold, _ in folds], cloth
    )
