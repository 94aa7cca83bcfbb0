"""The central figure of cross-attention: one cell asks; which cells of the image answer, and does the answer need them?"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go
import torch
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from plotly.subplots import make_subplots
from torch import Tensor

from lessons.cross_attention.figures import HEAT, INK, MARK, SMALL
from lessons.start_here.figures import BLACK, CARDS, segments, show_picture, stack_bars
from pvlib.explain.attention import attention_of
from pvlib.figures.interactive import png_uri
from pvlib.models.poster import Poster
from pvlib.models.switches import switched

GLOW = [[0, "rgba(213,94,0,0)"], [1, "rgba(213,94,0,0.9)"]]
MOST = 5.0  # times a mean's weight: full colour
WIDEST = 2.5  # of the bars under the face
QUERIES = {"own": "own landmarks", "other_face": "another face's", "random": "random", "zero": "zero"}


class Asked(NamedTuple):
    """What cells ask for at one level, (points, cells): weights, 1 is a mean's; and two standard deviations, (points,)."""

    cells: Tensor
    weights: Tensor
    content: Tensor
    bias: Tensor


def points_of(landmarks: Tensor) -> dict[str, tuple[float, float]]:
    """Named places of a face, (x, y) in the unit of its 68 landmarks (68, 2)."""
    centres = {
        "the left corner of the mouth": slice(48, 49), "the right corner of the mouth": slice(54, 55),
        "the left eye": slice(36, 42), "the right eye": slice(42, 48), "the tip of the nose": slice(30, 31),
        "the lower lip": slice(57, 58), "the chin": slice(8, 9),
    }  # fmt: skip
    return {name: tuple(landmarks[part].mean(dim=0).tolist()) for name, part in centres.items()}


def ask(
    network: Poster, inputs: Tensor, points: Sequence[tuple[float, float]], level: int, queries: str
) -> Asked:
    """What the cells under these points ask for, in the last of two faces.

    Args:
        inputs: two faces as the network takes them, (2, 3, H, H); the first is the "other face".
        points: (x, y) as fractions of the image's sides.
    """
    side = network.size.windows[level - 1]
    cells = torch.tensor(
        [min(side - 1, int(y * side)) * side + min(side - 1, int(x * side)) for x, y in points]
    )
    with switched(network, attention=queries):
        found = attention_of(network, inputs, level)
    return Asked(
        cells,
        side**2 * found.weights[1].mean(dim=0)[cells],  # mean over the heads
        found.content[1].var(dim=-1).mean(dim=0)[cells].sqrt(),
        found.bias.var(dim=-1).mean(dim=0)[cells].sqrt(),
    )


def who_asks_whom(
    picture: np.ndarray,
    points: Mapping[str, tuple[float, float]],
    asked: Mapping[tuple[int, str], Asked],
    answers: Mapping[str, Sequence[float]],
) -> tuple[go.Figure, Figure, str]:
    """Show on a face (1, H, H) what a cell asks for: any point, level and kind of query; and the network's answers.

    Args:
        points: (x, y) as fractions of the sides, by name.
        asked: by level and kind of query.
        answers: the network's answer (8,) by whose landmarks ask.

    Returns the moving figure, the still one and the description, as :func:`interactive.show` takes them.
    """
    levels = sorted({level for level, _ in asked})
    first, name = asked[levels[0], "own"], next(iter(points))
    share = {level: asked[level, "own"].content.mean() / asked[level, "own"].bias.mean() for level in levels}
    alt = (
        f"A drawn face under a grid of cells. {name.capitalize()} asks, and at level {levels[0]} the cell that answers most "
        f"has {first.weights[0].max():.1f} times a mean's weight. Level by level, the standard deviation of the "
        "content's scores is "
        + ", ".join(f"{ratio:.0f}" for ratio in share.values())
        + " times that of the position bias. Below, the network's answers: "
        + "; ".join(
            f"{who}: " + ", ".join(f"{label} {part:.0%}" for _, part, label in segments(said) if part >= 0.05)
            for who, said in answers.items()
        )
        + "."
    )
    return _moving(picture, points, asked, answers), _still(picture, points, asked, answers), alt


