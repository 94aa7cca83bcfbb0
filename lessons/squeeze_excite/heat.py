"""The gates as a heat map, moved to 1 or to their mean, and what that does to the accuracy."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go
from matplotlib.figure import Figure
from plotly.subplots import make_subplots
from torch import Tensor

INK, GREY = "#222222", "#777777"
LINES = {"to 1": "#0072b2", "to the mean": "#d55e00"}  # blue and orange differ for colour-blind readers, too

Curve = Sequence[tuple[float, float]]  # points of accuracy against the own gates, half of the 95 % interval


def heat(
    gates: Tensor,
    means: Tensor,
    names: Sequence[str],
    shares: Sequence[float],
    curves: Mapping[str, Curve],
    split: Mapping[str, float],
) -> tuple[go.Figure, Figure, str]:
    """Show the mean gate of each channel for each expression, and two ways of moving it.

    Args:
        gates: (channels, expressions), sorted as they shall be shown; means: over all faces, (channels,).
        shares: how far the gates are moved, 0 to 1.
        curves: by the name of the way ("to 1", "to the mean"), one point and half interval for each share.
        split: shares of the variance of all gates, by name.

    Returns the moving figure, the still one and the description, as :func:`interactive.show` takes them.
    """
    ends = ", ".join(
        f"{name} {curve[-1][0]:+.1f} ± {curve[-1][1]:.1f} points" for name, curve in curves.items()
    )
    parts = ", ".join(f"{name} {share:.0%}" for name, share in split.items())
    alt = (
        f"Heat map of the mean gate of {len(gates)} channels (rows) for {len(names)} expressions (columns): rows differ "
        f"much, columns less. Of the variance of all gates: {parts}. Accuracy when all gates are moved: {ends}."
    )
    moved = {
        "to 1": [gates + share * (1 - gates) for share in shares],
        "to the mean": [gates + share * (means[:, None] - gates) for share in shares],
    }
    return _moving(moved, names, shares, curves), _still(gates, names, shares, curves, split), alt


def _rows(gates: Tensor) -> list[list[float]]:
    return [[round(value, 2) for value in row] for row in gates.tolist()]


def _moving(
    moved: Mapping[str, Sequence[Tensor]],
    names: Sequence[str],
    shares: Sequence[float],
    curves: Mapping[str, Curve],
) -> go.Figure:
    figure = make_subplots(rows=2, cols=1, row_heights=[0.6, 0.4], vertical_spacing=0.21)
    for way, tables in moved.items():
        figure.add_trace(
            go.Heatmap(
                z=_rows(tables[0]), x=list(names), zmin=0, zmax=1, colorscale="Blues", visible=way == "to 1",
                colorbar={"thickness": 8, "len": 0.55, "y": 0.76, "tickvals": [0, 0.5, 1], "tickfont": {"size": 10}},
                hovertemplate="channel %{y}, %{x}: gate %{z:.2f}<extra></extra>",
            ), row=1, col=1,
        )  # fmt: skip
    for way, curve in curves.items():
        _add_line(figure, way, shares, curve)
    for way, curve in curves.items():
        figure.add_trace(
            go.Scatter(x=[shares[0]], y=[curve[0][0]], mode="markers", visible=way == "to 1", hoverinfo="skip",
                       showlegend=False, marker={"size": 13, "color": LINES[way], "line": {"color": INK, "width": 2}}),
            row=2, col=1,
        )  # fmt: skip
    changing = [0, 1, 6, 7]  # two heat maps; two bands and two lines stay; two dots
    steps = [
        {
            "method": "restyle",
            "label": f"{share:.0%}",
            "args": [
                {
                    "z": [*(_rows(moved[way][number]) for way in moved), None, None],
                    "x": [list(names), list(names), *([share] for _ in curves)],
                    "y": [None, None, *([round(curve[number][0], 2)] for curve in curves.values())],
                },
                changing,
            ],
        }
        for number, share in enumerate(shares)
    ]
    buttons = [
        {"method": "restyle", "label": f"move {way}", "args": [{"visible": [way == other for other in moved] * 2}, changing]}
        for way in moved
    ]  # fmt: skip
    figure.update_layout(
        sliders=[
            {"active": 0, "steps": steps, "currentvalue": {"prefix": "gates moved by "}, "pad": {"t": 38},
             "x": 0.02, "len": 0.96, "font": {"size": 10}}
        ],
        updatemenus=[
            {"type": "buttons", "direction": "right", "buttons": buttons, "x": 0, "xanchor": "left", "y": 1.02,
             "yanchor": "bottom", "active": 0}
        ],
        legend={"orientation": "h", "x": 0, "xanchor": "left", "y": 0.33, "yanchor": "bottom", "font": {"size": 11}},
        template="plotly_white", height=640, margin={"t": 52, "b": 20, "l": 58, "r": 10},
    )  # fmt: skip
    figure.update_yaxes(
        title={"text": "channels, sorted", "font": {"size": 11}},
        showticklabels=False,
        fixedrange=True,
        row=1,
        col=1,
    )
    figure.update_xaxes(tickangle=-40, tickfont={"size": 10}, fixedrange=True, row=1, col=1)
    figure.update_yaxes(
        title={"text": "accuracy, points", "font": {"size": 11}},
        fixedrange=True,
        tickfont={"size": 10},
        row=2,
        col=1,
    )
    figure.update_xaxes(
        tickformat=".0%", range=[-0.04, 1.04], fixedrange=True, tickfont={"size": 10}, row=2, col=1
    )
    return figure


def _add_line(figure: go.Figure, way: str, shares: Sequence[float], curve: Curve) -> None:
    low, high = ([round(mean + sign * half, 2) for mean, half in curve] for sign in (-1, 1))
    figure.add_trace(
        go.Scatter(x=[*shares, *reversed(shares)], y=[*low, *reversed(high)], fill="toself", mode="lines", opacity=0.25,
                   line={"width": 0, "color": LINES[way]}, hoverinfo="skip", showlegend=False), row=2, col=1,
    )  # fmt: skip
    figure.add_trace(
        go.Scatter(x=list(shares), y=[round(mean, 2) for mean, _ in curve], mode="lines", name=f"all gates {way}",
                   line={"color": LINES[way], "width": 2}, hovertemplate="%{x:.0%}: %{y:+.1f} points<extra></extra>"),
        row=2, col=1,
    )  # fmt: skip


def _still(
    gates: Tensor,
    names: Sequence[str],
    shares: Sequence[float],
    curves: Mapping[str, Curve],
    split: Mapping[str, float],
) -> Figure:
    figure = Figure(figsize=(6, 4.2), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=[1, 1.1])
    shown = left.imshow(
        gates.numpy(), aspect="auto", cmap="Blues", vmin=0, vmax=1, interpolation="nearest", origin="lower"
    )
    left.set_xticks(range(len(names)), names, rotation=60, ha="right", fontsize=8)
    left.set_yticks([])
    left.set_ylabel(f"{len(gates)} channels, sorted", fontsize=9)
    left.set_title("mean gate", fontsize=10)
    figure.colorbar(shown, ax=left, ticks=[0, 0.5, 1], shrink=0.6)
    for way, curve in curves.items():
        mean = [value for value, _ in curve]
        low, high = ([m + sign * h for m, h in curve] for sign in (-1, 1))
        right.fill_between(shares, low, high, color=LINES[way], alpha=0.25, linewidth=0)
        right.plot(shares, mean, color=LINES[way], label=f"all gates {way}")
    right.axhline(0, color=GREY, linewidth=0.8)
    right.set_title("accuracy against own gates, points", fontsize=10)
    right.set_xlabel("how far the gates are moved", fontsize=9)
    right.set_xticks([0, 0.5, 1], ["0 %", "50 %", "100 %"], fontsize=8)
    right.tick_params(axis="y", labelsize=8)
    right.spines[["top", "right"]].set_visible(False)
    right.legend(fontsize=8, frameon=False)
    told = ", ".join(f"{name} {share:.0%}" for name, share in split.items())
    figure.suptitle(f"variance of the gates: {told}", fontsize=9)
    return figure
