"""Six ways from a network's output to probabilities (lesson 11)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from pvlib.evaluation.accuracy import Prediction
from pvlib.evaluation.calibration import fit_temperature
from pvlib.evaluation.votes import entropy


@dataclass(frozen=True)
class Answers:
    """The probabilities of one method.

    Attributes:
        title, about: for people.
        probabilities: float64, (N, K).
        disagreement: mutual information of the answer and the draw, in nats, (N,); None for a single answer.
        temperature: of temperature scaling; one, or one for each half of the faces.
    """

    title: str
    about: str
    probabilities: Tensor
    disagreement: Tensor | None = None
    temperature: tuple[float, ...] | None = None


def methods(
    predictions: Sequence[Prediction], calibration: Prediction | None, samples: int, seed: int
) -> dict[str, Answers | None]:
    """Return the answers by every method; None where a method has nothing to work with.

    Args:
        predictions: of the members of an ensemble; all methods but the ensemble look at the first alone.
        calibration: of the first network on faces to fit the temperature on; None to fit on each half of the
            faces what scales the other.
        samples: draws of a variational head's logits.
        seed: of draws and halves.
    """
    first = predictions[0]
    mean = first.mean.double()
    softmax = Answers(
        "softmax of the mean" if first.sigma is not None else "softmax",
        "softmax(μ): what the network answers" if first.sigma is not None else "what the network answers",
        mean.softmax(dim=1),
    )
    return {
        "softmax": softmax,
        "mc_softmax": None if first.sigma is None else monte_carlo(first, samples, seed),
        "probit": None if first.sigma is None else probit(first),
        "temperature": temperature_scaled(first, calibration, seed),
        "mc_dropout": None
        if first.passes is None
        else averaged(
            first.passes.double().softmax(dim=2),
            "Monte-Carlo drop-path",
            f"mean over {len(first.passes)} passes that leave residual branches out at random",
        ),
        "ensemble": None
        if len(predictions) < 2
        else averaged(
            torch.stack([member.mean.double().softmax(dim=1) for member in predictions]),
            "ensemble",
            f"mean of softmax over {len(predictions)} networks",
        ),
    }


def monte_carlo(prediction: Prediction, samples: int, seed: int) -> Answers:
    """Average softmax(z) over draws z ~ N(μ, σ²) of a variational head."""
    generator = torch.Generator().manual_seed(seed)
    mean, sigma = prediction.mean.double(), prediction.sigma.double()
    total, own = torch.zeros_like(mean), torch.zeros(len(mean), dtype=torch.float64)
    for _ in range(samples):  # one by one: all draws of a large data set at once would not fit in memory
        drawn = mean + sigma * torch.randn(mean.shape, dtype=torch.float64, generator=generator)
        probabilities = drawn.softmax(dim=1)
        total += probabilities / samples
        own += entropy(probabilities) / samples
    about = f"mean of softmax(z) over {samples} draws z ~ N(μ, σ²)"
    return Answers("Monte-Carlo softmax", about, total, (entropy(total) - own).clamp(min=0))


def probit(prediction: Prediction) -> Answers:
    """Approximate the mean of softmax(z), z ~ N(μ, σ²), without draws: softmax(μ / √(1 + π σ² / 8)).

    MacKay, "The evidence framework applied to classification networks" (1992), for each class by itself.
    """
    mean, sigma = prediction.mean.double(), prediction.sigma.double()
    scaled = mean / (1 + math.pi / 8 * sigma.square()).sqrt()  # (N, K)
    return Answers("probit approximation", "softmax(μ / √(1 + π σ² / 8))", scaled.softmax(dim=1))


def averaged(probabilities: Tensor, title: str, about: str) -> Answers:
    """Average the answers of several draws, (S, N, K), and measure how much these disagree."""
    mean = probabilities.mean(dim=0)  # (N, K)
    return Answers(title, about, mean, (entropy(mean) - entropy(probabilities).mean(dim=0)).clamp(min=0))


def temperature_scaled(prediction: Prediction, calibration: Prediction | None, seed: int) -> Answers:
    """Divide the logits by a temperature that was fitted on other faces (see ``calibration``)."""
    logits = prediction.mean.double()
    if calibration is not None:
        fitted = fit_temperature(calibration.mean, calibration.target)
        about = f"softmax(μ / T), T fitted on {len(calibration):,} other faces"
        return Answers("temperature scaling", about, (logits / fitted).softmax(dim=1), temperature=(fitted,))
    order = torch.randperm(len(logits), generator=torch.Generator().manual_seed(seed))
    halves = order.tensor_split(2)
    if not len(halves[1]):
        return Answers(
            "temperature scaling",
            "one face alone leaves none to fit T on",
            logits.softmax(dim=1),
            None,
            (1.0,),
        )
    temperatures = tuple(fit_temperature(logits[half], prediction.target[half]) for half in halves)
    scaled = torch.empty_like(logits)
    for half, fitted in zip(halves, reversed(temperatures), strict=True):
        scaled[half] = logits[half] / fitted
    about = "softmax(μ / T), T of each half of the faces fitted on the other half"
    return Answers("temperature scaling", about, scaled.softmax(dim=1), temperature=temperatures)
