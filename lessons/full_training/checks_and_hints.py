"""Answer checks of the full training."""

import math
from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor

from poster_var_course.checks import answer, beside_answer, expect, expect_close

Slope = Callable[[Tensor], Tensor]


@answer(
    "full_training.rate_at",
    hints=(
        "Two factors: one that rises during the warm-up, one that falls after every whole epoch.",
        "The first is done / warmup, never above 1, and 1 without a warm-up. The second is decay to the power of the "
        "whole epochs done.",
        "rise = min(1.0, done / warmup) if warmup > 0 else 1.0; return rise * full * decay ** math.floor(done)",
    ),
)
def rate_at(yours):
    """the learning rate at a place of the run (exponential schedule with a warm-up)"""
    somewhere, factor = 1 + 3 * torch.rand(()).item(), 0.5 + 0.4 * torch.rand(()).item()
    for done, full, warmup, decay in (
        (0.25, 0.01, 0.0, 0.5),
        (2.75, 0.01, 0.0, 0.5),
        (0.5, 0.01, 2.0, 0.5),
        (1.5, 0.01, 2.0, 0.5),
        (3.5, 0.01, 2.0, 0.5),
        (somewhere, 0.003, 2.5, factor),
    ):
        epochs, rise = math.floor(done), min(1.0, done / warmup) if warmup else 1.0
        mistakes = [
            (
                rise * full * decay**done,
                "The rate falls after whole epochs; within one it stays: math.floor(done).",
            ),
            (
                rise * full * decay ** max(done - warmup, 0),
                "It falls after whole epochs only, and during the warm-up as well: both factors act.",
            ),
            (
                rise * full * decay ** math.floor(max(done - warmup, 0)),
                "It falls during the warm-up as well: both factors act.",
            ),
            (full * decay**epochs, "During the warm-up it is also multiplied by done / warmup."),
            (
                (done / warmup if warmup else 1) * full * decay**epochs,
                "After the warm-up that factor stays at 1: min(1, …).",
            ),
            (rise * full, "After every whole epoch the rate is multiplied by decay."),
            (
                rise * full * decay ** (epochs + 1),
                "Only whole epochs that are done count, math.floor(done): in the first epoch decay to the power of 0.",
            ),
            (
                math.floor(done) / warmup * full * decay**epochs if warmup else math.nan,
                "The warm-up rises within an epoch too: done, not whole epochs.",
            ),
            (
                rise * full * decay * epochs,
                "Multiplied after every epoch is a power, not a product with their number.",
            ),
            (
                math.ceil(done) / warmup * full * decay**epochs if warmup else math.nan,
                "The warm-up rises within an epoch too: done, not whole epochs.",
            ),
        ]
        expect_close(
            yours(done, full, warmup, decay),
            rise * full * decay**epochs,
            f"For {done:.3g} epochs done, full = {full}, warmup = {warmup}, decay = {decay:.3g}",
            mistakes=mistakes,
            hint="By hand: 1.5 epochs done, full 0.01, warmup 2, decay 0.5 give 0.75 · 0.01 · 0.5 = 0.00375.",
        )


def _bowl(point: Tensor, stretch: Tensor) -> Tensor:
    """The gradient of Σ stretch · w⁴ / 4; like any gradient, of the shape of w."""
    return stretch * point**3


def _after(weights: Tensor, gradient: Slope, rho: float, rate: float, sign: float = 1.0) -> Tensor:
    here = gradient(weights)
    return weights - rate * gradient(weights + sign * rho * here / here.square().sum().sqrt())


@beside_answer
def _stepped(
    yours: Callable[[Tensor, Slope, float, float], Tensor],
    weights: Tensor,
    stretch: Tensor,
    rho: float,
    rate: float,
) -> Tensor:
    return yours(weights, partial(_bowl, stretch=stretch), rho, rate)


