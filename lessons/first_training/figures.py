"""Figures of the first training: memorised faces, training curves, faces while the network learns, confusions."""

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter
from plotly.subplots import make_subplots
from torch import Tensor

from pvlib.data.expression_colours import COLOURS
from pvlib.figures.interactive import play_button, png_uri, slider
from pvlib.training import EpochRecord

INK, GREY = "#222222", "#777777"
GOOD, BAD, NOISE = "#0072b2", "#d55e00", "#009e73"


def memorised(right: Sequence[float], wrong: Sequence[float], floor: float) -> tuple[Figure, str]:
    """Show the losses of the steps of a correct and of a mistaken network, and the floor of the mistaken one's."""
    figure = Figure(figsize=(6.5, 3.2), layout="constrained")
    axes = figure.subplots()
    axes.plot(right, color=GOOD)
    axes.plot(wrong, color=BAD)
    last = len(right) - 1
    axes.axhline(floor, color=BAD, linestyle=":", linewidth=1)
    axes.annotate(
        f"floor {floor:.2f}",
        (last, floor),
        color=BAD,
        ha="right",
        va="top",
        xytext=(0, -4),
        textcoords="offset points",
    )
    axes.annotate(
        "as it should be",
        (last, right[-1]),
        color=GOOD,
        ha="right",
        xytext=(0, 8),
        textcoords="offset points",
    )
    axes.annotate(
        "two softmaxes", (last, wrong[-1]), color=BAD, ha="right", xytext=(0, 8), textcoords="offset points"
    )
    axes.set(xlabel="step", ylabel="loss (nats)", ylim=(0, None))
    axes.spines[["top", "right"]].set_visible(False)
    alt = (
        f"The loss over {len(right)} steps on a few faces. The correct one falls from {right[0]:.2f} to {right[-1]:.2f}; "
        f"the one with two softmaxes only from {wrong[0]:.2f} to {wrong[-1]:.2f}, above its floor of {floor:.2f}."
    )
    return figure, alt


def curves(
    before: Mapping[str, float],
    history: Sequence[EpochRecord],
    floor: float,
    raters: tuple[float, float],
) -> tuple[Figure, str]:
    """Show loss, accuracy on clear and on mixed faces, and mean σ, epoch by epoch (0 is before training).

    Args:
        floor: the entropy of the targets (nats), which no training loss passes.
        raters: how often one rater, and the first choice of ten, find the strongest expression of mixed faces.
    """
    figure = Figure(figsize=(6.5, 5.2), layout="constrained")
    panels = figure.subplot_mosaic([["loss", "sigma"], ["accuracy", "accuracy"]], height_ratios=(2, 3))
    loss, accuracy, sigma = (panels[name] for name in ("loss", "accuracy", "sigma"))
    epochs = [record.epoch for record in history]
    loss.plot(epochs, [record.loss for record in history], "o-", color=INK, markersize=4)
    loss.axhline(floor, color=INK, linestyle=":", linewidth=1)
    below: dict[str, Any] = {"xytext": (0, -4), "textcoords": "offset points", "ha": "right", "va": "top"}
    loss.annotate("entropy of the votes", (epochs[-1], floor), color=INK, **below)
    loss.set(title="training loss (nats)", xlabel="epoch", ylim=(0, None))
    accuracy.axhspan(*raters, color="#dddddd", linewidth=0)
    for who, share in zip(("one rater", "ten raters"), raters, strict=True):
        accuracy.annotate(f"{who}, mixed faces", (epochs[-1], share), color=GREY, **below)
    for kind, colour in (("clear", GOOD), ("mixed", BAD)):
        values = [before[kind], *(record.metrics[kind] for record in history)]
        accuracy.plot([0, *epochs], values, "o-", color=colour, markersize=4)
        beside: dict[str, Any] = {"xytext": (6, -3), "textcoords": "offset points"}
        accuracy.annotate(f"{kind} faces", (epochs[-1], values[-1]), color=colour, **beside)
    accuracy.set(title="accuracy on unseen faces", xlabel="epoch", ylim=(0, 1))
    accuracy.yaxis.set_major_formatter(PercentFormatter(1))
    sigmas = [before["sigma"], *(record.metrics["sigma"] for record in history)]
    sigma.plot([0, *epochs], sigmas, "o-", color=NOISE, markersize=4)
    sigma.set(title="mean σ of the logits", xlabel="epoch", ylim=(0, None))
    for axes in (loss, accuracy, sigma):
        axes.spines[["top", "right"]].set_visible(False)
    last = history[-1]
    alt = (
        f"Three curves over {len(history)} epochs. The training loss falls from {history[0].loss:.2f} to {last.loss:.2f}; "
        f"the entropy of the votes is {floor:.2f}. "
        f"Accuracy on clear faces rises from {before['clear']:.0%} to {last.metrics['clear']:.0%}, on mixed faces to "
        f"{last.metrics['mixed']:.0%} (one rater {raters[0]:.0%}, ten {raters[1]:.0%}). "
        f"The mean σ falls from {sigmas[0]:.2f} to {sigmas[-1]:.2f}."
    )
    return figure, alt


