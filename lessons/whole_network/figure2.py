"""The living Figure 2: boxes as ``trace`` measures them, two switches at a time, and what becomes of the answers."""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import plotly.graph_objects as go
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from plotly.subplots import make_subplots

from lessons.whole_network.switchboard import Effect, Switch, name_of
from pvlib.explain.tracing import Box

INK, GREY, RED = "#222222", "#777777", "#d55e00"
LIGHT, DARK = (247, 250, 253), (120, 175, 220)  # few and many FLOP; black is easy to read on both
HEIGHT = 0.74  # of a box, in rows


class Place(NamedTuple):
    """Where a box stands: centre and width in columns (the drawing has three), its row from above, its colour."""

    x: float
    row: int
    width: float
    colour: str


def places(boxes: Sequence[Box]) -> dict[str, Place]:
    """Lay the boxes out from above: those of the three levels side by side, in the order of the trace.

    The wider a box, the more numbers it gives; the bluer, the more FLOP it takes; both on logarithmic scales.
    """
    most, work = max(map(numbers, boxes)), max(box.flop for box in boxes)
    rows: dict[str, int] = {}
    laid = {}
    for box in boxes:
        name, _, level = box.name.partition(".")
        row = rows.setdefault(name, len(rows))
        room, centre = (1.0, int(level) + 0.5) if level else (3.0, 1.5)
        width = room * (0.4 + 0.55 * math.log1p(numbers(box)) / math.log1p(most))  # a name must fit
        share = math.log1p(box.flop) / math.log1p(work)
        colour = "#" + "".join(
            f"{round(a + share**2 * (b - a)):02x}" for a, b in zip(LIGHT, DARK, strict=True)
        )
        laid[box.name] = Place(centre, row, width, colour)
    return laid


def numbers(box: Box) -> int:
    """How many numbers a box gives for one face."""
    shapes = box.shape if box.shape and isinstance(box.shape[0], tuple) else (box.shape,)
    return sum(math.prod(shape) for shape in shapes)


def told(box: Box) -> str:
    """Shape, or that of the first of several maps."""
    several = bool(box.shape) and isinstance(box.shape[0], tuple)
    shape = box.shape[0] if several else box.shape
    return "×".join(map(str, shape)) + (" …" if several else "")


def living(
    boxes: Sequence[Box],
    switches: Sequence[Switch],
    found: Mapping[str, Effect],
    accuracy: float,
    faces: int,
) -> tuple[go.Figure, Figure, str]:
    """Show the network with two switches, as :func:`interactive.show` takes it.

    Args:
        boxes: of ``trace``.
        switches: those that can be set.
        found: by ``name_of``, each switch alone and each two.
        accuracy: of the network as it is.
        faces: how many were answered.
    """
    shown = [name_of((switch,)) for switch in switches]
    ordered = sorted(shown, key=lambda name: found[name].points.value)
    alt = (
        f"Figure 2 as {len(boxes)} boxes, from {boxes[0].name} to {boxes[-1].name}, drawn from a trace of the network. "
        f"On {faces} faces its accuracy is {accuracy:.1%}. Same answers, and change of the accuracy in points, with one "
        "switch: " + "; ".join(f"{name} {_summary(found[name])}" for name in ordered) + "."
    )
    return _moving(boxes, switches, found, accuracy), _still(boxes, shown, found), alt


def _summary(effect: Effect) -> str:
    points = effect.points
    return f"{effect.same:.1%}, {points.value:+.1f} [{points.low:+.1f}, {points.high:+.1f}]"


