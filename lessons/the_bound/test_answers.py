"""The checks of the bound pass on right answers and know the typical wrong ones."""

import math

import numpy as np
import torch
from torch.distributions import Independent, Normal, kl_divergence

from lessons.answer_tests import answer_tests
from lessons.the_bound import formulas
from pvlib import losses

OURS = {name: getattr(formulas, name) for name in ("elbo", "best_sigma", "smoothing")}
OURS["gaussian_kl"] = losses.gaussian_kl
LOG_2_PI = math.log(2 * math.pi)


def terms(m, v):
    return (v.exp() + m**2 - 1 - v) / 2


def by_torch(m, v):
    head, standard = Normal(m, (v / 2).exp()), Normal(torch.zeros_like(m), torch.ones_like(m))
    return kl_divergence(Independent(head, 1), Independent(standard, 1)).mean()


def weighted(m, v, f, e):
    return f(z_of(m, v, e)) - q_of(m, v).log_prob(z_of(m, v, e))


def by_numpy(m, v):
    return np.asarray(terms(m.detach(), v.detach())).sum(-1).mean()


def z_of(m, v, e):
    return m + (v / 2).exp() * e


def q_of(m, v):
    return Normal(m, (v / 2).exp())


def entropy(v):
    return (LOG_2_PI + 1 + v) / 2


RIGHT = [
    ("gaussian_kl", lambda m, v: terms(m, v).sum(1).mean()),
    ("gaussian_kl", lambda m, v: -0.5 * torch.sum(1 + v - m.pow(2) - v.exp()) / len(m)),
    ("gaussian_kl", by_torch),
    ("gaussian_kl", lambda m, v: sum(terms(m[i, k], v[i, k]) for i in range(3) for k in range(8)) / 3),
    ("elbo", lambda m, v, f, e: torch.stack([f(z_of(m, v, one)) for one in e]).mean() + entropy(v)),
    ("elbo", lambda m, v, f, e: f(z_of(m, v, e)).mean() + q_of(m, v).entropy()),
    ("elbo", lambda m, v, f, e: weighted(m, v, f, e).mean()),
    ("elbo", lambda m, v, f, e: (f(z_of(m, v, e)) + entropy(v)).mean()),
    ("elbo", lambda m, v, f, e: f(z_of(m, v, e)).mean() + 0.5 * math.log(2 * math.pi * math.e) + v / 2),
    ("best_sigma", lambda w, p: torch.sqrt(w / (w + p - p**2))),
    ("best_sigma", lambda w, p: (1 + p * (1 - p) / w) ** -0.5),
    ("best_sigma", lambda w, p: np.sqrt(w / (w + p.numpy() * (1 - p.numpy())))),
    ("smoothing", lambda w, c: (w / c) / (1 + w / c)),
    ("smoothing", lambda w, c: 1 - 1 / (1 + w / c)),
    ("smoothing", lambda w, c: torch.tensor(w) / (c + w)),
]

