"""The conventional variational classifiers: sample a code z of any size, then classify it.

POSTER-Var's head is the special case z = logits (W = I, b = 0). What the paper calls conventional also rebuilds
its input from z: here the decoder rebuilds the features h, not the picture.
"""

from typing import ClassVar

from torch import Tensor, nn
from torch.distributions import Independent

from pvlib.models.heads.sample import RATE, RECONSTRUCTION, SAMPLES, HeadSample
from pvlib.models.heads.variational import diagonal_normal


class LatentHead(nn.Module):
    """The deep variational information bottleneck (Alemi et al. 2017): z ~ N(μ, diag σ²), logits = W z + b.

    With the objective CE + β KL(N(μ, σ²) ‖ N(0, I)), ``divergence: gaussian`` with ``weight`` β, its loss is an
    upper bound of β I(z; face) − I(z; label), up to a constant.

    Differs from the authors' demo: the answer at test is that of the mean code, not a mean over 12 samples.

    Shape: (batch, features) -> (batch, classes).
    """

    offers: ClassVar[frozenset[str]] = frozenset({SAMPLES, RATE})

    def __init__(self, features: int, classes: int, latent: int = 16):
        super().__init__()
        self.mean = nn.Linear(features, latent)
        self.log_variance = nn.Linear(features, latent)
        self.classifier = nn.Linear(latent, classes)

    def distribution(self, features: Tensor) -> Independent:
        """Return N(μ, diag σ²) over the code: batch shape (batch,), event shape (latent,)."""
        return diagonal_normal(self.mean(features), self.log_variance(features))

    def sample(self, features: Tensor) -> HeadSample:
        """Return the logits of one sampled code, and how to sample more."""
        return self._sample(features)[0]

    def forward(self, features: Tensor) -> Tensor:
        return self.sample(features).logits if self.training else self.classifier(self.mean(features))

    def _sample(self, features: Tensor) -> tuple[HeadSample, Tensor]:
        distribution = self.distribution(features)
        code = distribution.rsample()  # (batch, latent)

        def draw(samples: int) -> Tensor:
            return self.classifier(distribution.rsample((samples,)))

        return HeadSample(self.classifier(code), distribution, draw), code


class DecoderHead(LatentHead):
    """Latent, decoder and classifier trained together: the code shall name the label and rebuild the features.

    The objective CE + β KL + γ ‖W' z + c − h‖² (``weight`` β, ``reconstruction`` γ) is, at β = 1, the negative
    evidence bound of p(z) = N(0, I), p(h | z) = N(W' z + c, s² I), γ = 1 / 2 s², plus the label's cross-entropy
    (Kingma & Welling 2013). The features count as given: no gradient of the error flows into them, so that
    the network cannot lower it by making them small. At test the decoder has nothing to do.

    Shape: (batch, features) -> (batch, classes).
    """

    offers: ClassVar[frozenset[str]] = frozenset({SAMPLES, RATE, RECONSTRUCTION})

    def __init__(self, features: int, classes: int, latent: int = 16):
        super().__init__(features, classes, latent)
        self.decoder = nn.Linear(latent, features)

    def sample(self, features: Tensor) -> HeadSample:
        """As of a latent head, with the error of the features that the same code rebuilds."""
        sample, code = self._sample(features)
        error = (self.decoder(code) - features.detach()).float().square().sum(dim=-1)  # (batch,)
        return sample._replace(reconstruction=error.mean())
