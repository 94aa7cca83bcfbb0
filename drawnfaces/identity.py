"""Who is drawn, how the head is held, and how the picture is taken.

Three plain records. Their defaults are one pleasant person, seen from the front in good light;
``sample_identity`` draws others, ``nuisances`` other poses and cameras. Lengths are in face units: the head
is about 1.3 wide and 1.9 high.
"""

from dataclasses import dataclass

import numpy as np

Colour = tuple[int, int, int]

SKINS: tuple[Colour, ...] = (
    (246, 214, 194), (240, 200, 172), (229, 184, 150), (214, 163, 124),
    (190, 136, 98), (155, 104, 74), (122, 82, 63),
)  # fmt: skip
HAIRS: tuple[Colour, ...] = (
    (38, 30, 30), (62, 42, 34), (92, 60, 42), (130, 84, 52),
    (176, 126, 74), (206, 166, 108), (150, 72, 42), (150, 146, 144),
)  # fmt: skip
IRISES: tuple[Colour, ...] = ((84, 56, 38), (110, 76, 46), (96, 110, 72), (82, 116, 146), (104, 120, 130))
BACKGROUNDS: tuple[Colour, ...] = (
    (196, 208, 214), (168, 184, 190), (214, 204, 190), (150, 160, 172),
    (186, 196, 180), (112, 122, 134), (208, 196, 204),
)  # fmt: skip
SHIRTS: tuple[Colour, ...] = (
    (64, 84, 112),
    (120, 62, 66),
    (70, 104, 92),
    (90, 86, 96),
    (196, 190, 180),
    (46, 50, 58),
)
FACIAL_HAIR = ("stubble", "moustache", "goatee", "full")
HAIR_STYLES = ("short", "fringe", "parted", "long", "bob", "bun", "curly", "bald")


@dataclass(frozen=True)
class Identity:
    """What stays with a person whatever the face does."""

    head_width: float = 1.0  # relative to the mean, as are the next fields
    head_height: float = 1.0
    jaw: float = 0.4  # 0 pointed, 1 square
    brow_height: float = 0.0  # added to the brows' height, face units
    brow_thickness: float = 1.0
    brow_arch: float = 1.0
    eye_size: float = 1.0
    eye_spacing: float = 1.0
    eye_tilt: float = 0.0  # positive: outer corners higher
    nose_width: float = 1.0
    nose_length: float = 1.0
    mouth_width: float = 1.0
    mouth_height: float = 0.0  # added to the mouth's position, face units
    lip_fullness: float = 1.0
    age: float = 0.15  # 0 smooth, 1 lined
    beard: float = 0.0  # 0 shaven, 1 dark stubble
    skin: Colour = SKINS[1]
    hair: Colour = HAIRS[2]
    iris: Colour = IRISES[2]
    shirt: Colour = SHIRTS[0]
    hair_style: str = "parted"
    facial_hair: str = "stubble"  # what ``beard`` is: one of FACIAL_HAIR
    glasses: str = "none"  # a frame, one of glasses.FRAMES
    tint: float = 0.0  # of the glasses, 0 clear, 1 black
    glare: float = 0.0  # white light mirrored in the glasses, 0 to 1


@dataclass(frozen=True)
class Pose:
    """How the head is held and framed; angles in radians, shifts as a share of the picture's width."""

    roll: float = 0.0
    yaw: float = 0.0  # positive: the face turns to the right of the picture
    pitch: float = 0.0  # positive: the face looks down
    scale: float = 1.0
    shift_x: float = 0.0
    shift_y: float = 0.0


@dataclass(frozen=True)
class Camera:
    """Light, film and file; blur is in pixels of a 48-pixel picture, noise and brightness in grey levels."""

    light: float = -0.5  # from -1, light from the left of the picture, to 1
    light_strength: float = 0.5  # up to 1 for a soft light; 2 throws half of the face into shadow
    contrast: float = 1.0
    brightness: float = 0.0
    blur: float = 0.0
    noise: float = 0.0
    background: Colour = BACKGROUNDS[0]
    motion: float = 0.0  # how far the camera moved, pixels of a 48-pixel picture
    motion_angle: float = 0.0  # radians
    resolution: int = 0  # pixels a side of a smaller picture that was enlarged again; 0 if it was not
    jpeg: int = 0  # quality of the file, 1 to 95; 0 if it was never one
    watermark: float = 0.0  # opacity of a picture agency's mark


def sample_identity(rng: np.random.Generator) -> Identity:
    """Draw a person; every field comes from ``rng.random`` alone."""
    u = iter(rng.random(24).tolist())

    def between(low: float, high: float) -> float:
        return low + (high - low) * next(u)

    skin_position = between(0, len(SKINS) - 1.001)
    skin = _mix(SKINS[int(skin_position)], SKINS[int(skin_position) + 1], skin_position % 1)
    # Dark skin seldom goes with fair hair: fewer hair colours to choose from.
    hairs = HAIRS if skin_position < 3 else HAIRS[:3]
    style = HAIR_STYLES[int(next(u) * len(HAIR_STYLES))]
    beard = between(-1.5, 1.0)
    return Identity(
        head_width=between(0.92, 1.08),
        head_height=between(0.96, 1.02),
        jaw=between(0.0, 1.0),
        brow_height=between(-0.025, 0.02),
        brow_thickness=between(0.65, 1.5),
        brow_arch=between(0.5, 1.5),
        eye_size=between(0.86, 1.14),
        eye_spacing=between(0.93, 1.07),
        eye_tilt=between(-0.05, 0.09),
        nose_width=between(0.82, 1.25),
        nose_length=between(0.92, 1.08),
        mouth_width=between(0.88, 1.12),
        mouth_height=between(-0.015, 0.02),
        lip_fullness=between(0.65, 1.35),
        age=between(0.0, 0.6),
        beard=max(0.0, beard) if style in ("short", "parted", "bald", "curly") else 0.0,
        skin=skin,
        hair=hairs[int(next(u) * len(hairs))],
        iris=IRISES[int(next(u) * (len(IRISES) if skin_position < 3 else 2))],
        shirt=SHIRTS[int(next(u) * len(SHIRTS))],
        hair_style=style,
    )


def _mix(first: Colour, second: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue
