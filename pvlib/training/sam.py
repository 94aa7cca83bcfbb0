"""Sharpness-aware minimisation: the gradient is taken a little uphill, the step from where the weights were.

Foret et al., 2021, equation 3. The released training code of POSTER-Var wraps AdamW in it with ρ = 0.05; the
paper does not mention it.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor


@contextmanager
def sam_ascent(weights: Sequence[Tensor], rho: float) -> Iterator[None]:
    """Inside the block the weights stand at w + ρ g / ‖g‖; afterwards they are back, to the last bit.

    g is the gradient over all weights together when the block begins; the gradients are then cleared, to be
    filled anew at the upper place. Any factor in g cancels, so gradients scaled for float16 give the same
    place. A gradient that is no finite number (float16 overflows at times; the step is then left out) moves
    nothing.
    """
    moved = [weight for weight in weights if weight.grad is not None]
    before = [weight.detach().clone() for weight in moved]
    with torch.no_grad():
        gradients = [weight.grad for weight in moved if weight.grad is not None]
        norm = torch.nn.utils.get_total_norm(gradients)
        scale = rho / (norm + 1e-12)
        for weight, gradient in zip(moved, gradients, strict=True):
            weight.add_(torch.where(norm.isfinite(), scale * gradient, 0.0))
            weight.grad = None
    try:
        yield
    finally:
        with torch.no_grad():
            for weight, value in zip(moved, before, strict=True):
                weight.copy_(value)