WRONG = [
    ("gaussian_kl", lambda m, v: 2 * terms(m, v).sum(1).mean(), "One half stands"),
    ("gaussian_kl", lambda m, v: -terms(m, v).sum(1).mean(), "never negative"),
    ("gaussian_kl", lambda m, v: terms(m, v).mean(), "only the batch is averaged"),
    ("gaussian_kl", lambda m, v: terms(m, v).sum(), "only the classes are summed"),
    ("gaussian_kl", lambda m, v: terms(m, v).mean(1).sum(), "changed places"),
    ("gaussian_kl", lambda m, v: terms(m, v).sum(1).mean().reshape(1), "of shape ()"),
    ("gaussian_kl", lambda m, v: terms(m, v).sum(1), "average the divergences of the batch"),
    ("gaussian_kl", lambda m, v: terms(m, v).sum(1).mean() / math.log(2), "in bits"),
    ("gaussian_kl", lambda m, v: (((1 + m**2) / v.exp() - 1 + v) / 2).sum(1).mean(), "other direction"),
    ("gaussian_kl", lambda m, v: ((v.exp() + m**2 - 1) / 2 - v).sum(1).mean(), "before all four"),
    ("gaussian_kl", lambda m, v: (((v / 2).exp() + m**2 - 1 - v) / 2).sum(1).mean(), "the first term is σ²"),
    ("gaussian_kl", lambda m, v: ((v + m**2 - 1 - v) / 2).sum(1).mean(), "The first term is σ² itself"),
    ("gaussian_kl", lambda m, v: ((v.exp() + m**2 - 1 + v) / 2).sum(1).mean(), "subtracted"),
    ("gaussian_kl", lambda m, v: ((v.exp() + m**2 - 1 - v / 2) / 2).sum(1).mean(), "before the bracket is enough"),
    ("gaussian_kl", lambda m, v: ((v.exp() + m - 1 - v) / 2).sum(1).mean(), "enters squared."),
    ("gaussian_kl", lambda m, v: ((v.exp() + m.abs() - 1 - v) / 2).sum(1).mean(), "absolute value"),
    ("gaussian_kl", lambda m, v: ((v.exp() + m**2 - v) / 2).sum(1).mean(), "−1 is missing"),
    ("gaussian_kl", lambda m, v: ((v.exp() - 1 - v) / 2).sum(1).mean(), "The mean is missing"),
    ("gaussian_kl", lambda m, v: (v.exp() / 2 + m**2 - 1 - v).sum(1).mean(), "stands before all four terms."),
    ("gaussian_kl", lambda m, v: ((v.exp() + m**2 - 1 - (v / 2) ** 2) / 2).sum(1).mean(), "not the square of log σ"),
    ("gaussian_kl", lambda m, v: ((v.exp() ** 2 + m**2 - 1 - 2 * v) / 2).sum(1).mean(), "log_variance is log σ²"),
    ("gaussian_kl", lambda m, v: ((v.exp() + m**2 + 1 - v) / 2).sum(1).mean(), "The 1 is subtracted"),
    ("gaussian_kl", lambda m, v: terms(m, v).sum(1).median(), "3.421"),
    ("gaussian_kl", lambda m, v: 2 * terms(m, v).sum(), "3.421"),
    ("gaussian_kl", lambda m, v: (((-v).exp() + m**2 - 1 + v) / 2).sum(1).mean(), "3.421"),
    ("gaussian_kl", lambda m, v: terms(m, v).sum(1).mean().clamp(max=1), "3.421"),
    ("gaussian_kl", lambda m, v: m.mean(), "3.421"),
    ("gaussian_kl", lambda m, v: terms(m, v).sum(1).mean().item(), "graph was cut"),
    ("gaussian_kl", lambda m, v: terms(m, v).sum(1).mean().detach(), "graph was cut"),
    ("gaussian_kl", by_numpy, "graph was cut"),
    ("gaussian_kl", lambda m, v: terms(m, v.detach()).sum(1).mean(), "graph was cut"),
    ("elbo", lambda m, v, f, e: f(z_of(m, v, e)).mean() - entropy(v), "sign of the entropy"),
    ("elbo", lambda m, v, f, e: (f(z_of(m, v, e)) + q_of(m, v).log_prob(z_of(m, v, e))).mean(), "sign of the entropy"),
    ("elbo", lambda m, v, f, e: -f(z_of(m, v, e)).mean() - entropy(v), "Return the bound itself"),
    ("elbo", lambda m, v, f, e: f(z_of(m, v, e)).mean(), "a point would be the best q"),
    ("elbo", lambda m, v, f, e: f(z_of(m, v, e)).mean() + (1 + v) / 2, "0.919"),
    ("elbo", lambda m, v, f, e: f(z_of(m, v, e)).mean() + (LOG_2_PI + v) / 2, "a constant ½"),
    ("elbo", lambda m, v, f, e: f(z_of(m, v, e)).mean() + v / 2, "Constants count"),
    ("elbo", lambda m, v, f, e: f(z_of(m, v, e)).mean() + (LOG_2_PI + 1) / 2 + v, "not all of it"),
    ("elbo", lambda m, v, f, e: f(z_of(m, v, e)).mean() + LOG_2_PI + 1 + v, "½ before the bracket"),
    ("elbo", lambda m, v, f, e: weighted(m, v, f, e).exp().mean().log(), "inside the log"),
    ("elbo", lambda m, v, f, e: f(m + v.exp() * e).mean() + entropy(v), "exp(log σ²) is σ²"),
    ("elbo", lambda m, v, f, e: f(m + v * e).mean() + entropy(v), "Undo the logarithm"),
    ("elbo", lambda m, v, f, e: f(m + e).mean() + entropy(v), "Multiply it by σ"),
    ("elbo", lambda m, v, f, e: f(e).mean() + entropy(v), "wants z, not the noise"),
    ("elbo", lambda m, v, f, e: f(m) + entropy(v), "at the mean alone"),
    ("elbo", lambda m, v, f, e: f(z_of(m, v, e)).sum() + entropy(v), "instead of adding them up"),
    ("elbo", lambda m, v, f, e: f(z_of(m, v, e)) + entropy(v), "average over the samples."),
    ("elbo", weighted, "average over the samples."),
    ("elbo", lambda m, v, f, e: f(z_of(m, v, e)).mean() + entropy(v / 2), "not log σ."),
    ("elbo", lambda m, v, f, e: f(z_of(m, v, e)).mean() - terms(m, v), "holds the prior already"),
    ("elbo", lambda m, v, f, e: f(z_of(m, v, e)).exp().mean().log() + entropy(v), "inside the log"),
    ("elbo", lambda m, v, f, e: f(z_of(m, v, e)).median() + entropy(v), "not the median"),
    ("elbo", lambda m, v, f, e: (f(z_of(m, v, e)) - Normal(m, v.exp()).log_prob(z_of(m, v, e))).mean(), "takes σ, not σ²"),
    ("elbo", lambda m, v, f, e: f(z_of(m, v, -e)).mean() + entropy(v), "The noise is added"),
    ("elbo", lambda m, v, f, e: f((m + e) * (v / 2).exp()).mean() + entropy(v), "Only the noise"),
    ("elbo", lambda m, v, f, e: f(m + (v / 2).exp()) + entropy(v), "multiplied by the noise"),
    ("elbo", lambda m, v, f, e: f(m + 0.5 * v.exp() * e).mean() + entropy(v), "σ is exp(½"),
    ("elbo", lambda m, v, f, e: f(z_of(m, v, torch.randn_like(e))).mean() + entropy(v), "samples its own"),
    ("elbo", lambda m, v, f, e: f(z_of(m, v, e)).mean() + (LOG_2_PI + 1 + v.exp()) / 2, "15.518"),
    ("elbo", lambda m, v, f, e: f(z_of(m, v, e)).mean() + LOG_2_PI / 2 + 1 + v, "15.518"),
    ("elbo", lambda m, v, f, e: f(z_of(m, v, e)).mean() + entropy(v) + 1, "15.518"),
    ("elbo", lambda m, v, f, e: (f(z_of(m, v, e)).mean() + entropy(v)).detach(), "graph was cut"),
    ("elbo", lambda m, v, f, e: (f(z_of(m, v, e)).mean() + entropy(v)).item(), "graph was cut"),
    ("elbo", lambda m, v, f, e: f(z_of(m, v, e).detach()).mean() + entropy(v), "graph was cut"),
    ("best_sigma", lambda w, p: w / (w + p * (1 - p)), "That is σ²"),
    ("best_sigma", lambda w, p: 2 * w / (w + p * (1 - p)), "which cancels"),
    ("best_sigma", lambda w, p: (w / (w + p * (1 - p) / 2)).sqrt(), "it cancels"),
    ("best_sigma", lambda w, p: (2 * w / (2 * w + p * (1 - p))).sqrt(), "it cancels"),
    ("best_sigma", lambda w, p: (w / (p * (1 - p))).sqrt(), "a λ below the line"),
    ("best_sigma", lambda w, p: (w / (w + p)).sqrt(), "p(1 − p), not p."),
    ("best_sigma", lambda w, p: (w / (w + p**2)).sqrt(), "p(1 − p), not p²"),
    ("best_sigma", lambda w, p: (w / (w + (p * (1 - p)).sqrt())).sqrt(), "no root"),
    ("best_sigma", lambda w, p: (p * (1 - p) / (w + p * (1 - p))).sqrt(), "the KL wins"),
    ("best_sigma", lambda w, p: ((w + p * (1 - p)) / w).sqrt(), "σ is below 1"),
    ("best_sigma", lambda w, p: (1 / (1 + p * (1 - p))).sqrt(), "λ is missing"),
    ("best_sigma", lambda w, p: (1 / (1 + w * p * (1 - p))).sqrt(), "not that of the cross-entropy"),
    ("best_sigma", lambda w, p: (w / (w + p * (1 - p))).log(), "That is log σ²"),
    ("best_sigma", lambda w, p: w / (w + p * (1 - p)).sqrt(), "of the whole fraction"),
    ("best_sigma", lambda w, p: (w / w + p * (1 - p)).sqrt(), "as a whole"),
    ("best_sigma", lambda w, p: (w / (w + p) * (1 - p)).sqrt(), "as a whole"),
    ("best_sigma", lambda w, p: (w / (w + 2 * p * (1 - p))).sqrt(), "σ = 0.707"),
    ("best_sigma", lambda w, p: p, "σ = 0.707"),
    ("smoothing", lambda w, c: w / c, "divide by that sum"),
    ("smoothing", lambda w, c: w / c**2, "what one class gets"),
    ("smoothing", lambda w, c: w / (c**2 + w), "what one class gets"),
    ("smoothing", lambda w, c: w / (c * (c + w)), "what one class gets"),
    ("smoothing", lambda w, c: torch.tensor([w / (c + w)]), "of shape ()"),
    ("smoothing", lambda w, c: 2 * w / (c + 2 * w), "8 classes gives ½"),
    ("smoothing", lambda w, c: w / (1 + w), "divided by C as well"),
    ("smoothing", lambda w, c: 1 / (c + 1), "for any λ"),
    ("smoothing", lambda w, c: w / (c - 1 + w), "over all C classes"),
    ("smoothing", lambda w, c: w * (c - 1) / (c * (c + w)), "leaves out the right class"),
    ("smoothing", lambda w, c: c / (c + w), "1 − ε"),
    ("smoothing", lambda w, c: 1 / c, "must be 0"),
    ("smoothing", lambda w, c: w / (c + w) + 0.1, "8 classes gives ½"),
]  # fmt: skip

t = torch.tensor
EXAMPLES = [
    ("gaussian_kl", "3.421", (t([[2.0, 0, 0], [0, 0, 0]]), torch.full((2, 3), math.log(4))), 3.42056),
    ("elbo", "15.518", (t(1.0), t(math.log(9)), torch.square, t([-1.0, 1, 1, 1])), 15.51755),
    ("best_sigma", "σ = 0.707", (0.25, t([0.5, 1.0])), [0.5**0.5, 1.0]),
    ("smoothing", "8 classes gives ½", (8.0, 8), 0.5),
    ("smoothing", "must be 0", (0.0, 8), 0.0),
]

TESTS = answer_tests("the_bound", RIGHT, WRONG, EXAMPLES, OURS)
test_right, test_wrong, test_unwritten, test_examples = TESTS
