"""Where everything in a face is, given who it is and what the muscles do (lesson 00).

Face units: x to the right of the picture, y down, the origin between the eyes, the chin near y = 0.9. Side
-1 is the left of the picture (the person's right), +1 its right. The factor before an action unit is how
far that muscle moves the skin at full intensity; FACS says which way, the eye chose how far.
"""

from dataclasses import dataclass

import numpy as np

from pvlib.data.drawn.action_units import NAMES
from pvlib.data.drawn.identity import Identity

SIDES = (-1, 1)

# Half of a relaxed jaw, from the ear to the chin: x as shares of the head's half width, y in face units.
_JAW = np.array(
    [[1.0, -0.12], [0.995, 0.06], [0.975, 0.23], [0.93, 0.4], [0.84, 0.55],
     [0.69, 0.68], [0.5, 0.79], [0.27, 0.865], [0.0, 0.89]]
)  # fmt: skip
_SQUARENESS = np.array([0, 0, 0.01, 0.035, 0.075, 0.1, 0.09, 0.05, 0])
_JAW_DROP = np.array([0, 0, 0.02, 0.08, 0.22, 0.45, 0.72, 0.95, 1.0])
_SKULL = np.array([[0.99, -0.3], [0.945, -0.52], [0.81, -0.73], [0.52, -0.89], [0.0, -0.96]])
HEAD_HALF_WIDTH = 0.65


@dataclass(frozen=True)
class Eye:
    """One eye; ``upper`` and ``lower`` run from the left of the picture to the right and share their ends."""

    side: int
    centre: np.ndarray  # (2,)
    upper: np.ndarray  # (4, 2)
    lower: np.ndarray  # (4, 2)
    iris_radius: float


@dataclass(frozen=True)
class Mouth:
    """The lips' four edges, each from the left of the picture to the right, and how far they part."""

    upper_outer: np.ndarray  # (7, 2), corners included
    upper_inner: np.ndarray  # (5, 2)
    lower_inner: np.ndarray  # (5, 2)
    lower_outer: np.ndarray  # (7, 2)
    gap: float


@dataclass(frozen=True)
class Anatomy:
    """The feature lines of one face in face units, before the head is turned."""

    units: dict[str, float]  # the action units, by name
    jaw: np.ndarray  # (17, 2), iBUG 0 to 16
    skull: np.ndarray  # (9, 2), from the right of the picture over the top to the left
    brows: tuple[np.ndarray, np.ndarray]  # (5, 2) each, from the left of the picture to the right
    eyes: tuple[Eye, Eye]
    nose_bridge: np.ndarray  # (4, 2), iBUG 27 to 30
    nose_base: np.ndarray  # (5, 2), iBUG 31 to 35
    mouth: Mouth
    chin_drop: float

    def landmarks(self) -> np.ndarray:
        """Return the 68 points in iBUG's order, face units, (68, 2)."""
        mouth = self.mouth
        eyes = [np.concatenate([eye.upper, eye.lower[2:0:-1]]) for eye in self.eyes]
        outer = [mouth.upper_outer, mouth.lower_outer[5:0:-1]]
        inner = [mouth.upper_inner, mouth.lower_inner[3:0:-1]]
        return np.concatenate(
            [self.jaw, *self.brows, self.nose_bridge, self.nose_base, *eyes, *outer, *inner]
        )


def build(action_units: np.ndarray, identity: Identity) -> Anatomy:
    """Return the anatomy of ``identity`` with these action units, (19,)."""
    units = dict(zip(NAMES, action_units.tolist(), strict=True))
    chin_drop = 0.105 * units["AU26"] - 0.012 * units["AU17"]
    jaw, skull = _head(identity, chin_drop)
    return Anatomy(
        units=units,
        jaw=jaw,
        skull=skull,
        brows=tuple(_brow(side, units, identity) for side in SIDES),
        eyes=tuple(_eye(side, units, identity) for side in SIDES),
        nose_bridge=_nose_bridge(units, identity),
        nose_base=_nose_base(units, identity),
        mouth=_mouth(units, identity),
        chin_drop=chin_drop,
    )


