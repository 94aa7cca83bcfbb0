"""The variational head: what it returns, in which mode, and how it starts."""

import pytest
import torch
from torch.distributions import Independent, Normal

from pvlib.models import poster_var
from pvlib.models.heads import VariationalHead, monte_carlo_probabilities


def head_of(mean: list[float], log_variance: list[float]) -> VariationalHead:
    """A head that answers every face with this distribution."""
    head = VariationalHead(2, len(mean))
    for layer, bias in ((head.mean, mean), (head.log_variance, log_variance)):
        torch.nn.init.zeros_(layer.weight)
        layer.bias.data = torch.tensor(bias)
    return head


def test_training_returns_the_mean_plus_sigma_times_the_noise_drawn():
    """Equation 5: z = μ + exp(½ log σ²) ⊙ ε."""
    head = VariationalHead(4, 3).train()
    features = torch.randn(5, 4)
    torch.manual_seed(3)
    sample = head(features)
    torch.manual_seed(3)
    noise = torch.randn(5, 3)
    expected = head.mean(features) + torch.exp(0.5 * head.log_variance(features)) * noise
    torch.testing.assert_close(sample, expected)


def test_the_distribution_is_a_vector_of_independent_normals():
    distribution = head_of([1.0, -2.0], [0.0, 2.0]).distribution(torch.zeros(3, 2))
    assert isinstance(distribution, Independent)
    assert isinstance(distribution.base_dist, Normal)
    assert (distribution.batch_shape, distribution.event_shape) == ((3,), (2,))
    torch.testing.assert_close(distribution.stddev[0], torch.tensor([1.0, torch.e]))


def test_monte_carlo_favours_neither_of_two_equal_classes_and_is_the_softmax_without_noise():
    distribution = head_of([0.3, 0.3], [1.0, 1.0]).distribution(torch.zeros(4, 2))
    probabilities = monte_carlo_probabilities(distribution, 4000)
    torch.testing.assert_close(probabilities.sum(dim=1), torch.ones(4))
    torch.testing.assert_close(probabilities, torch.full((4, 2), 0.5), atol=0.03, rtol=0)
    distribution = head_of([1.0, 0.0, -1.0], [-80.0] * 3).distribution(torch.zeros(1, 2))
    expected = torch.tensor([[1.0, 0.0, -1.0]]).softmax(dim=-1)
    torch.testing.assert_close(monte_carlo_probabilities(distribution, 3), expected)


@torch.no_grad()
def test_at_step_0_sigma_is_about_1_and_the_means_spread_by_about_0_15():
    """The published start (many classes only so that the spread is measured well)."""
    network = poster_var(400).eval()
    distribution = network.distribution(torch.randn(2, 3, 224, 224))
    assert 0.12 < distribution.mean.std() < 0.18
    assert distribution.stddev.median() == pytest.approx(1, abs=0.03)
    assert 0.6 < distribution.stddev.min() < distribution.stddev.max() < 1.6
