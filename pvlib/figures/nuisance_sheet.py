"""A contact sheet of nuisances: each alone, on the same few people, large in colour and small in grey."""

from collections.abc import Mapping
from dataclasses import replace

from PIL import Image

from drawnfaces.nuisances import Nuisances
from drawnfaces.numbered import DrawingOptions, draw_numbered
from pvlib.errors import CourseError
from pvlib.figures.contact_sheets import arrange

SIZE, LABEL_WIDTH = 96, 104  # pixels

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


def nuisance_sheet(
    rows: Mapping[str, Nuisances] = NUISANCE_ROWS, columns: int = 4, seed: int = 8
) -> Image.Image:
    """Return each nuisance alone on ``columns`` people: 96 pixels in colour, then 48 in grey at twice the size.

    Args:
        rows: the nuisances by the name that their row gets.
        columns: people, the same in every row; at least 1.

    Raises:
        CourseError: without a row or a column, or as ``draw_faces`` does.
    """
    if not rows or columns < 1:
        raise CourseError(
            f"a nuisance sheet needs at least one row and one column, not {len(rows)} and {columns}"
        )
    pictures = []
    for name, nuisances in rows.items():
        colour, grey = (
            [draw_numbered(replace(options, nuisances=nuisances), i).image for i in range(columns)]
            for options in (
                DrawingOptions(seed, SIZE, colour=True, ambiguous=0.0),
                DrawingOptions(seed, 48, ambiguous=0.0),
            )
        )
        large = [Image.fromarray(image.transpose(1, 2, 0)) for image in colour]
        doubled = [Image.fromarray(image[0].repeat(2, axis=0).repeat(2, axis=1)) for image in grey]
        pictures.append((name, large + doubled))
    return arrange(pictures, SIZE, group=columns, label_width=LABEL_WIDTH)
