"""The figures of one evaluation, each with the caption that a reader needs to judge it."""

from collections.abc import Mapping, Sequence
from typing import Any

from pvlib.evaluation.evaluate import Evaluation
from pvlib.figures.evaluation import (
    against_raters,
    classwise_reliability,
    confusion,
    measures,
    reliability,
    risk_coverage,
    run_curves,
)
from pvlib.report.pictures import Drawing

_AGAINST_RATERS = ("sigma", "ensemble_entropy", "softmax_entropy")  # the first two of these that exist


def draw_all(
    evaluation: Evaluation,
    document: Mapping[str, Any],
    history: Sequence[Mapping[str, Any]] = (),
    epoch: int | None = None,
) -> dict[str, Drawing]:
    """Return the figures by name; one that has nothing to show is left out.

    Args:
        document: ``evaluation.as_json()``.
        history: numbers of each epoch of the run.
        epoch: whose weights were evaluated.
    """
    bars = "Bars are intervals. " if document["settings"]["bootstrap"] else ""
    found = [
        _drawing(
            "confusion",
            confusion(document["confusion"], document["names"]),
            "Confusion matrix. Each row is a label, each column an answer; large: per cent of the row, small: faces.",
        ),
        _drawing(
            "reliability",
            reliability(document["reliability"], document["metrics"]["calibration_error"]["value"]),
            "Reliability diagram. Where a bar ends below its orange line, the network is surer than it is right. Below: the "
            "faces in each bin.",
        ),
        _drawing(
            "classwise",
            classwise_reliability(
                document["classwise_reliability"],
                {one["name"]: one["calibration_error"]["value"] for one in document["classes"]},
            ),
            "The same for the probability of every class over all faces, in per cent. Larger dots hold more faces, empty "
            "ones fewer than ten; the number is the class's calibration error.",
        ),
        _drawing(
            "measures",
            measures(document["uncertainties"]),
            f"Each uncertainty by three questions. {bars}The dotted line is what an uncertainty that knows "
            "nothing would get; arrows point to where better is.",
        ),
        _drawing(
            "risk_coverage",
            risk_coverage(document["uncertainties"]),
            "Risk and coverage. Answer only the faces that an uncertainty calls surest: how many answers are wrong? "
            "Lower is better; the numbers are areas under the curves, times 1000.",
        ),
        _raters(evaluation, document),
    ]
    if history:
        caption = "Each epoch of the run, measured on the faces that choose the best epoch."
        caption += " The dashed line marks the weights that were evaluated." if epoch else ""
        found.append(_drawing("curves", run_curves(history, epoch), caption))
    return {drawing.name: drawing for drawing in found if drawing is not None}


def _raters(evaluation: Evaluation, document: Mapping[str, Any]) -> Drawing | None:
    votes = evaluation.vote_entropy
    doubt, key, doubt_is = (
        (evaluation.mixture_entropy, "spearman_mixture", "entropy of the true mixture")
        if votes is None
        else (votes, "spearman_votes", "entropy of the raters' votes")
    )
    numbers = document["uncertainties"]
    shown = [name for name in _AGAINST_RATERS if numbers.get(name) and numbers[name].get(key) is not None][:2]
    if doubt is None or not shown:
        return None
    figure = against_raters(
        {name: evaluation.uncertainties[name].score.values.tolist() for name in shown},
        {name: numbers[name]["title"] for name in shown},
        {name: numbers[name][key]["value"] for name in shown},
        doubt.tolist(),
        doubt_is,
    )
    return _drawing(
        "raters",
        figure,
        f"Does it doubt where people differ? A dot is a face, its place to the right the {doubt_is}; black: the mean of "
        "ten groups of equal size with its 95 % interval; ρ is Spearman's rank correlation.",
    )


def _drawing(name: str, described: tuple[Any, str], caption: str) -> Drawing:
    figure, alt = described
    return Drawing(name, figure, alt, caption)
