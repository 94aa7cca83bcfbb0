"""What each measure is called, what it means, and how its numbers are written: for every table, page and figure."""

from collections.abc import Mapping
from dataclasses import dataclass

Number = Mapping[str, float | None] | None
"""A number of an evaluation's JSON: its value, and "low" and "high" where there is an interval."""


@dataclass(frozen=True, kw_only=True)
class Measure:
    """How one number of an evaluation is told.

    Attributes:
        key: its name in evaluation.json.
        title: what a reader is told.
        meaning: one sentence.
        unit: "%" for shares, "‰" for thousandths, "nats", or nothing.
        better: "higher", "lower", or "" where neither is.
        chance: its value for an uncertainty that knows nothing, where that is known.
    """

    key: str
    title: str
    meaning: str
    unit: str = ""
    better: str = ""
    chance: float | None = None

    @property
    def head(self) -> str:
        """Title with its unit, and an arrow that points to where better is."""
        units = {"%": ",\N{NO-BREAK SPACE}%", "‰": " ×\N{NO-BREAK SPACE}1000", "nats": ", nats", "": ""}
        return f"{self.title}{units[self.unit]}{self.arrow}"

    @property
    def arrow(self) -> str:
        """Points up or down, to where better is; empty where neither is."""
        return {"higher": "\N{NO-BREAK SPACE}↑", "lower": "\N{NO-BREAK SPACE}↓", "": ""}[self.better]

    @property
    def scale(self) -> int:
        """What a number is multiplied by to be in its unit."""
        return {"%": 100, "‰": 1000}.get(self.unit, 1)


@dataclass(frozen=True)
class Cell:
    """One cell of a table: what stands there and, where it is a measure, its interval."""

    text: str
    interval: str = ""

    def __str__(self) -> str:
        return f"{self.text} {self.interval}" if self.interval else self.text


_ALL = (
    Measure(
        key="accuracy",
        title="Accuracy",
        meaning="share of faces whose most probable class is the label's",
        unit="%",
        better="higher",
    ),
    Measure(
        key="mean_class_accuracy",
        title="Mean class accuracy",
        meaning="recall of each class, averaged: every expression counts the same",
        unit="%",
        better="higher",
    ),
    Measure(
        key="negative_log_likelihood",
        title="NLL",
        meaning="negative log-likelihood of the labels (or label distributions)",
        unit="nats",
        better="lower",
    ),
    Measure(
        key="brier",
        title="Brier score",
        meaning="squared distance of the probabilities to the label, 0 to 2",
        better="lower",
    ),
    Measure(
        key="calibration_error",
        title="ECE",
        meaning="expected calibration error: how far confidence and accuracy lie apart, over equal bins",
        unit="%",
        better="lower",
    ),
    Measure(
        key="classwise_calibration_error",
        title="Classwise ECE",
        meaning="the same for the probability of every class, averaged over classes",
        unit="%",
        better="lower",
    ),
    Measure(
        key="kl_to_votes",
        title="KL to the votes",
        meaning="KL(votes ‖ probabilities), averaged over faces",
        unit="nats",
        better="lower",
    ),
    Measure(
        key="js_to_votes",
        title="JS to the votes",
        meaning="Jensen-Shannon divergence to the votes",
        unit="nats",
        better="lower",
    ),
    Measure(
        key="mean_sigma",
        title="Mean σ",
        meaning="standard deviation of the logits, averaged over faces and classes",
    ),
    Measure(
        key="recall",
        title="Recall",
        meaning="share of the class's faces that were called so",
        unit="%",
        better="higher",
    ),
    Measure(
        key="precision",
        title="Precision",
        meaning="share of the faces called so that are of the class",
        unit="%",
        better="higher",
    ),
    Measure(
        key="spearman_votes",
        title="ρ with the votes",
        meaning="Spearman's rank correlation with the entropy of the raters' votes",
        better="higher",
        chance=0.0,
    ),
    Measure(
        key="spearman_mixture",
        title="ρ with the mixture",
        meaning="the same with the entropy of a drawn face's true mixture",
        better="higher",
        chance=0.0,
    ),
    Measure(
        key="auroc_errors",
        title="AUROC of mistakes",
        meaning="how often a mistake is more uncertain than a right answer; 0.5 is chance",
        better="higher",
        chance=0.5,
    ),
    Measure(key="aurc", title="AURC", meaning="area under the risk-coverage curve", unit="‰", better="lower"),
    Measure(
        key="excess_aurc",
        title="Excess AURC",
        meaning="AURC above that of an uncertainty that knows every mistake",
        unit="‰",
        better="lower",
    ),
)
MEASURES = {measure.key: measure for measure in _ALL}


def cell(number: Number, key: str, signed: bool = False) -> Cell:
    """Write a number in the unit of its measure, with its interval; a dash where it does not exist."""
    value, low, high = ((number or {}).get(part) for part in ("value", "low", "high"))
    if value is None:
        return Cell("–")
    scale = MEASURES[key].scale
    digits = 3 if scale == 1 else 1
    if low is None or high is None:
        return Cell(in_signs(scale * value, digits, signed))
    low_text, high_text = (in_signs(scale * end, digits, signed) for end in (low, high))
    return Cell(in_signs(scale * value, digits, signed), f"[{low_text}, {high_text}]")


def in_signs(value: float, digits: int, signed: bool = True) -> str:
    """Write a number, with a plus where it has one and ``signed`` asks for it; the minus is a true one."""
    return f"{value:{'+' if signed else ''}.{digits}f}".replace("-", "−")
