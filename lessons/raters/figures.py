"""Figures of the lesson on raters: what teachers teach, and what is said against what is true."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from pvlib.data.expression_colours import COLOURS

INK, GREY, BLUE = "#222222", "#777777", "#0072b2"
SMALL = {"fontsize": 9}


def teachers(measured: Mapping[str, Mapping[str, float]]) -> tuple[Figure, str]:
    """Show accuracy and KL(truth ‖ said) of the network of each teacher, one dot each."""
    figure = Figure(figsize=(6, 0.36 * len(measured) + 0.8), layout="constrained")
    axes = figure.subplots(1, 2, sharey=True)
    names = list(measured)
    for place, (key, title) in zip(
        axes,
        (("accuracy", "accuracy"), ("kl", "KL from the truth, nats")),
        strict=True,
    ):
        values = [measured[name][key] for name in names]
        if key == "kl":  # a line from 0; the axis of the accuracy does not begin there
            place.hlines(range(len(names)), 0, values, color="#dddddd")
        place.plot(values, range(len(names)), "o", color=BLUE)
        for row, value in enumerate(values):
            text = f"{value:.1%}" if key == "accuracy" else f"{value:.2f}"
            place.annotate(text, (value, row), xytext=(7, -3), textcoords="offset points", **SMALL)
        place.set_title(title, fontsize=10)
        place.set_xlim(right=max(values) + 0.16 * (max(values) - (0 if key == "kl" else min(values))))
        place.set_xticks([])
        place.spines[["top", "right", "bottom"]].set_visible(False)
    axes[0].set_yticks(range(len(names)), names)
    axes[0].invert_yaxis()
    told = "; ".join(
        f"{name} {one['accuracy']:.1%} and {one['kl']:.2f} nats" for name, one in measured.items()
    )
    return (
        figure,
        f"Accuracy and distance from the truth of networks that learned from these teachers: {told}.",
    )


def said_against_true(
    true: Tensor,
    strongest: Tensor,
    said: Mapping[tuple[str, int], Tensor],
    names: Sequence[str],
    cents: int,
) -> tuple[go.Figure, Figure, str]:
    """Show for each face what a network says of its strongest expression, against the true share.

    A slider takes more raters; buttons change the rule that turned their votes into targets.

    Args:
        true: the strongest expression's true share, (faces,); strongest: which one it is, (faces,).
        said: by rule and number of raters: what the network gives to it, (faces,).
        cents: what one vote costs.

    Returns the moving figure, the still one and the description, as :func:`interactive.show` takes them.
    """
    rules = list(dict.fromkeys(rule for rule, _ in said))
    raters = list(dict.fromkeys(n for _, n in said))
    mixed = true < 0.9
    means = {key: value[mixed].mean().item() for key, value in said.items()}
    truth = true[mixed].mean().item()
    alt = (
        f"Dots for {len(true)} faces: the share that a network gives to the strongest expression against its true share. "
        f"Mixed faces have {truth:.0%} of it on average. "
        + " ".join(
            f"Taught by {rule} of {raters[-2]} raters, the network says {means[rule, raters[-2]]:.0%}."
            for rule in rules
        )
    )
    return (
        _moving(true, strongest, said, means, truth, names, cents),
        _still(true, strongest, said, means, names),
        alt,
    )


def _told(mean: float, truth: float) -> str:
    return f"mixed faces: says {mean:.0%}, the truth is {truth:.0%}"


def _moving(
    true: Tensor,
    strongest: Tensor,
    said: Mapping[tuple[str, int], Tensor],
    means: Mapping[tuple[str, int], float],
    truth: float,
    names: Sequence[str],
    cents: int,
) -> go.Figure:
    rules = list(dict.fromkeys(rule for rule, _ in said))
    raters = list(dict.fromkeys(n for _, n in said))
    figure = go.Figure(
        go.Scatter(x=[0, 1], y=[0, 1], mode="lines", line={"color": GREY, "width": 1}, hoverinfo="skip")
    )
    x = [round(share, 3) for share in true.tolist()]
    for rule in rules:  # the dots of each rule and a line of words; the slider moves those of every rule
        figure.add_scatter(
            x=x, y=_rounded(said[rule, raters[0]]), mode="markers", visible=rule == rules[0],
            text=[names[k] for k in strongest.tolist()], hovertemplate="%{text} %{x:.0%}, said %{y:.0%}<extra></extra>",
            marker={"size": 6, "opacity": 0.65, "color": [COLOURS[names[k]] for k in strongest.tolist()]},
        )  # fmt: skip
        figure.add_scatter(
            x=[0.31], y=[1.06], mode="text", text=[_told(means[rule, raters[0]], truth)], visible=rule == rules[0],
            textposition="middle right", textfont={"color": INK, "size": 12}, hoverinfo="skip",
        )  # fmt: skip
    moved = list(range(1, 1 + 2 * len(rules)))
    steps = []
    for n in raters:
        y = [part for rule in rules for part in (_rounded(said[rule, n]), [1.06])]
        text = [
            part
            for rule in rules
            for part in ([names[k] for k in strongest.tolist()], [_told(means[rule, n], truth)])
        ]
        steps.append({"method": "restyle", "label": f"{n}", "args": [{"y": y, "text": text}, moved]})
    buttons = [
        {"method": "restyle", "label": rule,
         "args": [{"visible": [rule == other for other in rules for _ in range(2)]}, moved]}
        for rule in rules
    ]  # fmt: skip
    figure.update_layout(
        sliders=[
            {"active": 0, "steps": steps, "currentvalue": {"prefix": f"raters a face ({cents} ct each): "}, "pad": {"t": 45}}
        ],
        updatemenus=[
            {"type": "buttons", "direction": "right", "buttons": buttons, "x": 0, "xanchor": "left", "y": 1.02,
             "yanchor": "bottom", "active": 0}
        ],
        showlegend=False, template="plotly_white", height=560, margin={"t": 60, "b": 20, "l": 55, "r": 12},
    )  # fmt: skip
    figure.update_xaxes(
        title="true share of the strongest expression", range=[0.3, 1.02], tickformat=".0%", fixedrange=True
    )
    figure.update_yaxes(title="what the network says", range=[0, 1.12], tickformat=".0%", fixedrange=True)
    return figure


def _rounded(values: Tensor) -> list[float]:
    return [round(value, 3) for value in values.tolist()]


def _still(
    true: Tensor,
    strongest: Tensor,
    said: Mapping[tuple[str, int], Tensor],
    means: Mapping[tuple[str, int], float],
    names: Sequence[str],
) -> Figure:
    rules = list(dict.fromkeys(rule for rule, _ in said))
    raters = list(dict.fromkeys(n for _, n in said))
    figure = Figure(figsize=(1.8 * len(raters), 1.8 * len(rules)), layout="constrained")
    grid = figure.subplots(len(rules), len(raters), sharex=True, sharey=True, squeeze=False)
    for row, rule in zip(grid, rules, strict=True):
        for axes, n in zip(row, raters, strict=True):
            _dots(axes, true, strongest, said[rule, n], names)
            axes.set_title(f"{rule} of {n}: {means[rule, n]:.0%}", **SMALL)
    figure.supxlabel(
        "true share of the strongest expression; titles: what is said of mixed faces, on average", **SMALL
    )
    figure.supylabel("what the network says", **SMALL)
    return figure


def _dots(axes: Axes, true: Tensor, strongest: Tensor, said: Tensor, names: Sequence[str]) -> None:
    axes.plot([0, 1], [0, 1], color=GREY, linewidth=1)
    axes.scatter(true, said, s=5, alpha=0.6, c=[COLOURS[names[k]] for k in strongest.tolist()], linewidths=0)
    axes.set(xlim=(0.3, 1.02), ylim=(0, 1.02))
    axes.tick_params(labelsize=8)
    axes.spines[["top", "right"]].set_visible(False)
