"""Correlated noise on the logits, against its closed forms and limits."""

import math

import pytest
import torch
from torch.distributions import Normal

from pvlib.errors import CourseError
from pvlib.losses import Objective, kendall_gal, log_mean_softmax, negative_log_likelihood
from pvlib.models.heads import HeteroscedasticHead

FEATURES, CLASSES = 6, 4
HEADS = {
    "plain": {"rank": 2},
    "efficient": {"rank": 2, "shared_factors": True},
    "without factors": {"rank": 0},
}


def test_without_factors_it_is_the_model_of_kendall_and_gal():
    head, features = HeteroscedasticHead(FEATURES, CLASSES, rank=0), torch.randn(5, FEATURES)
    target = torch.rand(5, CLASSES).softmax(dim=1)
    logits, *more = head.sample(features)
    torch.manual_seed(3)
    loss = Objective(likelihood="kendall_gal", samples=7)(logits, target, *more)
    mean, _, deviation = head.parts(features)
    torch.manual_seed(3)
    torch.testing.assert_close(loss, kendall_gal(mean, 2 * deviation.log(), target, 7))


@pytest.mark.parametrize("settings", HEADS.values(), ids=HEADS)
def test_samples_have_the_covariance_of_factors_and_own_noise(settings):
    head = HeteroscedasticHead(FEATURES, CLASSES, temperature=0.5, **settings)
    features = torch.randn(2, FEATURES)
    torch.manual_seed(0)
    with torch.no_grad():
        utilities = 0.5 * head.sample(features).draw(200_000)  # (S, 2, CLASSES)
        mean, factors, deviation = head.parts(features)
        distribution = head.distribution(features)
    expected = factors @ factors.mT + deviation.square().diag_embed()  # (2, CLASSES, CLASSES)
    found = torch.stack([utilities[:, face].T.cov() for face in range(2)])
    assert torch.allclose(found, expected, atol=0.02)
    assert torch.allclose(distribution.covariance_matrix, expected, atol=1e-6)
    assert torch.allclose(utilities.mean(dim=0), mean, atol=0.01)


def logits_of(mean, factors, deviation, temperature, noise):
    head = HeteroscedasticHead(1, len(mean), rank=factors.shape[1], temperature=temperature)
    return head._logits(mean[None], factors[None], deviation[None], noise)


def test_one_scale_of_means_factors_noise_and_temperature_changes_nothing():
    mean, factors, deviation, noise = torch.randn(3), torch.randn(3, 2), torch.rand(3), torch.randn(9, 1, 5)
    whole = logits_of(mean, factors, deviation, 1.0, noise)
    torch.testing.assert_close(logits_of(2 * mean, 2 * factors, 2 * deviation, 2.0, noise), whole)


def test_a_factor_that_all_classes_share_changes_no_probability():
    mean, deviation, noise = torch.randn(3), torch.rand(3), torch.randn(9, 1, 4)
    without, shared = (logits_of(mean, v * torch.ones(3, 1), deviation, 1.0, noise) for v in (0.0, 5.0))
    assert not torch.allclose(without, shared)
    torch.testing.assert_close(without.softmax(dim=-1), shared.softmax(dim=-1))


def test_two_classes_have_their_closed_forms_at_temperature_zero_and_above():
    """τ → 0: Φ(Δμ/s), s² = S₁₁ + S₂₂ − 2 S₁₂. τ > 0: σ((Δμ/τ)/√(1 + π/8 s²/τ²)), good to about 0.004."""
    mean, deviation = torch.tensor([0.8, 0.0]), torch.tensor([0.5, 0.9])
    factors, s = torch.tensor([[0.6], [-0.3]]), (0.5**2 + 0.9**2 + (0.6 + 0.3) ** 2) ** 0.5
    torch.manual_seed(0)
    noise = torch.randn(400_000, 1, 3)
    cold, warm = (
        log_mean_softmax(logits_of(mean, factors, deviation, temperature, noise)).exp()[0, 0].item()
        for temperature in (1e-3, 0.5)
    )
    assert cold == pytest.approx(Normal(0.0, 1.0).cdf(torch.tensor(0.8 / s)).item(), abs=2e-3)
    assert warm == pytest.approx(1 / (1 + math.exp(-1.6 / (1 + math.pi / 8 * s**2 / 0.25) ** 0.5)), abs=6e-3)


def test_of_equal_means_and_equal_noise_every_class_is_as_likely_whatever_the_noise():
    head = HeteroscedasticHead(FEATURES, 8, rank=0)
    for weight in head.parameters():
        torch.nn.init.zeros_(weight)
    torch.nn.init.constant_(head.deviation.bias, 3.0)
    torch.manual_seed(0)
    log_probabilities = log_mean_softmax(head.sample(torch.zeros(1, FEATURES)).draw(100_000))
    loss = negative_log_likelihood(log_probabilities, torch.tensor([5]))
    assert loss.item() == pytest.approx(math.log(8), abs=0.02)


@pytest.mark.parametrize("settings", HEADS.values(), ids=HEADS)
def test_at_test_one_face_has_one_answer_near_the_mean_of_many_samples(settings):
    head, features = HeteroscedasticHead(FEATURES, CLASSES, **settings).eval(), torch.randn(3, FEATURES)
    torch.manual_seed(0)
    with torch.no_grad():
        answer = head(features)
        many = log_mean_softmax(head.sample(features).draw(100_000))
        alone = torch.cat([head(face[None]) for face in features])
    torch.testing.assert_close(answer, alone)
    torch.testing.assert_close(answer.exp(), many.exp(), atol=0.02, rtol=0)
    torch.testing.assert_close(answer.exp().sum(dim=1), torch.ones(3))
    assert "noise" not in head.state_dict()


def test_every_weight_learns_and_more_factors_than_classes_are_refused():
    for settings in HEADS.values():
        head = HeteroscedasticHead(FEATURES, CLASSES, **settings)
        logits, *more = head.sample(torch.randn(5, FEATURES))
        Objective(likelihood="kendall_gal")(logits, torch.tensor([0, 1, 2, 3, 0]), *more).backward()
        assert all(weight.grad.abs().sum() > 0 for weight in head.parameters())
    with pytest.raises(CourseError, match="rank must be at most the number of classes, 4, not 5"):
        HeteroscedasticHead(FEATURES, CLASSES, rank=5)
