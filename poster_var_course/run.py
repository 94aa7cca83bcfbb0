"""Run lessons, some at a time, keep what each measured, and leave a report (`pvlib run`, `make course`).

Everything that can be refused is refused before the first kernel starts. After that a lesson that fails is
named and the others go on. A lesson that is done is not run again as long as its cells, its parameters, pvlib
and the libraries stay the same, so an interrupted series continues where it stopped.
"""

import os
import tempfile
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell
from rich.markup import escape as plain
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from poster_var_course import surroundings
from poster_var_course.limits import Limits, limits_of, shortened
from poster_var_course.order import LessonEntry, read_order
from poster_var_course.outputs import short
from poster_var_course.own_paths import notebook_without_own_paths, without_own_paths
from poster_var_course.records import Record, read_record
from poster_var_course.tasks import SCRATCH, Task, chosen, held, plan
from pvlib.errors import CourseError
from pvlib.files import atomic_write
from pvlib.runs.provenance import git_state
from pvlib.terminal import Terminal

if TYPE_CHECKING:
    from poster_var_course.kernel import Outcome


def run_lessons(
    wanted: Sequence[str] = (),
    *,
    lessons: Path,
    notebooks: Path,
    out: Path,
    profile: str = "reduced",
    given: Sequence[str] = (),
    solved: bool = False,
    fresh: bool = False,
    timeout: float | None = None,
    lesson_timeout: float | None = None,
    memory_mib: float | None = None,
    at_once: int | None = None,
    console: Terminal | None = None,
) -> list[Record]:
    """Execute lessons through papermill and return the record of each, in order.

    Args:
        wanted: lessons by number ("1", "01"), name or file; none means all.
        lessons: folder of the lessons, with their order.
        notebooks: folder of what learners open, NN_word.ipynb; whatever else lies there is left out.
        out: gets NN_word.ipynb, NN_word.html and NN_word.json for each lesson, and report.html.
        profile: "quick", "reduced" or "full"; handed to each lesson as its parameter of that name.
        given: further parameters as "name=value".
        solved: run the lessons with their solutions, and let a check that does not pass fail the lesson.
        fresh: run also what is up to date.
        timeout: seconds that one cell may take; by default 600, and 6 hours in the full profile.
        lesson_timeout: seconds that a lesson may take; by default half an hour, and two days.
        memory_mib: memory that a lesson and its processes may take; by default 6 GiB, and all but a tenth.
        at_once: lessons that run at the same time and share the processor's cores among them; by default two, where
            there are two cores, and one in the full profile.

    Raises:
        CourseError: an unknown lesson or parameter, an ill-typed value, a folder without room or permission.
            Nothing has been started or written then.
    """
    console = console or Terminal()
    limits = limits_of(profile, timeout, lesson_timeout, memory_mib)
    entries = read_order(lessons)
    if not solved:
        entries = _present(entries, notebooks, console)
    todo = plan(chosen(entries, wanted), notebooks, profile, given, solved=solved)
    if at_once is None:
        at_once = 1 if profile == "full" else min(2, os.cpu_count() or 1)
    elif at_once < 1:
        raise CourseError(f"--at-once {at_once}: give a positive number")
    return run_tasks(todo, entries, out, limits, console, fresh=fresh, at_once=at_once)


