"""The commands `pvlib lessons …`: make the notebooks, ask whether they are current, copy them for a learner."""

from pathlib import Path
from typing import Annotated

import typer

from pvlib.errors import CourseError

lessons_app = typer.Typer(
    no_args_is_help=True,
    help="Copy the lessons for a learner; make their notebooks, or ask if they are current.",
)


@lessons_app.command()
def copy(
    folder: Annotated[Path, typer.Argument(help="Where the notebooks shall lie; made if it is missing.")],
) -> None:
    """Put the lessons' notebooks into a folder; a file that is there already stays as it is."""
    import shutil

    from poster_var_course.order import find_lessons, packaged_notebooks, read_order
    from pvlib.files import atomic_write

    lessons = find_lessons()
    for entry in read_order(lessons):
        target = folder / f"{entry.name}.ipynb"
        if target.exists():
            typer.echo(f"kept {target}: it was there already")
            continue
        with atomic_write(target) as temporary:
            shutil.copyfile(packaged_notebooks(lessons) / target.name, temporary)
        typer.echo(f"wrote {target}")


@lessons_app.command()
def build() -> None:
    """Write notebooks/*.ipynb from lessons/; one that holds somebody's own text stays as it is."""
    from poster_var_course.build import build_all
    from poster_var_course.order import find_lessons, packaged_notebooks

    lessons = find_lessons()
    written, kept = build_all(lessons, packaged_notebooks(lessons))
    for path in written:
        typer.echo(f"wrote {path}")
    if kept:
        raise CourseError(
            f"not written: {', '.join(map(str, kept))}: the text there is somebody's own and would be lost. "
            "Move that file away (or undo the change), then build again"
        )
    if not written:
        typer.echo("all notebooks are current")


@lessons_app.command()
def check() -> None:
    """Fail if a committed notebook is not what its lesson makes."""
    from poster_var_course.build import stale
    from poster_var_course.order import find_lessons, packaged_notebooks

    lessons = find_lessons()
    if outdated := stale(lessons, packaged_notebooks(lessons)):
        names = ", ".join(path.name for path in outdated)
        raise CourseError(
            f"not what their lessons make: {names}. Authors: edit lessons/, then pvlib lessons build"
        )
    typer.echo("all notebooks are current")
