"""The central figure of the bound: three ways to split one number, and the curve that they judge."""

import itertools
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
import torch
from matplotlib.figure import Figure
from plotly.subplots import make_subplots
from torch import Tensor

from lessons.the_bound.one_logit import GRID, Terms, Votes, posterior, terms

MEANS = (-0.5, 0.0, 0.7, 1.3, 2.0, 3.0)
SIGMAS = (0.2, 0.4, 0.6, 1.0, 1.5)
FIRST = (1, 2)  # where the sliders stand at first
LEFT, RIGHT, TOP = -3.0, 4.5, 1.1  # of the curves
INK, PRIOR, Q, FOUND = "#222222", "#999999", "#0072b2", "#009e73"
EVIDENCE, GAP, MISFIT, RATE = "#bbbbbb", "#d55e00", "#56b4e9", "#e69f00"
ROWS = ("−log p(v)<br>+ KL(q‖posterior)", "−ELBO", "misfit<br>+ KL(q‖prior)", "gradient descent:<br>−ELBO")

Path = Sequence[tuple[float, float]]


def bars(votes: Votes, path: Path, every: int) -> tuple[go.Figure, Figure, str]:
    """Show prior, posterior and q over z, and −ELBO in its three forms, for any μ and σ of two sliders.

    Args:
        path: (mean, sigma) of q at each step of gradient descent.
        every: the third slider shows every second, third … step.

    Returns the moving figure, the still one and the description, as :func:`interactive.show` takes them.
    """
    best, poor = terms(votes, *path[-1]), terms(votes, MEANS[FIRST[0]], SIGMAS[FIRST[1]])
    alt = (
        "Over the logit z: the prior, the exact posterior, and a normal q that two sliders move. Below, three bars of equal "
        "length. The first is minus the log evidence, which never changes, and the divergence of q from the posterior; the "
        "second is minus the ELBO; the third is misfit and the divergence of q from the prior. "
        f"At μ = {MEANS[FIRST[0]]:g}, σ = {SIGMAS[FIRST[1]]:g} their length is {poor.minus_elbo:.2f} nats, of which "
        f"{poor.kl_posterior:.2f} divergence from the posterior. A third slider shows gradient descent, which ends at "
        f"{best.minus_elbo:.2f} nats; minus the log evidence is {best.minus_evidence:.2f}."
    )
    return _moving(votes, path, every), _still(votes, path), alt


def normal(mean: float, sigma: float) -> Tensor:
    """The density of N(mean, sigma²) on the grid of the curves."""
    z = torch.linspace(LEFT, RIGHT, 121)
    return (-0.5 * ((z - mean) / sigma) ** 2).exp() / (sigma * (2 * torch.pi) ** 0.5)


def segments(found: Terms) -> list[tuple[int, float, float, str]]:
    """The five pieces of the three bars: row, start, length, colour."""
    return [
        (0, 0.0, found.minus_evidence, EVIDENCE),
        (0, found.minus_evidence, found.kl_posterior, GAP),
        (1, 0.0, found.minus_elbo, Q),
        (2, 0.0, found.misfit, MISFIT),
        (2, found.misfit, found.kl_prior, RATE),
    ]


def _moving(votes: Votes, path: Path, every: int) -> go.Figure:
    """μ decides about `visible` of a trace, σ about its `opacity`: it is drawn if both let it be seen."""
    figure = make_subplots(rows=2, cols=1, row_heights=[0.5, 0.5], vertical_spacing=0.12)
    z = torch.linspace(LEFT, RIGHT, 121).numpy()
    inside = (GRID >= LEFT) & (GRID <= RIGHT)
    exact = posterior(votes.log_joint)[inside][::5].float().numpy()
    prior = votes.log_prior(GRID[inside][::5]).exp().float().numpy()
    wide = GRID[inside][::5].float().numpy()
    for name, y, colour in (("prior", prior, PRIOR), ("posterior", exact, INK)):
        figure.add_scatter(x=wide, y=y, name=name, mode="lines", line={"color": colour}, row=1, col=1)
    for name, line in (
        ("q", {"color": Q, "width": 3}),
        ("gradient descent", {"color": FOUND, "dash": "dash"}),
    ):
        figure.add_scatter(
            x=[None], y=[None], name=name, mode="lines", line=line, row=1, col=1
        )  # for the legend
    fixed = len(figure.data)
    states = [terms(votes, *state) for state in itertools.product(MEANS, SIGMAS)]
    for (mean, sigma), found in zip(itertools.product(MEANS, SIGMAS), states, strict=True):
        curve = {"x": z, "y": normal(mean, sigma).numpy(), "mode": "lines", "line": {"color": Q, "width": 3}}
        figure.add_scatter(**curve, showlegend=False, row=1, col=1)
        figure.add_trace(_bar(segments(found)), row=2, col=1)
    hand = list(range(fixed, len(figure.data)))
    views = path[::every]
    for step, (mean, sigma) in enumerate(views):
        curve = {
            "x": z,
            "y": normal(mean, sigma).numpy(),
            "mode": "lines",
            "line": {"color": FOUND, "dash": "dash"},
        }
        figure.add_scatter(**curve, showlegend=False, visible=step == 0, row=1, col=1)
        length = terms(votes, mean, sigma).minus_elbo
        figure.add_trace(_bar([(3, 0.0, length, FOUND)], visible=step == 0), row=2, col=1)
    descent = list(range(hand[-1] + 1, len(figure.data)))
    # `restyle` begins again with a list that is shorter than the traces; they are in the order (μ, σ, curve and bars)
    by_mean = [{"visible": [m == mean for m in MEANS for _ in range(2 * len(SIGMAS))]} for mean in MEANS]
    by_sigma = [{"opacity": [float(s == sigma) for s in SIGMAS for _ in range(2)]} for sigma in SIGMAS]
    by_step = [
        {"visible": [k == step for k in range(len(views)) for _ in range(2)]} for step in range(len(views))
    ]
    for setting in (by_mean[FIRST[0]], by_sigma[FIRST[1]]):
        for name, values in setting.items():
            for trace, value in zip(figure.data[fixed : hand[-1] + 1], itertools.cycle(values), strict=False):
                trace[name] = value
    figure.update_layout(
        sliders=[
            _slider(0, "μ = ", [f"{m:g}" for m in MEANS], by_mean, hand, FIRST[0]),
            _slider(1, "σ = ", [f"{s:g}" for s in SIGMAS], by_sigma, hand, FIRST[1]),
            _slider(2, "gradient descent, step ", [str(every * k) for k in range(len(views))], by_step, descent, 0),
        ],
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0}, hovermode=False, barmode="overlay",
        template="plotly_white", height=760, margin={"l": 10, "r": 10, "t": 30, "b": 10},
    )  # fmt: skip
    figure.update_xaxes(range=[LEFT, RIGHT], zeroline=False, title="logit z", row=1, col=1)
    figure.update_yaxes(range=[0, TOP], visible=False, row=1, col=1)
    longest = max(found.minus_elbo for found in states)
    figure.update_xaxes(range=[0, 1.02 * longest], title="nats", row=2, col=1)
    figure.update_yaxes(range=[3.6, -0.6], tickvals=list(range(4)), ticktext=ROWS, row=2, col=1)
    return figure