@answer(
    "full_training.sam_step",
    hints=(
        "Two gradients: one at the weights, which says where uphill is, and one at the place uphill.",
        "The place is weights + rho · g / ‖g‖, with one length for all of g. The step starts from weights, not from there.",
        "here = gradient(weights); uphill = gradient(weights + rho / (here.norm() + 1e-12) * here); "
        "return weights - rate * uphill",
    ),
)
def sam_step(yours):
    """a step of gradient descent with sharpness-aware minimisation (Foret et al., 2021, equation 3)"""
    for shape in ((2,), (3, 2)):
        weights, stretch = 1 + torch.rand(shape), 0.5 + torch.rand(shape)
        slope, rho, rate = partial(_bowl, stretch=stretch), 0.3, 0.1
        here = slope(weights)
        up = weights + rho * here / here.norm()
        expected = _after(weights, slope, rho, rate)
        mistakes = [
            (up - rate * slope(up), "The step starts from weights: walk back first."),
            (weights - rate * here, "The second gradient is taken uphill, not at the old place."),
            (_after(weights, slope, rho, rate, sign=-1.0), "Uphill is along the gradient: plus."),
            (2 * weights - expected, "The step goes against the gradient: minus rate times it."),
            (weights - rate * slope(weights + rho * here), "Divide the gradient by its length before ρ."),
            (
                weights - rate * slope(weights + rho * here.sign()),
                "One length for all numbers of g together, not one for each.",
            ),
            (
                weights - rate * slope(weights + rho * here / here.abs().sum()),
                "The length is √(Σ g²), not Σ |g|.",
            ),
            (
                weights - rate * slope(weights + rho * here / here.square().sum()),
                "Divide by the length, √(Σ g²), not by its square.",
            ),
            (
                weights - rate * slope(weights + rho * here / here.square().mean().sqrt()),
                "The length is √(Σ g²): the root of the sum, not of the mean.",
            ),
            (
                weights - rate * slope(up) / slope(up).norm(),
                "Only the way uphill has a fixed length; the step is rate times the gradient.",
            ),
            (weights - rate * (here + slope(up)), "The step uses the second gradient alone."),
            (up, "That is the place uphill. Take the gradient there, and step from weights."),
            (slope(up), "That is the gradient uphill. Step with it: weights − rate · gradient."),
        ]
        if len(shape) == 2:
            mistakes += [
                (
                    weights - rate * slope(weights + rho * here / here.norm(dim=dim, keepdim=True)),
                    "One length for all of g, not one for each row or column.",
                )
                for dim in (0, 1)
            ]
        expect_close(
            _stepped(yours, weights, stretch, rho, rate),
            expected,
            f"For weights of shape {shape}, ρ = {rho}, rate {rate}",
            mistakes=mistakes,
            hint="By hand, gradient(w) = (3 w₁, 4 w₂), weights (1, 1), ρ 1, rate 0.1: g = (3, 4) has length 5, uphill is "
            "(1.6, 1.8), the gradient there (4.8, 7.2), so the result is (0.52, 0.28).",
        )
    at_zero = _stepped(yours, torch.zeros(2), torch.ones(2), 0.0, 0.1)
    expect(
        bool(torch.isfinite(at_zero).all()),
        f"Where the gradient is 0, yours gives {at_zero.tolist()}.",
        "Its length is 0 there: add 1e-12 to the length before you divide.",
    )


