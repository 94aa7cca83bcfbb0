"""The 68 facial landmarks drawn over a face: what the landmark branch looks at."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from data_scripts.landmarks.points import STRETCHES
from pvlib.errors import CourseError

# Colours of Okabe and Ito that keep apart on grey faces, whoever looks.
_COLOURS = {"jaw": "#F0E442", "brows": "#56B4E9", "nose": "#E69F00", "eyes": "#00E5A0", "mouth": "#FF7AC6"}


def draw_landmarks(axes: Axes, points: np.ndarray | Tensor, marker_size: float = 3.0) -> None:
    """Draw 68 points (68, 2), (x, y) in pixels of the image that ``axes`` shows, each stretch lightly joined.

    Raises:
        CourseError: when ``points`` has another shape.
    """
    points = np.asarray(points)
    if points.shape != (68, 2):
        raise CourseError(f"landmarks to draw must have shape (68, 2), not {points.shape}")
    for stretch in STRETCHES:
        own, colour = points[stretch.points], _COLOURS[stretch.part]
        line = np.vstack([own, own[:1]]) if stretch.closed else own
        axes.plot(*line.T, color=colour, linewidth=0.25 * marker_size, alpha=0.6, zorder=2)
        axes.plot(
            *own.T, "o", color=colour, markersize=marker_size, zorder=3,
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
            f"{len(images)} faces need points of shape ({len(images)}, 68, 2), not {points.shape}; at least one"
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
