"""``pvlib show SOURCE``: a page of faces as a recipe changes them."""

from pathlib import Path
from typing import Annotated

from rich.markup import escape
from typer import Argument, Option

from pvlib.terminal import Terminal


def show(
    source: Annotated[str, Argument(help='"drawn", a prepared file, or a folder of images')] = "drawn",
    recipe: Annotated[
        str | None,
        Option(help="such as ferplus:released; any wrong name lists all", show_default="by the source"),
    ] = None,
    split: Annotated[str, Option(help="train, valid or test; a folder has none")] = "train",
    count: Annotated[int, Option(min=1, max=40, help="number of faces")] = 6,
    seed: Annotated[int, Option(min=0, help="chooses the faces and their random versions")] = 0,
    output_size: Annotated[
        int | None, Option(help="pixels per side of the network's input", show_default="the recipe's own")
    ] = None,
    colour: Annotated[
        bool,
        Option("--colour", help="drawn faces in colour at 100 px, as RAF-DB's, not grey at 48 as FER+'s"),
    ] = False,
    steps: Annotated[bool, Option("--steps", help="each step of the recipe alone, on one face")] = False,
    out: Annotated[Path, Option(help="the picture to write: .png, .pdf or .svg")] = Path("recipe.png"),
) -> None:
    """Draw faces as stored, and random versions of them as the network gets them in training."""
    import torch

    from pvlib.data.drawn import draw_faces
    from pvlib.data.faces import Faces
    from pvlib.data.labelled_folder import load_some_images
    from pvlib.errors import CourseError
    from pvlib.figures.recipes import recipe_sheet, step_sheet
    from pvlib.files import atomic_write
    from pvlib.training.sources import DRAWN_SEEDS, is_drawn, load_faces, nuisances_of, recipe_for

    if out.suffix.lower() not in (".png", ".pdf", ".svg"):
        raise CourseError(f'{out}: the picture\'s name must end in .png, .pdf or .svg, not "{out.suffix}"')
    chosen = recipe_for(source, recipe, output_size)
    if chosen is None:
        raise CourseError(
            '"none" is no recipe to look at; leave --recipe out for the one that suits the faces'
        )
    if colour and not is_drawn(source):
        raise CourseError(f"--colour is for drawn faces; those of {source} have the colours they have")
    if is_drawn(source) and split in DRAWN_SEEDS:
        size = 100 if colour else 48
        nuisances = nuisances_of(source)
        start = seed * count
        faces: Faces = draw_faces(count, DRAWN_SEEDS[split], size, colour, start, nuisances=nuisances)
    elif Path(source).is_dir():
        faces = load_some_images(source, count, seed)
    else:
        everyone = load_faces(source, split)
        order = torch.randperm(len(everyone), generator=torch.Generator().manual_seed(seed))
        faces = everyone.subset(order[:count])
    figure, description = (step_sheet if steps else recipe_sheet)(faces, chosen, seed)
    with atomic_write(out) as temporary:
        figure.savefig(temporary, dpi=130)
    Terminal().say(escape(f"{description}\npicture: {out}"))
