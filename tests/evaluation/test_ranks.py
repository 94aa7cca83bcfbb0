"""Rank statistics of a resample are those of scipy and scikit-learn on the faces drawn."""

import pytest
import torch
from scipy.stats import rankdata, spearmanr
from sklearn.metrics import roc_auc_score

from pvlib.evaluation.ranks import Ranking, area_under_roc, correlation


def drawn(values, counts):
    """The values of the faces as often as they were drawn."""
    return values.repeat_interleave(counts.long()).numpy()


@pytest.fixture
def values():
    return torch.randn(60)


def test_ranks_and_their_correlation_in_a_resample_are_those_of_the_faces_drawn(counts, values, tied):
    ranks = Ranking(tied).ranks(counts)
    for row, found in zip(counts, ranks, strict=True):
        assert drawn(found, row).tolist() == rankdata(drawn(tied, row)).tolist()
    found = correlation(counts, Ranking(values).ranks(counts), ranks)
    expected = [spearmanr(drawn(values, row), drawn(tied, row)).statistic for row in counts]
    assert found.tolist() == pytest.approx(expected)


@pytest.fixture
def tied():
    return torch.randint(5, (60,)).float()


def test_a_constant_correlates_with_nothing_and_without_positive_faces_there_is_no_area(counts, values):
    ranks = Ranking(values).ranks(counts)
    assert correlation(counts, ranks, Ranking(torch.ones(60)).ranks(counts)).isnan().all()
    for positive in (torch.zeros(60).bool(), torch.ones(60).bool()):
        assert area_under_roc(counts, ranks, positive).isnan().all()


@pytest.mark.parametrize("kind", ["values", "tied"])
def test_area_under_roc_of_a_resample_is_that_of_scikit_learn(counts, kind, request):
    score = request.getfixturevalue(kind)
    positive = torch.rand(60) < 0.3
    found = area_under_roc(counts, Ranking(score).ranks(counts), positive)
    expected = [roc_auc_score(drawn(positive, row), drawn(score, row)) for row in counts]
    assert found.tolist() == pytest.approx(expected)
