"""The two ways to end the network: point estimates or one normal distribution per class.

Equation 5 and Figure 3 of POSTER-Var (Lv, Zhang, Tsoi, Sci Rep 16, 7323, 2026).
"""

import torch
from torch import Tensor, nn
from torch.distributions import Independent, Normal


class PointHead(nn.Linear):
    """One linear layer from features to logits, as in POSTER++: the ablation without the VI head.

    Shape: (batch, features) -> (batch, classes).
    """


class VariationalHead(nn.Module):
    """The variational inference classification head (VICH), equation 5: z = μ + exp(½ log σ²) ⊙ ε.

    Two linear layers read a mean and a log-variance for each class from the same features. The sampled z
    *is* the vector of logits: no decoder and no classifier follows it. In training ``forward`` returns one
    reparameterised sample, in evaluation the mean.

    Differs from the released code in what it leaves out: that module also allocates a BatchNorm and a
    LayerNorm that it never calls.

    Shape: (batch, features) -> (batch, classes).
    """

    def __init__(self, features: int, classes: int):
        super().__init__()
        self.mean = nn.Linear(features, classes)
        self.log_variance = nn.Linear(features, classes)

    def distribution(self, features: Tensor) -> Independent:
        """Return N(μ, diag σ²) over the logits: batch shape (batch,), event shape (classes,).

        Computed in float32 even under autocast: exp(½ log σ²) in bfloat16 keeps two digits.
        """
        mean = self.mean(features).float()  # (batch, classes)
        scale = (0.5 * self.log_variance(features).float()).exp()  # (batch, classes)
        return Independent(Normal(mean, scale, validate_args=False), 1, validate_args=False)

    def forward(self, features: Tensor) -> Tensor:
        if self.training:
            return self.distribution(features).rsample()
        return self.mean(features)


HEADS: dict[str, type[nn.Module]] = {"point": PointHead, "variational": VariationalHead}


def monte_carlo_probabilities(distribution: Independent, samples: int) -> Tensor:
    """Average softmax over ``samples`` draws of the logits: (batch, classes), rows sum to 1."""
    return torch.stack([distribution.rsample().softmax(dim=-1) for _ in range(samples)]).mean(dim=0)