def story(
    pictures: Tensor,
    truth: Tensor,
    votes: Tensor,
    probabilities: Tensor,
    sigma: Sequence[float],
    names: tuple[str, ...],
) -> tuple[go.Figure, Figure, str]:
    """Show what the network says of some faces after every epoch; the slider walks through the epochs.

    Args:
        pictures: uint8, (faces, 1 or 3, H, W).
        truth: (faces, classes); the true label distributions.
        votes: (faces, classes); each class's share of the raters' votes.
        probabilities: (epochs + 1, faces, classes); row 0 is before training.
        sigma: mean σ of the logits, before training and after each epoch.
        names: the classes, in order.

    Returns the moving figure, the still one and the description, as :func:`interactive.show` takes them.
    """
    said = [names[k] for k in probabilities[-1].argmax(dim=1).tolist()]
    meant = [names[k] for k in truth.argmax(dim=1).tolist()]
    pairs = "; ".join(f"{a} for a face of {b}" for a, b in zip(said, meant, strict=True))
    alt = (
        f"{len(pictures)} faces with bars for the probability of each expression. "
        "Before training the bars are much the same for every face. "
        f"After {len(probabilities) - 1} epochs the highest bar is: {pairs}. "
        f"Meanwhile the mean σ goes from {sigma[0]:.2f} to {sigma[-1]:.2f}."
    )
    return (
        _story_moving(pictures, truth, votes, probabilities, sigma, names),
        _story_still(pictures, truth, votes, probabilities, names),
        alt,
    )


def _given(votes: Tensor) -> list[list[float | None]]:
    """The shares of each face, None where nobody voted: a ring at 0 would only hide the axis."""
    return [[share or None for share in face] for face in votes.tolist()]


