"""Still figures of the lesson on two backbones: what a file holds, pixels left out, landmarks; ``reach`` moves."""

from collections.abc import Mapping

import numpy as np
import torch
import torch.nn.functional as F
from matplotlib.figure import Figure
from torch import Tensor

from lessons.start_here.figures import show_picture

INK, GREY, BLUE = "#222222", "#777777", "#0072b2"
KINDS = {
    "trained": "#009e73", "frozen landmark branch": "#56b4e9", "log-variance": "#f0e442", "statistics": "#999999",
    "dead": "#d55e00",
}  # fmt: skip
SMALL = {"fontsize": 9}


def what_a_file_holds(millions: Mapping[str, float], dead: Mapping[str, float]) -> tuple[Figure, str]:
    """Show a checkpoint's numbers by kind, and its largest dead tensors, all in millions."""
    figure = Figure(figsize=(6, 2.9), layout="constrained")
    for axes, rows, title in zip(
        figure.subplots(2, 1, height_ratios=[len(millions), len(dead)]),
        (millions, dead),
        ("all numbers of the file, millions", "the largest dead tensors, millions"),
        strict=True,
    ):
        names = list(rows)
        colours = [KINDS.get(name, KINDS["dead"]) for name in names]
        axes.barh(range(len(names)), list(rows.values()), color=colours)
        for place, value in enumerate(rows.values()):
            axes.annotate(f" {value:.2f}", (value, place), va="center", **SMALL)
        axes.set(xlim=(0, 1.15 * max(rows.values())), xticks=[])
        axes.set_yticks(range(len(names)), names, **SMALL)
        axes.set_title(title, loc="left", color=GREY, **SMALL)
        axes.invert_yaxis()
        axes.spines[["top", "right", "bottom"]].set_visible(False)
    told = [", ".join(f"{name} {value:.2f}" for name, value in rows.items()) for rows in (millions, dead)]
    return (
        figure,
        f"Millions of numbers in the released checkpoint: {told[0]}. Its largest dead tensors: {told[1]}.",
    )


def stripes(period: int = 3, side: int = 48) -> tuple[Figure, str]:
    """Show stripes made half as wide by every second pixel, before and after a shift of one pixel, and by areas."""
    columns = torch.arange(side + 1)
    wave = (columns % period == 0).float().expand(16, -1)  # (16, side + 1)
    before, after = wave[:, 1:], wave[:, :-1]  # the same stripes, one pixel further right
    rows = {
        "stripes": (before, after),
        "every second pixel": (before[::2, ::2], after[::2, ::2]),
        "mean of 2 × 2": tuple(F.avg_pool2d(each[None, None], 2)[0, 0] for each in (before, after)),
    }
    figure = Figure(figsize=(6, 2.3), layout="constrained")
    for line, (name, both) in zip(figure.subplots(3, 2), rows.items(), strict=True):
        for axes, picture, title in zip(line, both, ("", " one pixel to the right"), strict=True):
            axes.imshow(picture.numpy(), cmap="gray", vmin=0, vmax=1, aspect="auto", interpolation="nearest")
            axes.set(xticks=[], yticks=[])
            axes.set_title((name if not title else "…") + title, loc="left", **SMALL)
    changed = [(one - other).abs().mean().item() for one, other in list(rows.values())[1:]]
    return figure, (
        f"Stripes, one in {period} pixels, made half as wide. If they move by one pixel, the picture of every second pixel "
        f"changes by {changed[0]:.2f} on average (0 is nothing, 1 is black for white), that of means by {changed[1]:.2f}."
    )


def landmarks(
    picture: np.ndarray, points: Mapping[str, Tensor], errors: Mapping[str, float]
) -> tuple[Figure, str]:
    """Show a face (1 or 3, H, H) with the points (68, 2) that a network finds, by what was done to it."""
    figure = Figure(figsize=(2.05 * len(points), 2.5), layout="constrained")
    side = picture.shape[-1]
    for axes, (name, found) in zip(
        figure.subplots(1, len(points), squeeze=False)[0], points.items(), strict=True
    ):
        show_picture(axes, picture)
        places = found * side - 0.5
        axes.plot(places[:, 0].numpy(), places[:, 1].numpy(), ".", color="#00e5ff", markersize=3)
        axes.set(title=f"{name}\n{errors[name]:.1f} %", xlim=(-0.5, side - 0.5), ylim=(side - 0.5, -0.5))
        axes.title.set_fontsize(9)
    return figure, "One drawn face with 68 points. Mean error: " + "; ".join(
        f"{name} {error:.1f} % of the distance between the eyes" for name, error in errors.items()
    ) + "."  # fmt: skip