def _bar(pieces: list[tuple[int, float, float, str]], visible: bool = True) -> go.Bar:
    rows, starts, lengths, colours = zip(*pieces, strict=True)
    numbers = [f"{length:.2f}" if length > 0.25 else "" for length in lengths]
    arrays = {
        "x": np.array(lengths, dtype="f4"),
        "base": np.array(starts, dtype="f4"),
        "y": np.array(rows, dtype="f4"),
    }
    look = {
        "orientation": "h",
        "width": 0.7,
        "textposition": "inside",
        "insidetextanchor": "middle",
        "textangle": 0,
        "constraintext": "none",
    }
    return go.Bar(
        **arrays,
        **look,
        text=numbers,
        marker={"color": colours},
        showlegend=False,
        visible=visible,
        textfont={"size": 12},
    )


def _slider(
    place: int, name: str, labels: list[str], settings: Sequence[dict], traces: list[int], active: int
) -> dict[str, object]:
    steps = [
        {"label": label, "method": "restyle", "args": [setting, traces]}
        for label, setting in zip(labels, settings, strict=True)
    ]
    shape = {"x": 0, "len": 1, "y": -0.12 - 0.19 * place, "ticklen": 0, "minorticklen": 0, "pad": {"t": 0}}
    return shape | {"active": active, "steps": steps, "currentvalue": {"prefix": name}, "font": {"size": 11}}


def _still(votes: Votes, path: Path) -> Figure:
    figure = Figure(figsize=(6.4, 4.6), layout="constrained")
    z = torch.linspace(LEFT, RIGHT, 121)
    for column, (axes, (mean, sigma)) in enumerate(
        zip(figure.subplots(2, 2).T, ((MEANS[FIRST[0]], SIGMAS[FIRST[1]]), path[-1]), strict=True)
    ):
        top, below = axes
        top.plot(GRID, votes.log_prior(GRID).exp(), color=PRIOR, label="prior")
        top.plot(GRID, posterior(votes.log_joint), color=INK, label="posterior")
        top.plot(
            z,
            normal(mean, sigma),
            color=(Q, FOUND)[column],
            linewidth=2.5,
            linestyle=("-", "--")[column],
            label="q",
        )
        title = f"q: μ = {mean:.2f}, σ = {sigma:.2f}"
        top.set(title=title, xlabel="logit z", xlim=(LEFT, RIGHT), ylim=(0, TOP), yticks=[])
        top.legend(fontsize=9, frameon=False, loc="upper left")
        for row, start, length, colour in segments(terms(votes, mean, sigma)):
            below.barh(row, length, left=start, height=0.7, color=colour)
            if length > 0.25:
                below.annotate(
                    f"{length:.2f}", (start + length / 2, row), ha="center", va="center", fontsize=9
                )
        below.set(
            xlabel="nats",
            ylim=(2.6, -0.6),
            yticks=range(3),
            xlim=(0, 1.05 * terms(votes, 0.0, 1.0).minus_elbo),
        )
        below.set_yticklabels([row.replace("<br>", "\n") for row in ROWS[:3]] if column == 0 else [])
        for each in (top, below):
            each.spines[["top", "right"]].set_visible(False)
            each.title.set_fontsize(11)
    return figure
