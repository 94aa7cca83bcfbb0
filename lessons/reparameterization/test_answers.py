"""The checks of reparameterization pass on right answers and know the typical wrong ones."""

import math

import pytest
import torch
from torch.distributions import Normal

from lessons.answer_tests import answer_tests
from lessons.reparameterization import estimators
from poster_var_course.checks import run_check


def sigma(v):
    return torch.exp(v / 2)


def score(loss, e, v):
    return loss * e / sigma(v), loss * (e**2 - 1) / 2


def score_by_autograd(loss, e, v):
    shape = torch.broadcast_shapes(loss.shape, e.shape)
    m, w = torch.zeros(shape, requires_grad=True), v.expand(shape).clone().requires_grad_()
    q = Normal(m, sigma(w))
    return torch.autograd.grad((loss * q.log_prob((sigma(w) * e).detach())).sum(), (m, w))


def path(slope, e, v):
    return slope, slope * e, slope * e * sigma(v) / 2


def path_by_autograd(slope, e, v):
    w = v.expand(e.shape).clone().requires_grad_()
    return slope, slope * e, torch.autograd.grad((slope * sigma(w) * e).sum(), w)[0]


def in_place(m, v, noise):
    return noise.mul_(sigma(v)).add_(m)


def others(loss):
    return (loss.sum() - loss) / (len(loss) - 1)


def medians(loss):
    return torch.stack([torch.cat([loss[:i], loss[i + 1 :]]).median() for i in range(len(loss))])


def others_by_loop(loss):
    return [sum(x for j, x in enumerate(loss.tolist()) if j != i) / (len(loss) - 1) for i in range(len(loss))]


RIGHT = [
    ("score_gradient", score),
    ("score_gradient", lambda loss, e, v: [loss * e * torch.exp(-v / 2), loss / 2 * (e.square() - 1)]),
    ("score_gradient", lambda loss, e, v: torch.stack(score(loss, e, v))),
    ("score_gradient", score_by_autograd),
    ("reparameterize", lambda m, v, e: m + sigma(v) * e),
    ("reparameterize", lambda m, v, e: m + v.exp().sqrt() * e),
    ("reparameterize", lambda m, v, e: torch.addcmul(m, e, v.exp() ** 0.5)),
    ("reparameterize", in_place),
    ("pathwise_gradient", path),
    ("pathwise_gradient", lambda slope, e, v: list(path(slope, e, v))),
    ("pathwise_gradient", lambda slope, e, v: torch.stack(path(slope, e, v))),
    ("baseline", others),
    ("baseline", others_by_loop),
    ("baseline", lambda loss: (loss.mean() * len(loss) - loss) / (len(loss) - 1)),
]

