"""What training minimises: a likelihood plus λ times a divergence (paper: CE + λ·KL).

The printed paper leaves λ, the prior and the direction of the KL unreadable, and all three released
configurations train with plain cross-entropy. So the divergence is a choice made by name:

    none             plain cross-entropy, as the released configurations do
    gaussian         KL(N(μ, σ²) ‖ N(0, I)), the variational classic (Kingma & Welling 2014)
    released         the KL variant found in the released code: a random softmax prior on the probabilities
    label_smoothing  what ``released`` is in expectation, without its noise

Targets are labels, int64 (B,), or label distributions, (B, C) with rows that sum to 1. A row that sums to
s < 1 (FER+'s released target) is a distribution that weighs s: its likelihood is s times that of the row
divided by s, and the mean over the batch still divides by B. Every function returns a scalar: the mean over
the batch.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import get_close_matches

import torch
import torch.nn.functional as F
from torch import Generator, Tensor
from torch.distributions import Independent

from pvlib.errors import CourseError


def negative_log_likelihood(log_probabilities: Tensor, target: Tensor) -> Tensor:
    """−Σ_c t_c log p_c of each face, in nats; a label is the distribution with everything on one class.

    Shape: (B, C), target (B,) or (B, C) -> (B,).
    """
    if target.ndim == 1:
        return F.nll_loss(log_probabilities, target, reduction="none")
    return -(target * log_probabilities).sum(dim=-1)


def cross_entropy(logits: Tensor, target: Tensor) -> Tensor:
    """−Σ_c t_c log softmax(z)_c, averaged over the batch; logits (B, C), target (B,) or (B, C)."""
    return negative_log_likelihood(F.log_softmax(logits, dim=-1), target).mean()


def kendall_gal(
    mean: Tensor, log_variance: Tensor, target: Tensor, samples: int, generator: Generator | None = None
) -> Tensor:
    """−Σ_c t_c log (1/S) Σ_s softmax(z_s)_c with z_s ~ N(mean, exp(log_variance)), averaged over the batch.

    The log of the mean probability over S draws, where sampled cross-entropy is the mean of the logs
    (Kendall & Gal 2017, equation 12). For a label this is −log of its mean probability; for a label
    distribution t, the expectation of that under t. S = 1 is sampled cross-entropy, σ → 0 is cross-entropy
    of the mean.

    Shapes: mean and log_variance (B, C), target (B,) or (B, C); ``samples`` is S ≥ 1.
    """
    noise = torch.randn(
        samples, *mean.shape, dtype=mean.dtype, device=mean.device, generator=generator
    )  # (S, B, C)
    samples_of_logits = mean + (0.5 * log_variance).exp() * noise  # (S, B, C)
    return negative_log_likelihood(log_mean_softmax(samples_of_logits), target).mean()


def log_mean_softmax(logits: Tensor) -> Tensor:
    """log (1/S) Σ_s softmax(z_s) of S samples: (S, B, C) -> (B, C); too low by about Var(p) / (2 S p²)."""
    return F.log_softmax(logits, dim=-1).logsumexp(dim=0) - math.log(len(logits))


def gaussian_kl(mean: Tensor, log_variance: Tensor) -> Tensor:
    """KL(N(μ, σ²) ‖ N(0, I)) = ½ Σ_k (σ_k² + μ_k² − 1 − log σ_k²), averaged over the batch.

    The sum, not the mean, over classes: then cross-entropy + λ·KL has its minimum at
    σ_k² ≈ λ / (λ + E[p_k (1 − p_k)]), with no factor C. Shapes: (B, C) both.
    """
    return 0.5 * (log_variance.exp() + mean.square() - 1 - log_variance).sum(dim=-1).mean()


def random_prior_kl(logits: Tensor, prior: Tensor) -> Tensor:
    """(1/C) Σ_k π_k (log π_k − log softmax(z)_k), averaged over the batch; logits (B, C), prior (C,).

    The *mean* over classes, as the released code has it: KL(π ‖ softmax z) / C.
    """
    log_ratio = prior.log() - F.log_softmax(logits, dim=-1)  # (B, C)
    return (prior * log_ratio).mean(dim=-1).mean()


def no_divergence(logits: Tensor, distribution: Independent | None = None) -> Tensor:
    """Zero: nothing pulls on the head."""
    return logits.new_zeros(())


def standard_normal_kl(logits: Tensor, distribution: Independent | None = None) -> Tensor:
    """KL of the head's own Gaussian to N(0, I), exact: no sampling (:func:`gaussian_kl`)."""
    return gaussian_kl(*_moments(distribution, "divergence 'gaussian'"))


def sampled_prior_kl(logits: Tensor, distribution: Independent | None = None) -> Tensor:
    """KL(π ‖ softmax z) / C with π = softmax of C standard normals, drawn once per batch.

    It never looks at the log-variance. As E[π_k] = 1/C for every class, λ = 1 adds, in expectation and up to
    a constant, what label smoothing with ε = 1/(C + 1) adds.
    """
    prior = torch.randn(logits.shape[-1], dtype=logits.dtype, device=logits.device).softmax(dim=-1)  # (C,)
    return random_prior_kl(logits, prior)