def _moving(
    boxes: Sequence[Box], switches: Sequence[Switch], found: Mapping[str, Effect], accuracy: float
) -> go.Figure:
    # The first menu sets the bars of all choices of the second, which lie one above the other; the second moves the
    # view to one of them. So two menus need no state for each of their combinations.
    laid, choices = places(boxes), (None, *switches)
    figure = make_subplots(rows=2, cols=1, row_heights=[0.76, 0.24], vertical_spacing=0.03)
    rows = 1 + max(place.row for place in laid.values())
    for place in laid.values():
        figure.add_shape(
            type="rect", x0=place.x - place.width / 2, x1=place.x + place.width / 2, line={"color": GREY, "width": 1},
            y0=place.row - HEIGHT / 2, y1=place.row + HEIGHT / 2, fillcolor=place.colour, layer="below", row=1, col=1,
        )  # fmt: skip
    hover = [
        f"{box.name}<br>gives {told(box)}<br>{box.parameters:,} parameters<br>{box.flop / 1e6:.1f} million FLOP"
        for box in boxes
    ]
    figure.add_trace(
        go.Scatter(
            x=[laid[box.name].x for box in boxes], y=[laid[box.name].row for box in boxes], mode="text",
            text=[f"{box.name}<br>{told(box)}" for box in boxes], hovertext=hover, hoverinfo="text",
            textfont={"size": 9, "color": INK},
        ), row=1, col=1,
    )  # fmt: skip
    crosses, pluses = ([_marks(laid, switch, side) for switch in choices] for side in (-0.43, 0.43))
    for symbol, marks in (("x-thin", crosses), ("cross-thin", pluses)):
        mark = {"symbol": symbol, "size": 15, "line": {"width": 3, "color": RED}}
        figure.add_trace(go.Scatter(**marks[0], mode="markers", hoverinfo="skip", marker=mark), row=1, col=1)
    bars = [_bars(first, choices, found, accuracy) for first in choices]
    positions = [y for j in range(len(choices)) for y in (3 * j, 3 * j + 1)]
    figure.add_trace(
        go.Bar(
            y=positions, orientation="h", marker={"color": ["#c6dbef", "#9ecae1"] * len(choices)}, hoverinfo="skip",
            textposition="inside", insidetextanchor="start", textfont={"color": "black", "size": 11},
            constraintext="none", **bars[0],
        ), row=2, col=1,
    )  # fmt: skip
    line = go.Scatter(
        x=[accuracy, accuracy],
        y=[-2, 3 * len(choices)],
        mode="lines",
        line={"color": INK, "dash": "dot", "width": 1},
        hoverinfo="skip",
    )
    figure.add_trace(line, row=2, col=1)
    names = ["none", *(switch.name for switch in switches)]
    first_menu = [
        {"method": "restyle", "label": name,
         "args": [{"x": [cross["x"], bar["x"]], "y": [cross["y"], positions], "text": [None, bar["text"]]}, [1, 3]]}
        for name, cross, bar in zip(names, crosses, bars, strict=True)
    ]  # fmt: skip
    second_menu = [
        {"method": "update", "label": name,
         "args": [{"x": [plus["x"]], "y": [plus["y"]]}, {"yaxis2.range": [3 * j + 1.6, 3 * j - 0.6]}, [2]]}
        for j, (name, plus) in enumerate(zip(names, pluses, strict=True))
    ]  # fmt: skip
    menu = {"y": 1.01, "yanchor": "bottom", "xanchor": "left", "font": {"size": 11}, "pad": {"b": 2}}
    figure.update_layout(
        updatemenus=[menu | {"x": 0, "buttons": first_menu}, menu | {"x": 0.5, "buttons": second_menu}],
        annotations=[
            {"text": text, "x": x, "y": 1.075, "xref": "paper", "yref": "paper", "xanchor": "left", "yanchor": "bottom",
             "showarrow": False, "font": {"size": 11}}
            for x, text in ((0, "first switch (✕)"), (0.5, "second switch (+)"))
        ],
        showlegend=False, template="plotly_white", height=40 * rows + 290, margin={"t": 78, "b": 30, "l": 62, "r": 24},
        bargap=0.12,
    )  # fmt: skip
    hidden = {"visible": False, "fixedrange": True}
    figure.update_xaxes(range=[0, 3], row=1, col=1, **hidden)
    figure.update_yaxes(range=[rows - 0.5, -0.5], row=1, col=1, **hidden)
    figure.update_xaxes(range=[0, 1], tickformat=".0%", tickvals=[0, 0.5, 1], fixedrange=True, row=2, col=1)
    figure.update_yaxes(
        range=[1.6, -0.6], tickvals=positions, ticktext=["same<br>answers", "accuracy"] * len(choices), tickfont_size=11,
        showgrid=False, zeroline=False, fixedrange=True, row=2, col=1,
    )  # fmt: skip
    return figure


