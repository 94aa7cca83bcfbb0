"""The commands `pvlib classroom …`: a term from the first release to the grades. Each says what comes next."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pvlib.errors import CourseError

if TYPE_CHECKING:
    from poster_var_course.classroom.settings import Course
    from poster_var_course.order import LessonEntry

classroom_app = typer.Typer(
    no_args_is_help=True,
    help="Hand lessons out to a class, collect and grade them, and see what the class learnt.",
)
Folder = Annotated[Path, typer.Option("--dir", help="The class's folder.")]
Lessons = Annotated[list[str] | None, typer.Argument(help="Numbers or names; none means all of the class.")]


@classroom_app.command()
def init(folder: Annotated[Path, typer.Argument(help="The class's folder; made if it is missing.")]) -> None:
    """Write the settings and the roster of a class, as examples to change."""
    _needs()
    from poster_var_course.classroom.nbgrader_parts import CONFIG, CONFIG_TEXT
    from poster_var_course.classroom.settings import CLASSROOM, ROSTER, write_example
    from poster_var_course.order import find_lessons
    from pvlib.files import write_whole

    write_example(folder, find_lessons())
    if not (folder / CONFIG).exists():
        write_whole(folder / CONFIG, CONFIG_TEXT)
    typer.echo(f"{folder} holds {CLASSROOM}, {ROSTER} and {CONFIG}.")
    typer.echo(f"Next: change {CLASSROOM} and {ROSTER}, then: cd {folder}; pvlib classroom release")


@classroom_app.command()
def release(
    lessons: Lessons = None,
    folder: Folder = Path(),
    wheel: Annotated[Path | None, typer.Option(help="The course's library, if none shall be built.")] = None,
) -> None:
    """Make the assignments, a personal copy for each student, and the library that they need."""
    from poster_var_course.classroom import release as releasing

    course, entries = _course(folder, lessons)
    written = releasing.release(course, entries, wheel)
    for entry in entries:
        deadline = course.deadline(entry.word)
        if deadline and deadline < datetime.now(UTC):
            typer.echo(
                f"? {entry.word}: its deadline, {course.own[entry.word].deadline}, has passed, so every copy is late. Move "
                "it in classroom.yaml"
            )
    words = ", ".join(entry.word for entry in entries)
    typer.echo(
        f"Released {words}: {len(written)} notebooks for {len(course.students)} students in {folder / 'handout'}."
    )
    typer.echo(
        "Next: give each student the folder of that name and the folder library. When they hand in: "
        "pvlib classroom collect FILES"
    )


@classroom_app.command()
def collect(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="Folders, zips of a platform, notebooks.")
    ],
    folder: Folder = Path(),
    at: Annotated[
        str | None, typer.Option(metavar="MOMENT", help="When all of it was handed in: 2026-11-03 20:00.")
    ] = None,
) -> None:
    """Take in what students handed in; every version is kept as it came."""
    from collections import Counter

    from poster_var_course.classroom import collect as collecting
    from poster_var_course.classroom.submission import is_set_aside

    course, _ = _course(folder, None)
    try:
        moment = course.moment(at) if at else None
    except ValueError:
        raise CourseError(f"--at {at}: write a date and a time, such as 2026-11-03 20:00") from None
    kept, left_out = collecting.collect(course, files, moment)
    for one in kept:
        if one.remark or one.student is None or one.lesson is None:
            whose = one.student or "unknown student"
            typer.echo(f"? {one.handed_in_as}: {whose}, {one.lesson or 'unknown lesson'}. {one.remark}")
        if one.student and one.lesson and is_set_aside(course, one.lesson, one.student, one.place):
            typer.echo(
                f"? {one.handed_in_as}: {one.student}, {one.lesson}. It came after the deadline and does not count "
                "beside the copy that was on time; more_time in classroom.yaml lets it count."
            )
    for name in left_out:
        typer.echo(f"- left out: {name}")
    known = Counter(one.lesson for one in kept if one.student and one.lesson)
    for entry in course.entries:
        typer.echo(f"{entry.word}: {known[entry.word]} files")
    unknown = [one for one in kept if one.student is None or one.lesson is None]
    if unknown:
        typer.echo(
            f"In {folder / 'collected' / 'unknown'} (files: {len(unknown)}): put the student's id in front of the name, "
            "such as anna.mueller_04_raters.ipynb, then collect that folder"
        )
    typer.echo(
        f"Kept {sum(one.new for one in kept)} new files, {sum(not one.new for one in kept)} were there already."
    )
    typer.echo("Next: pvlib classroom grade")


@classroom_app.command()
def grade(
    lesson: Annotated[str | None, typer.Argument(help="Number or name; none means all.")] = None,
    student: Annotated[str | None, typer.Argument(help="An id of the roster; none means all.")] = None,
    folder: Folder = Path(),
) -> None:
    """Judge what was collected and count the points; what is graded and unchanged stays."""
    import time

    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from poster_var_course.classroom.grading import grade as grade_class
    from poster_var_course.classroom.release import has_other_points
    from pvlib.terminal import Terminal, say_error

    course, entries = _course(folder, [lesson] if lesson else None, released=True)
    students = [course.student(student)] if student else list(course.students.values())
    console, start = Terminal(), time.monotonic()
    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        bar = bars.add_task("reading", total=None)
        done = grade_class(
            course,
            entries,
            students,
            lambda what, n, of: bars.update(bar, description=what, completed=n, total=of),
        )
    for entry in entries:
        if has_other_points(course, entry.word):
            say_error(
                f"{entry.word} was counted with the points of its release; classroom.yaml has others now: "
                f"pvlib classroom release {entry.word}, then grade again",
                "warning",
            )
    for line in done.refused:
        say_error(line)
    if done.left_open:
        say_error(
            f"this system does not close to an answer: {', '.join(done.left_open)}. Grade on Linux 5.13 or "
            "newer, or as a user who has nothing to lose",
            "warning",
        )
    typer.echo(
        f"{done.submissions} submissions, {done.judged} judged and {done.counted} counted now, "
        f"in {time.monotonic() - start:.0f} s."
    )
    typer.echo(
        "Next: look, comment, change points if you like (jupyter lab, menu Nbgrader, Formgrader, Manual Grading), "
        "then pvlib classroom report and feedback"
    )
    raise typer.Exit(1 if done.refused else 0)


@classroom_app.command()
def feedback(
    lesson: Annotated[str | None, typer.Argument(help="Number or name; none means all.")] = None,
    student: Annotated[str | None, typer.Argument(help="An id of the roster; none means all.")] = None,
    folder: Folder = Path(),
) -> None:
    """Make a page for each student and lesson: points, what was wrong, and the teacher's comments."""
    from poster_var_course.classroom.nbgrader_parts import make_feedback

    course, entries = _course(folder, [lesson] if lesson else None, released=True)
    students = [course.student(student)] if student else list(course.students.values())
    pages = make_feedback(course, entries, students)
    typer.echo(f"{len(pages)} pages in {folder / 'feedback'}, one folder for each student.")
    typer.echo("Next: give each student the folder of that name.")


