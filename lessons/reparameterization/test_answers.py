"""The checks of reparameterization pass on right answers and know the typical wrong ones."""

import pytest
import torch
from torch.distributions import Normal

from poster_var_course.checks import run_check


def sigma(log_variance):
    return torch.exp(log_variance / 2)


def terms(mean, log_variance):
    return (log_variance.exp() + mean**2 - 1 - log_variance) / 2


def others(loss):
    return (loss.sum() - loss) / (len(loss) - 1)


RIGHT = {
    "reparameterize": lambda m, v, e: m + sigma(v) * e,
    "gradient_by_hand": lambda up, v, e: (up, up * sigma(v) * e / 2),
    "gaussian_kl": lambda m, v: terms(m, v).sum(1).mean(),
    "score_with_baseline": lambda loss, e, s: (loss - others(loss)).unsqueeze(1) * e / s,
}

WRONG = [
    ("reparameterize", lambda m, v, e: m + v.exp() * e, "the variance"),
    ("reparameterize", lambda m, v, e: m + v * e, "undo the logarithm first"),
    ("reparameterize", lambda m, v, e: m + 0.5 * v * e, "½ log σ² is log σ"),
    ("reparameterize", lambda m, v, e: m + e, "Give it the spread"),
    ("reparameterize", lambda m, v, e: m + e * (-0.5 * v).exp(), "divided by σ"),
    ("reparameterize", lambda m, v, e: sigma(v) * e, "centred on 0"),
    ("reparameterize", lambda m, v, e: sigma(v) + m * e, "changed places"),
    ("reparameterize", lambda m, v, e: m + sigma(v) * torch.randn_like(e), "handed in"),
    ("reparameterize", lambda m, v, e: (m + sigma(v) * e).detach(), "graph was cut"),
    ("reparameterize", lambda m, v, e: m + sigma(v.detach()) * e, "graph was cut"),
    ("gradient_by_hand", lambda up, v, e: (torch.ones_like(e), up * sigma(v) * e / 2), "upstream"),
    ("gradient_by_hand", lambda up, v, e: (up, up * sigma(v) * e), "inner derivative"),
    ("gradient_by_hand", lambda up, v, e: (up, up * e), "gradient of σ"),
    ("gradient_by_hand", lambda up, v, e: (up, up * e / 2), "factor σ is missing"),
    ("gradient_by_hand", lambda up, v, e: (up, sigma(v) * e / 2), "upstream"),
    ("gradient_by_hand", lambda up, v, e: (up, up * sigma(v) / 2), "noise is missing"),
    ("gradient_by_hand", lambda up, v, e: (up, up * v.exp() * e / 2), "exp(log σ²) is σ²"),
    ("gaussian_kl", lambda m, v: 2 * terms(m, v).sum(1).mean(), "One half"),
    ("gaussian_kl", lambda m, v: -terms(m, v).sum(1).mean(), "never negative"),
    ("gaussian_kl", lambda m, v: terms(m, v).mean(), "Sum over the classes"),
    ("gaussian_kl", lambda m, v: terms(m, v).sum(), "Average over the batch"),
    ("gaussian_kl", lambda m, v: terms(m, v).sum(1), "One number"),
    ("gaussian_kl", lambda m, v: (((1 + m**2) / v.exp() - 1 + v) / 2).sum(1).mean(), "other direction"),
    ("gaussian_kl", lambda m, v: ((v.exp() + m**2 - 1) / 2 - v).sum(1).mean(), "before all four"),
    ("gaussian_kl", lambda m, v: ((sigma(v) + m**2 - 1 - v) / 2).sum(1).mean(), "first term is σ²"),
    ("gaussian_kl", lambda m, v: ((v.exp() + m**2 - 1 + v) / 2).sum(1).mean(), "subtracted"),
    ("gaussian_kl", lambda m, v: ((v.exp() + m - 1 - v) / 2).sum(1).mean(), "squared"),
    ("gaussian_kl", lambda m, v: ((v.exp() + m**2 - v) / 2).sum(1).mean(), "−1 is missing"),
    ("gaussian_kl", lambda m, v: m.mean(), "divergence of N(0, I) from itself"),
    ("score_with_baseline", lambda loss, e, s: loss[:, None] * e / s, "subtract the baseline"),
    ("score_with_baseline", lambda loss, e, s: (loss - loss.mean())[:, None] * e / s, "Leave the draw"),
    ("score_with_baseline", lambda loss, e, s: (others(loss) - loss)[:, None] * e / s, "minus baseline"),
    ("score_with_baseline", lambda loss, e, s: (loss - others(loss))[:, None] * e, "division by σ"),
    ("score_with_baseline", lambda loss, e, s: (loss - others(loss))[:, None] * e / s**2, "one division"),
    (
        "score_with_baseline",
        lambda loss, e, s: ((loss - others(loss))[:, None] * e / s).mean(0),
        "one row a draw",
    ),
]


@pytest.mark.parametrize("question", RIGHT)
def test_a_right_answer_passes(question):
    result = run_check(f"reparameterization.{question}", RIGHT[question])
    assert result.passed, result


@pytest.mark.parametrize(("question", "yours", "said"), WRONG)
def test_a_typical_mistake_gets_its_own_hint(question, yours, said):
    result = run_check(f"reparameterization.{question}", yours)
    assert result.status == "wrong"
    assert said in result.hint


@pytest.mark.parametrize("question", RIGHT)
def test_an_unwritten_answer_is_not_called_wrong(question):
    assert run_check(f"reparameterization.{question}", lambda *given: ...).status == "unwritten"


@pytest.mark.parametrize("cut", [lambda value: value.item(), lambda value: value.detach()])
def test_a_divergence_without_a_gradient_teaches_nothing(cut):
    result = run_check("reparameterization.gaussian_kl", lambda m, v: cut(RIGHT["gaussian_kl"](m, v)))
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
