"""The command `pvlib run`: execute lessons and write a report."""

import logging
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from pvlib.errors import CourseError
from pvlib.terminal import Terminal, say_error


class Profile(StrEnum):
    reduced = "reduced"
    full = "full"


def run(
    lessons: Annotated[
        list[str] | None, typer.Argument(help="Numbers or names, such as 1 first_training; none means all.")
    ] = None,
    profile: Annotated[
        Profile, typer.Option(help="reduced: a CPU, minutes. full: a GPU and real data, hours.")
    ] = Profile.reduced,
    parameter: Annotated[
        list[str] | None,
        typer.Option("-p", "--parameter", metavar="NAME=VALUE", help="Set a lesson's parameter."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder of the results.", show_default="runs/course, or runs/solved")
    ] = None,
    solved: Annotated[
        bool, typer.Option("--solved", help="Run with the solutions; a failed check fails.")
    ] = False,
    resume: Annotated[
        bool,
        typer.Option("--resume/--fresh", help="Skip lessons that are done and unchanged, or run all anew."),
    ] = True,
    timeout: Annotated[
        float | None,
        typer.Option(metavar="SECONDS", help="Limit for each cell.", show_default="600, or 6 hours if full"),
    ] = None,
    lesson_timeout: Annotated[
        float | None,
        typer.Option(
            metavar="SECONDS", help="Limit for each lesson.", show_default="1800, or 2 days if full"
        ),
    ] = None,
    memory: Annotated[
        float | None,
        typer.Option(metavar="MIB", help="Memory for each lesson.", show_default="6144, or 90 % if full"),
    ] = None,
) -> None:
    """Execute lessons and write a report."""
    from poster_var_course.order import find_lessons, packaged_notebooks, read_order
    from poster_var_course.run import run_lessons

    folder = find_lessons()
    names = [f"{entry.name}.ipynb" for entry in read_order(folder)]
    places = [Path("notebooks"), Path(), packaged_notebooks(folder)]
    console = Terminal()
    out = out or Path("runs/solved" if solved else "runs/course")
    try:
        records = run_lessons(
            lessons or (),
            lessons=folder,
            notebooks=next(
                (place for place in places if any((place / name).exists() for name in names)), places[-1]
            ),
            out=out,
            profile=profile.value,
            given=parameter or (),
            solved=solved,
            fresh=not resume,
            timeout=timeout,
            lesson_timeout=lesson_timeout,
            memory_mib=memory,
            console=console,
        )
    except KeyboardInterrupt:
        logging.getLogger("asyncio").disabled = True  # the abandoned cell would complain on the way out
        raise CourseError(
            "interrupted; what is finished stays, and the same command goes on from there"
        ) from None
    failed = [record.lesson for record in records if record.status == "failed"]
    if failed:
        say_error(", ".join(failed), "failed")
    typer.echo(f"Report: {(out / 'report.html').resolve()}")
    raise typer.Exit(1 if failed else 0)
