"""The learned normals of one face (Figure 5 of the paper), and σ² against theory."""

import base64
from io import BytesIO
from itertools import pairwise

import plotly.graph_objects as go
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image
from plotly.subplots import make_subplots
from torch import Tensor

from pvlib.data.expression_colours import COLOURS

INK = "#222222"
HEIGHT = 0.85  # of a curve, where the rows are 1 apart
REACH = 3.5  # a curve is drawn over ± this many σ

Normals = tuple[Tensor, Tensor]  # means and σ, (faces, classes) each


def normals(
    pictures: Tensor, captions: list[str], wide: Normals, narrow: Normals, names: tuple[str, ...]
) -> tuple[go.Figure, Figure, str]:
    """Show each class's normal over the logits, one row a class; a slider walks from face to face.

    Args:
        pictures: uint8, (faces, 1 or 3, H, W).
        captions: one text a face.
        wide: means and σ of the head drawn in the classes' colours.
        narrow: means and σ of the head drawn as thin dark lines.
        names: the classes, in order.

    Returns the moving figure, the still one and the description, as :func:`interactive.show` takes them.
    Every curve has the same height, so that only place and width speak.
    """
    first, last = (
        ", ".join(
            f"{names[k]} at {wide[0][i, k]:.1f} ± {wide[1][i, k]:.1f}" for k in wide[0][i].topk(2).indices
        )
        for i in (0, -1)
    )
    alt = (
        f"A face that changes from {captions[0]} to {captions[-1]}, and for each of {len(names)} expressions "
        f"the normal distribution that the head learned for its logit. Rightmost at the start: {first}; at "
        f"the end: {last}. Thin dark lines, from a head trained without a divergence, are spikes: their mean "
        f"σ is {narrow[1].mean():.3f} against {wide[1].mean():.2f}."
    )
    return (
        _normals_moving(pictures, captions, wide, narrow, names),
        _normals_still(pictures, captions, wide, narrow, names),
        alt,
    )


def _normals_moving(
    pictures: Tensor, captions: list[str], wide: Normals, narrow: Normals, names: tuple[str, ...]
) -> go.Figure:
    figure = make_subplots(cols=2, column_widths=[0.32, 0.68], horizontal_spacing=0.14)
    figure.add_trace(go.Image(source=_png(pictures[0]), hoverinfo="skip"), row=1, col=1)
    for trace in _curves(0, wide, narrow, names):
        figure.add_trace(trace, row=1, col=2)
    curves = list(range(1, 1 + 2 * len(names)))
    steps = []
    for i, caption in enumerate(captions):
        traces = _curves(i, wide, narrow, names)
        # the picture has no x and y: None leaves them alone, as it leaves the curves without a source
        changes = {
            "source": [_png(pictures[i])] + [None] * len(curves),
            "x": [None] + [list(trace.x) for trace in traces],
            "y": [None] + [list(trace.y) for trace in traces],
        }
        steps.append({"method": "restyle", "label": caption, "args": [changes, [0, *curves]]})
    figure.update_layout(
        sliders=[{"active": 0, "steps": steps, "pad": {"t": 25}, "currentvalue": {"prefix": "this face: "}}],
        showlegend=False,
        template="plotly_white",
        height=480,
        margin={"t": 20, "b": 20},
    )
    figure.update_xaxes(visible=False, row=1, col=1)
    figure.update_yaxes(visible=False, row=1, col=1)
    figure.update_xaxes(title="logit z", range=_range(wide, narrow), zeroline=False, row=1, col=2)
    figure.update_yaxes(
        tickvals=_rows(names), ticktext=list(names), range=[-0.2, len(names)], zeroline=False, row=1, col=2
    )
    return figure


def _curves(i: int, wide: Normals, narrow: Normals, names: tuple[str, ...]) -> list[go.Scatter]:
    traces = []
    for (means, sigmas), filled in ((wide, True), (narrow, False)):
        for k, (name, row) in enumerate(zip(names, _rows(names), strict=True)):
            x, y = _curve(means[i, k], sigmas[i, k], row)
            traces.append(
                go.Scatter(
                    x=x,
                    y=y,
                    mode="lines",
                    line={"color": COLOURS[name] if filled else INK, "width": 1},
                    fill="toself" if filled else None,
                    opacity=0.75 if filled else 1,
                    hovertemplate=f"{name}: μ = {means[i, k]:.2f}, σ = {sigmas[i, k]:.3f}<extra></extra>",
                )
            )
    return traces


