"""Ways to probabilities, where a formula says what comes out."""

import math

import pytest
import torch
from torch.distributions import Normal

from pvlib.evaluation.methods import averaged, methods, monte_carlo, probit, temperature_scaled
from pvlib.evaluation.votes import entropy


def test_samples_of_two_classes_average_to_the_integral():
    mean, sigma = torch.tensor([[1.0, 0.0], [-0.5, 0.5]]), torch.tensor([[1.5, 2.0], [0.3, 0.4]])
    found = monte_carlo(mean, sigma, 40_000, 0)
    # p(a) = E[sigmoid(d)], d ~ N(μ_a − μ_b, σ_a² + σ_b²), by the trapezoidal rule
    steps = torch.linspace(-40, 40, 80_001, dtype=torch.float64)
    both = torch.stack([steps.sigmoid(), (-steps).sigmoid()], dim=1)
    for row in range(2):
        apart = (mean[row, 0] - mean[row, 1]).double()
        density = Normal(apart, sigma[row].double().norm()).log_prob(steps).exp()
        expected = torch.trapezoid(density * steps.sigmoid(), steps)
        assert found.probabilities[row, 0].item() == pytest.approx(expected.item(), abs=0.006)
        own = torch.trapezoid(density * entropy(both), steps).item()
        total = entropy(torch.stack([expected, 1 - expected])).item()
        assert found.disagreement[row].item() == pytest.approx(total - own, abs=0.006)


def test_the_probit_approximation_is_near_the_samples_it_replaces_and_without_sigma_it_is_softmax(prediction):
    # one class alone varies, so that softmax of two classes is the sigmoid that the approximation is made for
    mean = torch.tensor([[1.5, 0.0], [-2.0, 0.0], [0.3, 0.0]])
    sigma = torch.tensor([[2.0, 1e-6]]).expand(3, 2)
    expected = (mean[:, 0].double() / math.sqrt(1 + math.pi * 4 / 8)).sigmoid()
    found = probit(mean, sigma).probabilities
    torch.testing.assert_close(found[:, 0], expected)
    sampled = monte_carlo(mean, sigma, 20_000, 0).probabilities
    torch.testing.assert_close(found, sampled, rtol=0, atol=0.02)
    found = probit(prediction.mean, torch.zeros(60, 4))
    torch.testing.assert_close(found.probabilities, prediction.mean.double().softmax(dim=1))


def test_members_that_contradict_each_other_disagree_by_ln_2_and_unsure_ones_by_nothing():
    certain = torch.tensor([[[1.0, 0.0]], [[0.0, 1.0]]]).double()
    unsure = torch.full((2, 1, 2), 0.5).double()
    for members, disagreement in ((certain, math.log(2)), (unsure, 0)):
        found = averaged(members, "", "")
        assert found.probabilities.tolist() == [[0.5, 0.5]]
        assert found.disagreement.item() == pytest.approx(disagreement)


NEAR = {"rtol": 1e-2, "atol": 1e-3}


def test_temperature_is_fitted_on_other_faces_and_one_face_alone_is_not_scaled(make_prediction):
    mean = torch.randn(400, 4)
    other = make_prediction(400, mean=3 * mean, target=mean.softmax(dim=1))  # three times too sure
    mine, alone = make_prediction(50), make_prediction(1)
    for faces, calibration, temperature in ((mine, other, 3), (alone, None, 1)):
        found = temperature_scaled(faces, calibration, seed=0)
        assert found.temperature == pytest.approx((temperature,), rel=1e-3)
        scaled = (faces.mean.double() / temperature).softmax(dim=1)
        torch.testing.assert_close(found.probabilities, scaled, **NEAR)


def test_without_other_faces_each_half_is_scaled_by_what_the_other_half_says(make_prediction):
    mean = torch.randn(400, 4)
    target, true = mean.softmax(dim=1), mean.double().softmax(dim=1)
    found = temperature_scaled(make_prediction(400, mean=2 * mean, target=target), None, seed=0)
    assert found.temperature == pytest.approx((2, 2), rel=1e-2)
    torch.testing.assert_close(found.probabilities, true, **NEAR)
    # one half's targets cannot move that half's own temperature
    first = torch.randperm(400, generator=torch.Generator().manual_seed(0))[:200]
    target[first] = (2 * mean[first]).softmax(dim=1)
    moved = temperature_scaled(make_prediction(400, mean=2 * mean, target=target), None, seed=0)
    assert moved.temperature == pytest.approx((1, 2), rel=1e-2)
    torch.testing.assert_close(moved.probabilities[first], true[first], **NEAR)


def test_only_the_ensemble_looks_past_the_first_network(make_prediction):
    first, second = make_prediction(seed=0), make_prediction(seed=1)
    alone, together = methods([first], None, 5, 0), methods([first, second], None, 5, 0)
    for name in ("softmax", "mc_softmax", "probit", "temperature"):
        assert torch.equal(alone[name].probabilities, together[name].probabilities)
    expected = (first.mean.double().softmax(dim=1) + second.mean.double().softmax(dim=1)) / 2
    torch.testing.assert_close(together["ensemble"].probabilities, expected)
