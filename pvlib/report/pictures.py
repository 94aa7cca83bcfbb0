"""Pictures inside a page: figures as SVG or files, faces as PNG, each with its description."""

import base64
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import torch
from matplotlib import rc_context
from matplotlib.figure import Figure
from PIL import Image
from torch import Tensor

from pvlib.files import atomic_write

_SVG: Any = {"svg.fonttype": "path", "svg.hashsalt": "pvlib"}


@dataclass(frozen=True)
class Drawing:
    """A figure of a report.

    Attributes:
        name: of its file, without ending.
        figure: drawn by ``pvlib.figures.evaluation``.
        alt: the description that came with it.
        caption: what stands below it.
    """

    name: str
    figure: Figure
    alt: str
    caption: str


def figure_source(figure: Figure) -> str:
    """Return an SVG as the ``src`` of an image; letters are outlines, so that every machine shows the same."""
    buffer = BytesIO()
    with rc_context(_SVG):
        figure.savefig(buffer, format="svg", dpi=200, metadata={"Date": None})
    return f"data:image/svg+xml;base64,{base64.b64encode(buffer.getvalue()).decode()}"


def save_figure(drawing: Drawing, folder: Path) -> Path:
    """Write the figure as PDF for a paper."""
    path = folder / f"{drawing.name}.pdf"
    with atomic_write(path) as temporary:
        drawing.figure.savefig(temporary, metadata={"CreationDate": None})
    return path


def face_source(image: Tensor) -> str:
    """Return a face uint8 (1 or 3, H, W) as the ``src`` of an image."""
    pixels = image.expand(3, -1, -1) if image.shape[0] == 1 else image  # (3, H, W)
    buffer = BytesIO()
    Image.fromarray(pixels.permute(1, 2, 0).to(torch.uint8).numpy()).save(buffer, "PNG", optimize=True)
    return f"data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()}"
