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
    from pvlib.errors import CourseError
    from pvlib.figures.contact_sheets import compound_sheet, expression_sheet, save_sheet
    from pvlib.figures.nuisance_sheet import nuisance_sheet

    out = out or Path(f"faces-{which}.png")
    if out.suffix.lower() != ".png":
        raise CourseError(f'{out}: a contact sheet is a PNG file; end its name in .png, not "{out.suffix}"')
    draw = {"expressions": expression_sheet, "compounds": compound_sheet, "nuisances": nuisance_sheet}[which]
    typer.echo(f"Written to {save_sheet(draw(), out, colours=144)}.")
