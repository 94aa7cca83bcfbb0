"""The vote table: a face between two expressions, ten raters with their cards, and what more raters would say."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
import torch
from matplotlib.figure import Figure
from plotly.subplots import make_subplots

from drawnfaces.names import VOTES
from lessons.start_here.figures import BLACK, CARDS, segments, show_picture, stack_bars
from pvlib.figures.interactive import png_uri


def vote_table(
    pairs: Sequence[tuple[str, str]],
    shares: Sequence[float],
    pictures: Sequence[Sequence[np.ndarray]],
    truth: np.ndarray,
    ten: np.ndarray,
    many: np.ndarray,
) -> tuple[go.Figure, Figure, str]:
    """Show a face between two expressions, ten raters' cards, and bars of the truth, of ten and of many raters.

    One slider mixes, a second asks other raters; a menu chooses the pair. No state needs a kernel.

    Args:
        pairs: the two expressions, A and B.
        shares: of B at each step.
        pictures: uint8, (3, H, W), by pair and step.
        truth: mixtures, (pairs, steps, 8).
        ten: counts of ten raters each, (groups, pairs, steps, 10).
        many: counts of many raters each, of the same shape.

    Returns the moving figure, the still one and the description, as :func:`interactive.show` takes them.
    """
    (a, b), last = pairs[0], len(shares) - 1
    ends = [
        f"At {shares[step]:.0%} {b} ten raters say "
        + ", ".join(f"{name} {int(n)} times" for n, name in zip(ten[0, 0, step], VOTES, strict=True) if n)
        for step in (0, last // 2, last)
    ]
    (low, high), (few, most) = (
        (share.min(), share.max())
        for counts in (ten, many)
        for share in [counts[:, 0, last // 2, VOTES.index(b)] / counts[0, 0, 0].sum()]
    )
    alt = (
        f"A face that changes from {a} to {b}, with the cards of ten raters. {'. '.join(ends)}. In the middle "
        f"{len(ten)} groups of ten give {b} {low:.0%} to {high:.0%} of their votes, groups of a thousand "
        f"{few:.1%} to {most:.1%}."
    )
    return (
        _moving(pairs, shares, pictures, truth, ten, many),
        _still(pairs[0], shares, pictures[0], truth[0], ten[:, 0], many[0, 0]),
        alt,
    )


def _moving(
    pairs: Sequence[tuple[str, str]],
    shares: Sequence[float],
    pictures: Sequence[Sequence[np.ndarray]],
    truth: np.ndarray,
    ten: np.ndarray,
    many: np.ndarray,
) -> go.Figure:
    # The pairs lie side by side on wide axes, and the menu moves the view; the groups lie on top of each other, and
    # the second slider shows one. So three controls need no state for each of their combinations.
    side = pictures[0][0].shape[1]
    groups, everyone = len(ten), many[0, 0, 0].sum()
    figure = make_subplots(
        rows=2, cols=2, specs=[[{}, {}], [{"colspan": 2}, None]], column_widths=[0.36, 0.64],
        row_heights=[0.52, 0.48], vertical_spacing=0.06, horizontal_spacing=0.04,
    )  # fmt: skip
    for p in range(len(pairs)):
        figure.add_trace(go.Image(source=_uri(pictures[p][0]), x0=p * side, hoverinfo="skip"), row=1, col=1)
    heads = [(x, y) for p in range(len(pairs)) for x, y in _places(p)]
    figure.add_trace(
        go.Scatter(x=[x for x, _ in heads], y=[y - 0.5 for _, y in heads], mode="markers", hoverinfo="skip",
                   marker={"symbol": "circle", "size": 15, "color": "#bbbbbb"}), row=1, col=2,
    )  # fmt: skip
    figure.add_trace(_bar_trace([truth[:, 0]], [0]), row=2, col=1)
    for g in range(groups):
        cards = go.Scatter(
            mode="markers+text", visible=g == 0, textfont={"color": BLACK, "size": 13},
            hovertemplate="%{text}<extra></extra>", marker={"symbol": "square", "size": 33},
            **_nested(_cards(ten[g, :, 0])),
        )  # fmt: skip
        figure.add_trace(cards, row=1, col=2)
        figure.add_trace(_bar_trace([ten[g, :, 0] / 10, many[g, :, 0] / everyone], [1, 2]), row=2, col=1)
        figure.data[-1].visible = g == 0
    first = (
        len(pairs) + 2
    )  # after the pictures, the heads and the truth: cards and bars of each group in turn
    mixing = []
    for s, share in enumerate(shares):
        changes: list[dict[str, object]] = [{"source": _uri(pictures[p][s])} for p in range(len(pairs))]
        changes.append(_bar_values([truth[:, s]], [0]))
        for g in range(groups):
            changes.append(_cards(ten[g, :, s]))
            changes.append(_bar_values([ten[g, :, s] / 10, many[g, :, s] / everyone], [1, 2]))
        # one list for each kind of change, one entry for each trace; None only where a trace has no such property
        kinds = sorted({kind for change in changes for kind in change})
        traces = [*range(len(pairs)), *range(first - 1, first + 2 * groups)]
        by_kind = {kind: [change.get(kind) for change in changes] for kind in kinds}
        mixing.append({"method": "restyle", "label": f"{share:.0%}", "args": [by_kind, traces]})
    asking = []
    for g in range(groups):
        seen = {"visible": [g == other for other in range(groups) for _ in range(2)]}
        asking.append(
            {"method": "restyle", "label": str(g + 1), "args": [seen, [*range(first, first + 2 * groups)]]}
        )
    views = []
    for p, (a, b) in enumerate(pairs):
        view = {"xaxis.range": [p * side - 0.5, (p + 1) * side - 0.5], "xaxis2.range": [6 * p, 6 * p + 5]}
        view["xaxis3.range"] = [2 * p, 2 * p + 1]
        views.append({"method": "relayout", "label": f"{a} and {b}", "args": [view]})
    slider = {"x": 0.02, "len": 0.96, "y": 0, "font": {"size": 10}, "active": 0}
    figure.update_layout(
        sliders=[
            slider | {"steps": mixing, "pad": {"t": 22}, "currentvalue": {"prefix": "share of the second expression: "}},
            slider | {"steps": asking, "pad": {"t": 98}, "currentvalue": {"prefix": "ask ten others: group "}},
        ],
        updatemenus=[{"buttons": views, "x": 0, "xanchor": "left", "y": 1.02, "yanchor": "bottom", "pad": {"b": 4}}],
        showlegend=False, template="plotly_white", height=580, uniformtext={"mode": "hide", "minsize": 9}, barmode="overlay",
        margin={"t": 50, "b": 175, "l": 78, "r": 12},
    )  # fmt: skip
    hidden = {"visible": False, "fixedrange": True}
    figure.update_xaxes(range=[-0.5, side - 0.5], constrain="domain", row=1, col=1, **hidden)
    figure.update_yaxes(range=[side - 0.5, -0.5], row=1, col=1, **hidden)
    figure.update_xaxes(range=[0, 5], row=1, col=2, **hidden)
    figure.update_yaxes(range=[-0.8, 1.6], row=1, col=2, **hidden)
    figure.update_xaxes(range=[0, 1], row=2, col=1, **hidden)
    figure.update_yaxes(
        range=[2.5, -0.5], tickvals=[0, 1, 2], ticktext=["truth", "ten raters", "1,000 raters"], showgrid=False,
        zeroline=False, fixedrange=True, ticks="outside", ticklen=4, tickcolor="white", row=2, col=1,
    )  # fmt: skip
    return figure


def _places(pair: int) -> list[tuple[float, float]]:
    """Where the ten cards of a pair lie: two rows of five, (x, y)."""
    return [(6 * pair + 0.5 + rater % 5, 1.2 - 1.2 * (rater // 5)) for rater in range(10)]


def _cards(counts: np.ndarray) -> dict[str, object]:
    """Place, colour and letters of each card, (pairs, 10) counts; cards of one expression lie together."""
    names = [name for row in counts for name, n in zip(VOTES, row, strict=True) for _ in range(int(n))]
    places = [place for pair in range(len(counts)) for place in _places(pair)]
    return {
        "x": [x for x, _ in places],
        "y": [y for _, y in places],
        "marker.color": [CARDS[name] for name in names],
        "text": [name[:2].capitalize() for name in names],
    }


def _bar_trace(shares: Sequence[np.ndarray], places: Sequence[int]) -> go.Bar:
    return go.Bar(
        orientation="h", width=0.75, textposition="inside", insidetextanchor="middle", textangle=0,
        textfont={"color": BLACK}, hovertemplate="%{text} %{x:.0%}<extra></extra>",
        **_nested(_bar_values(shares, places)),
    )  # fmt: skip


def _bar_values(shares: Sequence[np.ndarray], places: Sequence[int]) -> dict[str, object]:
    """The parts of the stacked bars at these places, of all pairs side by side; shares (pairs, 8 or 10) each."""
    parts = [
        (2 * pair + begin, length, place, name)
        for rows, place in zip(shares, places, strict=True)
        for pair, row in enumerate(rows)
        for begin, length, name in segments(row.tolist())
    ]
    return {
        "base": [begin for begin, _, _, _ in parts],
        "x": [length for _, length, _, _ in parts],
        "y": [place for _, _, place, _ in parts],
        "marker.color": [CARDS[name] for _, _, _, name in parts],
        "text": [name for _, _, _, name in parts],
    }


def _nested(values: dict[str, object]) -> dict[str, object]:
    """The same for a trace's constructor, which writes marker_color for marker.color."""
    return {name.replace(".", "_"): value for name, value in values.items()}


def _uri(picture: np.ndarray) -> str:
    return png_uri(torch.from_numpy(picture), colours=64)


def _still(
    pair: tuple[str, str],
    shares: Sequence[float],
    pictures: Sequence[np.ndarray],
    truth: np.ndarray,
    ten: np.ndarray,
    many: np.ndarray,
) -> Figure:
    shown = [0, len(shares) // 2, len(shares) - 1]
    figure = Figure(figsize=(6.6, 3.4), layout="constrained")
    axes = figure.subplots(2, len(shown))
    for column, step in enumerate(shown):
        show_picture(axes[0, column], pictures[step])
        axes[0, column].set_title(f"{shares[step]:.0%} {pair[1]}", fontsize=10)
        rows = {"truth": truth[step], "ten raters": ten[0, step] / 10, "ten others": ten[1, step] / 10}
        rows |= {"1,000 raters": many[step] / many[step].sum()}
        stack_bars(axes[1, column], rows, size=8)
        if column:
            axes[1, column].set_yticks([])
    return figure
