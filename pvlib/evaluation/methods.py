"""Ways from a network's output to probabilities."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from pvlib.evaluation.calibration import fit_temperature
from pvlib.evaluation.prediction import Prediction
from pvlib.evaluation.votes import entropy

METHODS = ("softmax", "mc_softmax", "probit", "temperature", "mc_dropout", "ensemble")


@dataclass(frozen=True, kw_only=True)
class Answers:
    """The probabilities of one method.

    Attributes:
        title, about: for people.
        probabilities: float64, (N, K).
        disagreement: mutual information of the answer and the sample, in nats, (N,); None for a single answer.
        temperature: of temperature scaling; one, or one for each half of the faces.
    """

    title: str
    about: str
    probabilities: Tensor
    disagreement: Tensor | None = None
    temperature: tuple[float, ...] | None = None


def methods(
    predictions: Sequence[Prediction], calibration: Prediction | None, samples: int, seed: int
) -> dict[str, Answers]:
    """Return the answers by the name of their method, of those of ``METHODS`` that have something to work with.

    Args:
        predictions: of the members of an ensemble; all methods but the ensemble look at the first alone.
        calibration: of the first network on faces to fit the temperature on; None to fit on each half of the
            faces what scales the other.
        samples: of a variational head's logits.
        seed: of samples and halves.
    """
    first = predictions[0]
    softmax = first.mean.double().softmax(dim=1)
    answers = {"softmax": Answers(title="softmax", about="what the network answers", probabilities=softmax)}
    if first.sigma is not None:
        answers["softmax"] = Answers(
            title="softmax of the mean", about="softmax(μ): what the network answers", probabilities=softmax
        )
        answers["mc_softmax"] = monte_carlo(first.mean, first.sigma, samples, seed)
        answers["probit"] = probit(first.mean, first.sigma)
    answers["temperature"] = temperature_scaled(first, calibration, seed)
    if first.passes is not None:
        answers["mc_dropout"] = averaged(
            first.passes.double().softmax(dim=2),
            "Monte-Carlo drop-path",
            f"mean over {len(first.passes)} passes that leave residual branches out at random",
        )
    if len(predictions) > 1:
        answers["ensemble"] = averaged(
            torch.stack([member.mean.double().softmax(dim=1) for member in predictions]),
            "ensemble",
            f"mean of softmax over {len(predictions)} networks",
        )
    return answers


def monte_carlo(mean: Tensor, sigma: Tensor, samples: int, seed: int) -> Answers:
    """Average softmax(z) over samples z ~ N(μ, σ²) of a variational head; μ and σ (N, K)."""
    generator = torch.Generator().manual_seed(seed)
    mean, sigma = mean.double(), sigma.double()
    total, own = torch.zeros_like(mean), torch.zeros(len(mean), dtype=torch.float64)
    for _ in range(samples):  # one by one: all samples of a large data set at once would not fit in memory
        logits = mean + sigma * torch.randn(mean.shape, dtype=torch.float64, generator=generator)
        probabilities = logits.softmax(dim=1)
        total += probabilities / samples
        own += entropy(probabilities) / samples
    return Answers(
        title="Monte-Carlo softmax",
        about=f"mean of softmax(z) over {samples} samples z ~ N(μ, σ²)",
        probabilities=total,
        disagreement=(entropy(total) - own).clamp(min=0),
    )


def probit(mean: Tensor, sigma: Tensor) -> Answers:
    """Approximate the mean of softmax(z), z ~ N(μ, σ²), without samples: softmax(μ / √(1 + π σ² / 8)).

    MacKay, "The evidence framework applied to classification networks" (1992), for each class by itself.
    """
    scaled = mean.double() / (1 + math.pi / 8 * sigma.double().square()).sqrt()  # (N, K)
    return Answers(
        title="probit approximation",
        about="softmax(μ / √(1 + π σ² / 8))",
        probabilities=scaled.softmax(dim=1),
    )


def averaged(probabilities: Tensor, title: str, about: str) -> Answers:
    """Average the answers of several samples, (S, N, K), and measure how much these disagree."""
    mean = probabilities.mean(dim=0)  # (N, K)
    disagreement = (entropy(mean) - entropy(probabilities).mean(dim=0)).clamp(min=0)  # (N,)
    return Answers(title=title, about=about, probabilities=mean, disagreement=disagreement)


def temperature_scaled(prediction: Prediction, calibration: Prediction | None, seed: int) -> Answers:
    """Divide the logits by a temperature that was fitted on other faces (see ``calibration``)."""
    logits = prediction.mean.double()
    scaled = logits.clone()
    temperatures: tuple[float, ...]
    if calibration is not None:
        temperatures = (fit_temperature(calibration.mean, calibration.target),)
        scaled /= temperatures[0]
        about = f"softmax(μ / T), T fitted on {len(calibration):,} other faces"
    elif len(logits) == 1:
        temperatures, about = (1.0,), "one face alone leaves none to fit T on"
    else:
        order = torch.randperm(len(logits), generator=torch.Generator().manual_seed(seed))
        halves = order.tensor_split(2)
        temperatures = tuple(fit_temperature(logits[half], prediction.target[half]) for half in halves)
        for half, fitted in zip(halves, reversed(temperatures), strict=True):
            scaled[half] /= fitted
        about = "softmax(μ / T), T of each half of the faces fitted on the other half"
    return Answers(
        title="temperature scaling",
        about=about,
        probabilities=scaled.softmax(dim=1),
        temperature=temperatures,
    )
