"""The checks of lesson 01 pass on right answers and know the typical wrong ones."""

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
    "01.reparameterize": lambda m, v, e: m + sigma(v) * e,
    "01.gradient_by_hand": lambda up, v, e: (up, up * sigma(v) * e / 2),
    "01.gaussian_kl": lambda m, v: terms(m, v).sum(1).mean(),
    "01.score_with_baseline": lambda loss, e, s: (loss - others(loss)).unsqueeze(1) * e / s,
}

WRONG = [
    ("01.reparameterize", lambda m, v, e: m + v.exp() * e, "the variance"),
    ("01.reparameterize", lambda m, v, e: m + v * e, "undo the logarithm first"),
    ("01.reparameterize", lambda m, v, e: m + 0.5 * v * e, "½ log σ² is log σ"),
    ("01.reparameterize", lambda m, v, e: m + e, "Give it the spread"),
    ("01.reparameterize", lambda m, v, e: m + e * (-0.5 * v).exp(), "divided by σ"),
    ("01.reparameterize", lambda m, v, e: sigma(v) * e, "centred on 0"),
    ("01.reparameterize", lambda m, v, e: sigma(v) + m * e, "changed places"),
    ("01.reparameterize", lambda m, v, e: m + sigma(v) * torch.randn_like(e), "handed in"),
    ("01.reparameterize", lambda m, v, e: (m + sigma(v) * e).detach(), "graph was cut"),
    ("01.reparameterize", lambda m, v, e: m + sigma(v.detach()) * e, "graph was cut"),
    ("01.gradient_by_hand", lambda up, v, e: (torch.ones_like(e), up * sigma(v) * e / 2), "upstream"),
    ("01.gradient_by_hand", lambda up, v, e: (up, up * sigma(v) * e), "inner derivative"),
    ("01.gradient_by_hand", lambda up, v, e: (up, up * e), "gradient of σ"),
    ("01.gradient_by_hand", lambda up, v, e: (up, up * e / 2), "factor σ is missing"),
    ("01.gradient_by_hand", lambda up, v, e: (up, sigma(v) * e / 2), "upstream"),
    ("01.gradient_by_hand", lambda up, v, e: (up, up * sigma(v) / 2), "noise is missing"),
    ("01.gradient_by_hand", lambda up, v, e: (up, up * v.exp() * e / 2), "exp(log σ²) is σ²"),
    ("01.gaussian_kl", lambda m, v: 2 * terms(m, v).sum(1).mean(), "One half"),
    ("01.gaussian_kl", lambda m, v: -terms(m, v).sum(1).mean(), "never negative"),
    ("01.gaussian_kl", lambda m, v: terms(m, v).mean(), "Sum over the classes"),
    ("01.gaussian_kl", lambda m, v: terms(m, v).sum(), "Average over the batch"),
    ("01.gaussian_kl", lambda m, v: terms(m, v).sum(1), "One number"),
    ("01.gaussian_kl", lambda m, v: (((1 + m**2) / v.exp() - 1 + v) / 2).sum(1).mean(), "other direction"),
    ("01.gaussian_kl", lambda m, v: ((v.exp() + m**2 - 1) / 2 - v).sum(1).mean(), "before all four"),
    ("01.gaussian_kl", lambda m, v: ((sigma(v) + m**2 - 1 - v) / 2).sum(1).mean(), "first term is σ²"),
    ("01.gaussian_kl", lambda m, v: ((v.exp() + m**2 - 1 + v) / 2).sum(1).mean(), "subtracted"),
    ("01.gaussian_kl", lambda m, v: ((v.exp() + m - 1 - v) / 2).sum(1).mean(), "squared"),
    ("01.gaussian_kl", lambda m, v: ((v.exp() + m**2 - v) / 2).sum(1).mean(), "−1 is missing"),
    ("01.gaussian_kl", lambda m, v: m.mean(), "divergence of N(0, I) from itself"),
    ("01.score_with_baseline", lambda loss, e, s: loss[:, None] * e / s, "subtract the baseline"),
    ("01.score_with_baseline", lambda loss, e, s: (loss - loss.mean())[:, None] * e / s, "Leave the draw"),
    ("01.score_with_baseline", lambda loss, e, s: (others(loss) - loss)[:, None] * e / s, "minus baseline"),
    ("01.score_with_baseline", lambda loss, e, s: (loss - others(loss))[:, None] * e, "division by σ"),
    ("01.score_with_baseline", lambda loss, e, s: (loss - others(loss))[:, None] * e / s**2, "one division"),
    (
        "01.score_with_baseline",
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


def test_torchs_own_draw_is_no_answer_because_it_ignores_the_noise():
    result = run_check("01.reparameterize", lambda m, v, e: Normal(m, sigma(v)).rsample())
    assert "handed in" in result.hint


def test_one_tensor_where_two_gradients_are_wanted_is_explained():
    result = run_check("01.gradient_by_hand", lambda up, v, e: up)
    assert "two tensors" in result.message
