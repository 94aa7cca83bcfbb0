"""Repeat recorded runs: the same lesson, parameters and threads, then both records side by side (`pvlib run --from`).

A lesson's cells are today's, and the comparison says if they have changed. The recorded cells themselves run where
that is asked for, and where nothing else holds them: those of a learner's own notebook.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from nbformat import NotebookNode

from poster_var_course.build import build
from poster_var_course.comparison import tell
from poster_var_course.limits import Limits
from poster_var_course.order import LessonEntry, read_order
from poster_var_course.own_paths import with_own_paths
from poster_var_course.records import Record, load_records, source_sha256
from poster_var_course.run import run_tasks
from poster_var_course.student import without_marks_of_runs
from poster_var_course.tasks import Task, chosen, read_notebook, ready, with_parameters
from pvlib.errors import CourseError, shown
from pvlib.terminal import Terminal


def repeat(
    recorded: Path,
    wanted: Sequence[str] = (),
    *,
    lessons: Path,
    notebooks: Path,
    out: Path,
    recorded_source: bool,
    limits: Callable[[str], Limits],
    console: Terminal,
) -> bool:
    """Repeat the record in a file, or all or the wanted ones of a run's folder, and print each comparison.

    Args:
        recorded: the file or the folder.
        wanted: lessons as of `run_lessons`.
        lessons: folder of the lessons, with their order.
        notebooks: folder of today's notebooks.
        out: gets what `run_lessons` leaves.
        recorded_source: run the cells of the executed notebooks, not today's.
        limits: what a profile may use, see `limits_of`.
        console: where the comparisons are printed.

    Returns:
        whether every outcome is equal or within its lesson's tolerance.

    Raises:
        CourseError: no such record, or it cannot be repeated; the message names file and key. Nothing has been
            started or written then.
    """
    entries, jobs = read_order(lessons), []
    picked = chosen(entries, wanted)
    for path, record in load_records(recorded).items():
        entry = _entry_of(record, entries, path)
        if entry in picked:
            task = _task(path, record, entry, notebooks, recorded_source=recorded_source)
            try:
                jobs.append((record, entry, task, limits(str(record.parameters.get("profile")))))
            except CourseError as error:
                raise CourseError(f"{path}: parameters: {error}") from error
    if not jobs:
        raise CourseError(f"{recorded}: has no record of {', '.join(wanted)}")
    agree = True
    for record, entry, task, allowed in jobs:
        (again,) = run_tasks([task], entries, out, allowed, console, fresh=True)
        agree &= tell(record, again, entry, ("recorded", "repeated"), console)
    return agree


def _entry_of(record: Record, entries: Sequence[LessonEntry], path: Path) -> LessonEntry:
    for entry in entries:
        if entry.word == record.word:
            return entry
    commit = f" (commit {shown(record.git.get('commit'))})" if record.git else ""
    raise CourseError(
        f"{path}: lesson is {shown(record.lesson)}, which this course does not have (it has "
        f"{', '.join(entry.word for entry in entries)}); use the course that made the record{commit}"
    )


def _task(path: Path, record: Record, entry: LessonEntry, notebooks: Path, *, recorded_source: bool) -> Task:
    """The task that repeats the record in the file `path`; CourseError as `repeat`."""
    if not record.source_sha256:
        raise CourseError(
            f"{path}: source_sha256 is empty: this lesson never ran, so there is nothing to repeat"
        )
    if recorded_source or record.student:
        notebook = _recorded_notebook(path, record)
    elif record.solved:
        notebook = build(entry, solved=True)
    else:
        notebook = read_notebook(notebooks / f"{entry.name}.ipynb")
    task = ready(entry, notebook, solved=record.solved, original=path.with_suffix(".ipynb"))
    try:
        (task,) = with_parameters([task], {name: _typed(value) for name, value in record.parameters.items()})
    except CourseError as error:
        todays = not (recorded_source or record.student)
        advice = ". --recorded-source runs the recorded cells, with their parameters" if todays else ""
        raise CourseError(f"{path}: parameters: {error}{advice}") from error
    return replace(task, threads=record.threads, student=record.student)


def _recorded_notebook(path: Path, record: Record) -> NotebookNode:
    """The cells that the record was made of, from the executed notebook beside it."""
    file = path.with_suffix(".ipynb")
    if not file.is_file():
        raise CourseError(
            f"{file}: not there, but it holds the cells that {path} is of; copy the run's whole folder"
        )
    notebook = without_marks_of_runs(read_notebook(file))
    if source_sha256(notebook) != record.source_sha256:
        raise CourseError(
            f"{path}: source_sha256 is not that of {file.name} beside it, which was changed after its run; take both "
            "as pvlib run wrote them, or run the notebook as it is now: pvlib run --student"
        )
    return notebook


def _typed(value: object) -> str:
    """A recorded value as one would type it after -p here."""
    return with_own_paths(value) if isinstance(value, str) else json.dumps(value)
