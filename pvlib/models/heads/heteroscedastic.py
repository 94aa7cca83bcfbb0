"""Logits with correlated noise of each face's own: which classes are confused with which (Collier et al. 2021)."""

from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Generator, Tensor, nn
from torch.distributions import MultivariateNormal

from pvlib.errors import CourseError
from pvlib.losses import log_mean_softmax
from pvlib.models.heads.sample import SAMPLES, HeadSample

LEAST_DEVIATION = 1e-3
PAIRS = 128  # of opposite noise at test


class HeteroscedasticHead(nn.Module):
    """u = μ + V ε_R + d ⊙ ε_C with Cov(u) = V Vᵀ + diag d²; the logits are u / τ (HET, arXiv 2105.10305).

    As τ → 0 the label is argmax u, the model that is meant; a larger τ trades bias for a gradient. Trained by
    ``likelihood: kendall_gal``, −log of the mean softmax over samples, and so it answers at test: ``forward`` in
    evaluation gives log-probabilities, always of the same 256 samples, so that a face gets one answer. A column of V
    that all classes share changes no probability: compare covariances with 1 projected out.

    Args:
        rank: R, columns of V, at most as many as classes; with 0 it is the model of Kendall & Gal (2017).
        temperature: τ; differs from the authors' later code, which learns it.
        shared_factors: V = diag(v) V₀ with one V₀ for all faces (parameter-efficient): C numbers a face, not C · R.

    Shape: (batch, features) -> (batch, classes).
    """

    offers: ClassVar[frozenset[str]] = frozenset({SAMPLES})
    noise: Tensor  # (2 · PAIRS, 1, R + C)

    def __init__(
        self,
        features: int,
        classes: int,
        rank: int = 2,
        temperature: float = 1.0,
        shared_factors: bool = False,
    ):
        super().__init__()
        if rank > classes:
            raise CourseError(f"rank must be at most the number of classes, {classes}, not {rank}")
        self.rank, self.temperature = rank, temperature
        self.mean = nn.Linear(features, classes)
        self.deviation = nn.Linear(features, classes)
        if rank:
            self.factors = nn.Linear(features, classes if shared_factors else classes * rank)
        if rank and shared_factors:
            self.shared = nn.Parameter(torch.randn(classes, rank) / rank**0.5)
        half = torch.randn(PAIRS, 1, rank + classes, generator=Generator().manual_seed(0), device="cpu")
        self.register_buffer("noise", torch.cat((half, -half)), persistent=False)

    def parts(self, features: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return μ (batch, C), V (batch, C, R) and d (batch, C), in float32 even under autocast."""
        mean = self.mean(features).float()
        deviation = F.softplus(self.deviation(features).float()) + LEAST_DEVIATION
        if not self.rank:
            return mean, mean.new_zeros(*mean.shape, 0), deviation
        factors = self.factors(features).float()
        if hasattr(self, "shared"):
            return mean, factors[..., None] * self.shared, deviation
        return mean, factors.unflatten(-1, (-1, self.rank)), deviation

    def distribution(self, features: Tensor) -> MultivariateNormal:
        """Return N(μ, V Vᵀ + diag d²) of u, before the temperature: batch shape (batch,), event shape (classes,)."""
        mean, factors, deviation = self.parts(features)
        return MultivariateNormal(mean, factors @ factors.mT + torch.diag_embed(deviation.square()))

    def sample(self, features: Tensor) -> HeadSample:
        """Return one sample of the logits, and how to sample more."""
        parts = self.parts(features)

        def draw(samples: int) -> Tensor:
            shape = (samples, len(features), self.noise.shape[-1])
            return self._logits(*parts, torch.randn(shape, device=features.device))

        return HeadSample(draw(1)[0], draw=draw)

    def forward(self, features: Tensor) -> Tensor:
        if self.training:
            return self.sample(features).logits
        return log_mean_softmax(self._logits(*self.parts(features), self.noise))

    def _logits(self, mean: Tensor, factors: Tensor, deviation: Tensor, noise: Tensor) -> Tensor:
        """u / τ of standard normal noise (S, batch or 1, R + C): (S, batch, C)."""
        common, own = noise.split((self.rank, mean.shape[-1]), dim=-1)
        together = (factors @ common[..., None]).squeeze(-1)  # (S, batch, C)
        return (mean + together + deviation * own) / self.temperature
