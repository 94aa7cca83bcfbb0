"""Still figures of the variational head: faces with votes, all heads side by side, σ against its formula, σ as a rank."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter
from torch import Tensor

from pvlib.data.expression_colours import COLOURS
from pvlib.evaluation.intervals import Interval

INK, GREY = "#222222", "#777777"
NAMED, OTHER = "#d55e00", "#0072b2"
SHOWN = 2000  # dots of a kind in a scatter plot; medians are of all


def faces_with_votes(
    pictures: Tensor, votes: Tensor, mixtures: Tensor, names: tuple[str, ...]
) -> tuple[Figure, str]:
    """Show faces over bars of their votes; a dark line across a bar is the true share.

    Args:
        pictures: uint8, (faces, 3, H, W); an even number.
        votes, mixtures: shares, (faces, classes).
    """
    columns = len(pictures) // 2
    figure = Figure(figsize=(1.35 * columns, 4.9), layout="constrained")
    axes = figure.subplots(4, columns, height_ratios=[5, 2, 5, 2])
    colours = [COLOURS[name] for name in names]
    for i, picture in enumerate(pictures):
        row, column = divmod(i, columns)
        face, bars = axes[2 * row, column], axes[2 * row + 1, column]
        face.imshow(picture.permute(1, 2, 0).numpy())
        leading = [k for k in votes[i].argsort(descending=True)[:2].tolist() if votes[i, k] > 0]
        face.set_title("\n".join(f"{names[k]} {votes[i, k]:.0%}" for k in leading), fontsize=10)
        face.set_axis_off()
        bars.bar(range(len(names)), votes[i].numpy(), color=colours, width=0.8)
        bars.hlines(
            mixtures[i], [k - 0.4 for k in range(len(names))], [k + 0.4 for k in range(len(names))], color=INK
        )
        bars.set(ylim=(0, 1.05), xticks=[], yticks=[])
        bars.spines[["top", "right", "left"]].set_visible(False)
    said = "; ".join(
        ", ".join(f"{names[k]} {votes[i, k]:.0%}" for k in votes[i].argsort(descending=True)[:2].tolist())
        for i in range(len(pictures))
    )
    alt = (
        f"{len(pictures)} drawn faces with bars for the shares of ten raters' votes: {said}. Dark lines mark the true "
        f"shares. In the upper row raters agree, in the lower one they do not."
    )
    return figure, alt


def all_heads(
    titles: Sequence[str],
    scores: Mapping[str, Sequence[Sequence[float]]],
    differences: Mapping[str, Sequence[Interval]],
) -> tuple[Figure, str]:
    """Show a dot for each seed of each head, and the paired difference to the first head with its interval.

    Args:
        titles: of the heads; the first is the reference.
        scores: by "accuracy" and "nll", for each head one number a seed.
        differences: by the same names, of each head to the first.
    """
    figure = Figure(figsize=(6.0, 0.6 * len(titles) + 1.4), layout="constrained")
    panels = figure.subplots(2, 1)
    kinds = {
        "accuracy": ("accuracy (higher is better)", 100, 1),
        "nll": ("NLL, nats (lower is better)", 1, 3),
    }
    told: dict[str, list[str]] = {title: [] for title in titles}
    for axes, (key, (about, scale, digits)) in zip(panels, kinds.items(), strict=True):
        for row, (title, values, gap) in enumerate(zip(titles, scores[key], differences[key], strict=True)):
            told[title].append(f"{about.split(',')[0].split(' ')[0]} {_signed(gap, scale, digits)}")
            colour = INK if row == 0 else OTHER if gap.low > 0 or gap.high < 0 else GREY
            axes.plot(values, [row] * len(values), "o", color=colour, alpha=0.45, markersize=5)
            axes.plot([sum(values) / len(values)], [row], "|", color=colour, markersize=13, markeredgewidth=2)
            text = "difference [95 %]" if row == 0 else _signed(gap, scale, digits)
            axes.annotate(
                text, (1.02, row), xycoords=("axes fraction", "data"), color=colour, va="center", fontsize=9
            )
        axes.axvline(sum(scores[key][0]) / len(scores[key][0]), color=INK, linewidth=0.8, linestyle=":")
        axes.set_title(about, fontsize=10)
        axes.set_yticks(range(len(titles)), titles)
        axes.set_ylim(len(titles) - 0.5, -0.5)
        axes.margins(x=0.06)
        axes.spines[["top", "right", "left"]].set_visible(False)
        axes.tick_params(axis="y", length=0)
    panels[0].xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    said = "; ".join(f"{title}: {', '.join(parts)}" for title, parts in list(told.items())[1:])
    alt = (
        f"A dot for each of {len(scores['nll'][0])} seeds of {len(titles)} heads. Differences to the {titles[0]} head, seed "
        f"by seed, with 95 % intervals (accuracy in points): {said}. Grey where the interval contains zero."
    )
    return figure, alt


def _signed(gap: Interval, scale: int, digits: int) -> str:
    value, low, high = (
        f"{scale * number:+.{digits}f}".replace("-", "−") for number in (gap.value, gap.low, gap.high)
    )
    return f"{value} [{low}, {high}]"


def variance_and_formula(
    undecided: Tensor, variance: Tensor, named: Tensor, weight: float
) -> tuple[Figure, str]:
    """Plot each learned σ² over E[p(1 − p)] of its logit, the class named apart, with λ / (λ + E[p(1 − p)]).

    Args:
        undecided: E[p(1 − p)], (faces, classes).
        variance: the head's σ², (faces, classes).
        named: the index of the class with the largest μ, (faces,).
        weight: λ of the Gaussian divergence.
    """
    figure = Figure(figsize=(5.6, 3.6), layout="constrained")
    axes = figure.subplots()
    is_named = torch.zeros_like(variance, dtype=torch.bool).scatter(1, named[:, None], True)
    grid, told = torch.linspace(0, 0.25, 101), {}
    for title, which, colour in (("other classes", ~is_named, OTHER), ("the class named", is_named, NAMED)):
        x, y = undecided[which], variance[which]
        few = torch.arange(0, len(x), 1 + len(x) // SHOWN)
        axes.plot(x[few], y[few], ".", color=colour, alpha=0.25, markersize=4, markeredgewidth=0)
        centres, medians = _medians(x, y)
        axes.plot(centres, medians, "o", color=colour, label=f"{title} (median of each bin)")
        told[title] = (medians[0], medians[-1])
    axes.plot(grid, weight / (weight + grid), color=INK, label="formula: λ / (λ + E[p(1−p)])")
    axes.set(xlabel="E[p(1−p)] of the class", ylabel="σ² of its logit", xlim=(0, 0.25), ylim=(0, 1.1))
    axes.legend(frameon=False, fontsize=9)
    axes.spines[["top", "right"]].set_visible(False)
    alt = (
        f"A scatter plot of {variance.numel():,} learned variances against E[p(1−p)], with the curve λ/(λ+E[p(1−p)]). Those "
        f"of the classes that are not named fall from {told['other classes'][0]:.2f} to {told['other classes'][1]:.2f} "
        f"along the curve; those of the class named go from {told['the class named'][0]:.2f} to "
        f"{told['the class named'][1]:.2f}, where the curve falls."
    )
    return figure, alt


def _medians(x: Tensor, y: Tensor) -> tuple[list[float], list[float]]:
    """The middle of each of ten bins of x, and the median of y in it; bins of fewer than 20 are left out."""
    centres, medians = [], []
    for low, high in pairwise(torch.linspace(0, 0.25, 11).tolist()):
        inside = (x >= low) & (x < high)
        if inside.sum() >= 20:
            centres.append((low + high) / 2)
            medians.append(y[inside].median().item())
    return centres, medians


def ranks(rows: Mapping[str, Mapping[str, Sequence[float]]]) -> tuple[Figure, str]:
    """Show for each summary its rank correlation with the true ambiguity: a dot a seed, a line from zero to the mean.

    Args:
        rows: by the title of a panel and by the name of a summary, one correlation a seed.
    """
    figure = Figure(figsize=(6.0, 2.3), layout="constrained")
    panels = figure.subplots(1, len(rows), sharey=True, squeeze=False)[0]
    told = []
    for axes, (title, summaries) in zip(panels, rows.items(), strict=True):
        for row, (name, values) in enumerate(summaries.items()):
            middle = sum(values) / len(values)
            colour = NAMED if middle > 0 else OTHER
            axes.plot([0, middle], [row, row], color=colour, linewidth=3)
            axes.plot(values, [row] * len(values), "o", color=colour, markersize=4, alpha=0.5)
            told.append(f"{title}, {name}: {middle:+.2f}")
        _rank_axis(axes, title, list(summaries))
    alt = f"Rank correlations with the true ambiguity, mean over seeds. {'; '.join(told)}."
    return figure, alt


def _rank_axis(axes: Axes, title: str, names: list[str]) -> None:
    axes.axvline(0, color=INK, linewidth=0.8)
    axes.set(xlim=(-1, 1), xticks=[-1, 0, 1], ylim=(len(names) - 0.5, -0.5))
    axes.set_title(title, fontsize=10)
    axes.set_yticks(range(len(names)), names)
    axes.tick_params(axis="y", length=0)
    axes.spines[["top", "right", "left"]].set_visible(False)
