"""Contact sheets: many drawn faces on one page, to be judged by eye.

Each function returns a Pillow image; ``save_sheet`` writes it small enough to live in a repository.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from drawnfaces.errors import DrawingError
from drawnfaces.expressions import COMPOUNDS, PROTOTYPES, compound, dilute, to_action_units
from drawnfaces.identity import HAIRS, IRISES, SHIRTS, SKINS, Camera, Identity, Pose
from drawnfaces.names import EXPRESSIONS
from drawnfaces.nuisances import Nuisances
from drawnfaces.numbered import DrawingOptions, draw_numbered
from drawnfaces.render import draw_face

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
# One row each, from who is seen over what hides them to how the picture was taken.
NUISANCE_ROWS: dict[str, Nuisances] = {
    "none": Nuisances(),
    "pose": Nuisances(roll=0.4, yaw=0.6, pitch=0.32),
    "age": Nuisances(age=1.0),
    "beard": Nuisances(beard=1.0),
    "glasses": Nuisances(glasses=1.0),
    "hand": Nuisances(hand=1.0),
    "mask": Nuisances(mask=1.0),
    "strand of hair": Nuisances(strand=1.0),
    "cap": Nuisances(cap=1.0),
    "scarf": Nuisances(scarf=1.0),
    "hard light": Nuisances(hard_light=1.0),
    "exposure": Nuisances(contrast=0.45, brightness=40.0),
    "blur": Nuisances(blur=1.8),
    "motion": Nuisances(motion=1.0),
    "noise": Nuisances(noise=30.0),
    "low resolution": Nuisances(low_resolution=1.0),
    "JPEG": Nuisances(jpeg=1.0),
    "watermark": Nuisances(watermark=1.0),
}
NUISANCE_SIZE, NUISANCE_LABEL_WIDTH = 96, 104  # pixels
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
    for k, name in enumerate(EXPRESSIONS):
        row = []
        for i, person in enumerate(people):
            variants = [i % len(PROTOTYPES[emotion]) for emotion in EXPRESSIONS]
            for intensity in intensities:
                mixture = dilute(np.eye(len(EXPRESSIONS))[k], intensity if k else 0.0)
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


def nuisance_sheet(
    rows: Mapping[str, Nuisances] = NUISANCE_ROWS, columns: int = 4, seed: int = 8
) -> Image.Image:
    """Return each nuisance alone on ``columns`` people: 96 pixels in colour, then 48 in grey at twice the size.

    Args:
        rows: the nuisances by the name that their row gets.
        columns: people, the same in every row; at least 1.

    Raises:
        DrawingError: without a row or a column, or as ``DrawingOptions`` does.
    """
    if not rows or columns < 1:
        raise DrawingError(
            f"a nuisance sheet needs at least one row and one column, not {len(rows)} and {columns}"
        )
    pictures = []
    for name, nuisances in rows.items():
        colour, grey = (
            [draw_numbered(replace(options, nuisances=nuisances), i).image for i in range(columns)]
            for options in (
                DrawingOptions(seed=seed, size=NUISANCE_SIZE, colour=True, ambiguous=0.0),
                DrawingOptions(seed=seed, size=48, ambiguous=0.0),
            )
        )
        large = [Image.fromarray(image.transpose(1, 2, 0)) for image in colour]
        doubled = [Image.fromarray(image[0].repeat(2, axis=0).repeat(2, axis=1)) for image in grey]
        pictures.append((name, large + doubled))
    return arrange(pictures, NUISANCE_SIZE, group=columns, label_width=NUISANCE_LABEL_WIDTH)


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


SHEETS: dict[str, Callable[[], Image.Image]] = {
    "expressions": expression_sheet,
    "compounds": compound_sheet,
    "nuisances": nuisance_sheet,
}


def save_sheet(sheet: Image.Image, path: str | Path, colours: int = 256) -> None:
    """Write a sheet as a PNG of few colours."""
    few = sheet.quantize(colours, Image.Quantize.MEDIANCUT, kmeans=3, dither=Image.Dither.FLOYDSTEINBERG)
    few.save(path, "PNG", optimize=True)


def _draw(units: np.ndarray, person: Identity, size: int) -> Image.Image:
    # Drawn at twice the size: on a printed page the eye sees more than a pixel holds.
    pixels = draw_face(units, person, _POSE, _CAMERA, size=2 * size).transpose(1, 2, 0)
    return Image.fromarray(pixels).reduce(2)
