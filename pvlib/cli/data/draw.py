"""``pvlib data draw``: drawn faces as files in the layout of FER+, RAF-DB or AffectNet."""

import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer

_LAYOUTS = "ferplus, ferplus-csv, rafdb, rafdb-folders, affectnet, affectnet-old"


def draw(
    out: Annotated[Path, typer.Argument(help="New folder for the faces.")],
    layout: Annotated[str, typer.Option(help=f"One of {_LAYOUTS}.")] = "ferplus",
    count: Annotated[
        int | None, typer.Option(help="Faces in all, divided about as in the real set.", show_default="1000")
    ] = None,
    train: Annotated[int | None, typer.Option(help="Training faces, in place of --count.")] = None,
    valid: Annotated[int | None, typer.Option(help="Validation faces.")] = None,
    test: Annotated[int | None, typer.Option(help="Test faces.")] = None,
    seed: Annotated[int, typer.Option(help="Another seed draws other faces.")] = 0,
    size: Annotated[
        int | None, typer.Option(help="Width and height in pixels.", show_default="the layout's")
    ] = None,
    colour: Annotated[
        bool | None, typer.Option("--colour/--grey", help="Colour or grey.", show_default="the layout's")
    ] = None,
    nuisances: Annotated[str, typer.Option(help="none, studio, snapshot or wild.")] = "snapshot",
    ambiguous: Annotated[float, typer.Option(help="Share of faces that mix expressions.")] = 0.5,
    proportions: Annotated[
        str | None,
        typer.Option(help="How often each expression comes: ferplus, rafdb or affectnet, or eight shares "
                     "with commas, in FER+'s order.", show_default="the layout's"),
    ] = None,
    workers: Annotated[int, typer.Option(help="Processes that draw; the faces stay the same.")] = 1,
    force: Annotated[bool, typer.Option("--force", help="Replace a folder of drawn faces.")] = False,
) -> None:  # fmt: skip
    """Draw faces as files, in the layout that a data set's owner hands out."""
    from drawnfaces import DrawingError
    from drawnfaces.layouts import split_counts, write_layout
    from pvlib.errors import CourseError
    from pvlib.progress import progress_bar

    given = {name: n for name, n in (("train", train), ("valid", valid), ("test", test)) if n is not None}
    if given and count is not None:
        raise CourseError("give either --count or the splits (--train, --valid, --test), not both")
    try:
        counts = given or split_counts(layout, 1000 if count is None else count)
        total = sum(counts.values())
        with progress_bar("faces") as show:
            write_layout(
                out,
                layout,
                counts,
                seed,
                size=size,
                colour=colour,
                ambiguous=ambiguous,
                proportions=_shares(proportions),
                nuisances=nuisances,
                workers=workers,
                replace=force,
                command="pvlib " + shlex.join(sys.argv[1:]),
                on_progress=lambda done: show(done, total),
            )
    except DrawingError as error:
        raise CourseError(str(error)) from error
    except KeyboardInterrupt:
        raise CourseError("interrupted; nothing was written") from None
    splits = ", ".join(f"{n} {split}" for split, n in counts.items() if n)
    typer.echo(f"wrote {splits} faces to {out} (layout {layout}, seed {seed})")


def _shares(text: str | None) -> str | list[float] | None:
    if text is None or "," not in text:
        return text
    from pvlib.errors import CourseError

    try:
        shares = [float(share) for share in text.split(",")]
    except ValueError:
        shares = []
    if len(shares) != 8:
        raise CourseError(f"--proportions needs eight numbers with commas, not {text!r}")
    return shares
