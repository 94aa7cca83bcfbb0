"""Where everything in a face is, given who it is and what the muscles do.

Face units: x to the right of the picture, y down, the origin between the eyes, the chin near y = 0.9. Side
-1 is the left of the picture (the person's right), +1 its right. The factor before an action unit is how
far that muscle moves the skin at full intensity; FACS says which way, the eye chose how far.
"""

from dataclasses import dataclass

import numpy as np

from drawnfaces.action_units import NAMES
from drawnfaces.identity import Identity

SIDES = (-1, 1)

# Half of a relaxed jaw, from the ear to the chin: x as shares of the head's half width, y in face units.
_JAW = np.array(
    [[1.02, -0.12], [1.015, 0.06], [0.985, 0.23], [0.93, 0.4], [0.84, 0.55],
     [0.69, 0.68], [0.5, 0.79], [0.27, 0.865], [0.0, 0.89]]
)  # fmt: skip
_SQUARENESS = np.array([0, 0, 0.01, 0.035, 0.075, 0.1, 0.09, 0.05, 0])
_JAW_DROP = np.array([0, 0, 0.02, 0.08, 0.22, 0.45, 0.72, 0.95, 1.0])
_SKULL = np.array([[1.0, -0.3], [0.95, -0.52], [0.81, -0.73], [0.52, -0.89], [0.0, -0.96]])
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

    upper_outer: np.ndarray  # (7, 2), corners included, as in all four
    upper_edge: np.ndarray  # (9, 2), where the upper lip ends inside
    lower_edge: np.ndarray  # (9, 2)
    lower_outer: np.ndarray  # (7, 2)
    gap: float

    @property
    def upper_inner(self) -> np.ndarray:
        """The five landmarks on the upper lip's inner edge, (5, 2)."""
        return self.upper_edge[[1, 3, 4, 5, 7]]

    @property
    def lower_inner(self) -> np.ndarray:
        """The five landmarks on the lower lip's inner edge, (5, 2)."""
        return self.lower_edge[[1, 3, 4, 5, 7]]


