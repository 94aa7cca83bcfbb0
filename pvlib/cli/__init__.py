"""The command `pvlib`: one function a command.

Each imports what it needs when it runs, so that `pvlib --help` answers at once. A new command is a function
in a file of its own, registered at the end of this one; whatever a user can cause, it raises as CourseError.
"""

import sys
from typing import Annotated

import typer
from typer.core import TyperGroup

import pvlib
from pvlib.cli.ablate import ablate
from pvlib.cli.evaluate import evaluate
from pvlib.cli.export import export
from pvlib.cli.predict import predict
from pvlib.cli.show import show
from pvlib.cli.train import train
from pvlib.terminal import accept_any_output, line_for_user, say_error, show_traceback


class CourseCommands(TyperGroup):
    """Say what a user can mend as one line on stderr and exit with status 1; other exceptions are bugs and show."""

    def main(self, *arguments, **options):
        accept_any_output()
        return super().main(*arguments, **options)

    def invoke(self, context):
        try:
            return super().invoke(context)
        except Exception as error:
            line = line_for_user(error)
            if line is None:
                raise
            say_error(line)
            raise typer.Exit(1) from None


class CourseApp(typer.Typer):
    """The command line as a process, in which a bug's traceback is safe to print."""

    def __call__(self, *arguments, **options):
        try:
            return super().__call__(*arguments, **options)
        except Exception as error:
            show_traceback(error)
            sys.exit(1)


app = CourseApp(
    cls=CourseCommands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Build POSTER-Var piece by piece, run its lessons, train it, and put its claims to the test.",
)


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


app.command()(train)
app.command()(evaluate)
app.command()(ablate)
app.command()(predict)
app.command()(export)
app.command()(show)


if __name__ == "__main__":
    app()
