"""Figures of the full training: two runs of which one was cut off, rates, a valley that widens, a run's dashboard."""

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go
import torch
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter
from plotly.subplots import make_subplots
from torch import Tensor

from lessons.full_training.steps import curvature_of_valley
from pvlib.evaluation.intervals import Interval
from pvlib.figures.interactive import play_button, slider

INK, GREY = "#222222", "#777777"
PLAIN, SAM, THIRD = "#d55e00", "#0072b2", "#009e73"
VALLEY = ((-2.0, 2.2), (-0.9, 0.9))  # what is shown of the plane


def two_runs(whole: Sequence[float], cut: Sequence[float], pulled: float) -> tuple[Figure, str]:
    """Show the training loss of a run and of one that was cut off and went on.

    Args:
        whole, cut: the loss of each epoch.
        pulled: epochs that the second had done at its last checkpoint before the cut.
    """
    figure = Figure(figsize=(6.5, 3.0), layout="constrained")
    axes = figure.subplots()
    epochs = range(1, len(whole) + 1)
    axes.plot(epochs, whole, "o-", color=PLAIN, linewidth=5, markersize=9, label="never interrupted")
    axes.plot(epochs, cut, "o-", color=SAM, linewidth=1.5, markersize=4, label="killed, and started again")
    axes.axvline(pulled, color=INK, linestyle=":", linewidth=1)
    late = pulled > len(whole) / 2  # the text stands below the losses, which fall from left to right
    axes.annotate(
        "here its power went off", (pulled, 0), xycoords=("data", "axes fraction"), color=INK, fontsize=9,
        xytext=(-4 if late else 4, 8), textcoords="offset points", ha="right" if late else "left",
    )  # fmt: skip
    axes.set(xlabel="epoch", ylabel="training loss (nats)", xticks=epochs, xlim=(0, len(whole) + 0.5))
    axes.legend(frameon=False, loc="upper right")
    axes.spines[["top", "right"]].set_visible(False)
    apart = max(abs(one - other) for one, other in zip(whole, cut, strict=True))
    alt = (
        f"The training loss of {len(whole)} epochs, of a run that was never interrupted and of one that was killed after "
        f"{pulled:.1f} epochs. The losses differ by {apart:g}."
    )
    return figure, alt


