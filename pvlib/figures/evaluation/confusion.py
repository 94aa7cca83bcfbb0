"""The confusion matrix as the paper prints it (Figure 4): recall in per cent, here with the counts below."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

from pvlib.data.expression_colours import COLOURS
from pvlib.figures.evaluation.style import INK, QUIET, Described, in_house_style, new_figure

_SHADES = LinearSegmentedColormap.from_list("recall", ["#ffffff", "#9ecae1", "#2171b5", "#08306b"])


@in_house_style
def confusion(counts: Sequence[Sequence[int]], names: Sequence[str]) -> Described:
    """Show how often each true class (row) was called each class (column), in per cent of its row.

    Args:
        counts: faces, (K, K); row true class, column predicted class.
        names: the K classes.

    Returns:
        The figure, and a description of it in words.
    """
    table = np.asarray(counts)  # (K, K)
    faces = table.sum(axis=1, keepdims=True)  # (K, 1)
    shares = 100 * table / np.maximum(faces, 1)  # (K, K)
    figure = new_figure(4.4, 4.8)
    axes = figure.subplots()
    axes.imshow(shares, cmap=_SHADES, vmin=0, vmax=100)
    for (row, column), share in np.ndenumerate(shares):
        if table[row, column]:
            _write(axes, row, column, share, int(table[row, column]))
    axes.set_xticks(range(len(names)), names, rotation=40, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(len(names)), names)
    for label, name in zip([*axes.get_xticklabels(), *axes.get_yticklabels()], [*names, *names], strict=True):
        label.set_color(COLOURS.get(name, INK))
    axes.set(xlabel="predicted", ylabel="true")
    axes.spines[:].set_visible(False)
    axes.set_xticks(np.arange(-0.5, len(names)), minor=True)
    axes.set_yticks(np.arange(-0.5, len(names)), minor=True)
    axes.grid(which="minor", color="#ececec", linewidth=0.6)  # a rule between the cells
    axes.tick_params(which="both", length=0)
    recall = ", ".join(
        f"{name} {share:.1f} %" if here else f"{name} has no face"
        for name, share, here in zip(names, shares.diagonal(), faces[:, 0], strict=True)
    )
    slips = _slips(table, names)
    return figure, f"Confusion matrix in per cent of each true class. Recognised: {recall}. {slips}"


def _write(axes: Axes, row: int, column: int, share: float, count: int) -> None:
    ink, weak = ("white", "#dbe9f6") if share > 45 else (INK, QUIET)
    below = 0.0
    if share >= 0.5 or row == column:
        below = 0.27
        text, weight = (f"{share:.1f}", "bold") if row == column else (f"{share:.0f}", "normal")
        axes.text(
            column, row - 0.1, text, ha="center", va="center", color=ink, fontsize=8.5, fontweight=weight
        )
    axes.text(column, row + below, f"{count:,}", ha="center", va="center", color=weak, fontsize=6)


def _slips(table: np.ndarray, names: Sequence[str]) -> str:
    """Name the most frequent confusions, by faces."""
    wrong = table * (1 - np.eye(len(table), dtype=int))
    order = np.argsort(-wrong, axis=None, kind="stable")[:3]
    pairs = zip(*np.unravel_index(order, wrong.shape), strict=True)
    said = ", ".join(f"{names[i]} as {names[j]} ({wrong[i, j]})" for i, j in pairs if wrong[i, j])
    return f"Most frequent mistakes: {said}." if said else "No mistakes."
