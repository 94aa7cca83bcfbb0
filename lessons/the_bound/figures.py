"""Figures of the bound: mean of logs beside log of mean, and what breaks."""

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure
from torch import Tensor
from torch.distributions import Normal

from lessons.the_bound.one_logit import GRID, Votes, log_evidence, posterior

INK, GREY = "#222222", "#999999"
COLOURS = ("#0072b2", "#d55e00", "#009e73")


def jensen(
    sigmas: Sequence[float],
    mean_of_logs: Sequence[float],
    log_of_mean: Sequence[float],
    predicted: Sequence[float],
) -> tuple[Figure, str]:
    """Show both losses of one face for several σ, and the gap between them beside its formula for small σ."""
    figure = Figure(figsize=(6, 3.2), layout="constrained")
    axes = figure.subplots()
    places = range(len(sigmas))
    axes.bar(
        [x - 0.2 for x in places], mean_of_logs, 0.38, color=COLOURS[0], label="mean of −log p (the paper)"
    )
    axes.bar(
        [x + 0.2 for x in places], log_of_mean, 0.38, color=COLOURS[1], label="−log of mean p (Kendall & Gal)"
    )
    for x, high, low, gap in zip(places, mean_of_logs, log_of_mean, predicted, strict=True):
        axes.annotate(f"gap {high - low:.3f}\n(formula {gap:.3f})", (x, high + 0.03), ha="center", fontsize=9)
    axes.set(ylabel="loss (nats)", xlabel="σ of all logits", ylim=(0, 1.3 * max(mean_of_logs)))
    axes.set_xticks(places, [f"{sigma:g}" for sigma in sigmas])
    axes.legend(frameon=False, fontsize=10, loc="upper left")
    _tidy(axes)
    alt = "Two bars for each σ: the mean of −log p is the larger. " + " ".join(
        f"σ = {sigma:g}: {high:.3f} against {low:.3f}, gap {high - low:.3f}, by the formula {gap:.3f}."
        for sigma, high, low, gap in zip(sigmas, mean_of_logs, log_of_mean, predicted, strict=True)
    )
    return figure, alt


def break_it(
    priors: Mapping[str, Votes], two_camps: Tensor, fits: Mapping[str, tuple[float, float]]
) -> tuple[Figure, str]:
    """Show the posteriors that the same votes give under several priors, and two fits to a posterior with two modes.

    Args:
        two_camps: that posterior's density on the grid.
        fits: (mean, sigma) of the normal that is closest, by the direction of the divergence.
    """
    figure = Figure(figsize=(6.4, 3.2), layout="constrained")
    left, right = figure.subplots(1, 2)
    for (name, votes), colour in zip(priors.items(), COLOURS, strict=True):
        left.plot(GRID, votes.log_prior(GRID).exp(), color=colour, linestyle=":", linewidth=1)
        left.plot(GRID, posterior(votes.log_joint), color=colour, label=name)
    left.set(title="prior (dotted) and posterior", xlim=(-6, 6))
    right.plot(GRID, two_camps, color=INK, label="posterior")
    for (name, (mean, sigma)), colour in zip(fits.items(), COLOURS, strict=False):
        right.plot(GRID, Normal(mean, sigma).log_prob(GRID).exp(), color=colour, linewidth=2.5, label=name)
    right.set(title="two modes", xlim=(-6, 6))
    for axes in (left, right):
        axes.set(xlabel="logit z", yticks=[], ylim=(0, 1.25))
        axes.legend(frameon=False, fontsize=9, loc="upper left")
        _tidy(axes)
    means = {
        name: (posterior(v.log_joint) * GRID).sum().item() * (GRID[1] - GRID[0]).item()
        for name, v in priors.items()
    }
    alt = (
        "Left: the posterior mean of the same votes is "
        + ", ".join(f"{mean:.1f} under {name}" for name, mean in means.items())
        + ". Right: a posterior with two modes and two normals: "
        + ", ".join(f"{name} gives N({mean:.1f}, {sigma:.1f}²)" for name, (mean, sigma) in fits.items())
        + "."
    )
    return figure, alt


def evidences(priors: Mapping[str, Votes]) -> str:
    """log p(v) under each prior, as one line."""
    return ", ".join(f"{name}: {log_evidence(votes.log_joint):.2f}" for name, votes in priors.items())


def _tidy(axes) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.title.set_fontsize(11)
