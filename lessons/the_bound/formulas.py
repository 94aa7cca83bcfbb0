"""What the bound lets the learner write, as the course writes it (its divergence is ``pvlib.losses.gaussian_kl``)."""

import math
from collections.abc import Callable

from torch import Tensor

LOG_2_PI = math.log(2 * math.pi)


def elbo(mean: Tensor, log_variance: Tensor, log_joint: Callable[[Tensor], Tensor], noise: Tensor) -> Tensor:
    """E_q[log p(data, z) − log q(z)] for q = N(mean, exp(log_variance)), from noise (n,); a scalar (Jordan et al. 1999).

    The entropy of q is exact, only the first term is a mean over samples z = μ + σ ε.
    """
    z = mean + (0.5 * log_variance).exp() * noise
    entropy = 0.5 * (LOG_2_PI + 1 + log_variance)
    return log_joint(z).mean() + entropy


def best_sigma(weight: float, p: Tensor) -> Tensor:
    """σ_k that minimises E[cross-entropy] + weight · KL(N(μ, σ²) ‖ N(0, I)), where p is softmax(z); shape of p."""
    return (weight / (weight + p * (1 - p))).sqrt()


def smoothing(weight: float, classes: int) -> float:
    """ε of the label smoothing that weight · KL(π ‖ softmax z) / C with random π is in expectation."""
    return weight / (classes + weight)
