"""The central figure of reparameterization: every sample is pulled down its loss, and the pulls add up."""

import itertools
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
import torch
import torch.nn.functional as F
from matplotlib.figure import Figure
from plotly.subplots import make_subplots
from torch import Tensor

from lessons.reparameterization.estimators import pathwise_gradient, reparameterize, score_gradient
from lessons.reparameterization.figures import GREY, INK, PATHWISE, SCORE, small

MEANS = (-2.0, -1.0, 0.0, 1.0, 2.0)
SIGMAS = (0.3, 0.6, 1.0, 1.5)
LEFT, RIGHT = -5.0, 5.0
ROW, BOTTOM, TOP = 0.25, -3.3, 3.9  # samples lie in rows under the loss curve
LENGTH = 1.6  # an arrow is so many times as long as its pull
REACH = 2.0  # the scale shows pulls of −2 … 2; a stronger one stands at its end
PULL = "pull (at ±2: or stronger)"
COLOURS = {"score": SCORE, "pathwise": PATHWISE}
LINES = [f"{parameter}, {estimator}" for parameter in "σμ" for estimator in COLOURS]  # from below


def pull_arrows(noises: Tensor, share: float) -> tuple[go.Figure, Figure, str]:
    """Show samples z = μ + σ ε, each with its pull −dℓ/dz, and what the pulls say of μ and σ.

    Args:
        noises: several sets of ε, (sets, N); the slider "new ε" goes through them.
        share: of the raters who say happy; the loss is the cross-entropy of sigmoid(z) against it.

    Returns the moving figure, the still one and the description, as :func:`interactive.show` takes them.
    """
    noises = noises.sort(dim=1).values  # rows in the order of ε
    alt = (
        f"The curve of the loss over the logit z; under it {noises.shape[1]} samples, each with an arrow downhill, as long "
        "as the slope of the curve there. A scale below shows what the samples say of μ and of σ, by the mean of the arrows "
        f"(pathwise) and by the score function, for {len(noises)} sets of noise. The pathwise dots lie close to the exact "
        "value, those of the score function are scattered, most of all where σ is small."
    )
    return _moving(noises, share), _still(noises, share), alt


def loss_of(logit: Tensor, share: float) -> Tensor:
    """−share · log p − (1 − share) · log(1 − p) for p = sigmoid(logit)."""
    return F.softplus(logit) - share * logit


def pulls(noise: Tensor, share: float, mean: float, sigma: float) -> list[float]:
    """The mean of all samples' pulls (minus the gradients), in the order of `LINES`."""
    log_variance = 2 * torch.tensor(sigma).log()
    logit = reparameterize(torch.tensor(mean), log_variance, noise)
    score = score_gradient(loss_of(logit, share), noise, log_variance)
    by_mean, by_sigma, _ = pathwise_gradient(logit.sigmoid() - share, noise, log_variance)
    all_four = (2 / sigma * score[1], by_sigma, score[0], by_mean)  # d log σ² / dσ = 2/σ
    return [-each.mean().item() for each in all_four]


def exact_pulls(share: float, mean: float, sigma: float) -> tuple[float, float]:
    """The pulls on σ and on μ, as sums over a fine grid of ε instead of samples."""
    grid = torch.linspace(-8, 8, 2001)
    slope = (mean + sigma * grid).sigmoid() - share
    weights = (-0.5 * grid**2).softmax(dim=0)
    return -(weights * slope * grid).sum().item(), -(weights * slope).sum().item()


def _moving(noises: Tensor, share: float) -> go.Figure:
    """Three sliders that know nothing of each other: a trace is drawn only if all three let it be seen.

    μ decides about `visible`, σ about `opacity`, the set of noise about the markers' opacity and the lines' width.
    """
    figure = make_subplots(rows=2, cols=1, row_heights=[0.6, 0.4], vertical_spacing=0.14)
    z = torch.linspace(LEFT, RIGHT, 81)
    curve = {"x": small(z), "y": small(loss_of(z, share)), "mode": "lines"}
    figure.add_scatter(**curve, line={"color": GREY, "width": 2}, row=1, col=1)
    for mean, sigma in itertools.product(MEANS, SIGMAS):
        for_sigma, for_mean = exact_pulls(share, mean, sigma)
        x = torch.tensor([for_sigma] * 2 + [torch.nan] + [for_mean] * 2)
        y = torch.tensor([-0.4, 1.4, torch.nan, 1.6, 3.4])
        line = {"x": small(x), "y": small(y), "mode": "lines"}
        figure.add_scatter(**line, line={"color": INK, "dash": "dot"}, row=2, col=1)
        for noise in noises:
            figure.add_trace(_arrows(noise, share, mean, sigma), row=1, col=1)
            found = torch.tensor(pulls(noise, share, mean, sigma)).clamp(-REACH, REACH)
            marker = {"size": 10, "color": list(COLOURS.values()) * 2}
            dots = {"mode": "markers", "marker": marker}
            figure.add_scatter(x=small(found), y=small(torch.arange(4.0)), **dots, row=2, col=1)
    # `restyle` begins again with a list that is shorter than the traces; they are in the order (μ, σ, set)
    block = 1 + 2 * len(noises)
    by_mean = [{"visible": [m == mean for m in MEANS for _ in range(len(SIGMAS) * block)]} for mean in MEANS]
    by_sigma = [{"opacity": [float(s == sigma) for s in SIGMAS for _ in range(block)]} for sigma in SIGMAS]
    by_set = [_only(current, len(noises)) for current in range(len(noises))]
    for setting in (by_mean[1], by_sigma[2], by_set[0]):
        for name, values in setting.items():
            for trace, value in zip(figure.data[1:], itertools.cycle(values), strict=False):
                trace[name] = value
    moved = list(range(1, len(figure.data)))
    sliders = []
    controls: list[tuple[str, Sequence[float], list[dict[str, list]], int]] = [
        ("μ = ", MEANS, by_mean, 1),
        ("σ = ", SIGMAS, by_sigma, 2),
        ("new ε: set ", range(1, len(noises) + 1), by_set, 0),
    ]
    for place, (name, labels, settings, active) in enumerate(controls):
        steps = [
            {"label": f"{label:g}", "method": "restyle", "args": [setting, moved]}
            for label, setting in zip(labels, settings, strict=True)
        ]
        shape = {"x": 0, "len": 1, "y": -0.1 - 0.17 * place, "ticklen": 0, "minorticklen": 0, "pad": {"t": 0}}
        look = {"currentvalue": {"prefix": name}, "font": {"size": 11}}
        sliders.append(shape | look | {"active": active, "steps": steps})
    figure.update_layout(
        sliders=sliders,
        showlegend=False,
        hovermode=False,
        template="plotly_white",
        height=660,
        margin={"l": 10, "r": 10, "t": 10, "b": 10},
    )
    figure.update_xaxes(range=[LEFT, RIGHT], title="logit z", zeroline=False, row=1, col=1)
    figure.update_yaxes(range=[BOTTOM, TOP], visible=False, row=1, col=1)
    figure.update_xaxes(range=[-1.05 * REACH, 1.05 * REACH], title=PULL, row=2, col=1)
    lines = {"tickvals": list(range(4)), "ticktext": LINES, "showgrid": False, "zeroline": False}
    figure.update_yaxes(range=[-0.6, 3.6], **lines, row=2, col=1)
    figure.add_annotation(
        x=-4, y=loss_of(torch.tensor(-4.0), share).item(), text="loss", ax=30, ay=-15, row=1, col=1
    )
    return figure