def _head(identity: Identity, chin_drop: float) -> tuple[np.ndarray, np.ndarray]:
    half = _JAW.copy()
    half[:, 0] = HEAD_HALF_WIDTH * identity.head_width * (half[:, 0] + (identity.jaw - 0.4) * _SQUARENESS)
    half[:, 1] = half[:, 1] * identity.head_height + chin_drop * _JAW_DROP
    jaw = np.concatenate([half * (-1, 1), half[-2::-1]])
    top = _SKULL * (HEAD_HALF_WIDTH * identity.head_width, identity.head_height)
    return jaw, np.concatenate([top, top[-2::-1] * (-1, 1)])


def _brow(side: int, units: dict[str, float], identity: Identity) -> np.ndarray:
    t = np.linspace(0, 1, 5)  # from the nose to the temple
    raised_inside, lowered = units["AU1"], units["AU4"]
    x = 0.125 + 0.46 * t - (0.045 * lowered + 0.012 * units["AU9"]) * (1 - t)
    y = (
        -0.315
        - identity.brow_height
        - 0.045 * identity.brow_arch * np.sin(np.pi * np.minimum(1, t * 0.95 + 0.02))
    )
    y -= 0.12 * raised_inside * (1 - t) ** 1.3
    y -= 0.125 * units["AU2"] * t**0.7 * (1.35 - 0.45 * t)
    y += lowered * (0.085 * (1 - t) * (1 - 0.65 * raised_inside) + 0.03)
    y += 0.045 * raised_inside * lowered * t  # grief: the outer half sinks while the inner rises
    y += 0.05 * units["AU9"] * (1 - t) + 0.012 * units["AU6"] * t
    brow = np.stack([side * x * identity.eye_spacing, y], axis=1)
    return brow if side > 0 else brow[::-1]


def _eye(side: int, units: dict[str, float], identity: Identity) -> Eye:
    size = identity.eye_size
    smile = units["AU12L" if side > 0 else "AU12R"]
    centre = np.array([side * 0.315 * identity.eye_spacing, -0.115])
    half_width = 0.16 * size
    closing = 0.022 * units["AU7"] + 0.014 * units["AU6"] + 0.016 * units["AU9"] + 0.012 * units["AU4"]
    above = max(0.012, 0.08 * size + 0.044 * units["AU5"] - closing)
    raised_below = (
        0.024 * units["AU7"]
        + 0.03 * units["AU6"]
        + 0.01 * smile
        + 0.014 * units["AU9"]
        + 0.006 * units["AU10"]
    )
    below = 0.055 * size + 0.008 * units["AU5"] * (1 - units["AU7"]) - raised_below
    grief = 0.022 * units["AU1"] * max(0.25, units["AU4"]) * (1 - 0.6 * units["AU2"])
    tilt = identity.eye_tilt * 0.25
    # From the nose (inner corner) to the temple (outer corner).
    x = np.array([-1.0, -0.38, 0.4, 1.0]) * half_width
    upper = [0.012 + tilt, -above - 0.6 * grief, -above * 0.96 + grief, 0.002 - tilt + 0.4 * grief]
    lower = [0.012 + tilt, below * 0.95, below, 0.002 - tilt + 0.4 * grief]
    upper, lower = (centre + np.stack([side * x, y], axis=1) for y in (np.array(upper), np.array(lower)))
    if side < 0:
        upper, lower = upper[::-1], lower[::-1]
    return Eye(side, centre, upper, lower, iris_radius=0.073 * (0.6 + 0.4 * size))


def _nose_bridge(units: dict[str, float], identity: Identity) -> np.ndarray:
    tip = 0.165 * identity.nose_length - 0.012 * units["AU9"] - 0.006 * units["AU10"]
    y = np.linspace(-0.135, tip, 4)
    return np.stack([np.zeros(4), y], axis=1)


def _nose_base(units: dict[str, float], identity: Identity) -> np.ndarray:
    smile = 0.5 * (units["AU12L"] + units["AU12R"])
    width = 0.12 * identity.nose_width * (1 + 0.12 * smile + 0.1 * units["AU9"] + 0.08 * units["AU10"])
    base = 0.232 * identity.nose_length
    wing = base - 0.012 - 0.045 * units["AU9"] - 0.016 * units["AU10"]
    x = np.array([-1.0, -0.5, 0.0, 0.5, 1.0]) * width
    y = np.array([wing, base, base + 0.014, base, wing])
    return np.stack([x, y], axis=1)


