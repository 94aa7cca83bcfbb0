"""The picture of ``pvlib predict``: the photo with a numbered box around each face, and bars with their spread."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from PIL import Image

from pvlib.data.expression_colours import COLOURS
from pvlib.photos.boxes import Box
from pvlib.photos.intensities import Intensities

_INK, _PALE = "#333333", "#e6e6e6"
_WIDTH = 10.0  # inches
_BARS_HEIGHT = 2.5
_COLUMNS = 3
# every face is listed; more than these would make bars that nobody can read
MOST_PANELS = 12


def draw_intensities(
    photo: Image.Image, boxes: Sequence[Box], intensities: Intensities, footnote: str = ""
) -> Figure:
    """Draw a photo and what was read in its faces.

    One face stands beside its bars; several have their bars below the photo, twelve of them at most.

    Args:
        photo: RGB.
        boxes: one for each row of ``intensities``, at least one.
        footnote: a line under the figure.
    """
    shown = min(len(boxes), MOST_PANELS)
    ratio = photo.height / photo.width
    if shown == 1:
        height = float(np.clip(0.55 * _WIDTH * ratio, 3.2, 9.0))
        figure = Figure(figsize=(_WIDTH, height + 0.4), layout="constrained")
        left, right = figure.subplots(1, 2, width_ratios=(0.55, 0.45))
        panels = [right]
    else:
        columns = min(_COLUMNS, shown)
        rows = -(-shown // columns)
        photo_height = float(np.clip(_WIDTH * ratio, 3.0, 7.5))
        figure = Figure(figsize=(_WIDTH, photo_height + rows * _BARS_HEIGHT + 0.4), layout="constrained")
        grid = figure.add_gridspec(rows + 1, columns, height_ratios=[photo_height] + rows * [_BARS_HEIGHT])
        left = figure.add_subplot(grid[0, :])
        panels = [figure.add_subplot(grid[1 + i // columns, i % columns]) for i in range(shown)]
    _draw_photo(left, photo, boxes, intensities)
    for face, axes in enumerate(panels):
        _draw_bars(axes, intensities, face, number=face + 1 if len(boxes) > 1 else None)
    more = f"Bars of {shown} of {len(boxes)} faces. " if shown < len(boxes) else ""
    if more or footnote:
        figure.supxlabel(more + footnote, fontsize=8, color=_INK, wrap=True)
    return figure


def _draw_photo(axes: Axes, photo: Image.Image, boxes: Sequence[Box], intensities: Intensities) -> None:
    axes.imshow(photo)
    axes.set(xlim=(0, photo.width), ylim=(photo.height, 0))
    axes.set_axis_off()
    for face, box in enumerate(boxes):
        name = intensities.expression(face)
        colour = COLOURS.get(name, _INK)
        frame = (box.left, box.top), box.side, box.side
        axes.add_patch(Rectangle(*frame, fill=False, edgecolor="white", linewidth=3.5))
        axes.add_patch(Rectangle(*frame, fill=False, edgecolor=colour, linewidth=2))
        text = name if len(boxes) == 1 else f"{face + 1}"  # names of neighbours would cover each other
        inside = box.top < 0.06 * photo.height
        axes.annotate(
            text, (max(box.left, 0), max(box.top, 0)), xytext=(3, -3 if inside else 3), textcoords="offset points",
            va="top" if inside else "bottom", color="white", fontsize=9, fontweight="bold",
            bbox={"facecolor": colour, "edgecolor": "none", "pad": 2}, annotation_clip=False,
        )  # fmt: skip


def _draw_bars(axes: Axes, intensities: Intensities, face: int, number: int | None) -> None:
    names = intensities.names
    places = np.arange(len(names))
    mean = intensities.mean[face].numpy()
    axes.barh(places, np.ones(len(names)), color=_PALE, height=0.66)
    axes.barh(places, mean, color=[COLOURS.get(name, _INK) for name in names], height=0.66)
    ends = mean
    if intensities.low is not None and intensities.high is not None:
        low, high = intensities.low[face].numpy(), intensities.high[face].numpy()
        beyond = np.clip(np.stack([mean - low, high - mean]), 0, None)  # (2, K); a mean may lie outside
        axes.errorbar(mean, places, xerr=beyond, fmt="none", ecolor=_INK, elinewidth=1.3, capsize=3)
        ends = np.maximum(mean, high)
    for place, (value, end) in enumerate(zip(mean.tolist(), ends.tolist(), strict=True)):
        after = end < 0.84
        left, colour = (end + 0.015, _INK) if after else (0.015, "white")
        axes.text(left, place, f"{value:.0%}", va="center", fontsize=8, color=colour)
    axes.set_yticks(places, names, fontsize=9)
    axes.invert_yaxis()
    axes.set_xlim(0, 1)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "", "50%", "", "100%"], fontsize=8)
    axes.tick_params(length=0, colors=_INK)
    axes.spines[:].set_visible(False)
    if number is not None:
        name = intensities.expression(face)
        colour = COLOURS.get(name, _INK)
        axes.set_title(f"{number}  {name}", fontsize=10, fontweight="bold", loc="left", color=colour)
