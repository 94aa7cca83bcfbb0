"""One output for every reader: the moving figure, its still picture, its description (every lesson).

A notebook's reader picks the richest form that it knows. JupyterLab, VS Code and the course's own HTML pages take the
plotly figure, whose slider lives in the browser and needs no kernel. GitHub takes the picture, a screen reader the
description. Each form is stored once.
"""

import base64
import json
from collections.abc import Sequence
from html import escape
from io import BytesIO
from typing import Any

import plotly.graph_objects as go
from IPython.display import display
from matplotlib.figure import Figure
from PIL import Image
from torch import Tensor

from pvlib.errors import CourseError
from pvlib.figures import PLOTLY

DPI = 110
# The toolbar covers titles. Not "responsive": in JupyterLab that shrinks a figure to nothing when its slider moves.
CONFIG = {"displayModeBar": False}


def show(moving: go.Figure, still: Figure, alt: str) -> None:
    """Show a plotly figure together with the picture that stands in for it.

    JupyterLab's plotly renderer shows the picture until the pointer enters it, then the figure.

    Args:
        moving: the figure with its own slider (frames), so that it moves without a kernel.
        still: the same idea on one picture, drawn by matplotlib.
        alt: what a reader who sees neither needs to know; one or two sentences.

    Raises:
        CourseError: if the description is empty.
    """
    data, metadata = bundle(moving, still, alt)
    display(data, metadata=metadata, raw=True)
    display(in_words(alt), raw=True)


def show_still(still: Figure, alt: str) -> None:
    """Show a picture that does not move, with its description."""
    data, metadata = bundle(None, still, alt)
    display(data, metadata=metadata, raw=True)
    display(in_words(alt), raw=True)


def in_words(alt: str) -> dict[str, str]:
    """The description as an output of its own, folded: JupyterLab gives neither form of a figure an alt text."""
    words = f'<details style="opacity:0.75"><summary>This figure in words</summary>{escape(alt)}</details>'
    return {"text/html": words, "text/plain": alt}


def bundle(moving: go.Figure | None, still: Figure, alt: str) -> tuple[dict, dict]:
    """Return (data, metadata) of one display output, each by mime type."""
    if not alt.strip():
        raise CourseError("a figure needs a description (alt) for readers who cannot see it")
    data = {"image/png": _png(still), "text/plain": alt}
    if moving is not None:
        data[PLOTLY] = json.loads(moving.to_json()) | {"config": CONFIG}
    return data, {"image/png": {"alt": alt}}


def png_uri(picture: Tensor, colours: int = 256) -> str:
    """A picture, uint8 (1 or 3, H, W), as a PNG inside a link: a tenth of what a list of its pixels takes.

    A face in 64 colours takes a third of one in all colours, and looks nearly the same.
    """
    pixels = Image.fromarray(picture.expand(3, -1, -1).permute(1, 2, 0).numpy())
    buffer = BytesIO()
    pixels.quantize(colours, dither=Image.Dither.NONE).save(buffer, format="png", optimize=True)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")


def slider(prefix: str, names: Sequence[str]) -> dict[str, Any]:
    """A slider that jumps to the frame of the step's name; the label of the step is the frame's name.

    Redrawn, since otherwise plotly drops the traces that a frame leaves alone.
    """
    jump = {"mode": "immediate", "frame": {"duration": 0, "redraw": True}, "transition": {"duration": 0}}
    steps = [{"label": name, "method": "animate", "args": [[name], jump]} for name in names]
    return {"active": 0, "steps": steps, "currentvalue": {"prefix": prefix}, "pad": {"t": 30, "l": 50}}


def play_button(milliseconds: int = 700) -> dict[str, Any]:
    """A button that runs through all frames, so long each, left of the slider."""
    pace = {
        "fromcurrent": False,
        "frame": {"duration": milliseconds, "redraw": True},
        "transition": {"duration": min(300, milliseconds // 2)},
    }
    button = {"label": "▶", "method": "animate", "args": [None, pace]}
    place = {"x": 0, "y": 0, "xanchor": "left", "yanchor": "top", "pad": {"t": 45}}
    return {"type": "buttons", "showactive": False, "buttons": [button], **place}


def _png(figure: Figure) -> str:
    """The figure as PNG in 256 colours: a third of the size where it shows faces, and hardly to be seen."""
    drawn, small = BytesIO(), BytesIO()
    figure.savefig(drawn, format="png", dpi=DPI)
    picture = Image.open(drawn).convert("RGB").quantize(256, dither=Image.Dither.NONE)
    picture.save(small, format="png", optimize=True)
    return base64.b64encode(small.getvalue()).decode("ascii")
