"""What σ of a variational head says of a face: as ranks, and beside the formula of its optimum."""

import torch
from torch import Tensor

from lessons.shapes import ShapeFaces, ShapeNetwork
from lessons.variational_head.comparison import Trained, moments, rank_correlation
from lessons.variational_head.formulas import entropy, sigma_summaries
from pvlib.losses import cross_entropy, gaussian_kl

CLEAR = 0.9  # share of its strongest expression from which a face counts as clear


@torch.no_grad()
def ranks(trained: Trained, faces: ShapeFaces, summaries=sigma_summaries) -> dict[str, float]:
    """Return the rank correlation with the true ambiguity of each summary of σ, and of the answer's entropy."""
    doubts = summaries(*moments(trained.network, faces))
    doubts["entropy"] = entropy(trained.log_probabilities.exp())
    return {name: rank_correlation(values, faces.ambiguity) for name, values in doubts.items()}


@torch.no_grad()
def undecided(network: ShapeNetwork, faces: ShapeFaces, samples: int = 100) -> Tensor:
    """Return E[p(1 − p)] of every class over samples of the logits, (N, classes)."""
    distribution = network.distribution(faces.features)
    generator = torch.Generator().manual_seed(0)
    total = torch.zeros_like(distribution.mean)
    for _ in range(samples):
        noise = torch.randn(total.shape, generator=generator)
        p = (distribution.mean + distribution.stddev * noise).softmax(dim=1)
        total += p * (1 - p) / samples
    return total


@torch.no_grad()
def beside_formula(network: ShapeNetwork, faces: ShapeFaces, weight: float) -> dict[str, float]:
    """Return σ of the class named, learned and by √(λ / (λ + E[p(1 − p)])), for clear and for mixed faces.

    Its keys: probability, undecided (E[p(1 − p)]), learned and formula, each with _clear and _mixed; and
    formula_mean, formula_named, formula_largest, the rank correlations that the formula's own σ would have.
    """
    mean, log_variance = moments(network, faces)
    product = undecided(network, faces)
    optimum = weight / (weight + product)  # σ², (N, classes)
    named = mean.argmax(dim=1, keepdim=True)
    columns = {
        "probability": mean.softmax(dim=1).gather(1, named)[:, 0],
        "undecided": product.gather(1, named)[:, 0],
        "learned": (0.5 * log_variance).exp().gather(1, named)[:, 0],
        "formula": optimum.sqrt().gather(1, named)[:, 0],
    }
    clear = faces.mixture.amax(dim=1) >= CLEAR
    kinds = (("clear", clear), ("mixed", ~clear))
    found = {
        f"{name}_{kind}": values[which].mean().item()
        for name, values in columns.items()
        for kind, which in kinds
    }
    by_formula = sigma_summaries(mean, optimum.log())
    return found | {
        f"formula_{name}": rank_correlation(values, faces.ambiguity) for name, values in by_formula.items()
    }


def train_sigma_on(network: ShapeNetwork, faces: ShapeFaces, weight: float, steps: int = 1500) -> None:
    """Go on with the layer of log σ² alone, with 16 samples a face and a falling rate, until it stands still."""
    head = network.head.own
    with torch.no_grad():
        features = network.body(faces.features)
        mean = head.mean(features)
    optimiser = torch.optim.Adam(head.log_variance.parameters(), lr=1e-2)
    schedule = torch.optim.lr_scheduler.MultiStepLR(optimiser, [100, 500], gamma=1 / 3)
    generator = torch.Generator().manual_seed(1)
    for _ in range(steps):
        log_variance = head.log_variance(features)
        noise = torch.randn(16, *mean.shape, generator=generator)
        z = mean + (0.5 * log_variance).exp() * noise  # (16, N, classes)
        loss = cross_entropy(z.flatten(0, 1), faces.target.repeat(16, 1)) + weight * gaussian_kl(
            mean, log_variance
        )
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