def _story_moving(
    pictures: Tensor,
    truth: Tensor,
    votes: Tensor,
    probabilities: Tensor,
    sigma: Sequence[float],
    names: tuple[str, ...],
) -> go.Figure:
    count, given, columns = len(pictures), _given(votes), 3
    lines = -(-count // columns)
    grid: list[list[dict | None]] = [[{}] * columns for _ in range(2 * lines)]
    figure = make_subplots(
        rows=2 * lines + 1,
        cols=columns,
        specs=[*grid, [{"colspan": columns}, *[None] * (columns - 1)]],
        row_heights=[0.16, 0.24] * lines + [0.2],
        vertical_spacing=0.03,
        horizontal_spacing=0.03,
    )
    places = [(2 * (face // columns) + 1, face % columns + 1) for face in range(count)]
    colours = [COLOURS[name] for name in names]
    for face, (row, column) in enumerate(places):
        bars = go.Bar(
            x=probabilities[0, face].tolist(), y=list(names), orientation="h", marker_color=colours,
            hovertemplate="%{y}: %{x:.0%}<extra></extra>",
        )  # fmt: skip
        figure.add_trace(bars, row=row + 1, col=column)
    now = go.Scatter(
        x=[0], y=[sigma[0]], mode="markers", marker={"size": 12, "color": NOISE}, hoverinfo="skip"
    )
    figure.add_trace(now, row=2 * lines + 1, col=1)
    moved = list(range(count + 1))
    for face, (row, column) in enumerate(places):
        cell = figure.get_subplot(row, column)
        (left, right), (low, high) = cell.xaxis.domain, cell.yaxis.domain
        figure.add_layout_image(
            source=png_uri(pictures[face]), xref="paper", yref="paper", xanchor="center", yanchor="middle",
            x=(left + right) / 2, y=(low + high) / 2, sizex=right - left, sizey=high - low,
        )  # fmt: skip
        rings = go.Scatter(
            x=given[face], y=list(names), mode="markers", hovertemplate="votes: %{x:.0%}<extra></extra>",
            marker={"symbol": "circle-open", "size": 7, "color": GREY, "line": {"width": 2}},
        )  # fmt: skip
        figure.add_trace(rings, row=row + 1, col=column)
        marks = go.Scatter(
            x=truth[face].tolist(), y=list(names), mode="markers", hovertemplate="truth: %{x:.0%}<extra></extra>",
            marker={"symbol": "line-ns-open", "size": 10, "color": INK, "line": {"width": 3}},
        )  # fmt: skip
        figure.add_trace(marks, row=row + 1, col=column)
        figure.update_xaxes(visible=False, row=row, col=column)
        figure.update_yaxes(visible=False, row=row, col=column)
        figure.update_xaxes(range=[0, 1], tickformat=".0%", tickvals=[0, 0.5], row=row + 1, col=column)
        figure.update_yaxes(
            showticklabels=column == 1, autorange="reversed", tickfont_size=10, row=row + 1, col=column
        )
    epochs = list(range(len(sigma)))
    line = go.Scatter(
        x=epochs, y=list(sigma), mode="lines", line_color=NOISE, hovertemplate="σ %{y:.2f}<extra></extra>"
    )
    figure.add_trace(line, row=2 * lines + 1, col=1)
    figure.update_yaxes(title="mean σ", rangemode="tozero", nticks=3, row=2 * lines + 1, col=1)
    figure.update_xaxes(tickvals=epochs, row=2 * lines + 1, col=1)
    figure.frames = [
        go.Frame(
            name=str(epoch),
            data=[*(go.Bar(x=row.tolist()) for row in rows), go.Scatter(x=[epoch], y=[sigma[epoch]])],
            traces=moved,
        )
        for epoch, rows in enumerate(probabilities)
    ]
    figure.update_layout(
        sliders=[slider("epochs trained: ", [frame.name for frame in figure.frames])],
        updatemenus=[play_button()],
        showlegend=False,
        template="plotly_white",
        height=720,
        margin={"t": 20, "b": 20, "l": 20, "r": 10},
    )
    return figure


def _story_still(
    pictures: Tensor, truth: Tensor, votes: Tensor, probabilities: Tensor, names: tuple[str, ...]
) -> Figure:
    shown = sorted({0, 1, len(probabilities) // 2, len(probabilities) - 1})
    count, given = len(pictures), _given(votes)
    figure = Figure(figsize=(1.65 * count + 1.2, 1.6 + 1.5 * len(shown)), layout="constrained")
    grid = figure.subplots(1 + len(shown), count, squeeze=False)
    positions = range(len(names))
    for face in range(count):
        grid[0, face].imshow(pictures[face].expand(3, -1, -1).permute(1, 2, 0).numpy())
        grid[0, face].set_axis_off()
        for row, epoch in enumerate(shown, start=1):
            axes = grid[row, face]
            axes.barh(positions, probabilities[epoch, face].tolist(), color=[COLOURS[name] for name in names])
            axes.plot(given[face], positions, "o", color=GREY, markersize=4, fillstyle="none")
            axes.plot(truth[face].tolist(), positions, "|", color=INK, markersize=7, markeredgewidth=2)
            axes.set(xlim=(0, 1), xticks=[], yticks=[])
            axes.invert_yaxis()
            axes.spines[["top", "right", "bottom"]].set_visible(False)
            if face == 0:
                axes.set_yticks(positions, names, fontsize=7)
                axes.set_ylabel("before" if epoch == 0 else f"epoch {epoch}", fontsize=9)
    return figure


def held_up(
    alone: Sequence[float], held: Sequence[float], optimum: Sequence[float], weight: float
) -> tuple[Figure, str]:
    """Show σ epoch by epoch, without a divergence and with one, and where the formula puts the second.

    Args:
        alone: mean σ before training and after each epoch, λ = 0.
        held: the same with a Gaussian divergence of weight λ.
        optimum: mean of √(λ / (λ + p(1 - p))) over faces and classes, p from the second network at those epochs.
        weight: λ.
    """
    figure = Figure(figsize=(6.5, 3.2), layout="constrained")
    axes = figure.subplots()
    last = len(alone) - 1
    for values, style, colour, name in (
        (alone, "o-", BAD, "λ = 0"),
        (held, "o-", GOOD, f"λ = {weight:g}"),
        (optimum, ":", INK, f"formula for λ = {weight:g}"),
    ):
        axes.plot(values, style, color=colour, markersize=4, label=name)
    axes.set(xlabel="epoch", ylabel="mean σ", ylim=(0, None), xticks=range(last + 1))
    axes.legend(frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    alt = (
        f"Mean σ over {last} epochs. Without a divergence it falls from {alone[0]:.2f} to {alone[-1]:.2f}; "
        f"with λ = {weight:g} it ends at {held[-1]:.2f}, and the formula gives {optimum[-1]:.2f}."
    )
    return figure, alt


def confusion(counts: Tensor, names: tuple[str, ...]) -> tuple[Figure, str]:
    """Show how often each true class (row) was called each class (column), in per cent of its row."""
    shares = counts / counts.sum(dim=1, keepdim=True).clamp(min=1)  # (classes, classes)
    figure = Figure(figsize=(5.6, 4.8), layout="constrained")
    axes = figure.subplots()
    axes.imshow(shares.numpy(), cmap="Blues", vmin=0, vmax=1)
    for row in range(len(names)):
        for column in range(len(names)):
            value = shares[row, column].item()
            if value >= 0.005:
                ink = "white" if value > 0.5 else INK
                axes.text(column, row, f"{100 * value:.0f}", ha="center", va="center", color=ink, fontsize=8)
    axes.set_xticks(range(len(names)), names, rotation=40, ha="right")
    axes.set_yticks(range(len(names)), names)
    for label, name in zip([*axes.get_xticklabels(), *axes.get_yticklabels()], [*names, *names], strict=True):
        label.set_color(COLOURS[name])
    axes.set(xlabel="the network said", ylabel="the strongest expression", title="per cent of each row")
    axes.spines[:].set_visible(False)
    recall = ", ".join(f"{name} {100 * shares[i, i].item():.0f} %" for i, name in enumerate(names))
    return figure, f"Confusion matrix; the share of each expression that was recognised: {recall}."
