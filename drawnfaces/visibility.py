"""What can be seen of a drawn face: which landmarks, and how well its expression can be read.

Nothing here depends on the picture's size, so neither do the votes that follow from it.
"""

from collections.abc import Sequence

import numpy as np

from drawnfaces.anatomy import Anatomy
from drawnfaces.canvas import Projection
from drawnfaces.identity import Camera, Identity, Pose
from drawnfaces.occlusions import Occlusion, covers
from drawnfaces.render import NOSE_RELIEF

_TURNED_AWAY = 0.38  # radians of yaw beyond which the far side of jaw, brow and eye hides itself
_FAR = {1: (12, 13, 14, 15, 16, 26, 45), -1: (4, 3, 2, 1, 0, 17, 36)}
# The share of an expression that brows, eyes and mouth carry, spread over their landmarks.
_CARRIES = np.zeros(68)
_CARRIES[17:27] = 0.3 / 10
_CARRIES[36:48] = 0.3 / 12
_CARRIES[48:68] = 0.4 / 20
_BLUR_TO_HALVE = 2.2  # pixels of a 48-pixel picture: so much blur halves what can be read


def visible_landmarks(
    anatomy: Anatomy, identity: Identity, pose: Pose, occlusions: Sequence[Occlusion] = ()
) -> np.ndarray:
    """Return which of the 68 landmarks can be seen, bool, (68,).

    Hidden are those under a hand, mask, lock of hair, cap, scarf, dark or glaring glasses, those out of the
    picture, and, when the head is turned by more than 22°, those at the far edge of the face. The person's own
    hair counts as hiding nothing; where it is long it lies over the jaw's ends (0, 1, 15 and 16).
    """
    project = Projection(pose, 1)  # a picture of one unit
    points = project(anatomy.landmarks(), NOSE_RELIEF)  # (68, 2)
    visible = np.all((points >= 0) & (points <= 1), axis=1)  # (68,)
    for polygon, relief in covers(anatomy, identity, occlusions):
        visible &= ~contains(project(polygon, relief), points)
    if abs(pose.yaw) > _TURNED_AWAY:
        visible[list(_FAR[1 if pose.yaw > 0 else -1])] = False
    return visible


def contains(polygon: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Return which points (n, 2) lie inside a closed polygon (m, 2), by the even-odd rule; bool, (n,)."""
    x, y = points[:, None, 0], points[:, None, 1]  # (n, 1)
    start, end = polygon, np.roll(polygon, -1, axis=0)
    crosses = (start[:, 1] > y) != (end[:, 1] > y)  # (n, m)
    rise = np.where(end[:, 1] == start[:, 1], 1.0, end[:, 1] - start[:, 1])
    meets = start[:, 0] + (y - start[:, 1]) * (end[:, 0] - start[:, 0]) / rise  # (n, m)
    return (crosses & (x < meets)).sum(axis=1) % 2 == 1


def legibility(visible: np.ndarray, camera: Camera) -> float:
    """Return how well the expression can be read, from 0 to 1: what is seen × detail × film.

    *Seen* is the visible share of brows (weight 0.3), eyes (0.3) and mouth (0.4). *Detail* is
    1 / (1 + (σ / 2.2)²), with σ the whole blur in pixels of a 48-pixel picture: focus, motion (length / √12)
    and, of r enlarged pixels, 0.45 · 48 / r. *Film* is 1 / (1 + (noise / 50)²), less up to a quarter for a
    JPEG quality below 40.
    """
    seen = float(_CARRIES @ visible)
    variance = camera.blur**2 + camera.motion**2 / 12
    if camera.resolution:
        variance += (0.45 * 48 / camera.resolution) ** 2
    film = 1 / (1 + (camera.noise / 50) ** 2)
    if camera.jpeg:
        film *= 1 - 0.25 * max(0.0, 40 - camera.jpeg) / 40
    return seen * film / (1 + variance / _BLUR_TO_HALVE**2)
