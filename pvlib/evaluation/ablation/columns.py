"""What a column of the table can show: a number from each run's evaluation, and how to print it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Column:
    """One measured number.

    Attributes:
        title: of the column.
        path: keys that lead to the number in the JSON of ``pvlib.evaluation``.
        better: "higher" or "lower"; None where neither is better.
        percent: print hundredths as per cent.
    """

    title: str
    path: tuple[str, ...]
    better: str | None = "lower"
    percent: bool = False

    def read(self, evaluation: Mapping[str, Any]) -> float | None:
        """Return the number, in per cent where that is how it prints; None where the run has none."""
        found: Any = evaluation
        for key in (*self.path, "value"):
            if found is None:
                return None
            found = found.get(key)  # a point head has no σ to speak of
        return found if found is None or not self.percent else 100 * found

    @property
    def digits(self) -> int:
        """Decimal places that are worth printing."""
        return 2 if self.percent else 3


def _metric(title: str, name: str, **more: Any) -> Column:
    return Column(title, ("metrics", name), **more)


def _monte_carlo(title: str, name: str, **more: Any) -> Column:
    return Column(title, ("methods", "mc_softmax", "metrics", name), **more)


def _uncertainty(title: str, key: str, name: str, better: str | None = "higher") -> Column:
    return Column(title, ("uncertainties", key, name), better)


COLUMNS = {
    "accuracy": _metric("accuracy, %", "accuracy", better="higher", percent=True),
    "mean_class_accuracy": _metric(
        "mean class accuracy, %", "mean_class_accuracy", better="higher", percent=True
    ),
    "nll": _metric("NLL", "negative_log_likelihood"),
    "brier": _metric("Brier", "brier"),
    "ece": _metric("ECE, %", "calibration_error", percent=True),
    "classwise_ece": _metric("classwise ECE, %", "classwise_calibration_error", percent=True),
    "kl_to_votes": _metric("KL to votes", "kl_to_votes"),
    "js_to_votes": _metric("JS to votes", "js_to_votes"),
    "mean_sigma": _metric("mean σ", "mean_sigma", better=None),
    "mc_nll": _monte_carlo("NLL, drawn", "negative_log_likelihood"),
    "mc_ece": _monte_carlo("ECE drawn, %", "calibration_error", percent=True),
    "sigma_votes": _uncertainty("ρ(σ, votes)", "sigma", "spearman_votes"),
    "sigma_mixture": _uncertainty("ρ(σ, mixture)", "sigma", "spearman_mixture"),
    "sigma_auroc": _uncertainty("AUROC errors, σ", "sigma", "auroc_errors"),
    "sigma_aurc": _uncertainty("AURC, σ", "sigma", "aurc", "lower"),
    "entropy_votes": _uncertainty("ρ(entropy, votes)", "softmax_entropy", "spearman_votes"),
    "entropy_mixture": _uncertainty("ρ(entropy, mixture)", "softmax_entropy", "spearman_mixture"),
    "entropy_auroc": _uncertainty("AUROC errors, entropy", "softmax_entropy", "auroc_errors"),
    "entropy_aurc": _uncertainty("AURC, entropy", "softmax_entropy", "aurc", "lower"),
}
"""By the name that a grid uses. ρ is Spearman's; "votes" and "mixture" are their entropies; entropy is softmax's."""
