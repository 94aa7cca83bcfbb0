"""The learned normals of one face that changes (Figure 5 of the paper, moving), and below them what σ and entropy do."""

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from plotly.subplots import make_subplots
from torch import Tensor

from pvlib.data.expression_colours import COLOURS
from pvlib.figures.interactive import play_button, png_uri, slider

INK = "#222222"
HEIGHT = 0.85  # of a curve, where the rows are 1 apart
REACH = 3.0  # a curve is drawn over ± this many σ
LINES = {"named": "#d55e00", "mean": "#0072b2", "largest": "#009e73", "entropy": "#222222"}
DASHES = {"named": "solid", "mean": "dash", "largest": "dot", "entropy": "dashdot"}

Normals = tuple[Tensor, Tensor]  # means and σ, (faces, classes) each


@dataclass(frozen=True, kw_only=True)
class Walk:
    """A face in several steps, and what two heads say of it.

    Attributes:
        pictures: uint8, (steps, 3, H, W).
        captions: one short text a step.
        wide: means and σ of the head drawn in the classes' colours.
        narrow: means and σ of the head drawn as thin dark lines.
        curves: by the names of ``LINES``, a number a step of the first head.
        names: the classes, in order.
    """

    pictures: Tensor
    captions: Sequence[str]
    wide: Normals
    narrow: Normals
    curves: dict[str, list[float]]
    names: tuple[str, ...]

    @property
    def reach(self) -> tuple[float, float]:
        """From where to where the curves of both heads lie."""
        ends = [(mean - REACH * sigma, mean + REACH * sigma) for mean, sigma in (self.wide, self.narrow)]
        low, high = min(low.min().item() for low, _ in ends), max(high.max().item() for _, high in ends)
        return low - 0.3, high + 0.3


def moving_face(walk: Walk) -> tuple[go.Figure, Figure, str]:
    """Show each class's normal over the logits, one row a class; a slider walks from face to face.

    Returns the moving figure, the still one and the description, as :func:`interactive.show` takes them.
    Every curve has the same height, so that only place and width speak.
    """
    first, last = (
        ", ".join(
            f"{walk.names[k]} at {walk.wide[0][i, k]:.1f} ± {walk.wide[1][i, k]:.2f}"
            for k in walk.wide[0][i].topk(2).indices
        )
        for i in (0, -1)
    )
    middle = len(walk.pictures) // 2
    changes = ", ".join(
        f"{name} {values[0]:.2f} at the start, {values[middle]:.2f} in the middle, {values[-1]:.2f} at the end"
        for name, values in walk.curves.items()
    )
    alt = (
        f"A face that changes from {walk.captions[0]} to {walk.captions[-1]}, and for each of {len(walk.names)} expressions "
        f"the normal distribution that the head learned for its logit. Rightmost at the start: {first}; at the end: {last}. "
        f"Thin dark lines, from a head trained without a divergence, are spikes: their mean σ is "
        f"{walk.narrow[1].mean():.3f} against {walk.wide[1].mean():.2f}. Below, over the same walk: {changes}."
    )
    return _moving(walk), _still(walk), alt


def _moving(walk: Walk) -> go.Figure:
    figure = make_subplots(rows=3, row_heights=[0.26, 0.48, 0.26], vertical_spacing=0.06)
    figure.add_trace(go.Image(source=png_uri(walk.pictures[0]), hoverinfo="skip"), row=1, col=1)
    for trace in _normals(walk, 0):
        figure.add_trace(trace, row=2, col=1)
    steps, heights = list(range(len(walk.captions))), _label_heights(walk)
    for name, values in walk.curves.items():
        line = {"color": LINES[name], "dash": DASHES[name], "width": 2}
        figure.add_trace(
            go.Scatter(x=steps, y=values, mode="lines", line=line, hoverinfo="skip"), row=3, col=1
        )
        figure.add_annotation(
            x=steps[-1], y=heights[name], text=_title(name), showarrow=False, xanchor="left", xshift=4,
            font={"color": LINES[name], "size": 12}, row=3, col=1,
        )  # fmt: skip
    figure.add_trace(_marker(walk, 0), row=3, col=1)
    places = [0, *range(1, 1 + 2 * len(walk.names)), len(figure.data) - 1]
    figure.frames = [
        go.Frame(
            name=caption,
            traces=places,
            # what a frame leaves out stays: of a curve, all but where it lies
            data=[
                go.Image(source=png_uri(walk.pictures[i])),
                *(go.Scatter(x=curve.x, y=curve.y) for curve in _normals(walk, i)),
                go.Scatter(x=[i, i]),
            ],
        )
        for i, caption in enumerate(walk.captions)
    ]
    figure.update_layout(
        autosize=True,
        height=820,
        showlegend=False,
        template="plotly_white",
        margin={"l": 75, "r": 100, "t": 10, "b": 10},
        sliders=[slider("this face: ", walk.captions)],
        updatemenus=[play_button()],
    )
    figure.update_xaxes(visible=False, row=1, col=1)
    figure.update_yaxes(visible=False, row=1, col=1)
    figure.update_xaxes(title="logit z", range=walk.reach, zeroline=False, row=2, col=1)
    figure.update_yaxes(
        tickvals=_rows(walk),
        ticktext=list(walk.names),
        range=[-0.2, len(walk.names)],
        zeroline=False,
        row=2,
        col=1,
    )
    figure.update_xaxes(showticklabels=False, range=[-0.3, steps[-1] + 0.3], zeroline=False, row=3, col=1)
    figure.update_yaxes(title="σ, nats", range=[0, _top(walk)], row=3, col=1)
    return figure