def _only(current: int, sets: int) -> dict[str, list[float]]:
    """The current set of noise is strong, the dots of earlier sets are faint, everything else is unseen."""
    opacity, width = [1.0], [1.0]  # the line of the exact values
    for number in range(sets):
        earlier = 0.3 if number < current else 0.0
        opacity += [1.0 if number == current else 0.0, 1.0 if number == current else earlier]  # arrows, dots
        width += [2.0 if number == current else 0.0, 0.0]
    return {"marker.opacity": opacity, "line.width": width}


def _arrows(noise: Tensor, share: float, mean: float, sigma: float) -> go.Scatter:
    """A row for each sample: a dot at z, and from it an arrow as long as the pull −dℓ/dz, drawn in one stroke."""
    start = mean + sigma * noise
    pull = share - start.sigmoid()
    end, y, gap = (
        start + LENGTH * pull,
        -ROW * torch.arange(1.0, len(noise) + 1),
        torch.full_like(start, torch.nan),
    )
    back, wing = end - pull.sign() * (LENGTH * pull.abs()).clamp(max=0.15), 0.08
    x = torch.stack([start, end, back, end, back, gap], dim=1).flatten()
    y = torch.stack([y, y, y + wing, y, y - wing, gap], dim=1).flatten()
    size = np.tile(np.array([7, 0, 0, 0, 0, 0], dtype="uint8"), len(noise))
    look = {"mode": "lines+markers", "line": {"color": PATHWISE, "width": 2}}
    return go.Scatter(
        x=small(x), y=small(y), marker={"size": size, "color": PATHWISE, "line": {"width": 0}}, **look
    )


def _still(noises: Tensor, share: float) -> Figure:
    figure = Figure(figsize=(6.4, 5), layout="constrained")
    z = torch.linspace(LEFT, RIGHT, 201)
    rows = -ROW * torch.arange(1, noises.shape[1] + 1)
    grid = figure.add_gridspec(2, 2, height_ratios=[3, 2])
    for column, (mean, sigma) in enumerate(((-1.0, 1.0), (-1.0, 0.3))):
        top, scale = figure.add_subplot(grid[0, column]), figure.add_subplot(grid[1, column])
        top.plot(z, loss_of(z, share), color=GREY)
        start = mean + sigma * noises[0]
        pull = LENGTH * (share - start.sigmoid())
        top.quiver(
            start, rows, pull, torch.zeros_like(pull), angles="xy", scale_units="xy", scale=1, color=PATHWISE, width=0.008
        )  # fmt: skip
        top.plot(start, rows, "o", color=PATHWISE, markersize=4)
        top.set(
            title=f"μ = {mean:g}, σ = {sigma:g}", xlabel="logit z", xlim=(LEFT, RIGHT), ylim=(BOTTOM, TOP)
        )
        top.annotate(
            "loss", (-4, loss_of(torch.tensor(-4.0), share)), (5, 5), textcoords="offset points", color=GREY
        )
        top.set_yticks([])
        top.spines[["top", "right", "left"]].set_visible(False)
        for noise in noises:
            found = torch.tensor(pulls(noise, share, mean, sigma)).clamp(-REACH, REACH)
            scale.scatter(found, range(4), c=list(COLOURS.values()) * 2, alpha=0.5)
        for low, value in zip((-0.4, 1.6), exact_pulls(share, mean, sigma), strict=True):
            scale.plot([value] * 2, [low, low + 1.8], color=INK, linestyle=":")
        scale.set(xlabel=PULL, xlim=(-1.1 * REACH, 1.1 * REACH), ylim=(-0.6, 3.6), yticks=range(4))
        scale.set_yticklabels(LINES if column == 0 else [])
        scale.spines[["top", "right"]].set_visible(False)
    return figure
