"""Losses against closed forms, limits and numerical gradients."""

import math

import pytest
import torch
import torch.nn.functional as F
from torch.distributions import Independent, Normal, kl_divergence

from pvlib import losses
from pvlib.errors import CourseError

CLASSES = 8


def gaussian_head(mean, log_variance):
    return Independent(Normal(mean, (0.5 * log_variance).exp()), 1)


def fixed(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize(("logits", "target", "expected"), [
    (torch.zeros(3, CLASSES), torch.tensor([0, 3, 7]), math.log(CLASSES)),
    (torch.tensor([[0.5, 0.25, 0.25]]).log(), torch.tensor([[0.5, 0.25, 0.25]]), 1.5 * math.log(2)),  # its entropy
    # −log ½ and −log ¾
    (torch.tensor([[0.0, 0.0], [math.log(3), 0.0]]), torch.tensor([1, 0]), (math.log(2) + math.log(4 / 3)) / 2),
])  # fmt: skip
def test_cross_entropy_has_its_known_values_and_averages_over_the_batch(logits, target, expected):
    assert losses.cross_entropy(logits, target).item() == pytest.approx(expected)


@pytest.mark.parametrize("likelihood", losses.LIKELIHOODS)
def test_a_row_that_sums_to_less_weighs_less(likelihood):
    logits, target = torch.randn(2, CLASSES), torch.rand(2, CLASSES).softmax(dim=1)
    head = gaussian_head(logits, torch.zeros(2, CLASSES))

    def loss(*shares):
        torch.manual_seed(4)  # the same draws for the Kendall-Gal likelihood
        return losses.Objective(likelihood=likelihood)(
            logits, torch.tensor(shares)[:, None] * target, head
        ).item()

    assert loss(1.0, 0.3) == pytest.approx(loss(1.0, 0.0) + 0.3 * loss(0.0, 1.0), rel=1e-5)


def test_kendall_gal_is_minus_the_log_of_the_mean_softmax():
    mean, log_variance = torch.randn(2, 3).double(), torch.randn(2, 3).double()
    target = torch.tensor([[0.2, 0.3, 0.5], [1.0, 0.0, 0.0]]).double()
    noise = torch.randn(7, 2, 3, generator=fixed(), dtype=torch.float64)
    probability = sum(torch.softmax(mean + log_variance.exp().sqrt() * e, dim=1) for e in noise) / 7
    expected = -(target * probability.log()).sum(1).mean()
    assert torch.allclose(losses.kendall_gal(mean, log_variance, target, 7, fixed()), expected)


def test_the_gaussian_divergence_agrees_with_torch_distributions():
    mean, log_variance = torch.randn(16, CLASSES), torch.randn(16, CLASSES)
    standard = gaussian_head(torch.zeros(16, CLASSES), torch.zeros(16, CLASSES))
    expected = kl_divergence(gaussian_head(mean, log_variance), standard).mean()
    assert torch.allclose(losses.gaussian_kl(mean, log_variance), expected)


def test_the_released_divergence_is_the_kl_divided_by_the_number_of_classes():
    # KL((½, ½) ‖ (¾, ¼)) = ½ log(4/3)
    value = losses.random_prior_kl(torch.tensor([[math.log(3), 0.0]]), torch.tensor([0.5, 0.5]))
    assert value.item() == pytest.approx(0.5 * math.log(4 / 3) / 2)


def test_the_released_divergence_draws_one_prior_for_the_whole_batch():
    torch.manual_seed(3)
    prior = torch.randn(CLASSES).softmax(0)
    row = torch.randn(1, CLASSES)
    torch.manual_seed(3)
    # rows that are alike cost alike only when they meet the same prior
    assert torch.allclose(losses.sampled_prior_kl(row.repeat(5, 1)), losses.random_prior_kl(row, prior))


@pytest.mark.parametrize("weight", [1.0, 0.3])
def test_cross_entropy_plus_label_smoothing_is_torchs_label_smoothing(weight):
    logits, labels = torch.randn(6, CLASSES), torch.randint(CLASSES, (6,))
    smoothed = F.cross_entropy(logits, labels, label_smoothing=weight / (CLASSES + weight))
    expected = (1 + weight / CLASSES) * smoothed - weight / CLASSES * math.log(CLASSES)
    objective = losses.Objective(divergence="label_smoothing", weight=weight)
    assert torch.allclose(objective(logits, labels), expected, atol=1e-6)


@pytest.mark.parametrize("likelihood", losses.LIKELIHOODS)
@pytest.mark.parametrize("divergence", losses.DIVERGENCES)
def test_huge_logits_give_finite_values_and_gradients(likelihood, divergence):
    mean = torch.tensor([[1e4, -1e4, 0.0], [-1e4, 1e4, 1e4]], requires_grad=True)
    log_variance = torch.tensor([[-20.0, 0.0, 10.0], [0.0, 10.0, -20.0]], requires_grad=True)
    head = gaussian_head(mean, log_variance)
    loss = losses.Objective(likelihood=likelihood, divergence=divergence, weight=0.1)(
        head.rsample(), torch.tensor([1, 0]), head
    )
    loss.backward()
    assert loss.isfinite()
    assert mean.grad.isfinite().all()
    assert log_variance.grad.isfinite().all()


def test_the_objective_is_likelihood_plus_weight_times_divergence():
    mean, log_variance = torch.randn(3, CLASSES), torch.randn(3, CLASSES)
    labels, head = torch.tensor([0, 1, 2]), gaussian_head(mean, log_variance)
    expected = F.cross_entropy(mean, labels) + 0.2 * losses.gaussian_kl(mean, log_variance)
    assert torch.allclose(losses.Objective(divergence="gaussian", weight=0.2)(mean, labels, head), expected)


def test_the_kendall_gal_objective_scores_the_distribution_not_the_sample():
    mean, labels = torch.randn(3, CLASSES), torch.tensor([0, 1, 2])
    head = gaussian_head(mean, torch.full_like(mean, -40))
    other_logits = torch.full_like(mean, 7.0)
    value = losses.Objective(likelihood="kendall_gal", samples=2)(other_logits, labels, head)
    assert torch.allclose(value, F.cross_entropy(mean, labels))


@pytest.mark.parametrize(("choice", "message"), [
    ({"divergence": "label-smoothing"}, "did you mean 'label_smoothing'"),
    ({"likelihood": "kendal"}, "did you mean 'kendall_gal'"),
    ({"weight": math.nan}, "at least"),
    ({"samples": 0}, "at least"),
])  # fmt: skip
def test_an_objective_that_cannot_be_is_refused(choice, message):
    with pytest.raises(CourseError, match=message):
        losses.Objective(**choice)


@pytest.mark.parametrize("choice", [{"likelihood": "kendall_gal"}, {"divergence": "gaussian", "weight": 1.0}])
def test_a_point_head_is_told_which_head_the_objective_needs(choice):
    with pytest.raises(CourseError, match="variational head"):
        losses.Objective(**choice)(torch.zeros(1, CLASSES), torch.tensor([0]))
