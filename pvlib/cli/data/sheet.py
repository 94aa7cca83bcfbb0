"""``pvlib data sheet``: the contact sheets of the drawn faces, as they stand in the README."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Sheet(StrEnum):
    expressions = "expressions"
    compounds = "compounds"
    nuisances = "nuisances"


def sheet(
    which: Annotated[Sheet, typer.Argument(help="what to show of the drawn faces")],
    out: Annotated[
        Path | None, typer.Option(help="the PNG file to write", show_default="faces-WHICH.png")
    ] = None,
) -> None:
    """Draw a contact sheet: all expressions of six people, the compounds, or each nuisance."""
    from drawnfaces import sheets
    from pvlib.errors import CourseError
    from pvlib.files import atomic_write

    out = out or Path(f"faces-{which}.png")
    if out.suffix.lower() != ".png":
        raise CourseError(f'{out}: a contact sheet is a PNG file; end its name in .png, not "{out.suffix}"')
    with atomic_write(out) as temporary:
        sheets.save_sheet(sheets.SHEETS[which](), temporary, colours=144)
    typer.echo(f"Written to {out}.")
