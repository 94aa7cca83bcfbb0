"""What a column of the table can show: a number from each run's evaluation, and how it is written."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from pvlib.evaluation.intervals import Interval
from pvlib.evaluation.measures import MEASURES, Measure, in_signs


@dataclass(frozen=True)
class Column:
    """One measured number.

    Attributes:
        path: keys that lead to it in the JSON of an evaluation; the last is a key of ``MEASURES``.
        of: what it is measured on, where that is not the network's plain answer.
    """

    path: tuple[str, ...]
    of: str = ""

    @property
    def measure(self) -> Measure:
        """How the number is told."""
        measure = MEASURES[self.path[-1]]
        return replace(measure, title=f"{measure.title} ({self.of})") if self.of else measure

    @property
    def digits(self) -> int:
        """Decimal places that are worth printing."""
        return 3 if self.measure.scale == 1 else 2

    def read(self, result: Mapping[str, Any]) -> float | None:
        """Return the number from a run's ``result.json``, in the measure's unit; None where the run has none."""
        found: Any = result["evaluation"]
        for key in (*self.path, "value"):
            if found is None:
                return None
            found = found.get(key)  # a point head has no σ to speak of
        return None if found is None else self.measure.scale * found

    def plus_minus(self, mean: Interval | None) -> str:
        """Write a mean with half of its interval."""
        if mean is None or math.isnan(mean.low):
            return "–" if mean is None else in_signs(mean.value, self.digits, signed=False)
        half = (mean.high - mean.low) / 2
        return f"{in_signs(mean.value, self.digits, signed=False)} ± {half:.{self.digits}f}"

    def signed(self, difference: Interval | None) -> str:
        """Write a difference with its interval, in bold where that leaves out zero."""
        if difference is None:
            return "–"
        value, low, high = (in_signs(number, self.digits) for number in asdict(difference).values())
        if math.isnan(difference.low):
            return value
        outside = difference.low > 0 or difference.high < 0
        return f"**{value} [{low}, {high}]**" if outside else f"{value} [{low}, {high}]"


_ANSWER = {
    "accuracy": "accuracy",
    "mean_class_accuracy": "mean_class_accuracy",
    "nll": "negative_log_likelihood",
    "brier": "brier",
    "ece": "calibration_error",
    "classwise_ece": "classwise_calibration_error",
    "kl_to_votes": "kl_to_votes",
    "js_to_votes": "js_to_votes",
    "mean_sigma": "mean_sigma",
}
_SCORE = {
    "votes": "spearman_votes",
    "mixture": "spearman_mixture",
    "auroc": "auroc_errors",
    "aurc": "aurc",
}
COLUMNS = {
    **{name: Column(("metrics", key)) for name, key in _ANSWER.items()},
    **{
        f"mc_{name}": Column(("methods", "mc_softmax", "metrics", _ANSWER[name]), "sampled logits")
        for name in ("nll", "ece")
    },
    **{f"sigma_{name}": Column(("uncertainties", "sigma", key), "σ") for name, key in _SCORE.items()},
    **{
        f"entropy_{name}": Column(("uncertainties", "softmax_entropy", key), "entropy")
        for name, key in _SCORE.items()
    },
}
"""By the name that a grid uses."""