def label_smoothing(logits: Tensor, distribution: Independent | None = None) -> Tensor:
    """KL(u ‖ softmax z) / C with u uniform: :func:`sampled_prior_kl` with π replaced by its expectation.

    Cross-entropy + λ times this is (1 + λ/C) · [smoothed cross-entropy with ε = λ/(C + λ)] − (λ/C) log C.
    """
    classes = logits.shape[-1]
    return random_prior_kl(logits, logits.new_full((classes,), 1 / classes))


DIVERGENCES: dict[str, Callable[[Tensor, Independent | None], Tensor]] = {
    "none": no_divergence,
    "gaussian": standard_normal_kl,
    "released": sampled_prior_kl,
    "label_smoothing": label_smoothing,
}
LIKELIHOODS = ("cross_entropy", "kendall_gal")


@dataclass(frozen=True, kw_only=True)
class Objective:
    """Likelihood + weight · divergence + reconstruction · squared error, chosen by name.

    Attributes:
        likelihood: one of ``LIKELIHOODS``.
        divergence: one of ``DIVERGENCES``.
        weight: λ ≥ 0.
        samples: S of the Kendall-Gal likelihood; cross-entropy has no use for it.
        reconstruction: γ > 0 of the features that a decoder rebuilds; None without one.

    Raises:
        CourseError: for an unknown name (with the nearest valid one), a negative weight, fewer than one
            sample; when called, for a choice that needs a head of another kind.
    """

    likelihood: str = "cross_entropy"
    divergence: str = "none"
    weight: float = 0.0
    samples: int = 10
    reconstruction: float | None = None

    def __post_init__(self):
        _require_known("likelihood", self.likelihood, LIKELIHOODS)
        _require_known("divergence", self.divergence, DIVERGENCES)
        if not 0 <= self.weight < math.inf:
            raise CourseError(
                f"weight (λ of the divergence) must be a number of at least 0, not {self.weight}"
            )
        if self.samples < 1:
            raise CourseError(
                f"samples (draws of the Kendall-Gal likelihood) must be at least 1, not {self.samples}"
            )
        if self.reconstruction is not None and not 0 < self.reconstruction < math.inf:
            raise CourseError(
                f"reconstruction (γ of the rebuilt features) must be above 0, not {self.reconstruction}; null is none"
            )

    @property
    def needs(self) -> dict[str, str]:
        """What a head must offer (see ``models.heads``), and the setting that asks for it."""
        asked = {
            "samples": ("likelihood=kendall_gal", self.likelihood == "kendall_gal"),
            "rate": ("divergence=gaussian", self.divergence == "gaussian"),
            "reconstruction": (f"reconstruction={self.reconstruction}", self.reconstruction is not None),
        }
        return {what: setting for what, (setting, wanted) in asked.items() if wanted}

    def __call__(
        self,
        logits: Tensor,
        target: Tensor,
        distribution: Independent | None = None,
        draw: Callable[[int], Tensor] | None = None,
        reconstruction: Tensor | None = None,
    ) -> Tensor:
        """Return the scalar to minimise.

        Args:
            logits: (B, C); what the network's ``forward`` gave in training: of most heads one sample.
            target: labels (B,) int64 or label distributions (B, C).
            distribution, draw, reconstruction: what else a head gave, see ``models.heads.HeadSample``.
        """
        if self.likelihood != "kendall_gal":
            loss = cross_entropy(logits, target)
        elif draw is None:
            loss = kendall_gal(*_moments(distribution, "likelihood 'kendall_gal'"), target, self.samples)
        else:
            loss = negative_log_likelihood(log_mean_softmax(draw(self.samples)), target).mean()
        loss = loss + self.weight * DIVERGENCES[self.divergence](logits, distribution)
        if self.reconstruction is None:
            return loss
        if reconstruction is None:
            raise CourseError("reconstruction needs a decoder head, which rebuilds its features")
        return loss + self.reconstruction * reconstruction


def _moments(distribution: Independent | None, wanted_by: str) -> tuple[Tensor, Tensor]:
    """Mean and log-variance of the head's Gaussian, (B, C) each."""
    if distribution is None:
        raise CourseError(
            f"{wanted_by} needs the Gaussian of a variational head or of a code, and this head has none: "
            "use such a head, or likelihood 'cross_entropy' with another divergence"
        )
    normal = distribution.base_dist
    return normal.loc, 2 * normal.scale.log()


def _require_known(kind: str, name: str, known: Iterable[str]) -> None:
    if name not in known:
        nearest = get_close_matches(str(name), known, n=1, cutoff=0)[0]
        raise CourseError(
            f"unknown {kind} {name!r}; did you mean {nearest!r}? Valid names: {', '.join(known)}"
        )
