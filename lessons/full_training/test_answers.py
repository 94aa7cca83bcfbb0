"""The checks of the full training pass on right answers and know the typical wrong ones."""

import math

import numpy as np
import torch

from lessons.answer_tests import answer_tests
from lessons.full_training.steps import parting_of, plan_of_goyal, rate_of_pvlib, sam_step_of_pvlib


def with_ifs(done, full, warmup, decay):
    rate = full
    for _ in range(int(done)):
        rate *= decay
    return rate * done / warmup if done < warmup else rate


def sam(way=lambda g: g / g.norm(), back=True, sign=1, at="uphill"):
    """A step of SAM, whole or with one typical mistake."""

    def step(weights, gradient, rho, rate):
        here = gradient(weights)
        up = weights + sign * rho * torch.nan_to_num(way(here))
        used = gradient(up) if at == "uphill" else here
        return (weights if back else up) - rate * used

    return step


def divides_by_zero(weights, gradient, rho, rate):
    here = gradient(weights)
    return weights - rate * gradient(weights + rho * here / here.norm())


def with_lists(weights, gradient, rho, rate):
    here = gradient(weights)
    length = math.sqrt(sum(value * value for value in here.flatten().tolist())) or 1.0
    return weights - rate * gradient(weights + (rho / length) * here)


def same(a, b):
    return a == b or (math.isnan(a) and math.isnan(b))


def with_numpy(one, other):
    length = min(len(one), len(other))
    differ = ~np.isclose(one[:length], other[:length], rtol=0, atol=0, equal_nan=True)
    return int(differ.argmax()) if differ.any() else -1


def walks(differ=lambda a, b: not same(a, b), first=0, none=-1, strict=False):
    def walk(one, other):
        if strict and len(one) != len(other):
            return min(len(one), len(other))
        return next(
            (i + first for i, (a, b) in enumerate(zip(one, other, strict=False)) if differ(a, b)), none
        )

    return walk


def last(one, other):
    return max((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if not same(a, b)), default=-1)


