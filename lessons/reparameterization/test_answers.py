"""The checks of reparameterization pass on right answers and know the typical wrong ones."""

import pytest
import torch
from torch.distributions import Normal

from pvlib.course.checks import run_check


def sigma(log_variance):
    return torch.exp(log_variance / 2)


def terms(mean, log_variance):
    return (log_variance.exp() + mean**2 - 1 - log_variance) / 2


def others(loss):
    return (loss.sum() - loss) / (len(loss) - 1)


RIGHT = {
    "reparameterization.reparameterize": lambda m, v, e: m + sigma(v) * e,
    "reparameterization.gradient_by_hand": lambda up, v, e: (up, up * sigma(v) * e / 2),
    "reparameterization.gaussian_kl": lambda m, v: terms(m, v).sum(1).mean(),
    "reparameterization.score_with_baseline": lambda loss, e, s: (loss - others(loss)).unsqueeze(1) * e / s,
}

WRONG = [
    ("reparameterization.reparameterize", lambda m, v, e: m + v.exp() * e, "the variance"),
    ("reparameterization.reparameterize", lambda m, v, e: m + v * e, "undo the logarithm first"),
    ("reparameterization.reparameterize", lambda m, v, e: m + 0.5 * v * e, "½ log σ² is log σ"),
    ("reparameterization.reparameterize", lambda m, v, e: m + e, "Give it the spread"),
    ("reparameterization.reparameterize", lambda m, v, e: m + e * (-0.5 * v).exp(), "divided by σ"),
    ("reparameterization.reparameterize", lambda m, v, e: sigma(v) * e, "centred on 0"),
    ("reparameterization.reparameterize", lambda m, v, e: sigma(v) + m * e, "changed places"),
    ("reparameterization.reparameterize", lambda m, v, e: m + sigma(v) * torch.randn_like(e), "handed in"),
    ("reparameterization.reparameterize", lambda m, v, e: (m + sigma(v) * e).detach(), "graph was cut"),
    ("reparameterization.reparameterize", lambda m, v, e: m + sigma(v.detach()) * e, "graph was cut"),
    (
        "reparameterization.gradient_by_hand",
        lambda up, v, e: (torch.ones_like(e), up * sigma(v) * e / 2),
        "upstream",
    ),
    ("reparameterization.gradient_by_hand", lambda up, v, e: (up, up * sigma(v) * e), "inner derivative"),
    ("reparameterization.gradient_by_hand", lambda up, v, e: (up, up * e), "gradient of σ"),
    ("reparameterization.gradient_by_hand", lambda up, v, e: (up, up * e / 2), "factor σ is missing"),
    ("reparameterization.gradient_by_hand", lambda up, v, e: (up, sigma(v) * e / 2), "upstream"),
    ("reparameterization.gradient_by_hand", lambda up, v, e: (up, up * sigma(v) / 2), "noise is missing"),
    ("reparameterization.gradient_by_hand", lambda up, v, e: (up, up * v.exp() * e / 2), "exp(log σ²) is σ²"),
    ("reparameterization.gaussian_kl", lambda m, v: 2 * terms(m, v).sum(1).mean(), "One half"),
    ("reparameterization.gaussian_kl", lambda m, v: -terms(m, v).sum(1).mean(), "never negative"),
    ("reparameterization.gaussian_kl", lambda m, v: terms(m, v).mean(), "Sum over the classes"),
    ("reparameterization.gaussian_kl", lambda m, v: terms(m, v).sum(), "Average over the batch"),
    ("reparameterization.gaussian_kl", lambda m, v: terms(m, v).sum(1), "One number"),
    (
        "reparameterization.gaussian_kl",
        lambda m, v: (((1 + m**2) / v.exp() - 1 + v) / 2).sum(1).mean(),
        "other direction",
    ),
    (
        "reparameterization.gaussian_kl",
        lambda m, v: ((v.exp() + m**2 - 1) / 2 - v).sum(1).mean(),
        "before all four",
    ),
    (
        "reparameterization.gaussian_kl",
        lambda m, v: ((sigma(v) + m**2 - 1 - v) / 2).sum(1).mean(),
        "first term is σ²",
    ),
    (
        "reparameterization.gaussian_kl",
        lambda m, v: ((v.exp() + m**2 - 1 + v) / 2).sum(1).mean(),
        "subtracted",
    ),
    ("reparameterization.gaussian_kl", lambda m, v: ((v.exp() + m - 1 - v) / 2).sum(1).mean(), "squared"),
    (
        "reparameterization.gaussian_kl",
        lambda m, v: ((v.exp() + m**2 - v) / 2).sum(1).mean(),
        "−1 is missing",
    ),
    ("reparameterization.gaussian_kl", lambda m, v: m.mean(), "divergence of N(0, I) from itself"),
    (
        "reparameterization.score_with_baseline",
        lambda loss, e, s: loss[:, None] * e / s,
        "subtract the baseline",
    ),
    (
        "reparameterization.score_with_baseline",
        lambda loss, e, s: (loss - loss.mean())[:, None] * e / s,
        "Leave the draw",
    ),
    (
        "reparameterization.score_with_baseline",
        lambda loss, e, s: (others(loss) - loss)[:, None] * e / s,
        "minus baseline",
    ),
    (
        "reparameterization.score_with_baseline",
        lambda loss, e, s: (loss - others(loss))[:, None] * e,
        "division by σ",
    ),
    (
        "reparameterization.score_with_baseline",
        lambda loss, e, s: (loss - others(loss))[:, None] * e / s**2,
        "one division",
    ),
    (
        "reparameterization.score_with_baseline",
        lambda loss, e, s: ((loss - others(loss))[:, None] * e / s).mean(0),
        "one row a draw",
    ),
]


@pytest.mark.parametrize("identifier", RIGHT)
def test_a_right_answer_passes(identifier):
    result = run_check(identifier, RIGHT[identifier])
    assert result.passed, result


@pytest.mark.parametrize(("identifier", "yours", "said"), WRONG)
def test_a_typical_mistake_gets_its_own_hint(identifier, yours, said):
    result = run_check(identifier, yours)
    assert result.status == "wrong"
    assert said in result.hint


@pytest.mark.parametrize("identifier", RIGHT)
def test_an_unwritten_answer_is_not_called_wrong(identifier):
    assert run_check(identifier, lambda *given: ...).status == "unwritten"


@pytest.mark.parametrize("cut", [lambda value: value.item(), lambda value: value.detach()])
def test_a_divergence_without_a_gradient_teaches_nothing(cut):
    result = run_check(
        "reparameterization.gaussian_kl", lambda m, v: cut(RIGHT["reparameterization.gaussian_kl"](m, v))
    )
    assert result.status == "wrong"
    assert "the graph was cut" in result.hint


def test_noise_that_is_scaled_in_place_is_a_right_answer():
    result = run_check("reparameterization.reparameterize", lambda m, v, noise: noise.mul_(sigma(v)).add_(m))
    assert result.passed
    assert "You changed noise itself" in result.hint


def test_torchs_own_draw_is_no_answer_because_it_ignores_the_noise():
    result = run_check("reparameterization.reparameterize", lambda m, v, e: Normal(m, sigma(v)).rsample())
    assert "handed in" in result.hint


def test_one_tensor_where_two_gradients_are_wanted_is_explained():
    result = run_check("reparameterization.gradient_by_hand", lambda up, v, e: up)
    assert "two tensors" in result.message
