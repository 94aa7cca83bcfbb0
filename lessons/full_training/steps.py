"""What the lesson asks for, as the library computes it or by the papers' formulas: used until the learner's own passes."""

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from pvlib.training.config import Loop
from pvlib.training.positions import learning_rate_at
from pvlib.training.sam import sam_ascent


def rate_of_pvlib(done: float, full: float, warmup: float, decay: float) -> float:
    """The learning rate when ``done`` epochs are done, such as 1.5."""
    loop = Loop(epochs=100, learning_rate=full, warmup=warmup, decay=decay)
    return learning_rate_at(math.floor(done), done % 1, loop)


def sam_step_of_pvlib(
    weights: Tensor, gradient: Callable[[Tensor], Tensor], rho: float, rate: float
) -> Tensor:
    """One step of gradient descent with sharpness-aware minimisation; weights of any shape -> the new ones."""
    point = weights.clone()
    point.grad = gradient(point).clone()
    with sam_ascent([point], rho):
        uphill = gradient(point).clone()
    return point - rate * uphill


def plan_of_goyal(
    at_a_time: int, devices: int, accumulate: int, base_batch: int, base_rate: float
) -> tuple[int, float]:
    """Faces of a step, and the rate that goes with it by linear scaling (Goyal et al., 2017)."""
    faces = at_a_time * devices * accumulate
    return faces, base_rate * faces / base_batch


def parting_of(one: Sequence[float], other: Sequence[float]) -> int:
    """The first step, from 0, at which two runs' losses differ in any bit; -1 if they never do while both go on."""
    length = min(len(one), len(other))
    bits = [torch.tensor(run[:length], dtype=torch.float64).view(torch.int64) for run in (one, other)]
    return next(iter((bits[0] != bits[1]).nonzero().flatten().tolist()), -1)


def curvature_of_valley(along: Tensor) -> Tensor:
    """The curvature across the valley at a place along it: near 8 on the left, near 1 on the right."""
    return 1 + 7 * torch.sigmoid(-2 * along)


def slope_in_valley(point: Tensor) -> Tensor:
    """The gradient of the loss ½ k(x) y² at a point (x, y), (2,) -> (2,); k is ``curvature_of_valley``."""
    with torch.enable_grad():
        leaf = point.detach().requires_grad_()
        (slope,) = torch.autograd.grad(0.5 * curvature_of_valley(leaf[0]) * leaf[1] ** 2, leaf)
    return slope