def _mouth(units: dict[str, float], identity: Identity) -> Mouth:
    u = units
    centre_y = 0.478 + identity.mouth_height + 0.25 * (identity.nose_length - 1) * 0.2
    smile = 0.5 * (u["AU12L"] + u["AU12R"])
    pressed = max(u["AU24"], 0.7 * u["AU23"])

    corners = []
    for side, name, other in ((-1, "R", "L"), (1, "L", "R")):
        pull, dimple = u[f"AU12{name}"], u[f"AU14{name}"]
        tilted = 0.038 * max(0.0, u[f"AU12{other}"] - pull) + 0.014 * max(0.0, u[f"AU14{other}"] - dimple)
        out = (
            0.235 * identity.mouth_width
            + 0.075 * pull
            + 0.028 * dimple
            + 0.085 * u["AU20"]
            + 0.012 * u["AU15"]
        )
        out -= (
            0.035 * u["AU23"]
            + 0.022 * u["AU24"]
            + 0.02 * u["AU17"]
            + 0.055 * u["AU26"] * (1 - 0.7 * max(pull, u["AU20"]))
        )
        down = 0.062 * u["AU15"] + 0.03 * u["AU20"] + 0.06 * u["AU26"] * (1 - 0.5 * pull) + 0.012 * u["AU17"]
        corners.append([side * out, centre_y + down + tilted - 0.105 * pull - 0.046 * dimple])
    left, right = np.array(corners)

    sneer = 0.05 * u["AU10"] + 0.02 * u["AU9"]
    top = (
        centre_y
        + 0.012 * smile
        - sneer
        - 0.014 * u["AU25"] * (1 - u["AU26"])
        - 0.018 * u["AU17"]
        + 0.01 * u["AU26"]
    )
    top += 0.004 * pressed
    gap = (
        (0.055 * u["AU25"] + 0.2 * u["AU26"] + 0.035 * smile * u["AU25"])
        * (1 - 0.6 * pressed)
        * (1 - 0.5 * u["AU17"])
    )
    gap *= min(1.0, 2.5 * max(u["AU25"], u["AU26"]))
    # One-sided pulls carry the middle of the mouth along.
    shift = 0.03 * (u["AU12L"] - u["AU12R"]) + 0.018 * (u["AU14L"] - u["AU14R"])

    def edge(positions: np.ndarray, middle: float, roundness: float) -> np.ndarray:
        """Points on a curve from corner to corner through ``middle``; x positions run from -1 to 1."""
        reach = np.abs(positions)[:, None]
        ends = np.where(positions[:, None] < 0, left, right)
        centre = np.array([shift, middle])
        points = centre + (ends - centre) * reach
        points[:, 1:] = middle + (ends[:, 1:] - middle) * reach**roundness
        return points

    fullness = identity.lip_fullness
    upper_lip = 0.052 * fullness * (1 - 0.65 * pressed - 0.22 * smile + 0.15 * u["AU10"] - 0.15 * u["AU20"])
    lower_lip = 0.074 * fullness * (1 - 0.6 * pressed - 0.2 * smile - 0.2 * u["AU20"] + 0.2 * u["AU17"])
    curved = 1.9 + 1.2 * u["AU15"] + 1.6 * u["AU10"]
    inner = np.array([-0.94, -0.5, 0.0, 0.5, 0.94])
    upper_inner = edge(inner, top, curved)
    lower_inner = edge(inner, top + gap, 2.1 + 0.6 * u["AU26"])
    upper_inner[2, 1] += 0.006 * (1 - pressed)  # the small bead of the upper lip
    lower_inner[2, 1] += 0.006 * (1 - pressed)
    upper_inner[[1, 3], 1] -= 0.012 * u["AU10"]
    outer = np.array([-1.0, -0.62, -0.22, 0.0, 0.22, 0.62, 1.0])
    upper_outer = edge(outer, top, curved)
    upper_outer[1:-1, 1] -= upper_lip * np.array([0.62, 1.05, 0.85, 1.05, 0.62]) + 0.012 * u[
        "AU10"
    ] * np.array([1, 0, 0, 0, 1])
    outer = np.array([-1.0, -0.66, -0.33, 0.0, 0.33, 0.66, 1.0])
    lower_outer = edge(outer, top + gap, 2.1 + 0.6 * u["AU26"])
    lower_outer[1:-1, 1] += lower_lip * np.array([0.6, 0.95, 1.05, 0.95, 0.6])
    return Mouth(upper_outer, upper_inner, lower_inner, lower_outer, gap)
