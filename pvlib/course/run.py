"""Run lessons one after another, keep what each measured, and leave a report (`pvlib run`, `make course`).

Everything that can be refused is refused before the first kernel starts. After that a lesson that fails is
named and the others go on. A lesson that is done is not run again as long as its cells, its parameters, pvlib
and the libraries stay the same, so an interrupted series continues where it stopped.
"""

import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape
from pathlib import Path

import nbformat
from nbformat.v4 import new_markdown_cell
from rich.console import Console
from rich.markup import escape as plain
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from pvlib.course.records import Record, read_record
from pvlib.course.tasks import Task, check_folder, lesson_files, scratch_folder, tasks
from pvlib.errors import CourseError
from pvlib.files import atomic_write

CELL_SECONDS = {"reduced": 600.0, "full": 6 * 3600.0}


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
    console: Console | None = None,
) -> list[Record]:
    """Execute lessons through papermill and return the record of each, in order.

    Args:
        wanted: lessons by number ("1", "01"), name or file; none means all.
        lessons: folder of the sources, NN_name.py.
        notebooks: folder of what learners open, NN_name.ipynb.
        out: gets NN_name.ipynb, NN_name.html and NN_name.json for each lesson, and report.html.
        profile: "reduced" or "full"; handed to each lesson as its parameter of that name.
        given: further parameters as "name=value".
        solved: run the lessons with their solutions, and let a check that does not pass fail the lesson.
        fresh: run also what is up to date.
        timeout: seconds that one cell may take; by default 600, and 6 hours in the full profile.

    Raises:
        CourseError: an unknown lesson or parameter, an ill-typed value, a folder without room or permission.
            Nothing has been started or written then.
    """
    console = console or Console()
    limit = CELL_SECONDS[profile] if timeout is None else timeout
    if limit <= 0:
        raise CourseError(f"--timeout {limit:g}: give a positive number of seconds")
    files = lesson_files(lessons, notebooks, solved=solved)
    todo = tasks(files, wanted, profile, given, solved=solved)
    check_folder(out)

    records: list[Record] = []
    for task in todo:
        earlier = read_record(out / f"{task.lesson}.json")
        if not fresh and task.is_up_to_date(earlier, out):
            console.print(f"[green]✔[/] {task.lesson}: up to date ({earlier.seconds:.1f} s when it ran)")
            records.append(earlier)
            continue
        record = _run(task, out, limit, console)
        records.append(record)
        _tell(record, console)
        _write_report(files, out)
    if not (out / "report.html").exists():
        _write_report(files, out)
    return records


def _run(task: Task, out: Path, timeout: float, console: Console) -> Record:
    # papermill, nbconvert and torch take seconds to import; a series that is up to date need not wait
    from pvlib.course.kernel import Outcome, execute
    from pvlib.course.records import device_and_threads, recorded
    from pvlib.course.report import write_html

    started = datetime.now(UTC).isoformat(timespec="seconds")
    with scratch_folder(out) as scratch, _progress(console) as progress:
        bar = progress.add_task(task.lesson, total=len(task.notebook.cells) + bool(task.changed), cell="")

        def on_cell(number: int, name: str) -> None:
            progress.update(bar, completed=number, cell=plain(name))

        try:
            outcome: Outcome = execute(
                task.notebook,
                Path(scratch) / f"{task.lesson}.ipynb",
                task.changed,
                folder=Path.cwd(),
                timeout=timeout,
                strict_checks=task.identity.solved,
                on_cell=on_cell,
            )
        except OSError as error:
            raise CourseError(f"lesson {task.lesson}: cannot be run in {out} ({error})") from error

    metrics, checks = recorded(outcome.notebook)
    device, threads = device_and_threads()
    record = Record(
        lesson=task.lesson,
        status="failed" if outcome.error else "done",
        error=outcome.error,
        metrics=metrics,
        checks=checks,
        parameters=task.identity.parameters,
        seed=task.identity.parameters.get("seed"),
        solved=task.identity.solved,
        seconds=round(outcome.seconds, 3),
        peak_memory_mib=round(outcome.peak_memory_mib, 1),
        started=started,
        device=device,
        threads=threads,
        platform=platform.platform(),
        versions=task.identity.versions,
        source_sha256=task.identity.source_sha256,
        fingerprint=task.identity.fingerprint,
    )
    if outcome.error:
        words = f"**This run stopped** in cell {outcome.error['cell']}: {outcome.error['message']}"
        outcome.notebook.cells.insert(0, new_markdown_cell(escape(words), id="run-stopped"))
    with atomic_write(out / f"{task.lesson}.ipynb") as temporary:
        nbformat.write(outcome.notebook, temporary)
    write_html(outcome.notebook, out / f"{task.lesson}.html", task.lesson)
    record.write(out / f"{task.lesson}.json")  # last, since the record says that the other two are there
    return record


def _tell(record: Record, console: Console) -> None:
    if record.error:
        where, message = plain(record.error["cell"]), plain(record.error["message"])
        text = f"[red]✘[/] {record.lesson}: {record.error['kind']} in cell {where}: {message}"
        console.print(text, soft_wrap=True, highlight=False)
        return
    values = ", ".join(
        f"{name} {value:.4g}" if isinstance(value, float) else f"{name} {value}"
        for name, value in record.metrics.items()
        if not isinstance(value, list)
    )
    text = f"[green]✔[/] {record.lesson}: {record.seconds:.1f} s  [dim]{plain(values)}[/]"
    console.print(text, soft_wrap=True, highlight=False)


def _write_report(files: Sequence[Path], out: Path) -> None:
    from pvlib.course.report import write_report

    names = [path.stem for path in files]
    records = [read_record(out / f"{name}.json") for name in names]
    write_report(out / "report.html", names, [record for record in records if record])


def _progress(console: Console) -> Progress:
    columns = (
        TextColumn("  {task.description}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("[dim]{task.fields[cell]}"),
    )
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
