"""The figures of one evaluation, each with the caption that a reader needs to judge it."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from matplotlib import rc_context

from pvlib.evaluation.record import Evaluation
from pvlib.evaluation.votes import entropy
from pvlib.figures.evaluation import (
    Described,
    against_raters,
    confusion,
    measures,
    reliability,
    risk_coverage,
    run_curves,
)

_AGAINST_RATERS = ("sigma", "ensemble_entropy", "softmax_entropy")  # the first two of these that exist
_SVG: Any = {"svg.fonttype": "path", "svg.hashsalt": "pvlib"}


@dataclass(frozen=True)
class Drawing:
    """A figure of a report.

    Attributes:
        alt: its description in words.
        caption: what stands below it.
        source: an SVG as the ``src`` of an image; letters are outlines, so that every machine shows the same.
    """

    alt: str
    caption: str
    source: str


def drawing_of(described: Described, caption: str) -> Drawing:
    """Return a figure of ``pvlib.figures.evaluation`` with its description, ready for a page."""
    figure, alt = described
    buffer = BytesIO()
    with rc_context(_SVG):
        figure.savefig(buffer, format="svg", dpi=200, metadata={"Date": None})
    source = f"data:image/svg+xml;base64,{base64.b64encode(buffer.getvalue()).decode()}"
    return Drawing(alt, caption, source)


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
    drawings = {
        "confusion": drawing_of(
            confusion(document["confusion"], document["names"]),
            "Confusion matrix. Each row is a label, each column an answer; large: per cent of the row, small: faces.",
        ),
        "reliability": drawing_of(
            reliability(document["reliability"], document["metrics"]["calibration_error"]["value"]),
            "Reliability diagram. Where a bar ends below its orange line, the network is surer than it is right. Below: the "
            "faces in each bin.",
        ),
        "measures": drawing_of(
            measures(document["uncertainties"]),
            f"What each uncertainty is good for. {bars}The dotted line is what an uncertainty that knows "
            "nothing would get; arrows point to where better is.",
        ),
        "risk_coverage": drawing_of(
            risk_coverage(document["uncertainties"]),
            "Risk and coverage. Answer only the faces that an uncertainty calls surest: how many answers are wrong? "
            "Lower is better; the numbers are areas under the curves, times 1000.",
        ),
    }
    raters = _raters(evaluation, document["uncertainties"])
    if raters is not None:
        drawings["raters"] = raters
    if history:
        caption = "Each epoch of the run, measured on the faces that choose the best epoch."
        caption += " The dashed line marks the weights that were evaluated." if epoch else ""
        drawings["curves"] = drawing_of(run_curves(history, epoch), caption)
    return drawings


def _raters(evaluation: Evaluation, numbers: Mapping[str, Any]) -> Drawing | None:
    said, key, what = evaluation.prediction.votes, "spearman_votes", "entropy of the raters' votes"
    if said is None:
        said, key, what = evaluation.prediction.mixture, "spearman_mixture", "entropy of the true mixture"
    shown = [name for name in _AGAINST_RATERS if numbers.get(name) and numbers[name].get(key) is not None][:2]
    if said is None or not shown:
        return None
    figure = against_raters(
        {name: evaluation.scores[name].values.tolist() for name in shown},
        {name: numbers[name]["title"] for name in shown},
        {name: numbers[name][key]["value"] for name in shown},
        entropy(said).tolist(),
        what,
    )
    return drawing_of(
        figure,
        f"Is it uncertain where people differ? A dot is a face, its place to the right the {what}; black: the mean of "
        "ten groups of equal size with its 95 % interval; ρ is Spearman's rank correlation.",
    )
