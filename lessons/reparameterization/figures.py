"""Figures of reparameterization: two dartboards, and what each gradient estimator costs and needs."""

import itertools
import math
from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle
from plotly.subplots import make_subplots
from torch import Tensor

from pvlib.figures.interactive import play_button, slider

INK, GREY = "#222222", "#7f7f7f"
SCORE, PATHWISE, BASELINE = "#d55e00", "#0072b2", "#009e73"
STYLES = {"score function": (SCORE, "o"), "with baseline": (BASELINE, "s"), "pathwise": (PATHWISE, "^")}
RINGS = (0.7, 1.4, 2.1, 2.8)
BOARD = 3.2  # a dartboard shows −3.2 … 3.2


def dartboards(darts: Mapping[str, Sequence[Tensor]]) -> tuple[go.Figure, Figure, str]:
    """Show the darts of every step on two boards; the slider walks through the steps.

    Args:
        darts: for each of two ways to sample, the darts of every step, (darts, 2).

    Returns the moving figure, the still one and the description, as :func:`interactive.show` takes them.
    """
    names, steps = list(darts), len(next(iter(darts.values())))
    alt = f"Two dartboards, {steps} steps. " + " ".join(
        f"{name}: at first the darts lie {away(shown[0]):.1f} from the centre on average, at last {away(shown[-1]):.1f}."
        for name, shown in darts.items()
    )
    figure = make_subplots(cols=2, subplot_titles=names, horizontal_spacing=0.04)
    angles = torch.linspace(0, 2 * math.pi, 49)
    for column, radius in itertools.product((1, 2), RINGS):
        ring = {"x": small(radius * angles.cos()), "y": small(radius * angles.sin()), "hoverinfo": "skip"}
        figure.add_scatter(**ring, mode="lines", line={"color": "#cccccc", "width": 1}, row=1, col=column)
    for column, (name, colour) in enumerate(zip(names, (SCORE, PATHWISE), strict=True), start=1):
        dots = {"mode": "markers", "marker": {"color": colour, "size": 6}, "hoverinfo": "skip"}
        figure.add_scatter(**_dots(darts[name][0]), **dots, row=1, col=column)
    thrown = [len(figure.data) - 2, len(figure.data) - 1]
    figure.frames = [
        go.Frame(name=str(i), data=[go.Scatter(**_dots(darts[name][i])) for name in names], traces=thrown)
        for i in range(steps)
    ]
    walk = slider("step ", [str(i) for i in range(steps)]) | {"ticklen": 0, "font": {"size": 10}}
    figure.update_layout(
        updatemenus=[play_button(milliseconds=120)], sliders=[walk], showlegend=False, template="plotly_white",
        height=360, margin={"l": 10, "r": 10, "t": 40, "b": 10},
    )  # fmt: skip
    figure.update_xaxes(range=[-BOARD, BOARD], visible=False)
    figure.update_yaxes(range=[-BOARD, BOARD], visible=False)
    for column, axis in ((1, "x"), (2, "x2")):
        figure.update_yaxes(scaleanchor=axis, row=1, col=column)
    return figure, _dartboards_still(darts), alt


def away(darts: Tensor) -> float:
    """The mean distance of the darts (N, 2) from the centre."""
    return darts.norm(dim=1).mean().item()


def _dots(darts: Tensor) -> dict[str, list[float]]:
    """As lists: plotly does not read an array's bytes in a frame."""
    return {axis: [round(value, 2) for value in darts[:, k].tolist()] for k, axis in enumerate("xy")}


def _dartboards_still(darts: Mapping[str, Sequence[Tensor]]) -> Figure:
    figure = Figure(figsize=(6, 3.3), layout="constrained")
    for axes, (name, steps), colour in zip(
        figure.subplots(1, 2), darts.items(), (SCORE, PATHWISE), strict=True
    ):
        for radius in RINGS:
            axes.add_patch(Circle((0, 0), radius, fill=False, color="#cccccc"))
        axes.plot(*steps[0].T, "o", color=GREY, markersize=4, label="first step")
        axes.plot(*steps[-1].T, "o", color=colour, markersize=4, label="last step")
        axes.set(title=name, xlim=(-BOARD, BOARD), ylim=(-BOARD, BOARD), aspect="equal")
        axes.legend(loc="lower center", ncols=2, fontsize=9, frameon=False, handletextpad=0)
        axes.set_axis_off()
    return figure


