"""Figures of the first lesson: answers as stacked bars, faces that were asked about; ``vote_table`` moves."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from drawnfaces.names import VOTES
from pvlib.data.expression_colours import COLOURS

INK, GREY = "#222222", "#777777"
BLACK = "#000000"  # on every colour of an expression easier to read than white
CARDS = {**COLOURS, "unknown": "#dddddd", "NF": "#dddddd"}
LEAST_NAMED = 0.14  # a smaller part of a bar has no room for its name
LEAST_SHOWN = 0.005

Segments = list[tuple[float, float, str]]  # of a stacked bar: where it begins, how long it is, whose it is


def segments(shares: Sequence[float]) -> Segments:
    """Lay shares, in the order of ``names.VOTES``, end to end; what next to nobody chose is left out."""
    parts, begin = [], 0.0
    for share, name in zip(shares, VOTES, strict=False):
        if share >= LEAST_SHOWN:
            parts.append((round(begin, 3), round(float(share), 3), name))
        begin += float(share)
    return parts


def face(picture: np.ndarray) -> tuple[Figure, str]:
    """Show one face (3, H, W), with a description that does not name its expression."""
    figure = Figure(figsize=(2.8, 2.8), layout="constrained")
    show_picture(figure.subplots(), picture)
    return figure, (
        "A drawn face from the front. The eyes are wide open. The brows are raised and, at their inner ends, drawn "
        "together. The mouth is open and wide, and both rows of teeth can be seen."
    )


def answers(picture: np.ndarray, rows: Mapping[str, Sequence[float]]) -> tuple[Figure, str]:
    """Show one face (3, H, W) and several answers about it as stacked bars of shares."""
    figure = Figure(figsize=(5.8, 2.2), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=[1, 1.9])
    show_picture(left, picture)
    stack_bars(right, rows)
    said = "; ".join(
        f"{label}: "
        + ", ".join(f"{name} {share:.0%}" for _, share, name in segments(shares) if share >= 0.05)
        for label, shares in rows.items()
    )
    return figure, f"A drawn face, and {len(rows)} answers to what it shows. {said}."


def show_picture(axes: Axes, picture: np.ndarray) -> None:
    # what the network sees is shown pixel by pixel
    smooth = "antialiased" if picture.shape[1] > 48 else "nearest"
    axes.imshow(np.broadcast_to(picture, (3, *picture.shape[1:])).transpose(1, 2, 0), interpolation=smooth)
    axes.set_axis_off()


def stack_bars(axes: Axes, rows: Mapping[str, Sequence[float]], size: float = 9) -> None:
    for place, shares in enumerate(rows.values()):
        for begin, share, name in segments(shares):
            axes.barh(
                place, share, left=begin, color=CARDS[name], edgecolor="white", linewidth=1, height=0.75
            )
            if share >= LEAST_NAMED:
                axes.text(
                    begin + share / 2, place, name, color=BLACK, ha="center", va="center", fontsize=size
                )
    axes.set(xlim=(0, 1), xticks=[], yticks=range(len(rows)), yticklabels=list(rows))
    axes.invert_yaxis()
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)


def asked(
    pictures: np.ndarray, votes: np.ndarray, said: np.ndarray, names: Sequence[str]
) -> tuple[Figure, str]:
    """Show faces, what a network says of them (bars) and what ten raters said (rings).

    Args:
        pictures: uint8, (faces, 1 or 3, H, W).
        votes: the raters' shares, (faces, 8); said: the network's, (faces, 8).
    """
    count, columns = len(pictures), 3  # so that a phone can show it
    rows, places = -(-count // columns), range(len(names))
    figure = Figure(figsize=(5.8, 3.2 * rows), layout="constrained")
    grid = figure.subplots(2 * rows, min(columns, count), squeeze=False)
    for face in range(count):
        row, column = divmod(face, columns)
        show_picture(grid[2 * row, column], pictures[face])
        axes = grid[2 * row + 1, column]
        axes.barh(places, said[face], color=[COLOURS[name] for name in names])
        axes.plot(
            [share or None for share in votes[face]], places, "o", color=INK, markersize=5, fillstyle="none"
        )
        axes.set(xlim=(0, 1.05), xticks=[], yticks=[])
        axes.invert_yaxis()
        axes.spines[["top", "right", "bottom"]].set_visible(False)
        if column == 0:
            axes.set_yticks(places, names, fontsize=9)
    told = "; ".join(
        f"votes lead to {names[v.argmax()]}, the network says {names[p.argmax()]} ({p.max():.0%})"
        for v, p in zip(votes, said, strict=True)
    )
    return (
        figure,
        f"{count} drawn faces with bars for the network's answer and rings for the raters' votes: {told}.",
    )


def one_person(
    rows: Mapping[str, tuple[Sequence[np.ndarray], np.ndarray]], names: Sequence[str]
) -> tuple[Figure, str]:
    """Show one person changed step by step, with the network's first answer under each picture.

    Args:
        rows: by what changes: the pictures and what the network says of each, (steps, 8).
    """
    columns = max(len(pictures) for pictures, _ in rows.values())
    figure = Figure(figsize=(1.35 * columns, 1.8 * len(rows)), layout="constrained")
    told = []
    for part, (label, (pictures, said)) in zip(
        figure.subfigures(len(rows), squeeze=False)[:, 0], rows.items(), strict=True
    ):
        part.suptitle(label, x=0.005, ha="left", fontsize=9, color=GREY)
        first = [f"{names[p.argmax()]} {p.max():.0%}" for p in said]
        for axes, picture, answer in zip(part.subplots(1, columns), pictures, first, strict=True):
            show_picture(axes, picture)
            axes.set_title(answer, fontsize=9, color=INK)
        told.append(f"{label}: {', '.join(first)}")
    return figure, f"One drawn person, changed step by step; the network's first answer. {'; '.join(told)}."
