"""Still figures of the lesson on cross-attention: swapped landmarks, and toy faces; ``asking`` moves."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from torch import Tensor

from lessons.cross_attention.toy import SIDE
from lessons.start_here.figures import segments, show_picture, stack_bars

INK, MARK, HEAT = "#222222", "#0072b2", "Oranges"
SMALL = {"fontsize": 9}


def swapped(
    pictures: Sequence[np.ndarray], answers: Mapping[str, Sequence[Sequence[float]]]
) -> tuple[Figure, str]:
    """Show faces (1 or 3, H, W), and under each what the network says of it with these landmarks.

    Args:
        answers: by whose landmarks ask: the answer to each face, (faces, 8).
    """
    figure = Figure(figsize=(6.2, 3.1), layout="constrained")
    grid = figure.subplots(2, len(pictures), height_ratios=[2.2, 1])
    told = []
    for column, (above, below) in enumerate(grid.T):
        show_picture(above, pictures[column])
        above.set_title(f"face {'AB'[column]}", fontsize=10)
        rows = {name: said[column] for name, said in answers.items()}
        stack_bars(below, rows, size=8)
        if column:
            below.set_yticks([])
        for name, said in rows.items():
            parts = ", ".join(f"{label} {share:.0%}" for _, share, label in segments(said) if share >= 0.05)
            told.append(f"face {'AB'[column]} with {name}: {parts}")
    return figure, f"Two drawn faces, and what the network says of each. {'; '.join(told)}."


def toy_faces(bright: Tensor, where: Tensor, label: Tensor, weights: Tensor) -> tuple[Figure, str]:
    """Show toy faces with their landmark, and under each how much the trained attention takes from each cell.

    Args:
        bright: 0 or 1, (faces, cells); where: the landmark's cell, (faces,); label: (faces,).
        weights: of each cell, (faces, cells); 1 is a mean's weight.
    """
    figure = Figure(figsize=(1.35 * len(bright), 3), layout="constrained")
    for column, (above, below) in enumerate(figure.subplots(2, len(bright)).T):
        row, place = divmod(int(where[column]), SIDE)
        above.imshow(bright[column].unflatten(0, (SIDE, SIDE)).numpy(), cmap="gray", vmin=-0.4, vmax=1.2)
        above.set_title("bright" if label[column] else "dark", **SMALL)
        below.imshow(
            weights[column].unflatten(0, (SIDE, SIDE)).numpy(), cmap=HEAT, vmin=0, vmax=float(weights.max())
        )
        for axes in (above, below):
            axes.plot(place, row, "o", markersize=9, fillstyle="none", color=MARK, markeredgewidth=2)
            axes.set(xticks=[], yticks=[])
        if not column:
            above.set_ylabel("toy face", **SMALL)
            below.set_ylabel("weights", **SMALL)
    there = weights.gather(1, where[:, None])[:, 0]
    return figure, (
        f"{len(bright)} toy faces of {SIDE} × {SIDE} cells, each with a ring at its landmark; the label says whether that "
        f"cell is bright. Below, the weights of the trained attention: the cell under the ring has "
        + ", ".join(f"{value:.1f}" for value in there.tolist())
        + " times the weight that it would have in a mean."
    )