def noise_over_sigma(sigmas: Sequence[float], curves: Mapping[str, Sequence[float]]) -> tuple[Figure, str]:
    """Plot over σ the standard deviation of one sample's gradient, by each estimator's name."""
    figure = Figure(figsize=(6, 3.4), layout="constrained")
    axes = figure.subplots()
    for name, values in curves.items():
        colour, marker = STYLES[name]
        axes.loglog(sigmas, values, marker=marker, color=colour)
        axes.annotate(name, (sigmas[0], values[0]), (0, 11), textcoords="offset points", color=colour)
    axes.set(xlabel="σ of the eight logits", ylabel="standard deviation\nof one sample's gradient")
    axes.set_xticks(sigmas, [f"{s:g}" for s in sigmas])
    axes.minorticks_off()
    axes.margins(y=0.12)
    _tidy(axes)
    alt = "The standard deviation of one sample's gradient, on logarithmic axes. " + " ".join(
        f"{name}: {values[0]:.2g} at σ = {sigmas[0]:g}, {values[-1]:.2g} at σ = {sigmas[-1]:g}."
        for name, values in curves.items()
    )
    return figure, alt


Curves = Mapping[str, Sequence[float]]


def limits(
    *,
    steps: tuple[Sequence[float], Sequence[float], Curves],
    waves: tuple[Sequence[float], Curves],
    choices: tuple[Sequence[float], Curves],
    relaxed: tuple[Sequence[float], Sequence[float], Sequence[float]],
) -> tuple[Figure, str]:
    """Show where the pathwise estimator is biased, or noisier, or has no slope to work with.

    Args:
        steps: means μ; the exact slope of an expected step loss; the mean gradient by each estimator's name.
        waves: frequencies ω; for a loss sin(ω z) the standard deviation of one sample's gradient by each estimator's name.
        choices: values of the first logit; the share of the first class, noise fixed, by the kind of choice.
        relaxed: temperatures τ of Gumbel-softmax; how far its mean gradient is off; the standard deviation of one sample's.
    """
    figure = Figure(figsize=(6.4, 5), layout="constrained")
    (jump, wave), (choice, relaxation) = figure.subplots(2, 2)
    means, exact, by_step = steps
    jump.plot(means, exact, color=INK, linewidth=5, alpha=0.25, label="exact")
    frequencies, by_wave = waves
    for name in by_step:
        colour, marker = STYLES[name]
        jump.plot(means, by_step[name], marker=marker, color=colour, linestyle="none", label=name)
        wave.loglog(frequencies, by_wave[name], marker=marker, color=colour, label=name)
    logits, shares = choices
    for (name, values), colour, width in zip(
        shares.items(), (INK, BASELINE, PATHWISE), (3, 2, 2), strict=True
    ):
        choice.plot(logits, values, color=colour, linewidth=width, label=name)
    temperatures, bias, noise = relaxed
    relaxation.loglog(temperatures, bias, "o-", color=SCORE, label="bias")
    relaxation.loglog(temperatures, noise, "s-", color=PATHWISE, label="noise of one sample")
    jump.set(title="step: mean gradient", xlabel="μ", ylim=(-0.05, 0.75))
    wave.set(title="sin(ωz): noise of one sample", xlabel="ω", ylim=(None, 60))
    choice.set(
        title="share of class 0, noise fixed",
        xlabel="logit of class 0",
        ylim=(-0.05, 1.7),
        yticks=(0, 0.5, 1),
    )
    relaxation.set(title="Gumbel-softmax: gradient", xlabel="temperature τ", ylim=(None, 10))
    for axes, ticks in ((wave, frequencies), (relaxation, temperatures)):
        axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
        axes.minorticks_off()
    for axes in (jump, wave, choice, relaxation):
        _tidy(axes)
        axes.legend(fontsize=9, frameon=False, loc="upper left")
    first, last = frequencies[0], frequencies[-1]
    noises = ", ".join(f"{name} {values[0]:.2g} and {values[-1]:.2g}" for name, values in by_wave.items())
    alt = (
        f"Four panels. A step loss: the exact slope is {exact[len(exact) // 2]:.2f} in the middle; the score function "
        "follows it, the pathwise estimates are all 0. "
        f"A loss sin(ωz), noise of one sample at ω = {first:g} and {last:g}: {noises}. "
        "A chosen class over its logit: argmax jumps from 0 to 1 and is flat elsewhere, softmax rises smoothly. "
        f"Gumbel-softmax: from τ = {temperatures[0]:g} to {temperatures[-1]:g} its bias goes from {bias[0]:.2g} to "
        f"{bias[-1]:.2g}, its noise from {noise[0]:.2g} to {noise[-1]:.2g}."
    )
    return figure, alt


def small(values: Tensor) -> np.ndarray:
    """Plotly keeps an array as bytes, where a list would take a line a number in the notebook's file."""
    return values.float().numpy()


def _tidy(axes: Axes) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(True, axis="y", color="#e5e5e5")
    axes.title.set_fontsize(11)