def _normals(walk: Walk, i: int) -> list[go.Scatter]:
    traces = []
    for (means, sigmas), filled in ((walk.wide, True), (walk.narrow, False)):
        for k, (name, row) in enumerate(zip(walk.names, _rows(walk), strict=True)):
            x, y = _curve(means[i, k], sigmas[i, k], row)
            traces.append(
                go.Scatter(
                    x=x,
                    y=y,
                    mode="lines",
                    line={"color": COLOURS[name] if filled else INK, "width": 1},
                    fill="toself" if filled else None,
                    opacity=0.75 if filled else 1,
                    hovertemplate=name + "<extra></extra>",
                )
            )
    return traces


def _marker(walk: Walk, i: int) -> go.Scatter:
    line = {"color": INK, "width": 1, "dash": "dot"}
    return go.Scatter(x=[i, i], y=[0, _top(walk)], mode="lines", line=line, hoverinfo="skip")


def _still(walk: Walk) -> Figure:
    shown = [0, len(walk.pictures) // 2, len(walk.pictures) - 1]
    figure = Figure(figsize=(6.6, 6.8), layout="constrained")
    grid = figure.add_gridspec(3, 3, height_ratios=[1, 1.9, 1.1])
    for column, i in enumerate(shown):
        face = figure.add_subplot(grid[0, column])
        face.imshow(walk.pictures[i].permute(1, 2, 0).numpy())
        face.set_title(walk.captions[i], fontsize=10)
        face.set_axis_off()
        ridge = figure.add_subplot(grid[1, column])
        for k, (name, row) in enumerate(zip(walk.names, _rows(walk), strict=True)):
            x, y = _curve(walk.wide[0][i, k], walk.wide[1][i, k], row)
            ridge.fill_between(x, y, row, color=COLOURS[name], alpha=0.75, linewidth=0)
            ridge.plot(*_curve(walk.narrow[0][i, k], walk.narrow[1][i, k], row), color=INK, linewidth=0.8)
        ridge.set(xlabel="logit z", xlim=walk.reach, ylim=(-0.2, len(walk.names)), yticks=_rows(walk))
        ridge.set_yticklabels(walk.names if column == 0 else [])
        ridge.spines[["top", "right", "left"]].set_visible(False)
        ridge.tick_params(axis="y", length=0)
    _strip(figure.add_subplot(grid[2, :]), walk)
    return figure


def _strip(axes: Axes, walk: Walk) -> None:
    heights = _label_heights(walk)
    for name, values in walk.curves.items():
        style = {"solid": "-", "dash": "--", "dot": ":", "dashdot": "-."}[DASHES[name]]
        axes.plot(values, style, color=LINES[name], linewidth=2)
        axes.annotate(
            _title(name), (len(values) - 1, heights[name]), color=LINES[name], va="center",
            xytext=(6, 0), textcoords="offset points",
        )  # fmt: skip
    ends = [0, len(walk.captions) - 1]
    axes.set(
        ylim=(0, _top(walk)), ylabel="σ, nats", xticks=ends, xticklabels=[walk.captions[i] for i in ends]
    )
    axes.spines[["top", "right"]].set_visible(False)


def _label_heights(walk: Walk) -> dict[str, float]:
    """Where the name of each line stands at its end: a line of text apart from the one below."""
    least, heights, below = 0.13 * _top(walk), {}, float("-inf")
    for name, values in sorted(walk.curves.items(), key=lambda item: item[1][-1]):
        heights[name] = below = max(values[-1], below + least)
    return heights


def _title(name: str) -> str:
    return name if name == "entropy" else f"σ {name}"


def _top(walk: Walk) -> float:
    return 1.1 * max(max(values) for values in walk.curves.values())


def _rows(walk: Walk) -> list[int]:
    """Where each class's curve stands: the first on top."""
    return list(range(len(walk.names) - 1, -1, -1))


def _curve(mean: Tensor, sigma: Tensor, row: int) -> tuple[list[float], list[float]]:
    steps = torch.linspace(-REACH, REACH, 25)
    x, y = mean + sigma * steps, row + HEIGHT * torch.exp(-0.5 * steps**2)
    return [round(v, 2) for v in x.tolist()], [round(v, 2) for v in y.tolist()]
