"""The command `pvlib` as the course installs it: the library's commands, and those of lessons and classroom."""

from poster_var_course.cli.classroom import classroom_app
from poster_var_course.cli.lessons import lessons_app
from poster_var_course.cli.run import run
from pvlib.cli import app

app.add_typer(lessons_app, name="lessons")
app.add_typer(classroom_app, name="classroom")
app.command()(run)

__all__ = ["app"]
