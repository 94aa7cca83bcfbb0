"""Contact sheets of faces: what a data set looks like.

Every figure names an expression in its colour from ``labels.COLOURS``.
"""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from torch import Tensor

from pvlib.data.faces import Faces
from pvlib.data.labels import COLOURS
from pvlib.errors import CourseError
from pvlib.figures.landmarks import draw_landmarks

_INK = "#333333"


def contact_sheet(
    faces: Faces,
    columns: int = 8,
    captions: Sequence[str] | None = None,
    landmarks: bool = False,
    width: float = 10.0,
) -> Figure:
    """Show faces row by row, each with a caption.

    Args:
        faces: at least one face.
        columns: faces in a row, at least 1.
        captions: one text a face; by default the class that leads its target, in that class's colour.
        landmarks: draw the 68 points over each face.
        width: the figure's width in inches.

    Raises:
        CourseError: when there is no face, no column, a caption too few or many, or no landmark to draw.
    """
    if len(faces) == 0 or columns < 1:
        raise CourseError(
            f"a contact sheet needs at least one face and one column, not {len(faces)} and {columns}"
        )
    if captions is not None and len(captions) != len(faces):
        raise CourseError(
            f"a contact sheet of {len(faces)} faces needs as many captions, not {len(captions)}"
        )
    points = faces.landmarks if landmarks else None
    if landmarks and points is None:
        raise CourseError("these faces have no landmarks to draw; use landmarks=False")
    names = [faces.names[label] for label in faces.labels.tolist()]
    columns = min(columns, len(faces))
    rows = -(-len(faces) // columns)
    cell = width / columns
    figure = Figure(figsize=(width, rows * (cell + 0.25)), layout="constrained")
    for i, axes in enumerate(figure.subplots(rows, columns, squeeze=False).flat):
        axes.set_axis_off()
        if i < len(faces):
            _show(axes, faces.images[i], None if points is None else points[i])
            caption = names[i] if captions is None else captions[i]
            colour = COLOURS.get(names[i], _INK) if captions is None else _INK
            axes.set_title(caption, color=colour, fontsize=8, pad=3)
    return figure


def _show(axes, image: np.ndarray | Tensor, points: np.ndarray | Tensor | None = None) -> None:
    """Show an image (C, H, W) and, over it, landmarks (68, 2) in pixels."""
    pixels = np.asarray(image).transpose(1, 2, 0)  # (H, W, C)
    if pixels.shape[2] == 1:
        axes.imshow(pixels[:, :, 0], cmap="gray", vmin=0, vmax=255)
    else:
        axes.imshow(pixels)
    if points is not None:
        draw_landmarks(axes, points, marker_size=1.8)
