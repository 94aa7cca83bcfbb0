"""Contact sheets: many drawn faces on one page, to be judged by eye (lesson 00 and the book's data chapter).

Each function returns a Pillow image; ``save_sheet`` writes it small enough to live in a repository.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from drawnfaces import Camera, Identity, Pose, draw_face, to_action_units
from drawnfaces.expressions import COMPOUNDS, PROTOTYPES, compound, dilute
from drawnfaces.identity import HAIRS, IRISES, SHIRTS, SKINS
from pvlib.data.labels import FERPLUS
from pvlib.files import atomic_write

INTENSITIES = (0.35, 0.65, 1.0)
# Six people who differ in what an expression must be recognised through: skin, hair, age, features, beard.
PEOPLE = (
    Identity(skin=SKINS[1], hair=HAIRS[2], iris=IRISES[3], hair_style="long", jaw=0.2, lip_fullness=1.1,
             brow_thickness=0.8, eye_size=1.06, age=0.05, shirt=SHIRTS[1]),
    Identity(skin=SKINS[5], hair=HAIRS[0], iris=IRISES[0], hair_style="short", jaw=0.7, nose_width=1.2,
             lip_fullness=1.3, brow_thickness=1.3, head_width=1.03, beard=0.5, shirt=SHIRTS[4]),
    Identity(skin=SKINS[3], hair=HAIRS[0], iris=IRISES[0], hair_style="bob", jaw=0.3, eye_tilt=0.05,
             nose_length=0.96, brow_arch=1.3, age=0.1, shirt=SHIRTS[2]),
    Identity(skin=SKINS[0], hair=HAIRS[7], iris=IRISES[4], hair_style="bald", jaw=0.6, age=0.95,
             nose_length=1.06, lip_fullness=0.7, brow_thickness=1.2, shirt=SHIRTS[5]),
    Identity(skin=SKINS[2], hair=HAIRS[6], iris=IRISES[2], hair_style="curly", jaw=0.5, head_width=1.05,
             mouth_width=1.06, beard=0.9, facial_hair="full", brow_thickness=1.2, shirt=SHIRTS[0]),
    Identity(skin=SKINS[6], hair=HAIRS[0], iris=IRISES[1], hair_style="bun", jaw=0.15, eye_size=1.1,
             lip_fullness=1.2, brow_arch=1.4, brow_thickness=0.85, nose_width=1.1, shirt=SHIRTS[3]),
)  # fmt: skip
_CAMERA = Camera(light=-0.6, light_strength=0.7)
_POSE = Pose(scale=0.97)
_INK, _PAPER = (40, 44, 52), (255, 255, 255)


def expression_sheet(
    people: Sequence[Identity] = PEOPLE, intensities: Sequence[float] = INTENSITIES, size: int = 80
) -> Image.Image:
    """Return the eight expressions (rows) of each person, side by side in growing intensity.

    Each person shows an expression in a variant of its own where there are several.
    """
    rows = []
    for k, name in enumerate(FERPLUS):
        row = []
        for i, person in enumerate(people):
            variants = [i % len(PROTOTYPES[emotion]) for emotion in FERPLUS]
            for intensity in intensities:
                mixture = dilute(np.eye(len(FERPLUS))[k], intensity if k else 0.0)
                row.append(_draw(to_action_units(mixture, variants), person, size))
        rows.append((name, row))
    return arrange(rows, size, group=len(intensities))


def compound_sheet(people: Sequence[Identity] = PEOPLE, columns: int = 5, size: int = 150) -> Image.Image:
    """Return every compound expression once, with its name under it."""
    margin, caption = 6, 20
    lines = -(-len(COMPOUNDS) // columns)
    width, height = columns * (size + margin) + margin, lines * (size + caption + margin) + margin
    sheet = Image.new("RGB", (width, height), _PAPER)
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(13)
    for i, name in enumerate(COMPOUNDS):
        x = margin + i % columns * (size + margin)
        y = margin + i // columns * (size + caption + margin)
        sheet.paste(_draw(to_action_units(compound(name)), people[i % len(people)], size), (x, y))
        pen.text((x + size / 2, y + size + caption / 2), name, fill=_INK, font=font, anchor="mm")
    return sheet


def arrange(
    rows: Sequence[tuple[str, Sequence[Image.Image]]], size: int, group: int = 1, label_width: int = 84
) -> Image.Image:
    """Return rows of square pictures, each with its name before it and a gap after every ``group`` pictures."""
    gap, line = 8, 3
    longest = max(len(pictures) for _, pictures in rows)
    width = label_width + longest * size + (longest - 1) // group * gap
    sheet = Image.new("RGB", (width, len(rows) * (size + line) - line), _PAPER)
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(13)
    for j, (name, pictures) in enumerate(rows):
        y = j * (size + line)
        pen.text((label_width - 8, y + size / 2), name, fill=_INK, font=font, anchor="rm")
        for i, picture in enumerate(pictures):
            sheet.paste(picture, (label_width + i * size + i // group * gap, y))
    return sheet


def save_sheet(sheet: Image.Image, path: str | Path, colours: int = 256) -> Path:
    """Write a sheet as a PNG of few colours, whole or not at all; returns where it is."""
    path = Path(path)
    few = sheet.quantize(colours, Image.Quantize.MEDIANCUT, kmeans=3, dither=Image.Dither.FLOYDSTEINBERG)
    with atomic_write(path) as temporary:
        few.save(temporary, "PNG", optimize=True)
    return path


def _draw(units: np.ndarray, person: Identity, size: int) -> Image.Image:
    # Drawn at twice the size: on a printed page the eye sees more than a pixel holds.
    pixels = draw_face(units, person, _POSE, _CAMERA, size=2 * size).transpose(1, 2, 0)
    return Image.fromarray(pixels).reduce(2)
