"""What a recipe does to faces: random versions of a few faces, and each step of the recipe alone."""

from dataclasses import replace
from typing import Any

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from pvlib.data.expression_colours import COLOURS
from pvlib.data.faces import Faces
from pvlib.data.network_input import IMAGENET_MEAN, IMAGENET_STD
from pvlib.data.recipes import Recipe
from pvlib.errors import CourseError
from pvlib.random_state import own_random_state

_INK = "#333333"
_WIDTH = 11.0  # inches
_VERSIONS = 7
_JITTER = ("brightness", "contrast", "saturation", "hue")


def as_pixels(network_input: Tensor) -> np.ndarray:
    """Undo the normalisation: (3, H, W) -> (H, W, 3), 0-1, as a person can look at it."""
    mean, std = (torch.tensor(row).view(3, 1, 1) for row in (IMAGENET_MEAN, IMAGENET_STD))
    return (network_input.cpu() * std + mean).clamp(0, 1).permute(1, 2, 0).numpy()


def amounts(recipe: Recipe) -> dict[str, str]:
    """Each step that the recipe takes, by name, with its amount in words."""
    low, high = recipe.erasing_area
    said = {
        "crop": (recipe.resize > recipe.output_size, f"{recipe.output_size} of {recipe.resize:.4g} px"),
        "flip": (recipe.flip, f"{recipe.flip:.0%}"),
        "rotation": (recipe.rotation, f"up to ±{recipe.rotation:g}°"),
        "zoom": (recipe.zoom, f"±{recipe.zoom:.0%}"),
        "shift": (recipe.shift, f"±{recipe.shift:.0%} of the side"),
        **{name: (value, f"±{value:g}") for name, value in zip(_JITTER, recipe.jitter, strict=True)},
        "erasing": (
            recipe.erasing, f"{recipe.erasing:.0%}, {low:.0%} to {high:.0%} of the face, {recipe.erasing_fill}"
        ),
    }  # fmt: skip
    return {name: text for name, (taken, text) in said.items() if taken}


def recipe_sheet(faces: Faces, recipe: Recipe, seed: int = 0) -> tuple[Figure, str]:
    """Show each face as it is stored, then seven random versions as the network sees them, then its target.

    Args:
        faces: one row each; a handful.
        recipe: makes the versions.
        seed: of the versions; the caller's random state is left alone.

    Returns:
        The figure, and a description of it in words.

    Raises:
        CourseError: when there is no face.
    """
    _need_faces(faces)
    labelled = len(faces.names) > 1
    figure, grid = _page(len(faces), 2.1 if labelled else 0.0)
    for row, axes in enumerate(grid):
        _show_stored(axes[0], faces, row)
        for cell, version in zip(axes[1:], versions(faces.images[row], recipe, seed + row), strict=False):
            cell.imshow(as_pixels(version))
        if labelled:
            _show_target(axes[-1], faces.target[row], faces.names)
    _head(grid[0][0], f"stored, {faces.images.shape[-1]} px")
    _head(grid[0][4], f"seven random versions, as the network gets them: {recipe.output_size} px")
    if labelled:
        _head(grid[0][-1], "target")
    _describe(figure, recipe)
    steps = "; ".join(f"{name} {amount}" for name, amount in amounts(recipe).items())
    return figure, (
        f"{len(faces)} faces, a row each: as stored, then seven random versions of the recipe {recipe.name} "
        f"({steps or 'no change'})."
    )


def step_sheet(faces: Faces, recipe: Recipe, seed: int = 0) -> tuple[Figure, str]:
    """Show every step of the recipe alone, a row each, on the first face; then all of them together.

    Arguments, result and errors as for :func:`recipe_sheet`.
    """
    _need_faces(faces)
    alone = {name: only(recipe, name) for name in amounts(recipe)}
    rows = {name: (step, amounts(recipe)[name]) for name, step in alone.items()} | {
        "all": (recipe, "together")
    }
    figure, grid = _page(len(rows), 0.0)
    for axes, (name, (step, amount)) in zip(grid, rows.items(), strict=True):
        _show_stored(axes[0], faces, 0, name=False)
        label = "\n".join([name, *amount.split(", ")])
        axes[0].set_ylabel(label, rotation=0, ha="right", va="center", fontsize=9, color=_INK)
        for cell, version in zip(axes[1:], versions(faces.images[0], step, seed), strict=True):
            cell.imshow(as_pixels(version))
    _head(grid[0][0], "stored")
    _describe(figure, recipe)
    return figure, f"The steps of the recipe {recipe.name}, each alone on one face: {', '.join(alone)}."