WRONG = [
    ("score_gradient", lambda loss, e, v: score(loss, e, v)[::-1], "in the order μ, log σ²"),
    ("score_gradient", lambda loss, e, v: (loss * e, score(loss, e, v)[1]), "a division by σ is missing"),
    ("score_gradient", lambda loss, e, v: (loss * e / v.exp(), score(loss, e, v)[1]), "one division by σ is enough"),
    ("score_gradient", lambda loss, e, v: (loss * e * sigma(v), score(loss, e, v)[1]), "Divide by σ instead"),
    ("score_gradient", lambda loss, e, v: (-loss * e / sigma(v), score(loss, e, v)[1]), "when μ moves towards z"),
    ("score_gradient", lambda loss, e, v: (e / sigma(v), (e**2 - 1) / 2), "multiply by the loss"),
    ("score_gradient", lambda loss, e, v: tuple(x.mean() for x in score(loss, e, v)), "estimate for every sample"),
    ("score_gradient", lambda loss, e, v: tuple(x.sum() for x in score(loss, e, v)), "estimate for every sample"),
    ("score_gradient", lambda loss, e, v: (loss * (e + 1) / sigma(v), score(loss, e, v)[1]), "ε = −2, σ = 1/2"),
    ("score_gradient", lambda loss, e, v: (loss * e.abs() / sigma(v), score(loss, e, v)[1]), "ε = −2, σ = 1/2"),
    ("score_gradient", lambda loss, e, v: score(loss.mean(), e, v), "take no mean of ℓ"),
    ("score_gradient", lambda loss, e, v: (loss * e / v, score(loss, e, v)[1]), "ε = −2, σ = 1/2"),
    ("score_gradient", lambda loss, e, v: (score(loss, e, v)[0], loss * (e**2 - 1)), "½ in front of the bracket"),
    ("score_gradient", lambda loss, e, v: (score(loss, e, v)[0], loss * e**2 / 2), "the derivative of −½ v is −½"),
    ("score_gradient", lambda loss, e, v: (score(loss, e, v)[0], loss * (1 - e**2) / 2), "asks for a larger σ"),
    ("score_gradient", lambda loss, e, v: (score(loss, e, v)[0], score(loss, e, v)[1] / v.exp()), "gradient by σ²"),
    ("score_gradient", lambda loss, e, v: (score(loss, e, v)[0], loss * (e**2 - 1) / sigma(v)), "is the gradient by σ."),
    ("score_gradient", lambda loss, e, v: (score(loss, e, v)[0], (e**2 - 1) / 2), "multiply by the loss"),
    ("score_gradient", lambda loss, e, v: (score(loss, e, v)[0], loss * (e - 1) / 2), "ε enters squared"),
    ("score_gradient", lambda loss, e, v: (score(loss, e, v)[0], score(loss, e, v)[1].mean()), "estimate for every sample"),
    ("score_gradient", lambda loss, e, v: (score(loss, e, v)[0], loss * (e**2 - 2) / 2), "ε = −3 has 8"),
    ("reparameterize", lambda m, v, e: m + v.exp() * e, "the variance"),
    ("reparameterize", lambda m, v, e: m + 0.5 * v.exp() * e, "halves after exp"),
    ("reparameterize", lambda m, v, e: m + v * e, "by log σ² itself"),
    ("reparameterize", lambda m, v, e: m + 0.5 * v * e, "½ log σ² is log σ"),
    ("reparameterize", lambda m, v, e: m + v.sqrt() * e, "The root belongs to σ²"),
    ("reparameterize", lambda m, v, e: m + e, "Multiply it by σ"),
    ("reparameterize", lambda m, v, e: m + e * (-0.5 * v).exp(), "divided by σ"),
    ("reparameterize", lambda m, v, e: m - sigma(v) * e, "with a minus"),
    ("reparameterize", lambda m, v, e: (m + e) * sigma(v), "σ multiplies the noise alone"),
    ("reparameterize", lambda m, v, e: m, "the noise is missing"),
    ("reparameterize", lambda m, v, e: m + sigma(v), "the noise is not"),
    ("reparameterize", lambda m, v, e: sigma(v) * e, "centred on 0"),
    ("reparameterize", lambda m, v, e: sigma(v) + m * e, "changed places"),
    ("reparameterize", lambda m, v, e: m + sigma(v) * torch.randn_like(e), "changes from call to call"),
    ("reparameterize", lambda m, v, e: Normal(m, sigma(v)).rsample(), "changes from call to call"),
    ("reparameterize", lambda m, v, e: m + (2 * v).exp() * e, "By hand: μ = 1"),
    ("reparameterize", lambda m, v, e: m + sigma(v) * e[:1], "not one row"),
    ("reparameterize", lambda m, v, e: m + sigma(v) * e.mean(), "take no mean of ε"),
    ("reparameterize", lambda m, v, e: (m + sigma(v) * e).mean(dim=0), "Return every sample"),
    ("reparameterize", lambda m, v, e: (m + sigma(v) * e).detach(), "graph was cut"),
    ("reparameterize", lambda m, v, e: m + sigma(v.detach()) * e, "graph was cut"),
    ("reparameterize", lambda m, v, e: m.detach() + sigma(v) * e, "graph was cut"),
    ("pathwise_gradient", lambda slope, e, v: (torch.ones_like(e), *path(slope, e, v)[1:]), "dz/dμ is 1"),
    ("pathwise_gradient", lambda slope, e, v: (1.0, *path(slope, e, v)[1:]), "dz/dμ is 1"),
    ("pathwise_gradient", lambda slope, e, v: (-slope, *path(slope, e, v)[1:]), "z grows with μ"),
    ("pathwise_gradient", lambda slope, e, v: tuple(x.mean() for x in path(slope, e, v)), "estimate for every sample"),
    ("pathwise_gradient", lambda slope, e, v: (slope * e, slope * e, slope), "only slope is left"),
    ("pathwise_gradient", lambda slope, e, v: (slope, path(slope, e, v)[2], slope * e), "the third of the three"),
    ("pathwise_gradient", lambda slope, e, v: (slope, e, path(slope, e, v)[2]), "dz/dσ is ε; times slope"),
    ("pathwise_gradient", lambda slope, e, v: (slope, slope, path(slope, e, v)[2]), "dz/dσ is not 1"),
    ("pathwise_gradient", lambda slope, e, v: (slope, slope * e * sigma(v), path(slope, e, v)[2]), "no σ is left"),
    ("pathwise_gradient", lambda slope, e, v: (slope, slope * sigma(v), path(slope, e, v)[2]), "is ε, not σ"),
    ("pathwise_gradient", lambda slope, e, v: (slope, -slope * e, path(slope, e, v)[2]), "z grows with σ"),
    ("pathwise_gradient", lambda slope, e, v: (slope, slope * e / v, path(slope, e, v)[2]), "ε = −1 give −3"),
    ("pathwise_gradient", lambda slope, e, v: (slope, (slope * e).mean(dim=0), slope), "estimate for every sample"),
    ("pathwise_gradient", lambda slope, e, v: (slope, slope * e, path(slope, e, v)[2].sum(dim=0)), "for every sample"),
    ("pathwise_gradient", lambda slope, e, v: (slope, slope * e, slope * e * sigma(v)), "inner derivative"),
    ("pathwise_gradient", lambda slope, e, v: (slope, slope * e, slope * e), "gradient by σ again"),
    ("pathwise_gradient", lambda slope, e, v: (slope, slope * e, slope * e / 2), "factor σ is missing"),
    ("pathwise_gradient", lambda slope, e, v: (slope, slope * e, sigma(v) * e / 2), "times slope"),
    ("pathwise_gradient", lambda slope, e, v: (slope, slope * e, slope * sigma(v) / 2), "noise is missing"),
    ("pathwise_gradient", lambda slope, e, v: (slope, slope * e, slope * e * v.exp() / 2), "exp(log σ²) is σ²"),
    ("pathwise_gradient", lambda slope, e, v: (slope, slope * e, slope * e / sigma(v) / 2), "gradient by σ²"),
    ("pathwise_gradient", lambda slope, e, v: (slope, slope * e, -slope * e * sigma(v) / 2), "σ grows with log σ²"),
    ("pathwise_gradient", lambda slope, e, v: (slope, slope * e, slope * e * v / 2), "they give 3"),
    ("pathwise_gradient", path_by_autograd, "without autograd"),
    ("baseline", lambda loss: loss.mean(), "includes the sample itself"),
    ("baseline", lambda loss: loss.mean().expand(len(loss)), "includes the sample itself"),
    ("baseline", lambda loss: loss.mean(dim=0, keepdim=True), "includes the sample itself"),
    ("baseline", lambda loss: others(loss) - loss, "Return the baseline alone; the lesson"),
    ("baseline", lambda loss: others(loss)[:, None], "without the second dimension"),
    ("baseline", lambda loss: loss, "leaves ℓ − b = 0"),
    ("baseline", torch.zeros_like, "changes nothing"),
    ("baseline", lambda loss: loss - others(loss), "Return the baseline alone; the lesson"),
    ("baseline", lambda loss: loss - loss.mean(), "Return the baseline alone, and leave"),
    ("baseline", lambda loss: (loss.sum() - loss) / len(loss), "n − 1 other samples"),
    ("baseline", lambda loss: loss.sum() - loss, "the sum of the others"),
    ("baseline", lambda loss: loss.sum() / (len(loss) - 1), "own loss off the sum"),
    ("baseline", lambda loss: (loss.sum() / (len(loss) - 1)).expand(len(loss)), "own loss off the sum"),
    ("baseline", lambda loss: torch.tensor(others(loss).tolist()).flip(0), "5.5, 5 and 1.5"),
    ("baseline", medians, "5.5, 5 and 1.5"),
]  # fmt: skip

