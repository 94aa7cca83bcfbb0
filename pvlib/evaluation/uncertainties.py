"""Uncertainties of a face, and what each is good for.

Entropy of the mean answer is the total uncertainty; what of it comes from disagreement between samples, passes
or members is their mutual information (Depeweg et al., 2018; Houlsby et al., 2011). The head's σ is measured
beside them, as the paper's name for it suggests.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from pvlib.evaluation.intervals import Statistic
from pvlib.evaluation.methods import Answers
from pvlib.evaluation.prediction import Prediction
from pvlib.evaluation.ranks import Ranking, area_under_roc, correlation
from pvlib.evaluation.selective import area_under_risk, least_area
from pvlib.evaluation.votes import entropy

SCORES = (
    "sigma",
    "sigma_of_answer",
    "softmax_entropy",
    "softmax_doubt",
    "mc_entropy",
    "mc_mutual_information",
    "dropout_entropy",
    "dropout_mutual_information",
    "ensemble_entropy",
    "ensemble_mutual_information",
    "temperature_entropy",
)


@dataclass(frozen=True, kw_only=True)
class UncertaintyScore:
    """An uncertainty of each face, large where the answer is uncertain.

    Attributes:
        title, about: for people.
        method: whose answers are uncertain, a key of the methods.
        values: (N,).
    """

    title: str
    about: str
    method: str
    values: Tensor


def uncertainty_scores(prediction: Prediction, answers: Mapping[str, Answers]) -> dict[str, UncertaintyScore]:
    """Return those of ``SCORES`` whose method, or σ, is there."""
    scores: dict[str, UncertaintyScore] = {}

    def add(name: str, title: str, about: str, method: str, values: Tensor | None) -> None:
        if values is not None:
            scores[name] = UncertaintyScore(title=title, about=about, method=method, values=values)

    softmax = answers["softmax"].probabilities
    highest, answer = softmax.max(dim=1)  # (N,) each
    if prediction.sigma is not None:
        of_answer = prediction.sigma.gather(1, answer[:, None])[:, 0]  # (N,)
        add("sigma", "σ", "the head's σ, mean over classes", "softmax", prediction.sigma.mean(dim=1))
        add("sigma_of_answer", "σ of the answer", "the head's σ of the class named", "softmax", of_answer)
    add("softmax_entropy", "softmax entropy", "entropy of softmax", "softmax", entropy(softmax))
    add("softmax_doubt", "1 − confidence", "1 − the highest probability of softmax", "softmax", 1 - highest)
    for name, method in (("mc", "mc_softmax"), ("dropout", "mc_dropout"), ("ensemble", "ensemble")):
        if method not in answers:
            continue
        several = answers[method]
        whole, part = f"{several.title}: entropy", f"{several.title}: disagreement"
        add(f"{name}_entropy", whole, "entropy of the mean answer", method, entropy(several.probabilities))
        about = "mutual information of answer and sample"
        add(f"{name}_mutual_information", part, about, method, several.disagreement)
    scaled = answers["temperature"]
    title, values = f"{scaled.title}: entropy", entropy(scaled.probabilities)
    add("temperature_entropy", title, "entropy of softmax(μ / T)", "temperature", values)
    return scores


def score_statistics(
    values: Tensor, wrong: Tensor, votes: Tensor | None, mixture: Tensor | None
) -> Statistic:
    """Return AURC, AUROC and Spearman's correlations of an uncertainty score, as a statistic for the bootstrap.

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
