"""Contact sheets of faces: what a data set looks like.

Every figure names an expression in its colour from ``expression_colours.COLOURS``.
"""

from collections.abc import Sequence

from matplotlib.figure import Figure

from pvlib.data.expression_colours import COLOURS
from pvlib.data.faces import Faces
from pvlib.errors import CourseError

_INK = "#333333"


def contact_sheet(
    faces: Faces,
    columns: int = 8,
    captions: Sequence[str] | None = None,
    width: float = 10.0,
) -> Figure:
    """Show faces row by row, each with a caption.

    Args:
        faces: at least one face.
        columns: faces in a row, at least 1.
        captions: one text a face; by default the class that leads its target, in that class's colour.
        width: the figure's width in inches.

    Raises:
        CourseError: when there is no face, no column, or a caption too few or many.
    """
    if len(faces) == 0 or columns < 1:
        raise CourseError(
            f"a contact sheet needs at least one face and one column, not {len(faces)} and {columns}"
        )
    if captions is not None and len(captions) != len(faces):
        raise CourseError(
            f"a contact sheet of {len(faces)} faces needs as many captions, not {len(captions)}"
        )
    names = [faces.names[label] for label in faces.labels.tolist()]
    columns = min(columns, len(faces))
    rows = -(-len(faces) // columns)
    cell = width / columns
    figure = Figure(figsize=(width, rows * (cell + 0.25)), layout="constrained")
    for i, axes in enumerate(figure.subplots(rows, columns, squeeze=False).flat):
        axes.set_axis_off()
        if i < len(faces):
            pixels = (
                faces.images[i].permute(1, 2, 0).squeeze(2).numpy()
            )  # (H, W) of a grey face, else (H, W, 3)
            axes.imshow(pixels, cmap="gray", vmin=0, vmax=255)
            caption = names[i] if captions is None else captions[i]
            colour = COLOURS.get(names[i], _INK) if captions is None else _INK
            axes.set_title(caption, color=colour, fontsize=8, pad=3)
    return figure