t = torch.tensor
LOG_9 = 2 * math.log(3)
PULLS = (t([1.0, 3.0]), t([2.0, -1.0]))
EXAMPLES = [
    ("score_gradient", "ε = −2, σ = 1/2", (t(3.0), t(-2.0), t([math.log(0.25), math.log(4)])), [-12, -3], 0),
    ("score_gradient", "ε = −3 has 8", (t(2.0), t([1.0, -3.0]), t(0.7)), [0, 8], 1),
    ("reparameterize", "μ = 1, log σ² = 0", (t(1.0), t([0.0, LOG_9]), t(2.0)), [3, 7]),
    ("pathwise_gradient", "z = μ + σ ε grows", (*PULLS, t(0.0)), [1, 3], 0),
    ("pathwise_gradient", "ε = −1 give −3", (*PULLS, t(0.7)), [2, -3], 1),
    ("pathwise_gradient", "σ = 3, they give 3", (t(1.0), t(2.0), t([0.0, LOG_9])), [1, 3], 2),
    ("baseline", "1, 2 and 9", (t([1.0, 2.0, 9.0]),), [5.5, 5, 1.5]),
]
OURS = {asked: getattr(estimators, asked) for asked, *_ in EXAMPLES}

TESTS = answer_tests("reparameterization", RIGHT, WRONG, EXAMPLES, OURS)
test_right, test_wrong, test_unwritten, test_examples = TESTS


def test_noise_that_is_scaled_in_place_is_told_of():
    assert "You changed noise itself" in run_check("reparameterization.reparameterize", in_place).hint


@pytest.mark.parametrize(
    ("question", "wanted"), [("score_gradient", "a pair"), ("pathwise_gradient", "three tensors")]
)
def test_one_tensor_where_several_are_wanted_is_explained(question, wanted):
    message = run_check(f"reparameterization.{question}", lambda loss, e, v: loss * e).message
    assert wanted in message
    assert "got a Tensor of length 6" in message


def test_a_part_that_is_none_is_not_taken_for_a_forgotten_return():
    result = run_check("reparameterization.score_gradient", lambda loss, e, v: (score(loss, e, v)[0], None))
    assert result.message.endswith("number 2 of yours is None.")
