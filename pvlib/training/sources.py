"""Faces by the name that a person types: drawn ones, or those of a prepared file."""

import torch
from torch import Tensor

from pvlib.data.drawn import draw_faces
from pvlib.data.faces import Faces
from pvlib.data.prepared import load_prepared, open_prepared
from pvlib.data.recipes import Recipe, recipe
from pvlib.errors import CourseError

DRAWN = "drawn"
# Drawn faces are numbered under a seed; each split has a seed of its own, far from those of the lessons.
DRAWN_SEEDS = {"train": 1_000, "valid": 2_000, "test": 3_000}
DRAWN_COUNTS = {"train": 6_000, "valid": 1_000, "test": 1_000}


def load_faces(
    source: str,
    split: str,
    *,
    rule: str | None = None,
    target: str | None = None,
    classes: int | None = None,
    without_duplicates: bool = False,
    count: int | None = None,
) -> Faces:
    """Return the faces of one split.

    Args:
        source: "drawn" for the embedded faces, "drawn:snapshot" for those with the nuisances of that name (see
            ``drawnfaces.nuisances``), else a file that a script in data_scripts wrote.
        split: "train", "valid" or "test", where the data set has it.
        rule, target: FER+ only, see :func:`pvlib.data.ferplus.load_ferplus`; None for its defaults.
        classes: AffectNet only, 7 or 8; None for its default.
        without_duplicates: leave out faces whose very pixels stand also in a later split.
        count: how many drawn faces, or at most how many real ones; all by default.

    Raises:
        CourseError: naming the source, split or rule that does not exist, or a choice that the data set
            does not offer.
    """
    if count is not None and count < 1:
        raise CourseError(f"count must be at least 1, not {count}")
    if is_drawn(source):
        if split not in DRAWN_SEEDS:
            raise CourseError(f'split must be one of {", ".join(DRAWN_SEEDS)}, not "{split}"')
        for name, choice in (("rule", rule), ("target", target), ("classes", classes)):
            if choice is not None:
                raise CourseError(f"drawn faces have no choice of {name}: leave it out")
        return draw_faces(count or DRAWN_COUNTS[split], DRAWN_SEEDS[split], nuisances=nuisances_of(source))
    faces = load_prepared(source, split, rule=rule, target=target, classes=classes)
    repeated = faces.repeated if without_duplicates else None
    return evenly_spaced(faces, count, None if repeated is None else (~repeated).nonzero()[:, 0])


def evenly_spaced(faces: Faces, count: int | None, rows: Tensor | None = None) -> Faces:
    """Return at most ``count`` of the faces, from everywhere, as files may be sorted; all of them for None.

    Args:
        rows: int64, positions of those that may be taken; all by default.
    """
    if rows is None:
        if count is None or count >= len(faces):
            return faces
        rows = torch.arange(len(faces))
    if count is not None and count < len(rows):
        rows = rows[torch.arange(count) * len(rows) // count]
    return faces.subset(rows)


def is_drawn(source: str) -> bool:
    """Whether ``source`` names embedded faces: "drawn", or "drawn:" and a preset of nuisances."""
    return source == DRAWN or source.startswith(f"{DRAWN}:")


def nuisances_of(source: str) -> str:
    """Return the preset of nuisances that a source of embedded faces names; "studio" where it names none."""
    return source.removeprefix(DRAWN).removeprefix(":") or "studio"


def supported_options(source: str) -> tuple[str, ...]:
    """Return which keyword arguments of :func:`load_faces` mean something for the faces of ``source``.

    Raises:
        CourseError: the file is missing, damaged, or no prepared data set.
    """
    return () if is_drawn(source) else tuple(open_prepared(source).options)


def recipe_for(source: str, name: str | None = None, output_size: int | None = None) -> Recipe | None:
    """Return the random changes that suit the faces.

    Args:
        source: photographs bear larger changes than drawn faces, which vary in pose, light and noise already.
        name: of another recipe, see :func:`pvlib.data.recipes.recipe`; "none" for no change.
        output_size: pixels per side of the network's input; by default the recipe's own.

    Raises:
        CourseError: no recipe has that name.
    """
    if name == "none":
        return None
    chosen = recipe(name or ("drawn" if is_drawn(source) else "photograph"))
    return chosen if output_size is None else chosen.at(output_size)