@classroom_app.command()
def report(lessons: Lessons = None, folder: Folder = Path()) -> None:
    """Write the table for the learning platform, and a page of what the class did and did not understand."""
    from poster_var_course.classroom.report import write_report

    course, entries = _course(folder, lessons, released=True)
    for path in write_report(course, entries):
        typer.echo(f"wrote {path}")
    typer.echo("Next: open index.html; import grades.csv into the learning platform")


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


def _needs() -> None:
    """Refuse where nbgrader or the system lacks what a classroom needs."""
    import importlib.util
    import sys

    if sys.platform == "win32":
        raise CourseError("the classroom works on Linux and macOS; on Windows, use it inside WSL")
    if importlib.util.find_spec("nbgrader") is None:
        raise CourseError('nbgrader is not installed: pip install "poster-var-course[classroom]"')


def _course(
    folder: Path, words: list[str] | None, *, released: bool = False
) -> "tuple[Course, tuple[LessonEntry, ...]]":
    """The class in this folder, and the lessons that were named, or all, or all that were released."""
    from poster_var_course.classroom.settings import read_course
    from poster_var_course.order import find_lessons

    _needs()
    course = read_course(folder, find_lessons())
    named = [course.entry(word) for word in words or ()]
    if released and not named:
        from poster_var_course.classroom.release import released as released_of

        return course, released_of(course)
    return course, tuple(entry for entry in course.entries if not named or entry in named)
