"""Figures of reparameterization: draws that flow through μ and σ, and the spread of two gradient estimators."""

import math

import plotly.graph_objects as go
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from plotly.subplots import make_subplots
from torch import Tensor

NOISE, SAMPLE, PATH = "#7f7f7f", "#0072b2", "#b9cfe0"
SCORE, PATHWISE, BASELINE = "#d55e00", "#0072b2", "#009e73"
REACH = 5.0  # both axes show −5 … 5

Flow = tuple[go.Figure, Figure, str]


def flow(noise: Tensor) -> Flow:
    """Show the same draws ε (N,) carried to z = μ + σ ε: one slider moves μ, the other σ.

    Returns the moving figure, the still one and the description, as :func:`interactive.show` takes them.
    """
    noise = noise.sort().values  # (N,)
    means = torch.linspace(-2, 2, 17).tolist()
    sigmas = torch.linspace(0.25, 2.25, 9).tolist()
    alt = (
        f"Two panels. In each, {len(noise)} fixed grey draws ε lie on a lower line and a straight path leads "
        "from each to its sample z on an upper line. Moving μ shifts every z by the same amount: dz/dμ = 1. "
        "Moving σ spreads the samples like a fan, each by its own ε: dz/dσ = ε. The draws never move."
    )
    return _flow_moving(noise, means, sigmas), _flow_still(noise), alt


def _flow_moving(noise: Tensor, means: list[float], sigmas: list[float]) -> go.Figure:
    figure = make_subplots(
        cols=2,
        subplot_titles=("move μ (σ = 1): every z shifts alike", "move σ (μ = 0): every z moves by its ε"),
    )
    for column in (1, 2):
        for trace in _flow_traces(noise, 0.0, 1.0):
            figure.add_trace(trace, row=1, col=column)
    size = len(figure.data) // 2
    sliders = []
    panels = [(0.0, "μ", means, [(m, 1.0) for m in means]), (0.55, "σ", sigmas, [(0.0, s) for s in sigmas])]
    for panel, (left, name, values, settings) in enumerate(panels):
        traces = list(range(panel * size, (panel + 1) * size))
        steps = []
        for value, (mean, sigma) in zip(values, settings, strict=True):
            moved = _flow_traces(noise, mean, sigma)
            lines = {"x": [trace.x for trace in moved], "y": [trace.y for trace in moved]}
            # restyle, not animated frames: a frame of one panel would blank the other
            steps.append({"method": "restyle", "label": f"{value:.2f}", "args": [lines, traces]})
        sliders.append(
            {
                "active": values.index(1.0 if name == "σ" else 0.0),
                "x": left,
                "len": 0.45,
                "pad": {"t": 30},
                "steps": steps,
                "currentvalue": {"prefix": f"{name} = "},
                "ticklen": 0,
                "minorticklen": 0,
                "font": {"size": 10},
            }
        )
    figure.update_layout(
        sliders=sliders, showlegend=False, template="plotly_white", height=430, margin={"t": 40, "b": 20}
    )
    figure.update_xaxes(range=[-REACH, REACH], zeroline=False)
    figure.update_yaxes(
        range=[-0.15, 1.75], tickvals=[0, 1], ticktext=["ε", "z"], showgrid=False, zeroline=False
    )
    return figure


def _flow_traces(noise: Tensor, mean: float, sigma: float) -> list[go.Scatter]:
    x, y = _paths(noise, mean, sigma)
    grid, density = _density(mean, sigma)
    quiet = {"hoverinfo": "skip"}
    return [
        go.Scatter(x=x, y=y, mode="lines", line={"color": PATH, "width": 1}, **quiet),
        go.Scatter(x=grid, y=density, mode="lines", line={"color": SAMPLE, "width": 2}, **quiet),
        go.Scatter(x=_rounded(noise), y=[0] * len(noise), mode="markers", marker={"color": NOISE}, name="ε"),
        go.Scatter(
            x=_rounded(mean + sigma * noise),
            y=[1] * len(noise),
            mode="markers",
            marker={"color": SAMPLE},
            name="z",
        ),
    ]


