"""What each measure is called, what it means, and how its numbers are written."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Measure:
    """How one number of an evaluation is told.

    Attributes:
        key: its name in evaluation.json.
        title: what a reader is told.
        meaning: one sentence.
        unit: "%" for shares, "‰" for thousandths, "nats", or nothing.
        better: "higher", "lower", or "" where neither is.
    """

    key: str
    title: str
    meaning: str
    unit: str = ""
    better: str = ""

    @property
    def head(self) -> str:
        """Title with its unit, and an arrow that points to where better is."""
        arrow = {"higher": "\N{NO-BREAK SPACE}↑", "lower": "\N{NO-BREAK SPACE}↓", "": ""}[self.better]
        unit = {"%": ",\N{NO-BREAK SPACE}%", "‰": " ×\N{NO-BREAK SPACE}1000", "nats": ", nats", "": ""}[
            self.unit
        ]
        return f"{self.title}{unit}{arrow}"


@dataclass(frozen=True)
class Cell:
    """One cell of a table: what stands there and, where it is a measure, its interval."""

    text: str
    interval: str = ""

    def __str__(self) -> str:
        return f"{self.text} {self.interval}" if self.interval else self.text


Number = Mapping[str, float] | None

MEASURES = {
    measure.key: measure
    for measure in (
        Measure("accuracy", "Accuracy", "share of faces whose most probable class is the label's", "%", "higher"),
        Measure(
            "mean_class_accuracy", "Mean class accuracy", "recall of each class, averaged: every expression counts the same",
            "%", "higher",
        ),
        Measure(
            "negative_log_likelihood", "NLL",
            "negative log-likelihood of the labels (or label distributions)", "nats", "lower",
        ),
        Measure("brier", "Brier score", "squared distance of the probabilities to the label, 0 to 2", "", "lower"),
        Measure(
            "calibration_error", "ECE",
            "expected calibration error: how far confidence and accuracy lie apart, over equal bins", "%", "lower",
        ),
        Measure(
            "classwise_calibration_error", "Classwise ECE",
            "the same for the probability of every class, averaged over classes", "%", "lower",
        ),
        Measure("kl_to_votes", "KL to the votes", "KL(votes ‖ probabilities), averaged over faces", "nats", "lower"),
        Measure("js_to_votes", "JS to the votes", "Jensen-Shannon divergence to the votes", "nats", "lower"),
        Measure("mean_sigma", "Mean σ", "standard deviation of the logits, averaged over faces and classes"),
        Measure("recall", "Recall", "share of the class's faces that were called so", "%", "higher"),
        Measure("precision", "Precision", "share of the faces called so that are of the class", "%", "higher"),
        Measure(
            "spearman_votes", "ρ with the votes", "Spearman's rank correlation with the entropy of the raters' votes",
            "", "higher",
        ),
        Measure(
            "spearman_mixture", "ρ with the mixture", "the same with the entropy of a drawn face's true mixture",
            "", "higher",
        ),
        Measure(
            "auroc_errors", "AUROC of mistakes", "how often a mistake is more uncertain than a right answer; 0.5 is chance",
            "", "higher",
        ),
        Measure("aurc", "AURC", "area under the risk-coverage curve", "‰", "lower"),
        Measure("excess_aurc", "Excess AURC", "AURC above that of an uncertainty that knows every mistake", "‰", "lower"),
    )
}  # fmt: skip


def cell(number: Number, key: str, signed: bool = False) -> Cell:
    """Write a number with its interval; a dash where it does not exist."""
    if number is None or number["value"] is None:
        return Cell("–")
    unit = MEASURES[key].unit
    scale, digits = {"%": (100, 1), "‰": (1000, 1)}.get(unit, (1, 3))

    def written(value: float) -> str:
        text = f"{scale * value:{'+' if signed else ''}.{digits}f}"
        return text.replace("-", "−")

    if number.get("low") is None or number.get("high") is None:
        return Cell(written(number["value"]))
    low, high = written(number["low"]), written(number["high"])
    return Cell(written(number["value"]), f"[{low}, {high}]")