def rates(epochs: Sequence[float], curves: Mapping[str, Sequence[float]]) -> tuple[Figure, str]:
    """Show learning rates over the epochs that are done."""
    figure = Figure(figsize=(6.5, 2.8), layout="constrained")
    axes = figure.subplots()
    for (name, values), colour in zip(curves.items(), (PLAIN, SAM, THIRD), strict=False):
        axes.plot(epochs, values, color=colour, label=name)
    axes.set(xlabel="epochs done", ylabel="learning rate", ylim=(0, None))
    axes.legend(frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    told = "; ".join(
        f"{name}: from {v[0]:.1e} over {max(v):.1e} to {v[-1]:.1e}" for name, v in curves.items()
    )
    return figure, f"The learning rate during a run, for {len(curves)} schedules. {told}."


def valley(paths: Mapping[str, Tensor], every: int) -> tuple[go.Figure, Figure, str]:
    """Show two descents into a valley of loss 0 that widens to the right; the slider walks along both.

    Args:
        paths: "gradient descent" and "SAM", each (steps + 1, 2).
        every: steps between two frames.

    Returns the moving figure, the still one and the description, as :func:`interactive.show` takes them.
    """
    told = " ".join(
        f"{name} ends at {path[-1, 0]:+.2f}, where the valley's curvature is {curvature_of_valley(path[-1, 0]):.1f}."
        for name, path in paths.items()
    )
    count = len(next(iter(paths.values()))) - 1
    alt = f"A valley, steep on the left and flat on the right, and two descents of {count} steps. {told}"
    (left, right), (low, high) = VALLEY
    colours = dict(zip(paths, (PLAIN, SAM), strict=True))
    across, up = torch.linspace(left, right, 60), torch.linspace(low, high, 40)
    heights = 0.5 * curvature_of_valley(across)[None, :] * up[:, None] ** 2  # (40, 60)
    still = Figure(figsize=(6.5, 3.0), layout="constrained")
    axes = still.subplots()
    axes.contour(
        across, up, heights, levels=[0.02, 0.1, 0.3, 0.6, 1.0, 1.5, 2.2], colors="#cccccc", linewidths=1
    )
    for name, path in paths.items():
        axes.plot(path[:, 0], path[:, 1], color=colours[name], linewidth=1, label=name)
        axes.plot(*path[-1], "o", color=colours[name])
    axes.set(xlim=(left, right), ylim=(low, high), xlabel="along the valley", ylabel="across")
    axes.legend(frameon=False, loc="upper right")

    moving = go.Figure()
    line = {"color": "#cccccc", "width": 1}
    for level in (0.02, 0.1, 0.3, 0.6, 1.0, 1.5, 2.2):
        edge = (2 * level / curvature_of_valley(across)).sqrt()
        for side in (-1, 1):
            shown = {"x": small(across), "y": small(side * edge), "hoverinfo": "skip", "showlegend": False}
            moving.add_scatter(**shown, mode="lines", line=line)
    first = len(moving.data)
    for name, path in paths.items():
        moving.add_scatter(
            **_walked(path, 0), mode="lines", line={"color": colours[name], "width": 2}, name=name
        )
        dot = {"x": small(path[:1, 0]), "y": small(path[:1, 1]), "showlegend": False}
        moving.add_scatter(**dot, mode="markers", marker={"color": colours[name], "size": 11})
    steps = range(0, len(next(iter(paths.values()))), every)
    moving.frames = [
        go.Frame(
            name=str(step),
            data=[
                trace
                for path in paths.values()
                for trace in (
                    go.Scatter(**_walked(path, step)),
                    go.Scatter(x=small(path[step : step + 1, 0]), y=small(path[step : step + 1, 1])),
                )
            ],
            traces=list(range(first, first + 2 * len(paths))),
        )
        for step in steps
    ]
    moving.update_layout(
        updatemenus=[play_button(milliseconds=150)],
        sliders=[slider("step ", [str(step) for step in steps]) | {"ticklen": 0, "font": {"size": 10}}],
        template="plotly_white", height=420, margin={"l": 40, "r": 10, "t": 30, "b": 20},
        legend={"orientation": "h", "y": 1.12, "x": 0},
    )  # fmt: skip
    moving.update_xaxes(range=[left, right], title="along the valley")
    moving.update_yaxes(range=[low, high], title="across")
    return moving, still, alt


def small(values: Tensor) -> list[float]:
    """Three decimals are enough for a picture."""
    return [round(value, 3) for value in values.tolist()]


def _walked(path: Tensor, step: int) -> dict[str, list[float]]:
    """The part of a path up to a step, at most 60 points of it."""
    rows = torch.linspace(0, step, min(step + 1, 60)).long()
    return {"x": small(path[rows, 0]), "y": small(path[rows, 1])}


def along(distances: Sequence[float], curves: Mapping[str, Tensor]) -> tuple[Figure, str]:
    """Show the loss along one random direction through each network's weights."""
    figure = Figure(figsize=(6.5, 3.0), layout="constrained")
    axes = figure.subplots()
    for (name, values), colour in zip(curves.items(), (PLAIN, SAM), strict=True):
        axes.plot(distances, values, color=colour, label=name)
    axes.set(
        xlabel="distance, as a share of each weight tensor's length", ylabel="loss on unseen faces (nats)"
    )
    axes.legend(frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    middle = len(distances) // 2
    told = "; ".join(
        f"{name}: {values[0]:.2f}, {values[middle]:.2f} at the weights, {values[-1]:.2f}"
        for name, values in curves.items()
    )
    return figure, f"The loss from {distances[0]:g} to {distances[-1]:g} along one random direction. {told}."


def bought(differences: Mapping[str, Mapping[str, Interval]]) -> tuple[Figure, str]:
    """Show for each measure what every switch changes, with its interval; grey where that contains zero.

    Args:
        differences: by measure's title, each switch's difference to the plain run.
    """
    names = list(next(iter(differences.values())))
    figure = Figure(figsize=(6.5, 0.34 * len(names) + 1.0), layout="constrained")
    axes = figure.subplots(1, len(differences), sharey=True, squeeze=False)[0]
    clear = []
    for place, (title, found) in zip(axes, differences.items(), strict=True):
        place.axvline(0, color=GREY, linewidth=1)
        for row, (name, interval) in enumerate(found.items()):
            is_clear = interval.low > 0 or interval.high < 0
            colour = SAM if is_clear else "#aaaaaa"
            place.plot([interval.low, interval.high], [row, row], color=colour)
            place.plot(interval.value, row, "o", color=colour, markersize=5)
            clear += [f"{title} {name} {interval.value:+.3g}"] if is_clear else []
        if title == "accuracy":
            place.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        place.set_title(title, fontsize=9)
        place.spines[["top", "right", "left"]].set_visible(False)
    axes[0].set_yticks(range(len(names)), names)
    axes[0].invert_yaxis()
    return figure, "Differences whose interval leaves out zero: " + ("; ".join(clear) or "none") + "."


PANELS = {  # of the dashboard: key of a row, title
    "loss": "training loss (nats)",
    "rate": "learning rate",
    "accuracy": "accuracy",
    "mean_class_accuracy": "mean class accuracy",
    "sigma": "mean σ",
    "speed": "faces a second",
}


def dashboard(rows: Sequence[Mapping[str, float]], epochs: int) -> tuple[Figure, str]:
    """Show what a run has done so far, one panel a measure; ``rows`` is one an epoch, ``epochs`` how many are planned."""
    figure = Figure(figsize=(6.5, 3.6), layout="constrained")
    panels = [key for key in PANELS if key in rows[0]]
    places = figure.subplots(2, 3).flat
    for key, place in zip(
        panels, places, strict=False
    ):  # panels first: zip takes one place too many otherwise
        values = [row[key] for row in rows]
        place.plot(range(1, len(rows) + 1), values, "o-", color=SAM, markersize=3)
        place.set_title(PANELS[key], fontsize=9)
        place.set(xlim=(0.5, epochs + 0.5), ylim=(0, None))
        if "accuracy" in key:
            place.set_ylim(0, 1)
            place.yaxis.set_major_formatter(PercentFormatter(1))
        place.spines[["top", "right"]].set_visible(False)
    for place in places:  # what is left
        place.set_axis_off()
    last = rows[-1]
    told = ", ".join(f"{PANELS[key]} {last[key]:.4g}" for key in panels)
    return figure, f"A run after {len(rows)} of {epochs} epochs: {told}."


def moving_dashboard(rows: Sequence[Mapping[str, float]], still: tuple[Figure, str]) -> tuple[Any, ...]:
    """Let the same panels grow with a slider, epoch by epoch; with the still figure and its description."""
    panels = [key for key in PANELS if key in rows[0]]
    figure = make_subplots(rows=len(panels), cols=1, shared_xaxes=True, vertical_spacing=0.09,
                           subplot_titles=[PANELS[key] for key in panels])  # fmt: skip
    epochs = list(range(1, len(rows) + 1))
    for number, key in enumerate(panels, start=1):
        grown = {"x": epochs[:1], "y": [rows[0][key]]}
        figure.add_scatter(**grown, mode="lines+markers", line_color=SAM, row=number, col=1)
        figure.update_yaxes(range=[0, 1.1 * max(row[key] for row in rows)], row=number, col=1)
    figure.frames = [
        go.Frame(
            name=str(epoch),
            data=[go.Scatter(x=epochs[:epoch], y=[row[key] for row in rows[:epoch]]) for key in panels],
            traces=list(range(len(panels))),
        )
        for epoch in epochs
    ]
    figure.update_xaxes(range=[0.5, len(rows) + 0.5])
    figure.update_layout(
        updatemenus=[play_button(milliseconds=200)],
        sliders=[slider("epoch ", [str(epoch) for epoch in epochs]) | {"ticklen": 0, "font": {"size": 10}}],
        showlegend=False, template="plotly_white", height=170 * len(panels) + 120,
        margin={"l": 45, "r": 10, "t": 30, "b": 20},
    )  # fmt: skip
    return figure, *still