@dataclass(frozen=True, kw_only=True)
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
    """Return the anatomy of ``identity`` with these action units, (22,)."""
    units = dict(zip(NAMES, action_units.tolist(), strict=True))
    jaw_drop = _jaw_drop(units)
    chin_drop = 0.6 * jaw_drop - 0.014 * units["AU17"]
    jaw, skull = _head(identity, chin_drop)
    left, right = SIDES
    return Anatomy(
        units=units,
        jaw=jaw,
        skull=skull,
        brows=(_brow(left, units, identity), _brow(right, units, identity)),
        eyes=(_eye(left, units, identity), _eye(right, units, identity)),
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


def _jaw_drop(units: dict[str, float]) -> float:
    """Return how far the lower teeth leave the upper ones; AU27 is what AU26 is not yet."""
    return 0.17 * units["AU26"] * (1 - units["AU27"]) + 0.3 * units["AU27"]


def _brow(side: int, units: dict[str, float], identity: Identity) -> np.ndarray:
    t = np.linspace(0, 1, 5)  # from the nose to the temple
    raised, lowered = units["AU1"], units["AU4"]
    x = 0.125 + 0.44 * t - (0.036 * lowered + 0.012 * units["AU9"]) * (1 - t)
    arch = identity.brow_arch * np.sin(np.pi * np.minimum(1, 0.95 * t + 0.02))
    y = -0.292 - identity.brow_height - 0.045 * arch
    y -= 0.108 * raised * (1 - 0.3 * lowered) * (1 - t) ** 1.3
    y -= 0.085 * units["AU2"] * t**0.7 * (1.35 - 0.45 * t)
    y += lowered * (0.07 * (1 - t) * (1 - 0.7 * raised) + 0.03 * (1 - 0.5 * raised))
    y += 0.045 * raised * lowered * t * (1 - 0.5 * units["AU2"])  # grief: the outer half sinks
    y += 0.03 * units["AU9"] * (1 - 0.5 * t) + 0.014 * units["AU6"] * t
    y += 0.012 * units["AU43"]
    brow = np.stack([side * x * identity.eye_spacing, y], axis=1)
    return brow if side > 0 else brow[::-1]


def _eye(side: int, units: dict[str, float], identity: Identity) -> Eye:
    u, size = units, identity.eye_size
    smile = u["AU12L" if side > 0 else "AU12R"]
    centre = np.array([side * 0.315 * identity.eye_spacing, -0.115])
    half_width = 0.145 * size
    closing = 0.016 * u["AU7"] + 0.01 * u["AU6"] + 0.018 * u["AU9"] + 0.008 * u["AU4"] * (1 - u["AU1"])
    above = max(0.01, 0.061 * size + 0.03 * u["AU5"] - closing)
    lifted = 0.018 * u["AU7"] + 0.02 * u["AU6"] + 0.007 * smile + 0.012 * u["AU9"] + 0.004 * u["AU10"]
    below = max(0.004, 0.043 * size + 0.008 * u["AU5"] * (1 - u["AU7"]) - lifted)
    grief = 0.02 * u["AU1"] * max(0.25, u["AU4"]) * (1 - 0.6 * u["AU2"])
    tilt = 0.25 * identity.eye_tilt
    # From the nose (inner corner) to the temple (outer corner).
    x = np.array([-1.0, -0.38, 0.4, 1.0]) * half_width
    upper = np.array([0.012 + tilt, -above - 0.6 * grief, -0.96 * above + grief, 0.002 - tilt + 0.4 * grief])
    lower = np.array([upper[0], 0.95 * below, below, upper[3]])
    # A closing lid comes down on the lower one, which hardly moves.
    sunk = np.array([0, 0.012, 0.012, 0])
    upper += 0.97 * u["AU43"] * (lower + sunk - upper)
    lower += u["AU43"] * sunk
    upper, lower = (centre + np.stack([side * x, y], axis=1) for y in (upper, lower))
    if side < 0:
        upper, lower = upper[::-1], lower[::-1]
    return Eye(side, centre, upper, lower, iris_radius=0.063 * (0.5 + 0.5 * size))


def _nose_bridge(units: dict[str, float], identity: Identity) -> np.ndarray:
    tip = 0.228 * identity.nose_length - 0.016 * units["AU9"] - 0.008 * units["AU10"]
    y = np.linspace(-0.135, tip, 4)
    return np.stack([np.zeros(4), y], axis=1)


def _nose_base(units: dict[str, float], identity: Identity) -> np.ndarray:
    u = units
    smile = 0.5 * (u["AU12L"] + u["AU12R"])
    spread = 0.14 * smile + 0.12 * u["AU9"] + 0.1 * u["AU10"] - 0.06 * _jaw_drop(u) / 0.3 * (1 - smile)
    width = 0.134 * identity.nose_width * (1 + spread)
    base = 0.334 * identity.nose_length - 0.008 * u["AU9"]
    wing = base - 0.018 - 0.042 * u["AU9"] - 0.02 * u["AU10"] - 0.008 * smile
    x = np.array([-1.0, -0.5, 0.0, 0.5, 1.0]) * width
    y = np.array([wing, base, base + 0.016, base, wing])
    return np.stack([x, y], axis=1)


def _mouth(units: dict[str, float], identity: Identity) -> Mouth:
    u = units
    centre_y = 0.545 + identity.mouth_height + 0.1 * (identity.nose_length - 1)
    smile = 0.5 * (u["AU12L"] + u["AU12R"])
    pressed = max(u["AU24"], 0.7 * u["AU23"])
    drop = _jaw_drop(u)
    wide = drop / 0.3  # 0 closed, 1 as far as it goes
    left, right = (_corner(side, u, identity, centre_y, drop) for side in SIDES)

    sneer = 0.042 * u["AU10"] + 0.02 * u["AU9"]
    top = centre_y - sneer - 0.012 * smile - 0.035 * smile * u["AU25"] - 0.016 * u["AU25"]
    top += 0.012 * wide * (1 - smile) - 0.02 * u["AU17"] + 0.004 * pressed + 0.008 * u["AU15"]
    lips_apart = max(u["AU16"], u["AU25"], u["AU26"], u["AU27"])
    gap = u["AU25"] * (0.055 + 0.065 * smile + 0.04 * u["AU10"]) + 0.05 * u["AU16"] + drop
    gap *= (1 - 0.5 * pressed * (1 - wide)) * (1 - 0.5 * u["AU17"]) * min(1.0, 2.5 * lips_apart)
    # One-sided pulls carry the middle of the mouth along.
    shift = 0.035 * (u["AU12L"] - u["AU12R"]) + 0.024 * (u["AU14L"] - u["AU14R"])

    def edge(positions: np.ndarray, middle: float, roundness: float) -> np.ndarray:
        """Points on a curve from corner to corner through ``middle``; x positions run from -1 to 1."""
        reach = np.abs(positions)[:, None]
        ends = np.where(positions[:, None] < 0, left, right)
        centre = np.array([shift, middle])
        points = centre + (ends - centre) * reach
        points[:, 1:] = middle + (ends[:, 1:] - middle) * reach**roundness
        return points

    fullness = identity.lip_fullness
    stretched = 0.22 * smile + 0.18 * u["AU20"] + 0.15 * wide
    upper_lip = 0.066 * fullness * (1 - 0.72 * pressed - stretched + 0.15 * u["AU10"])
    lower_lip = 0.082 * fullness * (1 - 0.66 * pressed - stretched + 0.25 * u["AU17"] - 0.15 * u["AU16"])
    curved = 1.9 + 0.9 * u["AU15"] + 1.6 * u["AU10"] + 1.1 * wide
    hollow = 2.1 + 1.1 * wide + 1.2 * u["AU16"]
    inner = np.array([-1.0, -0.88, -0.58, -0.28, 0.0, 0.28, 0.58, 0.88, 1.0])
    upper_edge = edge(inner, top, curved)
    lower_edge = edge(inner, top + gap, hollow)
    bead = 0.006 * (1 - pressed) * (1 - wide)  # the small bead of the upper lip
    upper_edge[4, 1] += bead
    lower_edge[4, 1] += bead
    upper_edge[[2, 6], 1] -= 0.014 * u["AU10"]
    outer = np.array([-1.0, -0.62, -0.22, 0.0, 0.22, 0.62, 1.0])
    upper_outer = edge(outer, top, curved)
    upper_outer[1:-1, 1] -= upper_lip * np.array([0.62, 1.05, 0.9, 1.05, 0.62])
    upper_outer[[1, 5], 1] -= 0.012 * u["AU10"]
    outer = np.array([-1.0, -0.66, -0.33, 0.0, 0.33, 0.66, 1.0])
    lower_outer = edge(outer, top + gap, hollow)
    lower_outer[1:-1, 1] += lower_lip * np.array([0.6, 0.95, 1.05, 0.95, 0.6])
    return Mouth(upper_outer, upper_edge, lower_edge, lower_outer, gap)


def _corner(side: int, u: dict[str, float], identity: Identity, centre_y: float, drop: float) -> np.ndarray:
    """Return one corner of the mouth, (2,)."""
    own, other = ("L", "R") if side > 0 else ("R", "L")
    pull, dimple = u[f"AU12{own}"], u[f"AU14{own}"]
    out = 0.245 * identity.mouth_width + 0.07 * pull + 0.034 * dimple + 0.055 * u["AU20"] + 0.012 * u["AU15"]
    out -= 0.032 * u["AU23"] + 0.02 * u["AU24"] + 0.02 * u["AU17"]
    out -= 0.2 * drop * (1 - 0.8 * max(pull, u["AU20"], u["AU10"]))
    up = 0.108 * pull + 0.042 * dimple + 0.02 * u["AU10"] + 0.01 * u["AU9"]
    down = 0.066 * u["AU15"] * (1 - 0.5 * pull) + 0.024 * u["AU20"] + 0.014 * u["AU17"]
    down += (0.34 - 0.14 * max(pull, u["AU10"], u["AU20"])) * drop
    # A one-sided pull tilts the other half of the mouth down.
    down += 0.036 * max(0.0, u[f"AU12{other}"] - pull) + 0.018 * max(0.0, u[f"AU14{other}"] - dimple)
    return np.array([side * out, centre_y - 0.006 + down - up])
