"""Decide what a run shall do, and refuse what cannot be done, before any kernel starts (`pvlib run`)."""

import difflib
import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import nbformat
import psutil
from nbformat import NotebookNode
from nbformat.v4 import new_notebook

from pvlib.course.build import build
from pvlib.course.order import LessonEntry
from pvlib.course.parameters import assignments, notebook_parameters, resolve
from pvlib.course.records import Identity, Record, source_sha256
from pvlib.errors import CourseError

ROOM_MIB = 200


@dataclass(frozen=True, kw_only=True)
class Task:
    """One lesson to run: its notebook, the parameters that differ from its defaults, and its identity.

    `problem` says why it cannot be run, and is empty where it can.
    """

    lesson: str
    notebook: NotebookNode
    changed: dict[str, object]
    identity: Identity
    problem: str = ""

    def is_up_to_date(self, earlier: Record, out: Path) -> bool:
        """Whether `earlier` is a finished run of exactly this task whose files are all still there."""
        if earlier.status != "done" or earlier.fingerprint != self.identity.fingerprint:
            return False
        return all((out / f"{self.lesson}.{ending}").exists() for ending in ("ipynb", "html"))


def tasks(
    entries: Sequence[LessonEntry], notebooks: Path, profile: str, given: Sequence[str], *, solved: bool
) -> list[Task]:
    """The tasks of these lessons; one whose notebook cannot be run becomes a task that says why.

    Raises:
        CourseError: a parameter that a lesson does not know, or a value of the wrong type.
    """
    values = assignments(given)
    if "profile" in values:
        raise CourseError("-p profile: use --profile reduced or --profile full")
    readable: dict[str, NotebookNode] = {}
    defaults: dict[str, dict[str, object]] = {}
    problems: dict[str, str] = {}
    for entry in entries:
        try:
            notebook = build(entry, solved=True) if solved else _read(notebooks / f"{entry.name}.ipynb")
            defaults[entry.name] = notebook_parameters(entry.name, notebook)
            readable[entry.name] = notebook
        except CourseError as error:
            problems[entry.name] = str(error)
    resolved = resolve({"profile": profile, **values}, defaults)
    return [
        Task(
            lesson=name,
            notebook=new_notebook(),
            changed={},
            identity=Identity("", {}, solved),
            problem=problems[name],
        )
        if name in problems
        else Task(
            lesson=name,
            notebook=readable[name],
            changed={key: value for key, value in resolved[name].items() if value != defaults[name][key]},
            identity=Identity(source_sha256(readable[name]), resolved[name], solved),
        )
        for name in (entry.name for entry in entries)
    ]


def chosen(entries: Sequence[LessonEntry], wanted: Sequence[str]) -> list[LessonEntry]:
    """The wanted lessons ("1", "01", name, word or file; none means all), in the lessons' order."""
    picked = []
    for word in wanted:
        stem = Path(word).parent.name if Path(word).name == "lesson.py" else Path(word).stem
        number = int(stem) if stem.isdecimal() else None
        matches = [entry for entry in entries if stem in (entry.name, entry.word) or entry.number == number]
        if not matches:
            names = [entry.name for entry in entries]
            near = difflib.get_close_matches(stem, names, n=1, cutoff=0.4)
            advice = f"did you mean {near[0]}?" if near else f"there are: {', '.join(names)}"
            raise CourseError(f"no single lesson is called {word}; {advice}")
        picked += matches
    return [entry for entry in entries if entry in picked] if wanted else list(entries)


def with_notebooks(
    entries: Sequence[LessonEntry], notebooks: Path
) -> tuple[list[LessonEntry], list[Path], list[LessonEntry]]:
    """The lessons whose notebooks lie here, the other notebooks (copies, say), and the lessons without one."""
    names = {f"{entry.name}.ipynb" for entry in entries}
    here = [entry for entry in entries if (notebooks / f"{entry.name}.ipynb").exists()]
    others = sorted(path for path in notebooks.glob("*.ipynb") if path.name not in names)
    return here, others, [entry for entry in entries if entry not in here]


def check_folder(out: Path) -> None:
    """Refuse an output folder without permission or room, or where another run is at work.

    Makes the folder if it is missing, and clears away what a killed run has left.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out):
            pass
        free = shutil.disk_usage(out).free / 2**20
    except OSError as error:
        reason = error.strerror or str(error)
        raise CourseError(f"{out}: cannot write here ({reason}); choose another folder with --out") from error
    if free < ROOM_MIB:
        raise CourseError(f"{out}: only {free:.0f} MiB free, {ROOM_MIB} are needed; make room or use --out")
    _clear_leftovers(out)


def scratch_folder(out: Path) -> tempfile.TemporaryDirectory:
    """A folder inside `out` for half-finished files; its name tells whose it is, and since when."""
    began = psutil.Process().create_time()
    return tempfile.TemporaryDirectory(prefix=f".running-{os.getpid()}-{began:.0f}-", dir=out)


def _clear_leftovers(out: Path) -> None:
    for leftover in out.glob(".running-*-*-*"):
        numbers = leftover.name.split("-")[1:3]
        if not all(number.isdecimal() for number in numbers):  # not ours
            continue
        pid, began = map(int, numbers)
        if pid != os.getpid() and _is_alive(pid, began):
            raise CourseError(f"{out}: another run (process {pid}) is at work here; wait for it or use --out")
        shutil.rmtree(leftover, ignore_errors=True)


def _is_alive(pid: int, began: int) -> bool:
    """Whether this very process still runs; its number alone may have been given to another one."""
    try:
        return abs(psutil.Process(pid).create_time() - began) <= 2  # two readings may round differently
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:  # somebody else's, so it lives
        return True


def _read(path: Path) -> NotebookNode:
    try:
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
    except Exception as error:  # nbformat lets errors of json, of jsonschema and its own through
        reason = str(error).split("\n")[0]
        raise CourseError(
            f"{path}: not a readable notebook ({reason}). Your text may still be in it: rename the file, get a "
            "fresh one with pvlib lessons copy, and carry your lines over"
        ) from error
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return notebook
