"""Every head on the same features under the same seeds: what the lesson and its table of results both train."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import torch
from scipy.stats import spearmanr
from torch import Generator, Tensor, nn

from lessons.shapes import Head, Loss, ShapeFaces, ShapeNetwork, score_answers, train_on_shapes
from lessons.variational_head.formulas import monte_carlo
from lessons.variational_head.own_head import OwnHead
from pvlib.evaluation.intervals import Interval, mean_interval
from pvlib.losses import Objective, cross_entropy
from pvlib.models.heads import (
    DecoderHead,
    HeadSample,
    HeteroscedasticHead,
    LatentHead,
    PointHead,
    VariationalHead,
)

SAMPLES = 100  # of the logits, where an answer is a mean over samples
DECODER_WEIGHT = 0.01  # γ
NOISE = 0.78  # the mean σ that a variational head learns with λ = 0.1

Average = Callable[[Tensor, Tensor, Tensor], Tensor]  # μ, log σ² and noise -> probabilities


@dataclass(frozen=True, kw_only=True)
class Contender:
    """A head, and what it is trained to do.

    Attributes:
        title: for a figure.
        averages: whether its answer is the mean softmax over samples instead of that of ``forward``.
    """

    title: str
    head: Head
    objective: Loss
    averages: bool = False


@dataclass(frozen=True, kw_only=True)
class Trained:
    """One network of one seed: its answers to the test faces, (N, 8), and their scores."""

    network: ShapeNetwork
    log_probabilities: Tensor
    scores: dict[str, float]


Results = dict[str, list[Trained]]
"""The networks of every contender, seed by seed."""


def contenders(
    variational: Callable[..., nn.Module] = VariationalHead,
    latent: Callable[..., nn.Module] = LatentHead,
    weight: float = 0.1,
) -> dict[str, Contender]:
    """Return all heads of the comparison by their names.

    Args:
        variational, latent: classes, a learner's or the library's, made from features and classes.
        weight: λ of the Gaussian divergence.
    """

    def vich(features: int, classes: int) -> nn.Module:
        return OwnHead(variational(features, classes), features)

    def code(features: int, classes: int) -> nn.Module:
        return OwnHead(latent(features, classes, 16), features)

    gaussian = Objective(divergence="gaussian", weight=weight)
    joint = Objective(divergence="gaussian", weight=weight, reconstruction=DECODER_WEIGHT)
    averaged = Objective(likelihood="kendall_gal", samples=10)
    return {
        "point": Contender(title="point", head=PointHead, objective=Objective()),
        "penalised": Contender(title="point + ½λ‖z‖²", head=PointHead, objective=penalised(weight)),
        "constant": Contender(
            title=f"the same + noise of σ = {NOISE:g}",
            head=lambda features, classes: ConstantNoise(features, classes, NOISE),
            objective=penalised(weight),
        ),
        "none": Contender(title="VICH, no divergence", head=vich, objective=Objective()),
        "released": Contender(
            title="VICH, released KL", head=vich, objective=Objective(divergence="released", weight=1.0)
        ),
        "gaussian_small": Contender(
            title=f"VICH, λ = {weight / 10:g}",
            head=vich,
            objective=Objective(divergence="gaussian", weight=weight / 10),
        ),
        "gaussian": Contender(title=f"VICH, λ = {weight:g}", head=vich, objective=gaussian),
        "latent": Contender(title=f"latent of 16, λ = {weight:g}", head=code, objective=gaussian),
        "decoder": Contender(title="latent of 16 + decoder", head=DecoderHead, objective=joint),
        "kendall_gal": Contender(title="Kendall–Gal", head=vich, objective=averaged, averages=True),
        "het": Contender(title="HET, rank 2", head=HeteroscedasticHead, objective=averaged),
    }


def penalised(weight: float) -> Loss:
    """Cross-entropy + ½ λ Σ z²: the Gaussian divergence's pull on the means, without its noise."""

    def loss(logits: Tensor, target: Tensor, distribution: Any = None) -> Tensor:
        return cross_entropy(logits, target) + weight / 2 * logits.square().sum(dim=1).mean()

    return loss


class ConstantNoise(PointHead):
    """One σ for all faces and classes: z = μ + σ ε in training, μ at test. Nothing learns σ."""

    def __init__(self, features: int, classes: int, sigma: float):
        super().__init__(features, classes)
        self.sigma = sigma

    def sample(self, features: Tensor) -> HeadSample:
        """Return one sample of the logits."""
        mean = self(features)
        return HeadSample(mean + self.sigma * torch.randn_like(mean))


def train_all(
    heads: dict[str, Contender],
    train: ShapeFaces,
    test: ShapeFaces,
    seeds: Iterable[int],
    average: Average = monte_carlo,
) -> Results:
    """Train every contender once a seed, and let it answer the test faces."""
    noise = torch.randn(SAMPLES, len(test), len(test.names), generator=Generator().manual_seed(0))
    results: Results = {}
    for name, one in heads.items():
        results[name] = []
        for seed in seeds:
            network = train_on_shapes(one.head, one.objective, train, seed)
            with torch.no_grad():
                if one.averages:
                    said = average(*moments(network, test), noise).log()
                else:
                    said = network(test.features).log_softmax(dim=1)
            results[name].append(
                Trained(network=network, log_probabilities=said, scores=score_answers(said, test))
            )
    return results


def moments(network: ShapeNetwork, faces: ShapeFaces) -> tuple[Tensor, Tensor]:
    """Return μ and log σ² of the logits of a variational head, (N, classes) each."""
    normal = network.distribution(faces.features)
    return normal.mean, normal.variance.log()


def difference(results: Results, name: str, score: str, reference: str = "point") -> Interval:
    """Return what a head has more than the reference, seed by seed: the mean and its 95 % interval."""
    pairs = zip(results[name], results[reference], strict=True)
    return mean_interval([one.scores[score] - other.scores[score] for one, other in pairs])


def rank_correlation(first: Tensor, second: Tensor) -> float:
    """Spearman's ρ: +1 for the same order of the faces, −1 for the reverse."""
    return float(spearmanr(first.numpy(), second.numpy()).statistic)
