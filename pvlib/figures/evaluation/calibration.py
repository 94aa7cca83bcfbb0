"""Whether confidence keeps its word: the reliability diagram (Guo et al. 2017), for the answer and by class."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter
from scipy.stats import binomtest

from pvlib.data.labels import COLOURS
from pvlib.figures.evaluation.style import INK, QUIET, Described, in_house_style, new_figure, quiet_grid

_BAR, _CONFIDENCE = "#6baed6", "#d55e00"
_FEW = 10  # faces; a bin with fewer says little


@in_house_style
def reliability(bins: Sequence[Mapping[str, float]], error: float) -> Described:
    """Show accuracy against confidence in equal bins and, below, how many faces each bin holds.

    Args:
        bins: each with low, high, faces, confidence (mean) and accuracy; the last two None where there is no face.
        error: the expected calibration error, 0-1.

    Returns:
        The figure, and a description of it in words.
    """
    filled = [part for part in bins if part["faces"]]
    figure = new_figure(4.6)
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=[3.2, 1])
    middle = [(part["low"] + part["high"]) / 2 for part in filled]
    width = [part["high"] - part["low"] for part in filled]
    accuracy = [part["accuracy"] for part in filled]
    above.bar(
        middle, accuracy, width, color=_BAR, edgecolor="white", linewidth=0.8, label="accuracy, 95 % interval"
    )
    above.errorbar(
        middle, accuracy, _half_widths(filled), fmt="none", ecolor=INK, elinewidth=0.9, capsize=2, zorder=3
    )
    above.hlines(
        [part["confidence"] for part in filled],
        [part["low"] for part in filled],
        [part["high"] for part in filled],
        color=_CONFIDENCE, linewidth=2.2, zorder=4, label="mean confidence",
    )  # fmt: skip
    above.plot([0, 1], [0, 1], color=INK, linewidth=0.8, linestyle=(0, (4, 3)))
    above.set(ylabel="accuracy", xlim=(0, 1), ylim=(0, 1))
    above.legend(
        title=f"ECE {100 * error:.1f} %", loc="upper left", alignment="left", frameon=True, edgecolor="none"
    )
    below.bar(
        middle, [part["faces"] for part in filled], width, color="#9a9a9a", edgecolor="white", linewidth=0.8
    )
    for place, part in zip(middle, filled, strict=True):
        below.annotate(
            f"{part['faces']:,}", (place, part["faces"]), xytext=(0, 1.5), textcoords="offset points",
            ha="center", va="bottom", fontsize=6, color=QUIET,
        )  # fmt: skip
    below.set(xlabel="confidence (probability of the answer)", ylabel="faces")
    below.margins(y=0.22)
    for axes in (above, below):
        quiet_grid(axes, "y")
    above.yaxis.set_major_formatter(PercentFormatter(1))
    below.xaxis.set_major_formatter(PercentFormatter(1))
    return figure, _in_words(filled, error)


@in_house_style
def classwise_reliability(
    bins: Mapping[str, Sequence[Mapping[str, float]]], errors: Mapping[str, float]
) -> Described:
    """Show, for each class, how often it is right against the probability that it is given.

    Args:
        bins: for each class, as for :func:`reliability`, over all faces: ``confidence`` is the probability of
            that class and ``accuracy`` the share of faces that are of it.
        errors: each class's calibration error, 0-1.

    Returns:
        The figure, and a description of it in words.
    """
    columns = 4
    rows = -(-len(bins) // columns)
    figure = new_figure(0.45 + 1.22 * rows, 5.2)
    grid = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False).ravel()
    for axes, (name, parts) in zip(grid, bins.items(), strict=False):
        _class_panel(axes, name, parts, errors[name])
    for axes in grid[len(bins) :]:
        axes.set_axis_off()
    figure.supxlabel("probability given to the class", fontsize=8.5)
    figure.supylabel("share of faces of the class", fontsize=8.5)
    worst = max(errors, key=errors.__getitem__)
    return figure, (
        f"Reliability of each class's probability over all faces. The largest class-wise error is "
        f"{100 * errors[worst]:.1f} % for {worst}."
    )


def _class_panel(axes: Axes, name: str, parts: Sequence[Mapping[str, float]], error: float) -> None:
    filled = [part for part in parts if part["faces"]]
    colour = COLOURS.get(name, INK)
    axes.plot([0, 1], [0, 1], color=INK, linewidth=0.7, linestyle=(0, (4, 3)))
    places, shares = ([part[key] for part in filled] for key in ("confidence", "accuracy"))
    axes.plot(places, shares, color=colour, linewidth=0.8, alpha=0.35)
    for enough in (False, True):
        chosen = [part for part in filled if (part["faces"] >= _FEW) == enough]
        axes.scatter(
            [part["confidence"] for part in chosen], [part["accuracy"] for part in chosen],
            s=[5 + 5 * np.log10(part["faces"]) ** 1.5 for part in chosen],
            color=colour if enough else "white", edgecolor="white" if enough else colour,
            linewidth=0.5, zorder=3 + enough,
        )  # fmt: skip
    axes.set_title(name, color=colour, fontsize=8, pad=3)
    axes.text(
        0.96, 0.06, f"{100 * error:.1f} %", ha="right", transform=axes.transAxes, fontsize=7, color=QUIET
    )
    axes.set(xlim=(0, 1), ylim=(0, 1), xticks=[0, 0.5, 1], yticks=[0, 0.5, 1], aspect="equal")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(PercentFormatter(1, symbol=None))
    quiet_grid(axes)


def _half_widths(filled: Sequence[Mapping[str, float]]) -> np.ndarray:
    """Wilson's 95 % interval of each bin's accuracy, below and above it, (2, bins)."""
    ends = []
    for part in filled:
        hits = binomtest(round(part["accuracy"] * part["faces"]), part["faces"])
        interval = hits.proportion_ci(0.95, method="wilson")
        ends.append((part["accuracy"] - interval.low, interval.high - part["accuracy"]))
    return np.maximum(np.array(ends).T, 0)


def _in_words(filled: Sequence[Mapping[str, float]], error: float) -> str:
    total = sum(part["faces"] for part in filled)
    gap = sum(part["faces"] * (part["confidence"] - part["accuracy"]) for part in filled) / total
    bias = "too sure of itself" if gap > 0 else "not sure enough"
    top = filled[-1]
    return (
        f"Reliability diagram with {total:,} faces; expected calibration error {100 * error:.1f} %. On average the "
        f"network is {bias} by {100 * abs(gap):.1f} points. In the highest bin, {top['faces']:,} faces, the mean "
        f"confidence is {100 * top['confidence']:.1f} % and {100 * top['accuracy']:.1f} % are right."
    )
