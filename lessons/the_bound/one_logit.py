"""One hidden logit and the votes of some raters: everything that a bound speaks of, exact on a grid."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.distributions import Normal

GRID = torch.linspace(-12, 12, 2401, dtype=torch.float64)  # values of z
STEP = (GRID[1] - GRID[0]).item()

LogJoint = Callable[[Tensor], Tensor]


@dataclass(frozen=True, kw_only=True)
class Votes:
    """`happy` of `raters` people call a face happy, each with probability sigmoid(z); z ~ N(prior_mean, prior_sigma²)."""

    happy: int
    raters: int
    prior_mean: float = 0.0
    prior_sigma: float = 1.0

    def log_prior(self, z: Tensor) -> Tensor:
        return Normal(self.prior_mean, self.prior_sigma).log_prob(z)

    def log_likelihood(self, z: Tensor) -> Tensor:
        """log p(votes | z), a binomial probability."""
        ways = math.log(math.comb(self.raters, self.happy))
        return ways + self.happy * F.logsigmoid(z) + (self.raters - self.happy) * F.logsigmoid(-z)

    def log_joint(self, z: Tensor) -> Tensor:
        """log p(votes, z), elementwise."""
        return self.log_likelihood(z) + self.log_prior(z)


def log_evidence(log_joint: LogJoint) -> float:
    """log ∫ p(votes, z) dz."""
    return (log_joint(GRID).logsumexp(dim=0) + math.log(STEP)).item()


def posterior(log_joint: LogJoint) -> Tensor:
    """The density p(z | votes) on the grid."""
    return (log_joint(GRID) - log_evidence(log_joint)).exp()


def mean_under(mean: float, sigma: float, values: LogJoint) -> float:
    """E[values(z)] for z ~ N(mean, sigma²), as a sum over the noise ε."""
    noise = torch.linspace(-8, 8, 1601, dtype=torch.float64)
    weights = (-0.5 * noise**2).softmax(dim=0)
    return (weights * values(mean + sigma * noise)).sum().item()


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What adds up for q = N(mean, sigma²), in nats: minus_elbo = minus_evidence + kl_posterior = misfit + kl_prior."""

    minus_evidence: float
    kl_posterior: float
    misfit: float
    kl_prior: float
    minus_elbo: float


def terms(votes: Votes, mean: float, sigma: float) -> Terms:
    """Each of the five from its own definition, so that their sums are no tautology."""
    q = Normal(mean, sigma)
    evidence = log_evidence(votes.log_joint)
    entropy = q.entropy().item()
    return Terms(
        minus_evidence=-evidence,
        kl_posterior=mean_under(mean, sigma, lambda z: q.log_prob(z) - votes.log_joint(z) + evidence),
        misfit=-mean_under(mean, sigma, votes.log_likelihood),
        kl_prior=mean_under(mean, sigma, lambda z: q.log_prob(z) - votes.log_prior(z)),
        minus_elbo=-mean_under(mean, sigma, votes.log_joint) - entropy,
    )
