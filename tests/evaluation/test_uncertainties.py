"""Uncertainties and what they are good for."""

import math
from itertools import permutations

import pytest
import torch
from scipy.stats import spearmanr

from pvlib.evaluation.methods import methods
from pvlib.evaluation.uncertainties import score_statistics, uncertainty_scores

EVERYONE = torch.ones(1, 60, dtype=torch.float64)


def all_scores(*predictions):
    return uncertainty_scores(predictions[0], methods(predictions, None, 5, 0))


def test_sigma_is_the_mean_over_classes_or_that_of_the_answer(make_prediction):
    mean = torch.tensor([[0.0, 3.0, 0.0, 0.0]]).expand(60, 4)
    sigma = torch.tensor([[0.1, 0.2, 0.3, 0.4]]).expand(60, 4)
    found = all_scores(make_prediction(mean=mean, sigma=sigma))
    assert found["sigma"].values.tolist() == pytest.approx([0.25] * 60)
    assert found["sigma_of_answer"].values.tolist() == pytest.approx([0.2] * 60)


def test_a_point_head_has_no_sigma_and_one_that_knows_nothing_is_as_uncertain_as_can_be(make_prediction):
    found = all_scores(make_prediction(mean=torch.zeros(60, 4), sigma=None))
    expected = {"softmax_entropy": math.log(4), "softmax_doubt": 0.75, "temperature_entropy": math.log(4)}
    assert list(found) == list(expected)
    for name, value in expected.items():
        assert found[name].values.tolist() == pytest.approx([value] * 60)


def test_rank_correlation_with_the_mixture_is_scipys(prediction):
    mixture = torch.distributions.Dirichlet(torch.ones(4)).sample((60,))
    values = torch.randn(60)
    entropy = -(mixture * mixture.log()).sum(dim=1)
    found = score_statistics(values, torch.rand(60) < 0.2, None, mixture)(EVERYONE)
    assert found["spearman_mixture"].item() == pytest.approx(spearmanr(values, entropy).statistic)
    assert found["spearman_votes"].isnan().all()


def test_an_uncertainty_that_knows_every_mistake_is_as_good_as_can_be():
    wrong = torch.rand(60) < 0.3
    found = score_statistics(wrong + 0.1 * torch.rand(60), wrong, None, None)(EVERYONE)
    assert found["auroc_errors"].item() == 1
    assert found["excess_aurc"].item() == pytest.approx(0)


def test_faces_whose_votes_are_split_alike_are_tied_whatever_the_emotions():
    votes = torch.tensor([list(permutation) for permutation in set(permutations((6, 3, 1, 0)))])  # (24, 4)
    votes = torch.cat([votes, torch.tensor([[4, 3, 3, 0], [3, 3, 4, 0], [0, 3, 4, 3]])])  # (27, 4)
    values = torch.rand(len(votes), generator=torch.Generator().manual_seed(0))
    # two kinds of faces: whatever rounding does to their entropies, the second kind is the less certain one
    expected = spearmanr(values, [0] * 24 + [1] * 3).statistic
    everyone = torch.ones(1, len(votes), dtype=torch.float64)
    found = score_statistics(values, values > 0.5, votes / 10, None)(everyone)
    assert found["spearman_votes"].item() == pytest.approx(expected, abs=1e-12)
