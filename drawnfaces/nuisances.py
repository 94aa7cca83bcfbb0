"""What hides an expression without being one: pose, light, film, glasses, beards, hands and masks.

``Nuisances`` says how often and how strongly each may occur; all are off unless asked for, so that
``Nuisances(mask=1.0)`` is masks and nothing else. ``NUISANCES`` holds four presets: "none"; "studio", the
mild default of ``draw_faces``; "snapshot", which resembles FER+'s web photographs; "wild", the hardest.
"""

import difflib
from dataclasses import dataclass, fields, replace

import numpy as np

from drawnfaces.errors import DrawingError
from drawnfaces.glasses import FRAMES
from drawnfaces.identity import BACKGROUNDS, FACIAL_HAIR, Camera, Identity, Pose


@dataclass(frozen=True)
class Nuisances:
    """How strongly, and how often, each nuisance occurs.

    Raises:
        DrawingError: for a probability outside [0, 1], or an amount that is negative or too large.
    """

    # Largest amounts; each face draws its own.
    roll: float = 0.0  # radians either way, as are yaw and pitch
    yaw: float = 0.0
    pitch: float = 0.0
    scale: float = 0.0  # share of the head's size either way
    shift: float = 0.0  # share of the picture's width either way
    light: float = 0.0  # 1: from any side and of any strength; 0: always from the same side, at half
    contrast: float = 0.0  # share either way
    brightness: float = 0.0  # grey levels either way
    blur: float = 0.0  # standard deviation in pixels of a 48-pixel picture; half of the faces stay sharp
    noise: float = 0.0  # standard deviation in grey levels; most faces have little
    # Shares of faces, 0 to 1.
    hard_light: float = 0.0
    motion: float = 0.0
    low_resolution: float = 0.0
    jpeg: float = 0.0
    watermark: float = 0.0
    age: float = 0.0  # old faces, deeply lined
    beard: float = 0.0  # moustache, goatee or full beard
    glasses: float = 0.0
    hand: float = 0.0
    mask: float = 0.0
    strand: float = 0.0  # hair over an eye
    cap: float = 0.0
    scarf: float = 0.0

    def __post_init__(self):
        for field in fields(self):
            value, largest = getattr(self, field.name), _LARGEST.get(field.name, 1.0)
            if not 0 <= value <= largest:
                raise DrawingError(f"Nuisances.{field.name} must lie from 0 to {largest:g}, not {value:g}")


_LARGEST = {"roll": 0.8, "yaw": 0.8, "pitch": 0.5, "scale": 0.3, "shift": 0.3, "contrast": 0.9}
_LARGEST |= {"brightness": 100.0, "blur": 6.0, "noise": 60.0}

NUISANCES = {
    "none": Nuisances(),
    "studio": Nuisances(
        roll=0.17, yaw=0.25, pitch=0.15, scale=0.04, shift=0.025,
        light=1.0, contrast=0.2, brightness=15.0, blur=0.6, noise=6.0,
    ),
    "snapshot": Nuisances(
        roll=0.25, yaw=0.4, pitch=0.22, scale=0.07, shift=0.04,
        light=1.0, contrast=0.3, brightness=28.0, blur=0.9, noise=8.0,
        hard_light=0.15, motion=0.05, low_resolution=0.1, jpeg=0.5, watermark=0.06,
        age=0.15, beard=0.12, glasses=0.12, hand=0.08, mask=0.0, strand=0.05, cap=0.06, scarf=0.02,
    ),
    "wild": Nuisances(
        roll=0.4, yaw=0.6, pitch=0.32, scale=0.12, shift=0.07,
        light=1.0, contrast=0.45, brightness=45.0, blur=1.6, noise=16.0,
        hard_light=0.35, motion=0.2, low_resolution=0.3, jpeg=0.7, watermark=0.15,
        age=0.25, beard=0.2, glasses=0.25, hand=0.22, mask=0.1, strand=0.12, cap=0.12, scarf=0.08,
    ),
}  # fmt: skip


def choose_nuisances(nuisances: "str | Nuisances") -> Nuisances:
    """Return a preset by its name, or the given nuisances.

    Raises:
        DrawingError: for a name that is no preset; it names the nearest one.
    """
    if isinstance(nuisances, Nuisances):
        return nuisances
    if nuisances in NUISANCES:
        return NUISANCES[nuisances]
    near = difflib.get_close_matches(str(nuisances), NUISANCES, n=1, cutoff=0.5)
    guess = f'; did you mean "{near[0]}"?' if near else ""
    raise DrawingError(f'nuisances must be one of {", ".join(NUISANCES)}, not "{nuisances}"{guess}')


def sample_pose(rng: np.random.Generator, nuisances: Nuisances) -> Pose:
    """Draw how the head is held, evenly within the nuisances' ranges."""
    u = (2 * rng.random(6) - 1).tolist()
    return Pose(
        roll=nuisances.roll * u[0],
        yaw=nuisances.yaw * u[1],
        pitch=nuisances.pitch * u[2],
        scale=1.0 + nuisances.scale * u[3],
        shift_x=nuisances.shift * u[4],
        shift_y=0.6 * nuisances.shift * u[5],
    )


def sample_camera(rng: np.random.Generator, extra: np.random.Generator, nuisances: Nuisances) -> Camera:
    """Draw light, film and file; what only some faces have comes from ``extra``."""
    u = rng.random(7).tolist()
    e = extra.random(12).tolist()
    light, strength = 2 * u[0] - 1, u[1]
    if e[0] < nuisances.hard_light:
        light, strength = (1.0 if u[0] < 0.5 else -1.0) * (0.75 + 0.25 * u[1]), 1.3 + 0.9 * e[1]
    else:
        light = -0.5 + nuisances.light * (light + 0.5)
        strength = 0.5 + nuisances.light * (strength - 0.5)
    return Camera(
        light=light,
        light_strength=strength,
        contrast=1.0 + nuisances.contrast * (2 * u[2] - 1),
        brightness=nuisances.brightness * (2 * u[3] - 1.2),
        blur=max(0.0, nuisances.blur * (2 * u[4] - 1)),
        noise=nuisances.noise * u[5] ** 2,
        background=BACKGROUNDS[int(u[6] * len(BACKGROUNDS))],
        motion=2.5 + 4.5 * e[3] if e[2] < nuisances.motion else 0.0,
        motion_angle=np.pi * e[4],
        resolution=int(16 + 25 * e[6]) if e[5] < nuisances.low_resolution else 0,
        jpeg=int(15 + 81 * e[8]) if e[7] < nuisances.jpeg else 0,
        watermark=0.35 + 0.4 * e[10] if e[9] < nuisances.watermark else 0.0,
    )


def dress(identity: Identity, extra: np.random.Generator, nuisances: Nuisances) -> Identity:
    """Return the person with the age, beard and glasses that some nuisances give."""
    e = extra.random(10).tolist()
    changes = {}
    if e[0] < nuisances.age:
        changes["age"] = 0.7 + 0.3 * e[1]
    if e[2] < nuisances.beard:
        changes["facial_hair"] = FACIAL_HAIR[1 + int(e[3] * (len(FACIAL_HAIR) - 1))]
        changes["beard"] = 0.7 + 0.3 * e[4]
    if e[5] < nuisances.glasses:
        changes["glasses"] = tuple(FRAMES)[int(e[6] * len(FRAMES))]
        changes["tint"] = 0.85 if e[7] < 0.15 else 0.12 * e[7]  # one pair in seven is sunglasses
        changes["glare"] = max(0.0, 3 * e[8] - 2)
    return replace(identity, **changes)