@answer(
    "full_training.plan",
    hints=(
        "How many faces have gone through before the optimizer takes its step?",
        "faces = at_a_time · devices · accumulate. The rate grows in the same proportion as the faces.",
        "faces = at_a_time * devices * accumulate; return faces, base_rate * faces / base_batch",
    ),
)
def plan(yours):
    """faces of a step and their learning rate by linear scaling (Goyal et al., 2017)"""
    some = tuple(torch.randint(2, 9, (3,)).tolist())
    for at_a_time, devices, accumulate in ((12, 8, 3), (16, 1, 8), (32, 8, 1), some):
        base_batch, base_rate = 48, 3e-4
        faces = at_a_time * devices * accumulate
        right = base_rate * faces / base_batch
        expected = torch.tensor([faces, right], dtype=torch.float64)
        given = [
            (
                faces,
                right * devices,
                "The rate grows with the faces of a step, which count the devices already.",
            ),
            (faces, base_rate, "The rate grows with the faces of a step."),
            (
                faces,
                base_rate * math.sqrt(faces / base_batch),
                "That is the square-root rule; linear scaling has no root.",
            ),
            (faces, base_rate * base_batch / faces, "More faces, a larger rate: faces / base_batch."),
            (faces, base_rate * faces, "base_rate belongs to base_batch faces: divide by them."),
            (
                faces,
                base_rate * devices,
                "The rate grows with all faces of a step, not with the devices alone.",
            ),
            (
                faces,
                base_rate * at_a_time / base_batch,
                "The rate grows with all faces of a step, not with those of one device.",
            ),
            (faces, base_rate * (faces // base_batch), "// cuts off: divide with /."),
            (
                at_a_time * devices,
                base_rate * at_a_time * devices / base_batch,
                "A step waits for `accumulate` parts: their faces count too.",
            ),
            (
                at_a_time * accumulate,
                base_rate * at_a_time * accumulate / base_batch,
                "A step takes the faces of all devices.",
            ),
            (
                at_a_time * devices / accumulate,
                base_rate * at_a_time * devices / accumulate / base_batch,
                "`accumulate` parts are added up, so it multiplies.",
            ),
        ]
        mistakes = [(torch.tensor([a, b], dtype=torch.float64), text) for a, b, text in given]
        mistakes += [(expected.flip(0), "The faces come first, then the rate.")]
        mistakes += [(value, "Return both: the faces and the rate.") for value in expected]
        expect_close(
            yours(at_a_time, devices, accumulate, base_batch, base_rate),
            expected,
            f"For {at_a_time} faces at a time, {devices} device(s), {accumulate} part(s), base_batch = 48, base_rate = 3e-4",
            mistakes=mistakes,
            hint="By hand: 12 faces, 8 devices, 2 parts are 192 faces, four times 48, so the rate is 0.0012.",
        )


@answer(
    "full_training.parted",
    hints=(
        "Walk through both lists at the same time, and stop at the first pair that is not the same.",
        "zip(one, other) ends with the shorter list; enumerate counts from 0. NaN != NaN is True, so ask math.isnan.",
        "for step, (a, b) in enumerate(zip(one, other)): if a != b and not (math.isnan(a) and math.isnan(b)): return step; "
        "behind the loop: return -1",
    ),
)
def parted(yours):
    """the first step at which two runs differ"""
    nan = math.nan
    losses = torch.rand(8, dtype=torch.float64).tolist()
    last_bit, twice = list(losses), list(losses)
    last_bit[5] = math.nextafter(losses[5], 2)
    twice[2], twice[6] = 3.0, 4.0
    for words, one, other, expected, mistakes in (
        (
            "two runs that differ at steps 2 and 6", losses, twice, 2,
            [
                (3, "The first step has the number 0."),
                (6, "That is the last step at which they differ: return at once when you find the first."),
                (3.0 - losses[2], "That is a difference of losses. The number of the step is asked for."),
            ],
        ),
        (
            "two runs that differ at step 5 in the last bit", losses, last_bit, 5,
            [(-1, "They differ in one bit, and any bit counts: compare with ==, without a tolerance.")],
        ),
        (
            "two equal runs", losses, list(losses), -1,
            [(8, "Behind the loop nothing has differed: return −1."), (0, "They are equal: return −1.")],
        ),
        (
            "runs of 8 and of 5 steps that agree so far", losses, losses[:5], -1,
            [(5, "Only the steps that both have count: zip ends with the shorter list.")],
        ),
        (
            "two runs that are NaN from step 1 on, and differ at step 3", [0.5, nan, nan, nan], [0.5, nan, nan, 0.1], 3,
            [(1, "NaN != NaN is True. Where both are NaN they do not differ: math.isnan."),
             (-1, "One is NaN at step 3 and the other is not: that is a difference.")],
        ),
    ):  # fmt: skip
        expect_close(
            yours(list(one), list(other)),
            expected,
            f"For {words}",
            mistakes=mistakes,
            hint="By hand: [0.5, 0.4, 0.3] and [0.5, 0.4, 0.2] part at step 2.",
        )
