"""Run a learner's own notebook as it is, wherever it lies and whatever it is called (`pvlib run --student`)."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from nbformat import NotebookNode

from poster_var_course.build import OURS
from poster_var_course.limits import Limits
from poster_var_course.order import LessonEntry, read_order
from poster_var_course.parameters import assignments
from poster_var_course.records import Record
from poster_var_course.run import run_tasks
from poster_var_course.tasks import Task, read_notebook, ready, with_parameters
from pvlib.errors import CourseError, shown
from pvlib.terminal import Terminal

# what only a run writes into a notebook, by tag or by id: it is no part of the cells that ran
LEFT_BY_RUNS = {"injected-parameters", "papermill-error-cell-tag", "run-stopped"}
CALL = re.compile(r"""\b(?:check|hint|guess|reveal|chosen)\(\s*["'](\w+)\.""")


def run_student(
    file: Path,
    *,
    lessons: Path,
    out: Path,
    profile: str | None,
    given: Sequence[str],
    fresh: bool,
    limits: Callable[[str], Limits],
    console: Terminal,
) -> list[Record]:
    """Run the learner's notebook within the limits of its profile, and leave in `out` what `run_lessons` leaves.

    Args:
        profile: None leaves the one that the notebook's own parameters name.
        limits: what a profile may use, see `limits_of`.

    Raises:
        CourseError: as `student_task`, or `out` is where the notebook itself would be written over.
    """
    values = assignments(given)
    entries = read_order(lessons)
    named = {"profile": profile} if profile else {}
    (task,) = with_parameters([student_task(file, entries)], named | values)
    here = limits(str(task.identity.parameters.get("profile")))
    reported = [entry for entry in entries if entry.name == task.lesson]
    return run_tasks([task], reported, out, here, console, fresh=fresh)


def student_task(file: Path, entries: Sequence[LessonEntry]) -> Task:
    """The task of running this notebook in its own folder, with the parameters that it holds.

    Raises:
        CourseError: the file is no notebook, of no lesson, or its parameters are not literals.
    """
    if not file.is_file():
        raise CourseError(f"{file}: there is no such file; give a learner's notebook (.ipynb)")
    notebook = read_notebook(file)
    notebook.metadata.pop("widgets", None)  # the state of controls that an earlier session showed
    notebook = without_marks_of_runs(notebook)
    entry = lesson_of(notebook, entries, file)
    try:
        task = ready(entry, notebook, original=file)
    except CourseError as error:
        raise CourseError(f"{file}: {error}") from error
    return replace(task, folder=file.resolve().parent, student=file.name)


def lesson_of(notebook: NotebookNode, entries: Sequence[LessonEntry], file: Path) -> LessonEntry:
    """The lesson that the notebook's metadata names, else the one whose checks and guesses it calls most."""
    words = {entry.word: entry for entry in entries}
    ours = notebook.metadata.get(OURS)
    named = [str(ours.get("lesson"))] if isinstance(ours, dict) else []
    called = Counter(word for cell in notebook.cells for word in CALL.findall(cell.source))
    for word in (*named, *(word for word, _ in called.most_common())):
        if word in words:
            return words[word]
    known = ", ".join(words)
    raise CourseError(
        f"{file}: is of the lesson {shown(named[0])}, which this course does not have ({known}); update the course"
        if named
        else f"{file}: this notebook seems to be of no lesson: its metadata name none, and it checks no answer of one "
        f"({known}). The lessons' notebooks come from pvlib lessons copy"
    )


def without_marks_of_runs(notebook: NotebookNode) -> NotebookNode:
    """The notebook without the cells that an earlier run put in."""
    notebook.cells = [
        cell
        for cell in notebook.cells
        if not LEFT_BY_RUNS & {cell.get("id"), *map(str, cell.metadata.get("tags", []))}
    ]
    return notebook
