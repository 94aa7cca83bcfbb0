"""Point estimates of the logits, or one normal distribution for each of them.

Equation 5 and Figure 3 of POSTER-Var (Lv, Zhang, Tsoi, Sci Rep 16, 7323, 2026).
"""

from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.distributions import Independent, Normal

from pvlib.models.heads.sample import RATE, SAMPLES, HeadSample


class PointHead(nn.Linear):
    """One linear layer from features to logits, as in POSTER++: the ablation without the VI head.

    Shape: (batch, features) -> (batch, classes).
    """

    offers: ClassVar[frozenset[str]] = frozenset()

    def sample(self, features: Tensor) -> HeadSample:
        """Return the logits; nothing is random."""
        return HeadSample(self(features))


def diagonal_normal(mean: Tensor, log_variance: Tensor) -> Independent:
    """Return N(μ, diag σ²) over the last dimension of both, (batch, z).

    Computed in float32 even under autocast: exp(½ log σ²) in bfloat16 keeps two digits.
    """
    scale = (0.5 * log_variance.float()).exp()
    return Independent(Normal(mean.float(), scale, validate_args=False), 1, validate_args=False)


class VariationalHead(nn.Module):
    """The variational inference classification head (VICH), equation 5: z = μ + exp(½ log σ²) ⊙ ε.

    Two linear layers read a mean and a log-variance for each class from the same features. The sampled z
    *is* the vector of logits: no decoder and no classifier follows it. In training ``forward`` returns one
    reparameterised sample, in evaluation the mean.

    Differs from the released code in what it leaves out: that module also allocates a BatchNorm and a
    LayerNorm that it never calls.

    Shape: (batch, features) -> (batch, classes).
    """

    offers: ClassVar[frozenset[str]] = frozenset({SAMPLES, RATE})

    def __init__(self, features: int, classes: int):
        super().__init__()
        self.mean = nn.Linear(features, classes)
        self.log_variance = nn.Linear(features, classes)

    def distribution(self, features: Tensor) -> Independent:
        """Return N(μ, diag σ²) over the logits: batch shape (batch,), event shape (classes,)."""
        return diagonal_normal(self.mean(features), self.log_variance(features))

    def sample(self, features: Tensor) -> HeadSample:
        """Return one sample of the logits and the distribution that it is from."""
        distribution = self.distribution(features)
        return HeadSample(distribution.rsample(), distribution)

    def forward(self, features: Tensor) -> Tensor:
        return self.sample(features).logits if self.training else self.mean(features)


def monte_carlo_probabilities(distribution: Independent, samples: int) -> Tensor:
    """Average softmax over ``samples`` draws of the logits: (batch, classes), rows sum to 1."""
    return torch.stack([distribution.rsample().softmax(dim=-1) for _ in range(samples)]).mean(dim=0)
