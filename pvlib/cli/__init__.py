"""The command `pvlib`: one function a command.

Each imports what it needs when it runs, so that `pvlib --help` answers at once. A new command is a function
with `@app.command()` below `run`; whatever a user can cause, it raises as CourseError.
"""

import logging
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from typer.core import TyperGroup

import pvlib
from pvlib.cli.ablate import ablate
from pvlib.cli.data import data_app
from pvlib.cli.evaluate import evaluate
from pvlib.cli.export import export
from pvlib.cli.landmarks import landmarks_app
from pvlib.cli.predict import predict
from pvlib.cli.train import train
from pvlib.errors import CourseError


class CourseCommands(TyperGroup):
    """Say a CourseError as one line on stderr and exit with status 1; other exceptions are bugs and show."""

    def invoke(self, context):
        try:
            return super().invoke(context)
        except CourseError as error:
            message = escape(" ".join(str(error).split()))
            Console(stderr=True).print(f"[bold red]error:[/] {message}", soft_wrap=True, highlight=False)
            raise typer.Exit(1) from None


class Profile(StrEnum):
    reduced = "reduced"
    full = "full"


app = typer.Typer(
    cls=CourseCommands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Build POSTER-Var piece by piece, run its lessons, train it, and put its claims to the test.",
)
lessons_app = typer.Typer(
    no_args_is_help=True, help="Make the notebooks from the lessons, or ask whether they are current."
)
app.add_typer(lessons_app, name="lessons")
app.add_typer(data_app, name="data")
app.add_typer(landmarks_app, name="landmarks")


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"pvlib {pvlib.__version__} (poster-var-course)")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit."),
    ] = False,
) -> None:
    pass


@app.command()
def run(
    lessons: Annotated[
        list[str] | None, typer.Argument(help="Numbers or names, such as 1 08; none means all.")
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
) -> None:
    """Execute lessons and write a report."""
    from pvlib.course.run import run_lessons

    console = Console()
    out = out or Path("runs/solved" if solved else "runs/course")
    try:
        records = run_lessons(
            lessons or (),
            lessons=_repository() / "lessons",
            notebooks=_repository() / "notebooks",
            out=out,
            profile=profile.value,
            given=parameter or (),
            solved=solved,
            fresh=not resume,
            timeout=timeout,
            console=console,
        )
    except KeyboardInterrupt:
        logging.getLogger("asyncio").disabled = True  # the abandoned cell would complain on the way out
        raise CourseError(
            "interrupted; what is finished stays, and the same command goes on from there"
        ) from None
    failed = [record.lesson for record in records if record.status == "failed"]
    if failed:
        Console(stderr=True).print(
            f"[bold red]failed:[/] {', '.join(failed)}", soft_wrap=True, highlight=False
        )
    typer.echo(f"Report: {(out / 'report.html').resolve()}")
    raise typer.Exit(1 if failed else 0)


app.command()(train)
app.command()(evaluate)
app.command()(ablate)
app.command()(predict)
app.command()(export)


@lessons_app.command("build")
def build_lessons() -> None:
    """Write notebooks/*.ipynb from lessons/*.py."""
    from pvlib.course.build import build_all

    written = build_all(_repository() / "lessons", _repository() / "notebooks")
    for path in written:
        typer.echo(f"wrote {path}")
    if not written:
        typer.echo("all notebooks are current")


@lessons_app.command("check")
def check_lessons() -> None:
    """Fail if a committed notebook is not what its lesson makes."""
    from pvlib.course.build import stale

    outdated = stale(_repository() / "lessons", _repository() / "notebooks")
    if outdated:
        names = ", ".join(path.name for path in outdated)
        raise CourseError(f"stale notebooks: {names}; run pvlib lessons build, delete those without a lesson")
    typer.echo("all notebooks are current")


def _repository() -> Path:
    """The folder of lessons/ and notebooks/: the working folder, or the checkout that pvlib runs from."""
    here = Path.cwd()
    return here if (here / "lessons").is_dir() else Path(pvlib.__file__).resolve().parents[1]


if __name__ == "__main__":
    app()
