"""What reparameterization lets the learner write, as the course writes it: a sample and its two gradients.

Kingma & Welling (2014) for the sample and its pathwise gradient, Williams (1992) for the score function and its
baseline. Every function works element by element on shapes that broadcast.
"""

from torch import Tensor


def reparameterize(mean: Tensor, log_variance: Tensor, noise: Tensor) -> Tensor:
    """A sample z = μ + σ ε of N(mean, exp(log_variance)) from standard normal noise ε."""
    sigma = (0.5 * log_variance).exp()
    return mean + sigma * noise


def score_gradient(loss: Tensor, noise: Tensor, log_variance: Tensor) -> tuple[Tensor, Tensor]:
    """ℓ ∇ log q(z) of every sample z = μ + σ ε: its gradients for μ and for log σ²."""
    sigma = (0.5 * log_variance).exp()
    return loss * noise / sigma, loss * 0.5 * (noise**2 - 1)


def pathwise_gradient(slope: Tensor, noise: Tensor, log_variance: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The gradients of every sample for μ, σ and log σ²; slope is dℓ/dz."""
    sigma = (0.5 * log_variance).exp()
    by_mean = slope
    by_sigma = slope * noise
    by_log_variance = by_sigma * 0.5 * sigma
    return by_mean, by_sigma, by_log_variance


def baseline(loss: Tensor) -> Tensor:
    """For every sample the mean loss of all others; (n,) -> (n,)."""
    return (loss.sum() - loss) / (len(loss) - 1)