def _flow_still(noise: Tensor) -> Figure:
    figure = Figure(figsize=(9, 3.2), layout="constrained")
    settings = [(0.0, 1.0), (2.0, 1.0), (0.0, 2.0)]
    titles = ("μ = 0, σ = 1", "μ = 2: every z shifts alike", "σ = 2: every z moves by its ε")
    for axes, (mean, sigma), title in zip(figure.subplots(1, 3, sharey=True), settings, titles, strict=True):
        axes.plot(*_paths(noise, mean, sigma), color=PATH, linewidth=0.8)
        axes.plot(*_density(mean, sigma), color=SAMPLE)
        axes.plot(noise, torch.zeros_like(noise), "o", color=NOISE, markersize=4)
        axes.plot(mean + sigma * noise, torch.ones_like(noise), "o", color=SAMPLE, markersize=4)
        axes.set(title=title, xlim=(-REACH, REACH), ylim=(-0.15, 1.75), yticks=[0, 1], yticklabels=["ε", "z"])
        axes.title.set_fontsize(10)
        axes.spines[["top", "right", "left"]].set_visible(False)
        axes.tick_params(axis="y", length=0, labelsize=12)
    return figure


def _paths(noise: Tensor, mean: float, sigma: float) -> tuple[list, list]:
    """One line with gaps, from (ε, 0) to (z, 1) for every draw."""
    x, y = [], []
    for start, end in zip(_rounded(noise), _rounded(mean + sigma * noise), strict=True):
        x += [start, end, math.nan]
        y += [0, 1, math.nan]
    return x, y


def _density(mean: float, sigma: float) -> tuple[list, list]:
    """The density of N(μ, σ²) standing on the line of the samples, its height capped where σ is small."""
    grid = torch.linspace(-REACH, REACH, 101)
    density = torch.exp(-0.5 * ((grid - mean) / sigma) ** 2) / (sigma * math.sqrt(2 * math.pi))
    return _rounded(grid), _rounded(1 + density.clamp(max=0.7))


def _rounded(values: Tensor) -> list[float]:
    """Three decimals are finer than a pixel and keep the notebook small."""
    return [round(value, 3) for value in values.tolist()]


def gradient_spread(
    dimensions: list[int],
    by_dimension: dict[str, list[float]],
    sigmas: list[float],
    by_sigma: dict[str, list[float]],
) -> tuple[Figure, str]:
    """Plot the standard deviation of each estimator of dL/dμ₁ over the dimension and over σ.

    Args:
        dimensions, sigmas: the horizontal axes.
        by_dimension, by_sigma: for each estimator's name, its standard deviation at every point.

    Returns the still figure and its description.
    """
    figure = Figure(figsize=(9, 3.4), layout="constrained")
    left, right = figure.subplots(1, 2)
    _lines(left, dimensions, by_dimension)
    left.set_xscale("log", base=2)
    left.set(xlabel="number of logits", ylabel="spread of one draw's gradient", title="at σ = 1")
    left.set_xticks(dimensions, [str(d) for d in dimensions])
    _lines(right, sigmas, by_sigma)
    right.set_xscale("log")
    right.set(xlabel="σ", title="with 8 logits")
    right.set_xticks(sigmas, [f"{s:g}" for s in sigmas])
    right.minorticks_off()
    alt = "Two log-log plots of the standard deviation of a single draw's gradient. " + " ".join(
        f"{name}: {by_dimension[name][0]:.2g} with {dimensions[0]} logit, {by_dimension[name][-1]:.2g} with "
        f"{dimensions[-1]}; {by_sigma[name][0]:.2g} at σ = {sigmas[0]:g}, {by_sigma[name][-1]:.2g} at "
        f"σ = {sigmas[-1]:g}."
        for name in by_dimension
    )
    return figure, alt


def _lines(axes: Axes, x: list, curves: dict[str, list[float]]) -> None:
    for (name, y), colour, marker in zip(curves.items(), (SCORE, BASELINE, PATHWISE), "os^", strict=False):
        axes.plot(x, y, marker=marker, color=colour, markersize=5)
        axes.annotate(
            name, (x[-1], y[-1]), xytext=(6, 0), textcoords="offset points", color=colour, va="center"
        )
    axes.set_yscale("log")
    axes.margins(x=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(True, axis="y", color="#e5e5e5")
    axes.title.set_fontsize(10)