def _normals_still(
    pictures: Tensor, captions: list[str], wide: Normals, narrow: Normals, names: tuple[str, ...]
) -> Figure:
    shown = [0, len(pictures) // 2, len(pictures) - 1]
    figure = Figure(figsize=(9, 5), layout="constrained")
    axes = figure.subplots(2, 3, sharex="row", sharey="row", height_ratios=[1, 2])
    for column, i in enumerate(shown):
        _picture(axes[0, column], pictures[i], captions[i])
        ridge = axes[1, column]
        for k, (name, row) in enumerate(zip(names, _rows(names), strict=True)):
            x, y = _curve(wide[0][i, k], wide[1][i, k], row)
            ridge.fill_between(x, y, row, color=COLOURS[name], alpha=0.75, linewidth=0)
            ridge.plot(*_curve(narrow[0][i, k], narrow[1][i, k], row), color=INK, linewidth=0.8)
        ridge.set(xlabel="logit z", xlim=_range(wide, narrow), yticks=_rows(names), yticklabels=names)
        ridge.spines[["top", "right", "left"]].set_visible(False)
        ridge.tick_params(axis="y", length=0)
    return figure


def _rows(names: tuple[str, ...]) -> list[int]:
    """Where each class's curve stands: the first on top."""
    return list(range(len(names) - 1, -1, -1))


def _curve(mean: Tensor, sigma: Tensor, row: int) -> tuple[list[float], list[float]]:
    steps = torch.linspace(-REACH, REACH, 41)
    x, y = mean + sigma * steps, row + HEIGHT * torch.exp(-0.5 * steps**2)
    return [round(v, 4) for v in x.tolist()], [round(v, 3) for v in y.tolist()]


def _range(wide: Normals, narrow: Normals) -> tuple[float, float]:
    low = min((mean - 2.5 * sigma).min().item() for mean, sigma in (wide, narrow))
    high = max((mean + 2.5 * sigma).max().item() for mean, sigma in (wide, narrow))
    return low, high


def _picture(axes: Axes, picture: Tensor, caption: str) -> None:
    axes.imshow(picture.permute(1, 2, 0).squeeze(-1).numpy(), cmap="gray", vmin=0, vmax=255)
    axes.set_title(caption, fontsize=10)
    axes.set_axis_off()


def _png(picture: Tensor) -> str:
    buffer = BytesIO()
    Image.fromarray(picture.permute(1, 2, 0).squeeze(-1).numpy()).convert("RGB").save(buffer, format="png")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")


def variance_and_theory(spread: Tensor, variance: Tensor, weight: float) -> tuple[Figure, str]:
    """Plot each learned σ² over E[p(1 − p)] of its logit, and the optimum λ / (λ + E[p(1 − p)]).

    Args:
        spread: E[p(1 − p)] for every face and class, (n,).
        variance: the head's σ² for the same, (n,).
        weight: λ of the Gaussian divergence.
    """
    figure = Figure(figsize=(6, 3.6), layout="constrained")
    axes = figure.subplots()
    axes.plot(spread, variance, ".", color="#0072b2", alpha=0.12, markersize=4, markeredgewidth=0)
    edges = torch.linspace(0, 0.25, 11)
    centres, medians = [], []
    for low, high in pairwise(edges):
        inside = (spread >= low) & (spread < high)
        if inside.sum() >= 10:  # fewer have no steady median
            centres.append(((low + high) / 2).item())
            medians.append(variance[inside].median().item())
    axes.plot(centres, medians, "o", color="#0072b2", label="learned σ² (median of each bin)")
    grid = torch.linspace(0, 0.25, 101)
    axes.plot(grid, weight / (weight + grid), color="#d55e00", label="theory: λ / (λ + E[p(1−p)])")
    axes.set(xlabel="E[p(1−p)]: how undecided this class is", ylabel="σ² of its logit", ylim=(0, 1.15))
    axes.legend(frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    alt = (
        f"A scatter plot of {len(spread)} learned variances. They fall from about {medians[0]:.2f} where a "
        f"class is decided to {medians[-1]:.2f} where it is most undecided, close to the theoretical curve."
    )
    return figure, alt