def run_tasks(
    todo: Sequence[Task],
    entries: Sequence[LessonEntry],
    out: Path,
    limits: Limits,
    console: Terminal,
    *,
    fresh: bool,
    at_once: int = 1,
) -> list[Record]:
    """Run these tasks and write a report of `entries`; CourseError if `out` holds an original."""
    for task in todo:
        if task.original and (out / f"{task.lesson}.ipynb").resolve() == task.original.resolve():
            raise CourseError(f"{task.original}: would be written over; choose another folder with --out")
    with held(out):
        records: dict[int, Record] = {}
        for number, task in enumerate(todo):
            earlier = read_record(out / f"{task.lesson}.json")
            if earlier and not fresh and task.is_up_to_date(earlier, out):
                console.print(f"[green]✔[/] {task.lesson}: up to date ({earlier.seconds:.1f} s when it ran)")
                records[number] = earlier
        if missing := [number for number in range(len(todo)) if number not in records]:
            # papermill, nbconvert and torch take seconds to import; a series that is up to date need not wait
            from poster_var_course.kernel import quiet_libraries

            workers = min(at_once, len(missing))
            if workers > 1:
                # from both ends: later lessons take longer, and none of them should be left to run alone
                missing.sort(key=lambda number: min(number, len(todo) - 1 - number))
            device, threads = surroundings.device_and_threads()
            on = (device, max(1, threads // workers))
            stopped = threading.Event()
            with (
                quiet_libraries(),
                _progress(console) as progress,
                ThreadPoolExecutor(workers) as pool,
            ):
                running = {
                    pool.submit(_run, todo[number], out, limits, on, progress, stopped): number
                    for number in missing
                }
                try:
                    for finished in as_completed(running):
                        record = records[running[finished]] = finished.result()
                        _tell(record, console)
                        _write_report(entries, out)
                except BaseException:  # Ctrl-C among them
                    stopped.set()
                    pool.shutdown(wait=False, cancel_futures=True)
                    raise
        if not (out / "report.html").exists():
            _write_report(entries, out)
    return [record for _, record in sorted(records.items())]


def _run(
    task: Task, out: Path, limits: Limits, on: tuple[str, int], progress: Progress, stopped: threading.Event
) -> Record:
    """Run one task on a device with that many threads, and write its files; KeyboardInterrupt once `stopped`."""
    from poster_var_course.kernel import Outcome
    from poster_var_course.records import Recorded, recorded
    from poster_var_course.report import html_page

    started = datetime.now(UTC).isoformat(timespec="seconds")
    device, threads = on[0], task.threads or on[1]
    if task.problem:
        problem = {"kind": "not run", "cell": "", "message": task.problem}
        outcome = Outcome(notebook=task.notebook, error=problem, seconds=0.0, peak_memory_mib=0.0)
    else:
        outcome = _execute(task, out, threads, limits, progress, stopped)
        if stopped.is_set():  # what the kernel's end looks like is no result
            raise KeyboardInterrupt
    notebook, error = notebook_without_own_paths(outcome.notebook), without_own_paths(outcome.error)
    found = Recorded()
    try:
        found = recorded(notebook)
        page = html_page(_headed(notebook, error), task.lesson)
    except Exception as unreadable:  # a cell can show what no record and no page can hold
        error = error or {"kind": "output", "cell": "", "message": shortened(str(unreadable))}
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.outputs = []
        page = html_page(_headed(notebook, error), task.lesson)
    with atomic_write(out / f"{task.lesson}.ipynb") as temporary:
        nbformat.write(_headed(notebook, error), temporary)
    with atomic_write(out / f"{task.lesson}.html") as temporary:
        temporary.write_text(page, encoding="utf-8", errors="replace")
    record = Record(
        lesson=task.lesson,
        student=task.student,
        status="failed" if error else "done",
        error=error,
        metrics=found.metrics,
        checks=found.checks,
        predictions=found.predictions,
        parameters=without_own_paths(task.identity.parameters),
        seed=task.identity.parameters.get("seed"),
        solved=task.identity.solved,
        seconds=round(outcome.seconds, 3),
        peak_memory_mib=round(outcome.peak_memory_mib, 1),
        started=started,
        device=device,
        threads=threads,
        **surroundings.machine(),
        versions=task.identity.versions,
        packages=surroundings.packages(),
        git=git_state(),
        library_sha256=task.identity.library_sha256,
        source_sha256=task.identity.source_sha256,
        fingerprint=task.identity.fingerprint,
    )
    record.write(out / f"{task.lesson}.json")  # last, since the record says that the other two are there
    return record


def _execute(
    task: Task, out: Path, threads: int, limits: Limits, progress: Progress, stopped: threading.Event
) -> "Outcome":
    from poster_var_course.kernel import execute

    bar = progress.add_task(task.lesson, total=len(task.notebook.cells) + bool(task.changed), cell="")

    def on_cell(number: int, name: str) -> None:
        progress.update(bar, completed=number, cell=plain(name))

    try:
        with tempfile.TemporaryDirectory(prefix=SCRATCH, dir=out) as scratch:
            return execute(
                task.notebook,
                Path(scratch) / f"{task.lesson}.ipynb",
                task.changed,
                folder=task.folder,
                threads=threads,
                limits=limits,
                strict_checks=task.identity.solved,
                on_cell=on_cell,
                stopped=stopped,
            )
    except OSError as error:
        raise CourseError(f"lesson {task.lesson}: cannot be run in {out} ({error})") from error
    finally:
        progress.remove_task(bar)


def _headed(notebook: NotebookNode, error: Mapping[str, str] | None) -> NotebookNode:
    """The notebook, beginning with a cell that says what stopped it, if something did."""
    copy = NotebookNode(notebook)
    if error:
        words = escape(f"**This run stopped**: {told(error)}")
        copy.cells = [new_markdown_cell(words, id="run-stopped"), *notebook.cells]
    return copy


def told(error: Mapping[str, str]) -> str:
    """What stopped a lesson, as one sentence."""
    where = f" in cell {error['cell']}" if error["cell"] else ""
    return f"{error['kind']}{where}: {error['message']}"


def _tell(record: Record, console: Terminal) -> None:
    if record.error:
        console.say(f"[red]✘[/] {record.lesson}: {plain(shortened(told(record.error), 2_000))}")
    else:
        values = ", ".join(f"{name} {short(value)}" for name, value in record.metrics.items())
        said = f"{record.seconds:.1f} s  [dim]{plain(shortened(values, 2_000))}[/]"
        console.say(f"[green]✔[/] {record.lesson}: {said}")
    if record.student:
        console.say("\n".join(f"  {plain(name)} {status}" for name, status in record.checks.items()))


def _present(entries: Sequence[LessonEntry], notebooks: Path, console: Terminal) -> list[LessonEntry]:
    """The lessons whose notebooks are there, after a line about what else is there, or is not."""
    here = [entry for entry in entries if (notebooks / f"{entry.name}.ipynb").exists()]
    if not here:
        raise CourseError(
            f"{notebooks}: none of the lessons' notebooks here; get them with pvlib lessons copy"
        )
    missing = [entry.name for entry in entries if entry not in here]
    others = sorted(
        {path.name for path in notebooks.glob("*.ipynb")} - {f"{entry.name}.ipynb" for entry in entries}
    )
    for said, names in (("no lesson, left out", others), ("no notebook here, left out", missing)):
        if names:
            more = f" and {len(names) - 5} more" if len(names) > 5 else ""
            console.say(f"[dim]{said}:[/] {plain(', '.join(names[:5]))}{more}")
    return here


def _write_report(entries: Sequence[LessonEntry], out: Path) -> None:
    from poster_var_course.report import write_report

    records = {entry.name: read_record(out / f"{entry.name}.json") for entry in entries}
    write_report(out / "report.html", entries, records)


def _progress(console: Terminal) -> Progress:
    columns = (
        TextColumn("  {task.description}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("[dim]{task.fields[cell]}"),
    )
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
