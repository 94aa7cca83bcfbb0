"""What an uncertainty is good for: to answer only where it is small (risk, coverage and the area under them).

Geifman et al., "Bias-reduced uncertainty estimation for deep neural classifiers" (2019). Coverage is the share
of faces that get an answer, the least uncertain ones first; risk the share of wrong answers among those.
"""

import torch
from torch import Tensor

from pvlib.evaluation.ranks import Ranking


def risk_coverage(uncertainty: Tensor, wrong: Tensor, points: int = 100) -> tuple[Tensor, Tensor]:
    """Return coverage and risk, (points,) each, from the smallest coverage to 1.

    Equally uncertain faces come in random order; the risk is its expectation over that order.

    Args:
        uncertainty: (N,), large where the answer is doubtful.
        wrong: (N,), whether the answer is wrong.
        points: at most so many; fewer where there are fewer faces.
    """
    points = min(points, len(uncertainty))
    answered = (torch.arange(1, points + 1) * len(uncertainty)).div(
        points, rounding_mode="floor"
    )  # (points,)
    ranking = Ranking(uncertainty)
    ones = torch.ones(1, len(uncertainty), dtype=torch.float64)
    faces, errors = ranking.per_group(ones)[0], ranking.per_group(ones * wrong)[0]  # (G,) each
    through = torch.repeat_interleave(errors / faces, faces.long()).cumsum(dim=0)  # (N,): expected errors
    return answered / len(uncertainty), through[answered - 1] / answered


def area_under_risk(counts: Tensor, ranking: Ranking, wrong: Tensor) -> Tensor:
    """Mean risk over the coverages 1/n, 2/n ... 1 (AURC): 0 without errors, about the error rate for a guess.

    In expectation over the order of equally uncertain faces, which has a closed form: from C faces with E
    errors before a group of c with e errors, the risks within the group add up to
    e + (E − C e/c) (H(C + c) − H(C)), with H the harmonic numbers.

    Args:
        counts: how often each face was drawn, (R, N).
        ranking: of the uncertainties of the N faces.
        wrong: (N,), whether the answer is wrong.

    Returns:
        (R,), 0-1.
    """
    faces, errors = ranking.per_group(counts), ranking.per_group(counts * wrong)  # (R, G) each
    through, errors_through = faces.cumsum(dim=1), errors.cumsum(dim=1)
    before, errors_before = through - faces, errors_through - errors
    harmonic = _harmonic(int(through[:, -1].amax()))
    steps = harmonic[through.long()] - harmonic[before.long()]  # (R, G)
    risks = errors + (errors_before - before * errors / faces.clamp(min=1)) * steps
    return risks.sum(dim=1) / through[:, -1]


def least_area(counts: Tensor, wrong: Tensor) -> Tensor:
    """AURC of an uncertainty that puts every wrong answer behind every right one, (R,); no other is smaller."""
    faces, errors = counts.sum(dim=1), (counts * wrong).sum(dim=1)  # (R,) each
    right = faces - errors
    harmonic = _harmonic(int(faces.amax()))
    return (errors - right * (harmonic[faces.long()] - harmonic[right.long()])) / faces


def _harmonic(last: int) -> Tensor:
    """H(0) ... H(last), float64."""
    steps = 1 / torch.arange(1, last + 1, dtype=torch.float64)
    return torch.cat([torch.zeros(1, dtype=torch.float64), steps.cumsum(dim=0)])
