"""Uncertainties beside each other: how many mistakes each one keeps back, and how each fares by every measure.

A colour says which method an uncertainty comes from, a dash what is computed of it. Each function takes the
part ``uncertainties`` of an evaluation's JSON (see ``pvlib.evaluation.evaluate``); what is not there (None) is left out.
"""

from collections.abc import Mapping
from textwrap import fill
from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from pvlib.evaluation.measures import MEASURES, Measure, cell
from pvlib.figures.evaluation.style import GRID, QUIET, Described, in_house_style, new_figure, quiet_grid

Uncertainties = Mapping[str, Mapping[str, Any] | None]

_SIGMA, _SOFTMAX, _DRAWS, _TEMPERATURE, _DROPOUT, _ENSEMBLE = (
    "#d55e00", "#222222", "#0072b2", "#b8860b", "#009e73", "#aa4499",
)  # fmt: skip
_SOLID, _DASHED, _DOTTED = "-", (0, (5, 2)), (0, (1, 1.3))
_LOOKS: dict[str, tuple[str, Any]] = {
    "sigma": (_SIGMA, _SOLID),
    "sigma_of_answer": (_SIGMA, _DASHED),
    "softmax_entropy": (_SOFTMAX, _SOLID),
    "softmax_doubt": (_SOFTMAX, _DASHED),
    "mc_entropy": (_DRAWS, _SOLID),
    "mc_mutual_information": (_DRAWS, _DOTTED),
    "temperature_entropy": (_TEMPERATURE, _DASHED),
    "dropout_entropy": (_DROPOUT, _SOLID),
    "dropout_mutual_information": (_DROPOUT, _DOTTED),
    "ensemble_entropy": (_ENSEMBLE, _SOLID),
    "ensemble_mutual_information": (_ENSEMBLE, _DOTTED),
}
_MEASURED = ("spearman_votes", "spearman_mixture", "auroc_errors", "excess_aurc")


def look_of(key: str) -> tuple[str, Any]:
    """Return colour and dash of an uncertainty; one that is new here is grey."""
    return _LOOKS.get(key, (QUIET, _SOLID))


@in_house_style
def risk_coverage(uncertainties: Uncertainties) -> Described:
    """Show the share of mistakes among the faces that each uncertainty calls surest; best first in the legend."""
    present = {key: one for key, one in uncertainties.items() if one is not None}
    order = sorted(present, key=lambda key: present[key]["aurc"]["value"])
    figure = new_figure(2.9 + 0.165 * len(order))
    axes = figure.subplots()
    highest = 0.0
    for key in order:
        curve = present[key]["risk_coverage"]
        colour, dash = look_of(key)
        area = 1000 * present[key]["aurc"]["value"]
        axes.plot(
            curve["coverage"], curve["risk"], color=colour, linestyle=dash, linewidth=1.3,
            label=f"{area:.0f}  {present[key]['title']}",
        )  # fmt: skip
        # the first few faces alone jump between 0 and 1 and would squeeze everything else
        highest = max(highest, *curve["risk"][len(curve["risk"]) // 10 :])
    axes.set(xlabel="coverage: share of faces answered, surest first", ylabel="risk: share of wrong answers")
    axes.set(xlim=(0, 1), ylim=(0, 1.12 * max(highest, 0.01)))
    axes.xaxis.set_major_formatter(PercentFormatter(1))
    axes.yaxis.set_major_formatter(lambda share, _: f"{100 * share:g}%")
    quiet_grid(axes)
    figure.legend(loc="outside lower left", title="AURC × 1000", alignment="left", handlelength=2.6)
    ranking = ", ".join(
        f"{present[key]['title']} {1000 * present[key]['aurc']['value']:.0f}" for key in order
    )
    error = present[order[0]]["risk_coverage"]["risk"][-1]
    return figure, (
        f"Risk against coverage. With all faces answered, {100 * error:.1f} % of the answers are wrong. Area under "
        f"the curve times 1000, best first: {ranking}."
    )


@in_house_style
def measures(uncertainties: Uncertainties) -> Described:
    """Show how well each uncertainty follows the raters' and finds mistakes, as points with their intervals."""
    present = {key: one for key, one in uncertainties.items() if one is not None}
    shown = [
        MEASURES[name] for name in _MEASURED if any(one.get(name) is not None for one in present.values())
    ]
    figure = new_figure(0.8 + 0.21 * len(present), 2.1 + 1.05 * len(shown))
    grid = figure.subplots(1, len(shown), sharey=True, squeeze=False)[0]
    for axes, measure in zip(grid, shown, strict=True):
        for place, (key, one) in enumerate(present.items()):
            _point(axes, place, one.get(measure.key), look_of(key)[0], measure.scale)
        if measure.chance is not None:
            axes.axvline(measure.chance, color=QUIET, linewidth=0.9, linestyle=_DOTTED)
        title = fill(measure.title, 12) + ("\n× 1000" if measure.unit == "‰" else "")
        title = f"{title} →" if measure.better == "higher" else f"← {title}"
        axes.set_title(title, fontsize=7.5, fontweight="normal", loc="center")
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        axes.grid(axis="x", color=GRID, linewidth=0.6)
        axes.locator_params(axis="x", nbins=3)
        axes.tick_params(axis="x", labelsize=7)
    grid[0].set_yticks(range(len(present)), [one["title"] for one in present.values()], fontsize=7.5)
    grid[0].set_ylim(len(present) - 0.4, -0.6)
    for label, key in zip(grid[0].get_yticklabels(), present, strict=True):
        label.set_color(look_of(key)[0])
    return figure, _in_words(present, shown)


def _point(axes: Axes, place: int, number: Mapping[str, float] | None, colour: str, scale: float) -> None:
    if number is None:
        axes.text(
            0.5, place, "–", transform=axes.get_yaxis_transform(), ha="center", va="center", color=QUIET
        )
        return
    if number["low"] is not None:
        ends = [scale * number["low"], scale * number["high"]]
        axes.plot(ends, [place, place], color=colour, linewidth=2.4, alpha=0.4, solid_capstyle="butt")
    axes.plot(scale * number["value"], place, "o", color=colour, markersize=3.8)


def _in_words(present: Mapping[str, Mapping[str, Any]], shown: list[Measure]) -> str:
    parts = []
    for one in present.values():
        numbers = ", ".join(
            f"{measure.title} {cell(one[measure.key], measure.key).text}"
            for measure in shown
            if one.get(measure.key) is not None
        )
        parts.append(f"{one['title']}: {numbers}")
    return f"Measures of each uncertainty; AURC times 1000. {'; '.join(parts)}."
