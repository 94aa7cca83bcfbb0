"""The 68 facial landmarks drawn over a face: what the landmark branch looks at (lesson 03).

Points are numbered as in iBUG 300-W (Sagonas et al., 2013), counted from 0; left and right are the viewer's.
"""

from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from pvlib.errors import CourseError


class Part(NamedTuple):
    """A stretch of the 68 points, joined in order."""

    name: str
    points: slice
    closed: bool
    colour: str


# Colours of Okabe and Ito that keep apart on grey faces, whoever looks.
PARTS = (
    Part("jaw", slice(0, 17), False, "#F0E442"),
    Part("left brow", slice(17, 22), False, "#56B4E9"),
    Part("right brow", slice(22, 27), False, "#56B4E9"),
    Part("nose bridge", slice(27, 31), False, "#E69F00"),
    Part("nostrils", slice(31, 36), False, "#E69F00"),
    Part("left eye", slice(36, 42), True, "#00E5A0"),
    Part("right eye", slice(42, 48), True, "#00E5A0"),
    Part("outer lips", slice(48, 60), True, "#FF7AC6"),
    Part("inner lips", slice(60, 68), True, "#FF7AC6"),
)


def draw_landmarks(axes: Axes, points: np.ndarray | Tensor, marker_size: float = 3.0) -> None:
    """Draw 68 points (68, 2), (x, y) in pixels of the image that ``axes`` shows, each part lightly joined.

    Raises:
        CourseError: when ``points`` has another shape.
    """
    points = np.asarray(points)
    if points.shape != (68, 2):
        raise CourseError(f"landmarks to draw must have shape (68, 2), not {points.shape}")
    for part in PARTS:
        stretch = points[part.points]
        line = np.vstack([stretch, stretch[:1]]) if part.closed else stretch
        axes.plot(*line.T, color=part.colour, linewidth=0.25 * marker_size, alpha=0.6, zorder=2)
        axes.plot(
            *stretch.T, "o", color=part.colour, markersize=marker_size, zorder=3,
            markeredgecolor="black", markeredgewidth=0.1 * marker_size,
        )  # fmt: skip


def landmark_sheet(
    images: np.ndarray | Tensor, points: np.ndarray | Tensor, columns: int = 6, width: float = 10.0
) -> Figure:
    """Show faces with the 68 points found in each, row by row.

    Args:
        images: (N, C, H, W) with C = 1 or 3, in 0-255; N at least 1.
        points: (N, 68, 2) as fractions of the image's sides, as the landmark network gives them.
        columns: faces in a row.
        width: the figure's width in inches.

    Raises:
        CourseError: when there is no face, or not one set of 68 points for each.
    """
    images, points = np.asarray(images), np.asarray(points)
    if len(images) == 0 or points.shape != (len(images), 68, 2):
        raise CourseError(
            f"{len(images)} faces need points of shape ({len(images)}, 68, 2), not {points.shape}"
            if len(images)
            else "a landmark sheet needs at least one face"
        )
    columns = min(columns, len(images))
    rows = -(-len(images) // columns)
    cell = width / columns
    figure = Figure(figsize=(width, rows * cell), layout="constrained")
    grid = figure.subplots(rows, columns, squeeze=False)
    for axes in grid.flat:
        axes.set_axis_off()
    for axes, image, face_points in zip(grid.flat, images, points, strict=False):
        axes.imshow(
            image.transpose(1, 2, 0).squeeze(), cmap="gray", vmin=0, vmax=255, interpolation="bicubic"
        )
        height, width_in_pixels = image.shape[-2:]
        # imshow centres pixel i on i, so that the image's left edge, fraction 0, lies at -½
        draw_landmarks(axes, face_points * (width_in_pixels, height) - 0.5, marker_size=1.4 * cell)
        axes.set(xlim=(-0.5, width_in_pixels - 0.5), ylim=(height - 0.5, -0.5))
    return figure