def _marks(laid: Mapping[str, Place], switch: Switch | None, side: float) -> dict[str, list[float | None]]:
    """Where a switch marks its boxes, left or right of the name; plotly drops a trace that has no point."""
    if switch is None:
        return {"x": [None], "y": [None]}
    boxes = [laid[box] for box in switch.boxes]
    return {"x": [box.x + side * box.width for box in boxes], "y": [float(box.row) for box in boxes]}


def _bars(
    first: Switch | None, choices: Sequence[Switch | None], found: Mapping[str, Effect], accuracy: float
) -> dict[str, list[float] | list[str]]:
    """Same answers and accuracy, for the first switch with every choice of the second."""
    shares: list[float] = []
    texts: list[str] = []
    for second in choices:
        pair = [switch for switch in (first, second) if switch is not None]
        if len(pair) == 2 and pair[0] is pair[1]:
            pair = pair[:1]
        effect = found.get(name_of(pair)) or found.get(name_of(pair[::-1]))
        if effect is None:  # none of the two
            shares += [1.0, accuracy]
            texts += ["100.0%", f"{accuracy:.1%}"]
            continue
        points = effect.points
        shares += [round(effect.same, 4), round(effect.accuracy, 4)]
        change = f"{points.value:+.1f} points [{points.low:+.1f}, {points.high:+.1f}]"
        texts += [f"{effect.same:.1%}", f"{effect.accuracy:.1%}; {change}"]
    return {"x": shares, "text": texts}


def _still(boxes: Sequence[Box], shown: Sequence[str], found: Mapping[str, Effect]) -> Figure:
    figure = Figure(figsize=(6.5, 8.4), layout="constrained")
    above, below = figure.subplots(2, 1, height_ratios=[1.5, 1])
    for name, place in places(boxes).items():
        box = next(box for box in boxes if box.name == name)
        corner = (place.x - place.width / 2, place.row - HEIGHT / 2)
        above.add_patch(Rectangle(corner, place.width, HEIGHT, facecolor=place.colour, edgecolor=GREY))
        above.text(place.x, place.row, f"{name}\n{told(box)}", ha="center", va="center", fontsize=8)
    rows = 1 + max(place.row for place in places(boxes).values())
    above.set(xlim=(0, 3), ylim=(rows - 0.5, -0.5))
    above.set_axis_off()
    whiskers(below, shown, found)
    return figure


def whiskers(axes: Axes, shown: Sequence[str], found: Mapping[str, Effect]) -> None:
    """Draw the change of the accuracy with its interval, and print the share of answers that stay."""
    for row, name in enumerate(shown):
        points = found[name].points
        axes.plot([points.low, points.high], [row, row], color=INK, linewidth=1.5)
        axes.plot([points.value], [row], "o", color=INK, markersize=5)
        axes.annotate(
            f"{found[name].same:.0%}",
            (1.02, row),
            xycoords=("axes fraction", "data"),
            va="center",
            fontsize=9,
        )
    axes.axvline(0, color=GREY, linestyle=":", linewidth=1)
    axes.set_yticks(range(len(shown)), shown, fontsize=9)
    axes.set(ylim=(len(shown) - 0.5, -0.5), xlabel="change of the accuracy in points, with 95 % interval")
    axes.annotate(
        "same", (1.02, -0.75), xycoords=("axes fraction", "data"), fontsize=9, annotation_clip=False
    )
    axes.spines[["top", "right"]].set_visible(False)
