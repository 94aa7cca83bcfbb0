"""The central figure of the two backbones: which pixels one cell sees, by theory and as measured."""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
import torch
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from torch import Tensor

from lessons.start_here.figures import show_picture
from lessons.two_backbones.figures import SMALL
from pvlib.figures.interactive import png_uri

GLOW = [[0, "rgba(213,94,0,0)"], [1, "rgba(213,94,0,0.95)"]]
THEORY, MEASURED = "#0072b2", "#111111"
Key = tuple[str, int]  # branch and level


def reach(
    picture: np.ndarray,
    centres: Sequence[tuple[int, int]],
    fields: Mapping[Key, Tensor],
    theory: Mapping[Key, int],
    effective: Mapping[Key, Sequence[int]],
) -> tuple[go.Figure, Figure, str]:
    """Show on a face (1, H, H) what a cell sees: for each branch, level and place.

    Args:
        centres: the middle pixels of the cells, (row, column) of the network's input.
        fields: how much the cell depends on each pixel, (centres, side, side).
        theory: side of the square outside which nothing can matter; effective: of that with 90 %, by centre.

    Returns the moving figure, the still one and the description, as :func:`interactive.show` takes them.
    """
    side, middle = next(iter(fields.values())).shape[-1], len(centres) // 2
    alt = (
        f"A drawn face of {side} pixels with the pixels that one cell depends on. For the middle one of the cells: "
        + "; ".join(
            f"{branch} branch, level {level}: {theory[branch, level]} pixels by theory, 90 % of the dependence in "
            f"{effective[branch, level][middle]}"
            for branch, level in fields
        )
        + "."
    )
    moving = _moving(picture, centres, fields, theory, effective)
    return moving, _still(picture, centres[middle], fields, theory, effective, middle), alt


def square(centre: tuple[int, int], width: int) -> tuple[list[float], list[float]]:
    """The outline of a square of pixels around a pixel (row, column): x and y of its corners, closed."""
    row, column = centre
    low, high = -width / 2, width / 2
    return [column + x for x in (low, high, high, low, low)], [row + y for y in (low, low, high, high, low)]


def _moving(
    picture: np.ndarray,
    centres: Sequence[tuple[int, int]],
    fields: Mapping[Key, Tensor],
    theory: Mapping[Key, int],
    effective: Mapping[Key, Sequence[int]],
) -> go.Figure:
    # The slider decides about `visible` of a trace, the menu about its `opacity`: it is drawn if both let it be seen.
    keys, side = list(fields), next(iter(fields.values())).shape[-1]
    scale = side / picture.shape[-1]
    figure = go.Figure(
        go.Image(source=png_uri(torch.from_numpy(picture), colours=64), x0=scale / 2 - 0.5, dx=scale,
                 y0=scale / 2 - 0.5, dy=scale, hoverinfo="skip")
    )  # fmt: skip
    for number, key in enumerate(keys):
        for place, centre in enumerate(centres):
            shown = {"visible": place == len(centres) // 2, "opacity": float(number == 0)}
            field = fields[key][place]
            levels = (255 * field / field.max()).round().byte().numpy()
            figure.add_heatmap(
                z=levels, colorscale=GLOW, zmin=0, zmax=255, showscale=False, hoverinfo="skip", **shown
            )
            for width, colour, dash in (
                (theory[key], THEORY, "dash"),
                (effective[key][place], MEASURED, "solid"),
            ):
                x, y = square(centre, width)
                figure.add_scatter(
                    x=x,
                    y=y,
                    mode="lines",
                    line={"color": colour, "dash": dash, "width": 2},
                    hoverinfo="skip",
                    **shown,
                )
    moved = list(range(1, len(figure.data)))
    # `restyle` begins again with a list that is shorter than the traces; they are in the order (key, centre, three)
    steps = [
        {"method": "restyle", "label": str(place + 1),
         "args": [{"visible": [place == other for other in range(len(centres)) for _ in range(3)]}, moved]}
        for place in range(len(centres))
    ]  # fmt: skip
    buttons = [
        {"method": "restyle", "label": f"{key[0]} branch, level {key[1]}",
         "args": [{"opacity": [float(key == other) for other in keys for _ in range(3 * len(centres))]}, moved]}
        for key in keys
    ]  # fmt: skip
    figure.update_layout(
        sliders=[{"active": len(centres) // 2, "steps": steps, "x": 0, "len": 1, "y": 0, "pad": {"t": 20},
                  "currentvalue": {"prefix": "cell "}}],
        updatemenus=[{"buttons": buttons, "x": 0, "xanchor": "left", "y": 1.01, "yanchor": "bottom"}],
        annotations=[{"text": "dashed: by theory · solid: 90 % of what is measured", "x": 0, "xref": "paper",
                      "xanchor": "left", "y": -0.01, "yref": "paper", "yanchor": "top", "showarrow": False,
                      "font": {"size": 11}}],
        showlegend=False, template="plotly_white", height=600, margin={"t": 50, "b": 100, "l": 10, "r": 10},
    )  # fmt: skip
    margin = 2  # pixels around the face, so that a frame at its border can be seen
    plain = {"visible": False, "fixedrange": True}
    figure.update_xaxes(range=[-0.5 - margin, side - 0.5 + margin], constrain="domain", **plain)
    figure.update_yaxes(range=[side - 0.5 + margin, -0.5 - margin], scaleanchor="x", **plain)
    return figure


def _still(
    picture: np.ndarray,
    centre: tuple[int, int],
    fields: Mapping[Key, Tensor],
    theory: Mapping[Key, int],
    effective: Mapping[Key, Sequence[int]],
    place: int,
) -> Figure:
    branches = list(dict.fromkeys(branch for branch, _ in fields))
    levels = list(dict.fromkeys(level for _, level in fields))
    figure = Figure(figsize=(6.2, 4.5), layout="constrained")
    for line, branch in zip(
        figure.subplots(len(branches), len(levels), squeeze=False), branches, strict=True
    ):
        for axes, level in zip(line, levels, strict=True):
            field = fields[branch, level][place]
            side, wide = field.shape[-1], picture.shape[-1]
            show_picture(axes, picture)
            glow = (field / field.max()).numpy()
            axes.imshow(
                glow,
                cmap="Oranges",
                vmin=0,
                vmax=1,
                alpha=0.9 * glow,
                extent=(-0.5, wide - 0.5, wide - 0.5, -0.5),
            )
            for width, colour, style in (
                (theory[branch, level], THEORY, "--"),
                (effective[branch, level][place], MEASURED, "-"),
            ):
                corner = [(middle - width / 2 + 0.5) * wide / side - 0.5 for middle in reversed(centre)]
                part = width * wide / side
                axes.add_patch(
                    Rectangle((corner[0], corner[1]), part, part, fill=False, color=colour, linestyle=style)
                )
            axes.set(xlim=(-0.5, wide - 0.5), ylim=(wide - 0.5, -0.5))
            words = f"{branch} {level}: {theory[branch, level]} px, 90 % in {effective[branch, level][place]}"
            axes.set_title(words, **SMALL)
    return figure