def versions(image: Tensor, recipe: Recipe, seed: int) -> Tensor:
    """Seven random versions of one face (channels, H, W) -> (7, 3, output_size, output_size)."""
    with own_random_state(seed):
        return recipe.training()(image.expand(_VERSIONS, *image.shape))


def only(recipe: Recipe, step: str) -> Recipe:
    """The recipe with one step alone, called as in :func:`amounts`."""
    off: dict[str, Any] = dict.fromkeys(("flip", "rotation", "zoom", "shift", "erasing"), 0.0)
    off["resize"] = float(recipe.output_size)
    off.pop("resize" if step == "crop" else step, None)
    off["jitter"] = tuple(
        value if step == name else 0.0 for name, value in zip(_JITTER, recipe.jitter, strict=True)
    )
    return replace(recipe, **off)


def _need_faces(faces: Faces) -> None:
    if not len(faces):
        raise CourseError("there is no face to show")


def _page(rows: int, bars: float) -> tuple[Figure, np.ndarray]:
    """A figure with a grid of cells, (rows, 8 or 9), below a margin for the recipe's description."""
    left = 0.25 if bars else 1.75
    cell = (_WIDTH - bars - left - 0.15) / (_VERSIONS + 1)
    top = 1.15
    height = top + rows * (cell + 0.06) + 0.35
    figure = Figure(figsize=(_WIDTH, height))
    widths = [1] * (_VERSIONS + 1) + ([bars / cell] if bars else [])
    grid = figure.subplots(rows, len(widths), squeeze=False, width_ratios=widths)
    figure.subplots_adjust(
        left=left / _WIDTH, right=1 - 0.15 / _WIDTH, bottom=0.35 / height, top=1 - top / height,
        wspace=0.04, hspace=0.04,
    )  # fmt: skip
    for axes in grid.flat:
        axes.set(xticks=[], yticks=[])
        axes.spines[:].set_visible(False)
    return figure, grid


def _show_stored(axes: Axes, faces: Faces, row: int, name: bool = True) -> None:
    image = faces.images[row].expand(3, -1, -1).permute(1, 2, 0).numpy()
    axes.imshow(image, interpolation="nearest")
    axes.set_anchor("W")
    if name:
        label = faces.names[faces.labels[row]]
        colour = COLOURS.get(label, _INK)
        axes.set_ylabel(label[:18], color=colour, fontsize=9, labelpad=2)


def _show_target(axes: Axes, target: Tensor, names: tuple[str, ...]) -> None:
    """The label distribution as bars in the expressions' colours, the longest one named."""
    axes.set_anchor("E")
    shares = target.tolist()
    axes.barh(range(len(shares)), shares, color=[COLOURS.get(name, _INK) for name in names], height=0.8)
    for position, (name, share) in enumerate(zip(names, shares, strict=True)):
        if share >= 0.005:
            inside = share > 0.6
            axes.text(
                share - 0.02 if inside else share + 0.02, position, f"{name[:14]} {share:.0%}", fontsize=7,
                va="center", ha="right" if inside else "left", color="white" if inside else _INK,
            )  # fmt: skip
    axes.set(xlim=(0, 1.02), ylim=(len(shares) - 0.4, -0.6))
    axes.spines["left"].set_visible(True)
    axes.spines["left"].set_color("#bbbbbb")


def _head(axes: Axes, text: str) -> None:
    axes.set_title(text, fontsize=9, color=_INK, pad=5)


def _describe(figure: Figure, recipe: Recipe) -> None:
    """The recipe's name, numbers and source above the faces."""
    height = figure.get_size_inches()[1]
    numbers = "   ·   ".join(f"{name} {amount}" for name, amount in amounts(recipe).items())
    left = 0.25 / _WIDTH
    figure.text(
        left, 1 - 0.18 / height, f"Recipe {recipe.name}", fontsize=13, weight="bold", va="top", color=_INK
    )
    figure.text(left, 1 - 0.44 / height, numbers or "no change at all", fontsize=8.5, va="top", color=_INK)
    figure.text(left, 1 - 0.63 / height, recipe.about, fontsize=7.5, va="top", color="#777777", wrap=True)
