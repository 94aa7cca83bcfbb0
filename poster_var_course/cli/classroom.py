"""The commands `pvlib classroom …`: lessons as a class's assignments, and papers for its teacher."""

from pathlib import Path
from typing import Annotated

import typer

from pvlib.errors import CourseError

classroom_app = typer.Typer(no_args_is_help=True, help="Hand lessons out to a class, collect and grade them.")


@classroom_app.command()
def leaks(
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="PATH...", help="A folder, a notebook, a wheel or zip, a git repository."),
    ],
) -> None:
    """Fail if something that learners get holds a solution, a hidden test or a teacher's card."""
    from poster_var_course.classroom.leaks import find_leaks, secrets_of
    from poster_var_course.order import find_lessons

    lessons = find_lessons()
    secrets = secrets_of(lessons)
    found = [leak for path in paths for leak in find_leaks(path, lessons=lessons, secrets=secrets)]
    for leak in found:
        typer.echo(str(leak))
    if found:
        raise CourseError(f"{len(found)} leaks, listed above: take them out before anybody gets this")
    typer.echo("Fingerprints looked for:")
    for secret in secrets:
        typer.echo(f"  {len(secret.fingerprints):5d} of {secret.what}")
    typer.echo(f"No leak in {', '.join(map(str, paths))}")


@classroom_app.command()
def papers(
    out: Annotated[Path, typer.Argument(help="Where the pages shall lie; made if it is missing.")],
) -> None:
    """Write the teacher's papers to print: syllabus, cards, answer keys (in a clone of the course)."""
    from poster_var_course.classroom.papers import write_papers
    from poster_var_course.order import find_lessons

    for path in write_papers(out, lessons=find_lessons()):
        typer.echo(f"wrote {path}")