def _moving(
    picture: np.ndarray,
    points: Mapping[str, tuple[float, float]],
    asked: Mapping[tuple[int, str], Asked],
    answers: Mapping[str, Sequence[float]],
) -> go.Figure:
    # The level decides about `visible` of a trace, the kind of query about its `opacity`, the slider about its numbers:
    # so three controls need no state for each of their combinations.
    levels, kinds = _levels_and_kinds(asked)
    figure = make_subplots(rows=3, cols=1, row_heights=[0.62, 0.1, 0.28], vertical_spacing=0.07)
    wide = 1 / picture.shape[-1]
    figure.add_trace(
        go.Image(source=png_uri(torch.from_numpy(picture), colours=64), x0=wide / 2, dx=wide, y0=wide / 2, dy=wide,
                 hoverinfo="skip"), row=1, col=1,
    )  # fmt: skip
    figure.add_trace(_bars(answers), row=3, col=1)
    settings: list[dict[str, list]] = [{} for _ in points]
    for level in levels:
        for kind in kinds:
            one, shown = (
                asked[level, kind],
                {"visible": level == levels[0], "opacity": float(kind == kinds[0])},
            )
            side = round(one.weights.shape[1] ** 0.5)
            at = ((np.arange(side) + 0.5) / side).round(4).tolist()
            glow = go.Heatmap(
                x=at, y=at, colorscale=GLOW, zmin=0, zmax=MOST, showscale=False, xgap=1, ygap=1,
                hovertemplate="%{z:.1f} × a mean's weight<extra></extra>", **shown,
            )  # fmt: skip
            why = go.Bar(orientation="h", marker={"color": [MARK, "#999999"]}, width=0.7, textposition="outside",
                         hoverinfo="skip", cliponaxis=False, **shown)  # fmt: skip
            ring = go.Scatter(mode="lines", line={"color": MARK, "width": 3}, hoverinfo="skip", **shown)
            figure.add_trace(glow, row=1, col=1)
            figure.add_trace(ring, row=1, col=1)
            figure.add_trace(why, row=2, col=1)
            for place, setting in enumerate(settings):
                y, x = divmod(int(one.cells[place]), side)
                square = [x / side, (x + 1) / side], [y / side, (y + 1) / side]
                xs = [square[0][i] for i in (0, 1, 1, 0, 0)]
                ys = [square[1][i] for i in (0, 0, 1, 1, 0)]
                weights = one.weights[place].unflatten(0, (side, side))
                sizes = [round(part[place].item(), 2) for part in (one.content, one.bias)]
                rows = [
                    {"z": [[round(value, 1) for value in row] for row in weights.tolist()], "x": at, "y": at},
                    {"x": [round(value, 3) for value in xs], "y": [round(value, 3) for value in ys]},
                    {
                        "x": sizes,
                        "y": ["content q·k/√d", "position bias b"],
                        "text": [f"{size:.2f}" for size in sizes],
                    },
                ]
                for key in ("x", "y", "z", "text"):  # None where a trace has no such property
                    setting.setdefault(key, []).extend(row.get(key) for row in rows)
    moved = list(range(2, len(figure.data)))
    for key, values in settings[0].items():
        for trace, value in zip(figure.data[2:], values, strict=True):
            if value is not None:
                trace[key] = value
    steps = [
        {"method": "restyle", "label": name, "args": [setting, moved]}
        for name, setting in zip(points, settings, strict=True)
    ]
    by_level = [
        {"method": "restyle", "label": f"level {level}",
         "args": [{"visible": [level == other for other in levels for _ in range(3 * len(kinds))]}, moved]}
        for level in levels
    ]  # fmt: skip
    by_kind = [
        {"method": "restyle", "label": QUERIES[kind],
         "args": [{"opacity": [float(kind == other) for _ in levels for other in kinds for _ in range(3)]}, moved]}
        for kind in kinds
    ]  # fmt: skip
    hidden = {"color": "rgba(0,0,0,0)", "size": 6}
    figure.update_layout(
        sliders=[{"active": 0, "steps": steps, "x": 0, "len": 1, "y": 0, "pad": {"t": 25, "b": 5}, "font": hidden,
                  "currentvalue": {"prefix": "asks: ", "font": {"color": INK, "size": 13}}}],
        updatemenus=[
            {"buttons": by_level, "x": 0, "xanchor": "left", "y": 1.01, "yanchor": "bottom", "showactive": True},
            {"buttons": by_kind, "x": 0.36, "xanchor": "left", "y": 1.01, "yanchor": "bottom", "showactive": True},
        ],
        annotations=[{"text": "standard deviation of the scores over all cells:", "x": 0, "xref": "paper", "xanchor": "left",
                      "y": 1, "yref": "y2 domain", "yanchor": "bottom", "showarrow": False, "font": {"size": 11}}],
        showlegend=False, template="plotly_white", height=800, barmode="overlay",
        margin={"t": 50, "b": 90, "l": 120, "r": 30},
        uniformtext={"mode": "hide", "minsize": 8},
    )  # fmt: skip
    plain = {"showgrid": False, "zeroline": False, "fixedrange": True}
    figure.update_xaxes(range=[0, 1], visible=False, constrain="domain", row=1, col=1, **plain)
    figure.update_yaxes(range=[1, 0], visible=False, scaleanchor="x", row=1, col=1, **plain)
    figure.update_xaxes(range=[0, WIDEST], visible=False, row=2, col=1, **plain)
    figure.update_yaxes(range=[1.6, -0.6], row=2, col=1, **plain)
    figure.update_xaxes(range=[0, 1], visible=False, row=3, col=1, **plain)
    figure.update_yaxes(range=[len(answers) - 0.5, -0.5], row=3, col=1, **plain)
    return figure


