"""Eleven uncertainties of a face, and what each is worth (lesson 11).

Entropy of the mean answer is the total uncertainty; what of it comes from disagreement between draws, passes
or members is their mutual information (Depeweg et al., 2018; Houlsby et al., 2011). The head's σ is measured
beside them, as the paper's name for it suggests; what theory says of it stands in lesson 11.
"""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from pvlib.evaluation.accuracy import Prediction
from pvlib.evaluation.intervals import Interval, Statistic
from pvlib.evaluation.methods import Answers
from pvlib.evaluation.ranks import Ranking, area_under_roc, correlation
from pvlib.evaluation.selective import area_under_risk, least_area
from pvlib.evaluation.votes import entropy


@dataclass(frozen=True)
class Doubt:
    """An uncertainty of each face, large where the answer is doubtful.

    Attributes:
        title, about: for people.
        method: whose answers it doubts, a key of the methods.
        values: (N,).
    """

    title: str
    about: str
    method: str
    values: Tensor


@dataclass(frozen=True)
class Uncertainty:
    """An uncertainty and what it is worth.

    Attributes:
        doubt: its values, and whose answers they doubt.
        metrics: see :func:`worth`.
        coverage, risk: the risk-coverage curve, (points,) each.
    """

    doubt: Doubt
    metrics: dict[str, Interval]
    coverage: Tensor
    risk: Tensor

    @property
    def values(self) -> Tensor:
        """(N,), large where the answer is doubtful."""
        return self.doubt.values

    def as_json(self) -> dict[str, Any]:
        """Return everything but the values of single faces."""
        return {
            "title": self.doubt.title,
            "about": self.doubt.about,
            "method": self.doubt.method,
            **{name: number.as_json() for name, number in self.metrics.items()},
            "risk_coverage": {"coverage": self.coverage.tolist(), "risk": self.risk.tolist()},
        }


def doubts(prediction: Prediction, answers: dict[str, Answers | None]) -> dict[str, Doubt | None]:
    """Return every uncertainty by name; None where its method, or σ, is not there."""
    sigma, softmax = prediction.sigma, answers["softmax"].probabilities
    highest, answer = softmax.max(dim=1)  # (N,) each
    found: dict[str, Doubt | None] = {"sigma": None, "sigma_of_answer": None}
    if sigma is not None:
        own = sigma.gather(1, answer[:, None])[:, 0]  # (N,)
        found["sigma"] = Doubt("σ", "the head's σ, mean over classes", "softmax", sigma.mean(dim=1))
        found["sigma_of_answer"] = Doubt("σ of the answer", "the head's σ of the class named", "softmax", own)
    found["softmax_entropy"] = Doubt("softmax entropy", "entropy of softmax", "softmax", entropy(softmax))
    found["softmax_doubt"] = Doubt(
        "1 − confidence", "1 − the highest probability of softmax", "softmax", 1 - highest
    )
    for name, method in (("mc", "mc_softmax"), ("dropout", "mc_dropout"), ("ensemble", "ensemble")):
        said = answers[method]
        found[f"{name}_entropy"] = found[f"{name}_mutual_information"] = None
        if said is not None:
            found[f"{name}_entropy"] = Doubt(
                f"{said.title}: entropy", "entropy of the mean answer", method, entropy(said.probabilities)
            )
            found[f"{name}_mutual_information"] = Doubt(
                f"{said.title}: disagreement",
                "mutual information of answer and draw",
                method,
                said.disagreement,
            )
    scaled = answers["temperature"]
    found["temperature_entropy"] = Doubt(
        f"{scaled.title}: entropy", "entropy of softmax(μ / T)", "temperature", entropy(scaled.probabilities)
    )
    return found


def worth(values: Tensor, wrong: Tensor, votes: Tensor | None, mixture: Tensor | None) -> Statistic:
    """Return what an uncertainty is worth, as a statistic for the bootstrap.

    Its names: aurc and excess_aurc (what the best order of the same answers would leave of it), auroc_errors
    (probability that a wrong answer is the more uncertain one), spearman_votes and spearman_mixture (rank
    correlation with the entropy of the votes and of the true mixture). Without votes or mixture these two are
    NaN; without errors, or without anything else, auroc_errors.

    Args:
        values: the uncertainty, (N,).
        wrong: (N,), whether the answer is wrong.
        votes, mixture: label distributions, (N, K), or None.
    """
    ranking = Ranking(values)
    known = {
        # sorted, as rounding by the order of a sum would break ties between faces with the same votes elsewhere
        name: None if shares is None else Ranking(entropy(shares.double().sort(dim=1).values))
        for name, shares in (("spearman_votes", votes), ("spearman_mixture", mixture))
    }

    def numbers(counts: Tensor) -> dict[str, Tensor]:
        ranks = ranking.ranks(counts)  # (R, N)
        found = {
            name: counts.new_full((len(counts),), torch.nan)
            if other is None
            else correlation(counts, ranks, other.ranks(counts))
            for name, other in known.items()
        }
        area = area_under_risk(counts, ranking, wrong)
        return {
            **found,
            "aurc": area,
            "excess_aurc": area - least_area(counts, wrong),
            "auroc_errors": area_under_roc(counts, ranks, wrong),
        }

    return numbers
