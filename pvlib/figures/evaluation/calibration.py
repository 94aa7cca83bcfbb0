"""Whether confidence keeps its word: the reliability diagram (Guo et al. 2017)."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.ticker import PercentFormatter
from scipy.stats import binomtest

from pvlib.figures.evaluation.style import INK, QUIET, Described, in_house_style, new_figure, quiet_grid

_BAR, _CONFIDENCE = "#6baed6", "#d55e00"


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