def _levels_and_kinds(asked: Mapping[tuple[int, str], Asked]) -> tuple[list[int], list[str]]:
    return list(dict.fromkeys(level for level, _ in asked)), list(dict.fromkeys(kind for _, kind in asked))


def _bars(answers: Mapping[str, Sequence[float]]) -> go.Bar:
    parts = [(who, *part) for who, said in answers.items() for part in segments(said)]
    return go.Bar(
        orientation="h", y=[who for who, *_ in parts], base=[begin for _, begin, _, _ in parts],
        x=[share for _, _, share, _ in parts], text=[label for *_, label in parts], width=0.75, textposition="inside",
        insidetextanchor="middle", textangle=0, textfont={"color": BLACK},
        marker={"color": [CARDS[label] for *_, label in parts]}, hovertemplate="%{text} %{x:.0%}<extra></extra>",
    )  # fmt: skip


def _still(
    picture: np.ndarray,
    points: Mapping[str, tuple[float, float]],
    asked: Mapping[tuple[int, str], Asked],
    answers: Mapping[str, Sequence[float]],
) -> Figure:
    levels, kinds = _levels_and_kinds(asked)
    figure = Figure(figsize=(6.2, 5.6), layout="constrained")
    above, below = figure.subfigures(2, 1, height_ratios=[4, 1.35], squeeze=False)[:, 0]
    for row, kind in zip(above.subplots(2, len(levels)), kinds[:2], strict=True):
        for axes, level in zip(row, levels, strict=True):
            one, place = asked[level, kind], 0
            side = round(one.weights.shape[1] ** 0.5)
            show_picture(axes, picture)
            wide = picture.shape[-1]
            weights = one.weights[place].unflatten(0, (side, side)).clamp(max=MOST) / MOST
            axes.imshow(
                weights.numpy(), cmap=HEAT, vmin=0, vmax=1, alpha=0.75 * weights.numpy(),
                extent=(-0.5, wide - 0.5, wide - 0.5, -0.5), interpolation="nearest",
            )  # fmt: skip
            y, x = divmod(int(one.cells[place]), side)
            cell, corner = wide / side, (x * wide / side - 0.5, y * wide / side - 0.5)
            axes.add_patch(Rectangle(corner, cell, cell, fill=False, color=MARK, linewidth=2))
            axes.set_title(f"level {level}, {QUERIES[kind]}", **SMALL)
    stack_bars(below.subplots(), answers, size=8)
    return figure
