"""A contact sheet of nuisances: each alone, on the same few people, large in colour and small in grey."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure

from pvlib.data.drawn.nuisances import Nuisances
from pvlib.data.drawn.numbered import Recipe, draw_numbered
from pvlib.errors import CourseError

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
    rows: Mapping[str, Nuisances] = NUISANCE_ROWS,
    columns: int = 5,
    size: int = 128,
    seed: int = 8,
    width: float = 10.0,
) -> Figure:
    """Show each nuisance alone on ``columns`` people, in colour and, beside them, as 48-pixel grey faces
    at twice their size.

    Args:
        rows: the nuisances by the name that their row gets.
        columns: people, the same in every row; at least 1.
        size: of the colour pictures, in pixels.
        width: the figure's width in inches.

    Raises:
        CourseError: without a row or a column, or as ``draw_faces`` does.
    """
    if not rows or columns < 1:
        raise CourseError(
            f"a nuisance sheet needs at least one row and one column, not {len(rows)} and {columns}"
        )
    names, small, twice = list(rows), 48, 96
    picture = np.full((len(rows) * size, columns * (size + twice) + 8, 3), 255, np.uint8)
    for row, nuisances in enumerate(rows.values()):
        top = row * size
        for column in range(columns):
            face, grey = (
                draw_numbered(Recipe(seed, pixels, colour, 0.0, None, nuisances), column).image
                for pixels, colour in ((size, True), (small, False))
            )
            left = column * size
            picture[top : top + size, left : left + size] = face.transpose(1, 2, 0)
            left = columns * size + 8 + column * twice
            middle = top + (size - twice) // 2
            doubled = grey[0].repeat(2, axis=0).repeat(2, axis=1)  # (96, 96)
            picture[middle : middle + twice, left : left + twice] = doubled[:, :, None]
    margin = 0.09
    height = width * (1 - margin) * picture.shape[0] / picture.shape[1]
    figure = Figure(figsize=(width, height))
    axes = figure.add_axes((margin, 0, 1 - margin, 1))
    axes.imshow(picture, interpolation="nearest", aspect="auto")
    axes.set_axis_off()
    for row, name in enumerate(names):
        axes.text(-8, (row + 0.5) * size, name.replace(" ", "\n"), ha="right", va="center", fontsize=9)
    return figure
