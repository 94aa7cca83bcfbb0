"""The token board: 27 tokens on their places, in several orders, with the marks on or off."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

INK, GREY = "#222222", "#999999"
TINTS = ("#cfe3f5", "#7db3df", "#4a90cf")  # of the levels 1, 2, 3: lighter is finer
SIDE = 3  # cells of a level's map
CELLS = SIDE * SIDE

Effect = tuple[int, float, int]  # answers changed by the order, largest logit change, answers changed in all


def orders(shuffled: Sequence[int]) -> dict[str, list[int]]:
    """Which token stands on each of the 27 places, in five orders; the last one is given."""
    levels = [list(range(CELLS * level, CELLS * (level + 1))) for level in range(3)]
    inside = [
        token
        for level in levels
        for token in sorted(level, key=lambda token: shuffled.index(token))  # levels stay, cells move
    ]
    return {
        "as trained": list(range(3 * CELLS)),
        "levels 1 and 3 exchanged": levels[2] + levels[1] + levels[0],
        "levels moved on by one": levels[2] + levels[0] + levels[1],
        "cells shuffled in each level": inside,
        "all 27 shuffled": list(shuffled),
    }


def board(
    placed: Mapping[str, Sequence[int]], effects: Mapping[str, Mapping[str, Effect]], faces: int
) -> tuple[go.Figure, Figure, str]:
    """Show where tokens stand in each order, and what the network makes of it with some of its parts on.

    Args:
        placed: by the order's name, which token stands on each place.
        effects: by setting (which of "positions", "rows", "norm" are on, as "positions + norm") and order.
        faces: how many were asked about.

    Returns the moving figure, the still one and the description, as :func:`interactive.show` takes them.
    """
    everything, last = next(iter(effects)), list(placed)[-1]
    told = " ".join(
        f"With {setting}: {changed} of {faces} answers change when all 27 are shuffled, a logit by up to {largest:.2g}."
        for setting, (changed, largest, _) in ((name, effects[name][last]) for name in effects)
    )
    alt = (
        "27 tiles in three squares of nine, one square for each level; in other orders the tiles leave their squares. "
        f"{told} In the first setting all three parts are on: {everything}."
    )
    return _moving(placed, effects, faces), _still(placed, effects, faces), alt


def _place(number: int) -> tuple[float, float]:
    """Where a place lies: three squares side by side."""
    level, cell = divmod(number, CELLS)
    row, column = divmod(cell, SIDE)
    return level * (SIDE + 0.6) + column, SIDE - 1 - row


def _bars(changed: int, largest: float, in_all: int, faces: int) -> dict[str, list]:
    return {
        "x": [changed / faces, in_all / faces],
        "text": [f"{changed} of {faces}; a logit by ≤ {largest:.2g}", f"{in_all} of {faces}"],
    }


def _moving(
    placed: Mapping[str, Sequence[int]], effects: Mapping[str, Mapping[str, Effect]], faces: int
) -> go.Figure:
    names, settings = list(placed), list(effects)
    xs, ys = zip(*(_place(number) for number in range(3 * CELLS)), strict=True)
    figure = go.Figure()
    tile = {"symbol": "square", "size": 27, "line": {"color": INK, "width": 1}}
    figure.add_scatter(
        x=xs, y=ys, mode="markers+text", textfont={"size": 11, "color": INK}, hoverinfo="skip",
        text=_texts(placed[names[0]]), marker=tile | {"color": _colours(placed[names[0]])},
    )  # fmt: skip
    for setting in settings:  # the slider moves the bars of every setting, the menu shows those of one
        figure.add_bar(
            y=["through the order", "in all"], orientation="h", width=0.6, xaxis="x2", yaxis="y2",
            marker={"color": [INK, GREY]}, textposition="outside", cliponaxis=False, hoverinfo="skip",
            visible=setting == settings[0], **_bars(*effects[setting][names[0]], faces),
        )  # fmt: skip
    steps = [
        {
            "method": "restyle",
            "label": name,
            "args": [
                {
                    "text": [
                        _texts(placed[name]),
                        *(_bars(*effects[s][name], faces)["text"] for s in settings),
                    ],
                    "marker.color": [_colours(placed[name]), *([INK, GREY] for _ in settings)],
                    "x": [list(xs), *(_bars(*effects[s][name], faces)["x"] for s in settings)],
                },
                list(range(1 + len(settings))),
            ],
        }
        for name in names
    ]
    menu = [
        {
            "method": "restyle",
            "label": setting,
            "args": [{"visible": [s == setting for s in settings]}, list(range(1, 1 + len(settings)))],
        }
        for setting in settings
    ]
    widest = (
        max(max(changed, in_all) for row in effects.values() for changed, _, in_all in row.values()) / faces
    )
    figure.update_layout(
        sliders=[
            {"active": 0, "steps": steps, "pad": {"t": 42}, "x": 0.02, "len": 0.96, "ticklen": 4,
             "currentvalue": {"prefix": "order: ", "font": {"size": 13, "color": INK}},
             "font": {"size": 1, "color": "rgba(0,0,0,0)"}}
        ],
        updatemenus=[{"buttons": menu, "x": 0, "xanchor": "left", "y": 1.04, "yanchor": "bottom", "active": 0}],
        annotations=[
            {"x": level * (SIDE + 0.6) + 1, "y": 2.75, "text": f"places of level {level + 1}", "showarrow": False,
             "font": {"size": 11, "color": INK}}
            for level in range(3)
        ],
        xaxis={"visible": False, "range": [-0.6, 3 * SIDE + 0.8], "fixedrange": True, "domain": [0, 1],
               "scaleanchor": "y", "constrain": "domain"},
        yaxis={"visible": False, "range": [-0.6, 3.1], "fixedrange": True, "domain": [0.42, 1], "constrain": "domain"},
        xaxis2={"range": [0, 2.2 * widest], "tickformat": ".0%", "fixedrange": True, "anchor": "y2", "domain": [0, 1],
                "title": {"text": "answers that change", "font": {"size": 11}}, "tickfont": {"size": 10}},
        yaxis2={"fixedrange": True, "autorange": "reversed", "anchor": "x2", "domain": [0, 0.3], "tickfont": {"size": 11}},
        showlegend=False, template="plotly_white", height=470, margin={"t": 52, "b": 20, "l": 105, "r": 12},
    )  # fmt: skip
    return figure


def _texts(tokens: Sequence[int]) -> list[str]:
    return [f"{token // CELLS + 1}{'abcdefghi'[token % CELLS]}" for token in tokens]


def _colours(tokens: Sequence[int]) -> list[str]:
    return [TINTS[token // CELLS] for token in tokens]


def _still(
    placed: Mapping[str, Sequence[int]], effects: Mapping[str, Mapping[str, Effect]], faces: int
) -> Figure:
    figure = Figure(figsize=(6, 4.4), layout="constrained")
    above, below = figure.subplots(2, 1, height_ratios=[1, 1.5])
    name = list(placed)[-1]
    for number, token in enumerate(placed[name]):
        x, y = _place(number)
        above.add_patch(
            Rectangle((x - 0.45, y - 0.45), 0.9, 0.9, facecolor=TINTS[token // CELLS], edgecolor=INK)
        )
        above.text(x, y, _texts([token])[0], ha="center", va="center", fontsize=8)
    above.set(xlim=(-0.6, 3 * SIDE + 0.8), ylim=(-0.6, 2.6), aspect="equal")
    figure.suptitle(f"{name}; below: answers that change through the order, of {faces}", fontsize=9)
    above.set_axis_off()
    table = [[str(effects[setting][order][0]) for order in placed] for setting in effects]
    short = ["as\ntrained", "1 and 3\nexchanged", "moved\non", "cells\nshuffled", "all\nshuffled"]
    drawn = below.table(table, rowLabels=list(effects), colLabels=short, loc="center", cellLoc="center")
    drawn.auto_set_font_size(False)
    drawn.set_fontsize(9)
    drawn.scale(1, 1.15)
    for column in range(len(short)):
        drawn[0, column].set_height(2.1 * drawn[1, column].get_height())
    below.set_axis_off()
    return figure
