"""The command `pvlib run`: execute lessons and write a report; repeat a record, compare two."""

import functools
import logging
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from pvlib.errors import CourseError
from pvlib.terminal import Terminal, say_error


class Profile(StrEnum):
    quick = "quick"
    reduced = "reduced"
    full = "full"


def run(
    lessons: Annotated[
        list[str] | None, typer.Argument(help="Numbers or names, such as 1 first_training; none means all.")
    ] = None,
    profile: Annotated[
        Profile | None,
        typer.Option(
            help="quick: so few faces that numbers say nothing, to see that all runs. reduced: a CPU, minutes. "
            "full: a GPU and real data, hours.",
            show_default="reduced",
        ),
    ] = None,
    parameter: Annotated[
        list[str] | None,
        typer.Option("-p", "--parameter", metavar="NAME=VALUE", help="Set a lesson's parameter."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Folder of the results.", show_default="runs/course, quick, solved, repeated or student/FILE"
        ),
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
    at_once: Annotated[
        int | None,
        typer.Option(
            metavar="N", help="Lessons that share the cores at a time.", show_default="2, or 1 if full"
        ),
    ] = None,
    student: Annotated[
        Path | None,
        typer.Option(metavar="FILE.ipynb", help="Run a learner's own notebook; the file stays as it is."),
    ] = None,
    recorded: Annotated[
        Path | None,
        typer.Option("--from", metavar="RECORD", help="Repeat a record (NN_lesson.json) or a run's folder."),
    ] = None,
    recorded_source: Annotated[
        bool,
        typer.Option("--recorded-source", help="With --from: the cells recorded beside it, not today's."),
    ] = False,
    compare: Annotated[
        tuple[Path, Path] | None,
        typer.Option(metavar="A B", help="Set two records or folders side by side; nothing is run."),
    ] = None,
) -> None:
    """Execute lessons and write a report.

    --from takes lesson, parameters, threads and solutions from the record, runs today's cells with them, and prints
    what differs and every metric side by side, as --compare does.

    Exit status 0: all lessons done; with --from and --compare: every metric equal, or within its lesson's tolerance.
    1: a lesson failed, a metric is missing or outside, or an error.
    """
    modes = {"--student": student, "--from": recorded, "--compare": compare}
    mode = [option for option, value in modes.items() if value is not None]
    set_here = {
        "--profile": profile,
        "-p": parameter,
        "--solved": solved,
        "lessons": lessons,
        "--at-once": at_once,
    }
    refused = {
        "--student": ("--solved", "lessons", "--at-once"),
        "--from": ("--profile", "-p", "--solved", "--at-once"),
        "--compare": set_here,
    }
    clash = mode[1:] or [option for option in refused.get("".join(mode), ()) if set_here[option]]
    if clash:
        raise CourseError(f"{mode[0]} and {', '.join(clash)} do not go together; leave one out")
    if recorded_source and not recorded:
        raise CourseError("--recorded-source belongs to --from RECORD")

    from poster_var_course.comparison import compare_runs
    from poster_var_course.limits import limits_of
    from poster_var_course.order import find_lessons, packaged_notebooks, read_order
    from poster_var_course.records import Record
    from poster_var_course.repeat import repeat
    from poster_var_course.run import run_lessons
    from poster_var_course.student import run_student

    folder = find_lessons()
    names = [f"{entry.name}.ipynb" for entry in read_order(folder)]
    places = [Path("notebooks"), Path(), packaged_notebooks(folder)]
    notebooks = next(
        (place for place in places if any((place / name).exists() for name in names)), places[-1]
    )
    console = Terminal()
    limits = functools.partial(limits_of, timeout=timeout, lesson_timeout=lesson_timeout, memory=memory)
    if compare:
        raise typer.Exit(0 if compare_runs(*compare, folder, console) else 1)
    if out is None:
        kind = "repeated" if recorded else "solved" if solved else "course"
        if profile == Profile.quick:
            kind = "quick-solved" if solved else "quick"
        out = Path("runs", "student", student.stem) if student else Path("runs", kind)
    records: list[Record] = []
    agree = True
    try:
        if recorded:
            agree = repeat(
                recorded,
                lessons or (),
                lessons=folder,
                notebooks=notebooks,
                out=out,
                recorded_source=recorded_source,
                limits=limits,
                console=console,
            )
        elif student:
            records = run_student(
                student,
                lessons=folder,
                out=out,
                profile=profile.value if profile else None,
                given=parameter or (),
                fresh=not resume,
                limits=limits,
                console=console,
            )
        else:
            records = run_lessons(
                lessons or (),
                lessons=folder,
                notebooks=notebooks,
                out=out,
                profile=(profile or Profile.reduced).value,
                given=parameter or (),
                solved=solved,
                fresh=not resume,
                timeout=timeout,
                lesson_timeout=lesson_timeout,
                memory_mib=memory,
                at_once=at_once,
                console=console,
            )
    except KeyboardInterrupt:
        logging.getLogger("asyncio").disabled = True  # the abandoned cell would complain on the way out
        goes_on = "" if recorded else ", and the same command goes on from there"
        raise CourseError(f"interrupted; what is finished stays{goes_on}") from None
    failed = [record.lesson for record in records if record.status == "failed"]
    if failed:
        say_error(", ".join(failed), "failed")
    typer.echo(f"Report: {(out / 'report.html').resolve()}")
    raise typer.Exit(0 if agree and not failed else 1)
