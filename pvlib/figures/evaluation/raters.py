"""Is the network uncertain of the faces on which its raters disagree?"""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from pvlib.figures.evaluation.style import INK, Described, in_house_style, new_figure, quiet_grid
from pvlib.figures.evaluation.uncertainties import look_of

_GROUPS = 10


@in_house_style
def against_raters(
    values: Mapping[str, Sequence[float]],
    titles: Mapping[str, str],
    correlations: Mapping[str, float],
    disagreement: Sequence[float],
    disagreement_is: str,
) -> Described:
    """Show each face's uncertainty against the raters' disagreement, with the mean of ten groups of equal size.

    Args:
        values: for each uncertainty one number a face, (N,).
        titles: what each is called.
        correlations: Spearman's rank correlation of each with ``disagreement``.
        disagreement: entropy in nats of the raters' votes, or of the true mixture, (N,).
        disagreement_is: which of the two, for the axis and the description.

    Returns:
        The figure, and a description of it in words.
    """
    places = np.asarray(disagreement)
    figure = new_figure(2.8, 0.4 + 2.4 * len(values))
    for axes, key in zip(figure.subplots(1, len(values), squeeze=False)[0], values, strict=True):
        numbers = np.asarray(values[key])
        axes.scatter(
            disagreement, numbers, s=6, color=look_of(key)[0], alpha=0.18, linewidth=0, rasterized=True
        )
        _mean_of_groups(axes, places, numbers)
        axes.set_title(f"ρ = {correlations[key]:+.2f}".replace("-", "−"), fontsize=8.5, fontweight="normal")
        axes.set(xlabel=f"{disagreement_is} (nats)", ylabel=titles[key])
        axes.set_ylim(min(0, numbers.min()), 1.04 * np.quantile(numbers, 0.998))
        quiet_grid(axes)
    said = "; ".join(f"{titles[key]} {correlations[key]:+.2f}" for key in values)
    return figure, (
        f"Uncertainty of {len(places):,} faces against the {disagreement_is}, with the mean of {_GROUPS} groups of equal "
        f"size. Spearman's rank correlation: {said}."
    )


def _mean_of_groups(axes: Axes, places: np.ndarray, numbers: np.ndarray) -> None:
    """Draw means with their 95 % intervals; groups are made by rank, so that each says the same."""
    order = np.argsort(places, kind="stable")
    groups = [group for group in np.array_split(order, _GROUPS) if len(group) > 1]
    middles = [places[group].mean() for group in groups]
    means = [numbers[group].mean() for group in groups]
    half = [1.96 * numbers[group].std(ddof=1) / len(group) ** 0.5 for group in groups]
    axes.errorbar(middles, means, half, color=INK, linewidth=1.2, marker="o", markersize=3, capsize=1.5)