RIGHT = [
    ("rate_at", with_ifs),
    ("rate_at", lambda done, full, warmup, decay: torch.tensor(with_ifs(done, full, warmup, decay))),
    ("sam_step", sam()),
    ("sam_step", with_lists),
    ("plan", lambda a, d, n, b, r: [a * d * n, r * (a * d * n / b)]),
    ("plan", lambda a, d, n, b, r: (torch.tensor(a * d * n), torch.tensor(a * d * n * r / b))),
    (
        "parted",
        lambda one, other: next(
            (i for i in range(min(len(one), len(other))) if not same(one[i], other[i])), -1
        ),
    ),
    ("parted", with_numpy),
]
WRONG = [
    ("rate_at", lambda t, f, w, d: (min(1, t / w) if w else 1) * f * d**t, "math.floor(done)"),
    ("rate_at", lambda t, f, w, d: f * (t / w if t < w else d ** int(t - w)), "both factors act"),
    ("rate_at", lambda t, f, w, d: with_ifs(t, f, 0, d), "multiplied by done / warmup"),
    ("rate_at", lambda t, f, w, d: with_ifs(t, f, 0, d) * (t / w if w else 1), "stays at 1"),
    ("rate_at", lambda t, f, w, d: with_ifs(t, f, w, 1), "multiplied by decay"),
    ("rate_at", lambda t, f, w, d: with_ifs(t, f, w, d) * d, "to the power of 0"),
    ("rate_at", lambda t, f, w, d: with_ifs(t, f, 0, d) * (min(1, int(t) / w) if w else 1), "within an epoch too"),
    ("rate_at", lambda t, f, w, d: with_ifs(t, f, w, 1) * d * int(t), "a power, not a product"),
    ("rate_at", lambda t, f, w, d: with_ifs(t, f, w, d) + 1, "0.00375"),
    ("sam_step", sam(back=False), "walk back first"),
    ("sam_step", sam(at="here"), "not at the old place"),
    ("sam_step", sam(sign=-1), "Uphill is along"),
    ("sam_step", sam(way=lambda g: g), "Divide the gradient by its length"),
    ("sam_step", sam(way=torch.sign), "not one for each"),
    ("sam_step", sam(way=lambda g: g / g.norm(dim=-1, keepdim=True)), "not one for each row"),
    ("sam_step", sam(way=lambda g: g / g.norm(dim=0)), "or column"),
    ("sam_step", sam(way=lambda g: g / g.square().mean().sqrt()), "not of the mean"),
    ("sam_step", sam(way=lambda g: g / g.abs().max()), "(0.52, 0.28)"),
    ("sam_step", sam(way=lambda g: g / g.abs().sum()), "not Σ |g|"),
    ("sam_step", sam(way=lambda g: g / g.square().sum()), "not by its square"),
    ("sam_step", lambda w, g, rho, rate: 2 * w - sam()(w, g, rho, rate), "against the gradient"),
    ("sam_step", lambda w, g, rho, rate: w + rho * g(w) / g(w).norm(), "That is the place uphill"),
    ("sam_step", lambda w, g, rho, rate: sam()(w, g, rho, rate) * 1.1, "(0.52, 0.28)"),
    ("sam_step", divides_by_zero, "add 1e-12"),
    ("plan", lambda a, d, n, b, r: (a * d * n, r * a * d * n * d / b), "count the devices already"),
    ("plan", lambda a, d, n, b, r: (a * d * n, r * a / b), "not with those of one device"),
    ("plan", lambda a, d, n, b, r: (a * d * n, r * (a * d * n // b)), "divide with /"),
    ("plan", lambda a, d, n, b, r: (a * d * n, r), "grows with the faces of a step"),
    ("plan", lambda a, d, n, b, r: (a * d * n, r * (a * d * n / b) ** 0.5), "square-root rule"),
    ("plan", lambda a, d, n, b, r: (a * d, r * a * d / b), "their faces count too"),
    ("plan", lambda a, d, n, b, r: (a * n, r * a * n / b), "of all devices"),
    ("plan", lambda a, d, n, b, r: (a * d / n, r * a * d / n / b), "so it multiplies"),
    ("plan", lambda a, d, n, b, r: (r * a * d * n / b, a * d * n), "faces come first"),
    ("plan", lambda a, d, n, b, r: a * d * n, "Return both"),
    ("plan", lambda a, d, n, b, r: (a * d * n, r / b), "four times 48"),
    ("parted", walks(first=1), "has the number 0"),
    ("parted", last, "at once"),
    ("parted", walks(lambda a, b: abs(a - b) > 1e-6), "without a tolerance"),
    ("parted", walks(none=0), "They are equal: return −1"),
    ("parted", walks(strict=True), "zip ends with the shorter"),
    ("parted", walks(lambda a, b: a != b), "NaN != NaN is True"),
    ("parted", walks(lambda a, b: a != b and not (math.isnan(a) or math.isnan(b))), "the other is not"),
    ("parted", lambda one, other: walks()(one, other) + 0.5, "part at step 2"),
]  # fmt: skip
EXAMPLES = [
    ("rate_at", "0.00375", (1.5, 0.01, 2.0, 0.5), 0.00375),
    (
        "sam_step",
        "(0.52, 0.28)",
        (torch.ones(2), lambda w: torch.tensor([3.0, 4.0]) * w, 1.0, 0.1),
        [0.52, 0.28],
    ),
    ("plan", "four times 48", (12, 8, 2, 48, 3e-4), [192, 1.2e-3]),
    ("parted", "part at step 2", ([0.5, 0.4, 0.3], [0.5, 0.4, 0.2]), 2),
]
OURS = {"rate_at": rate_of_pvlib, "sam_step": sam_step_of_pvlib, "plan": plan_of_goyal, "parted": parting_of}
test_right, test_wrong, test_unwritten, test_examples = answer_tests(
    "full_training", RIGHT, WRONG, EXAMPLES, OURS
)
