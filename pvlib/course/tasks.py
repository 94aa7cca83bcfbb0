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

from pvlib.course.build import build, lesson_sources
from pvlib.course.parameters import assignments, notebook_parameters, resolve
from pvlib.course.records import Identity, Record, source_sha256
from pvlib.errors import CourseError

ROOM_MIB = 200


@dataclass(frozen=True)
class Task:
    """One lesson to run: its notebook, the parameters that differ from its defaults, and its identity."""

    lesson: str
    notebook: NotebookNode
    changed: dict[str, object]
    identity: Identity

    def is_up_to_date(self, earlier: Record | None, out: Path) -> bool:
        """Whether `earlier` is a finished run of exactly this task whose files are all still there."""
        if earlier is None or earlier.status != "done" or earlier.fingerprint != self.identity.fingerprint:
            return False
        return all((out / f"{self.lesson}.{ending}").exists() for ending in ("ipynb", "html"))


def lesson_files(lessons: Path, notebooks: Path, *, solved: bool) -> list[Path]:
    """The files that a run reads: the lessons' sources if solved, otherwise what a learner opens."""
    if solved:
        return lesson_sources(lessons)
    files = sorted(notebooks.glob("[0-9][0-9]_*.ipynb"))
    if not files:
        raise CourseError(
            f"{notebooks}: no notebook (NN_name.ipynb) here; make them with pvlib lessons build"
        )
    return files


def tasks(
    files: Sequence[Path], wanted: Sequence[str], profile: str, given: Sequence[str], *, solved: bool
) -> list[Task]:
    """The tasks for the wanted lessons ("1", "01", name or file; none means all), in the lessons' order."""
    values = assignments(given)
    if "profile" in values:
        raise CourseError("-p profile: use --profile reduced or --profile full")
    chosen = _chosen(files, wanted)
    found = {path.stem: build(path, solved=True) if solved else _read(path) for path in chosen}
    defaults = {lesson: notebook_parameters(lesson, notebook) for lesson, notebook in found.items()}
    resolved = resolve({"profile": profile, **values}, defaults)
    return [
        Task(
            lesson,
            notebook,
            {name: value for name, value in resolved[lesson].items() if value != defaults[lesson][name]},
            Identity(source_sha256(notebook), resolved[lesson], solved),
        )
        for lesson, notebook in found.items()
    ]


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


def _chosen(files: Sequence[Path], wanted: Sequence[str]) -> list[Path]:
    if not wanted:
        return list(files)
    chosen = set()
    for word in wanted:
        stem = Path(word).stem
        number = stem.zfill(2) if stem.isdigit() else stem
        matches = [path for path in files if path.stem == number or path.stem[:2] == number]
        if len(matches) != 1:
            names = [path.stem for path in files]
            near = difflib.get_close_matches(stem, names, n=1, cutoff=0.4)
            advice = f"did you mean {near[0]}?" if near else f"there are: {', '.join(names)}"
            raise CourseError(f"no single lesson is called {word}; {advice}")
        chosen.add(matches[0])
    return sorted(chosen)


def _read(path: Path) -> NotebookNode:
    try:
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
    except Exception as error:  # nbformat lets errors of json, of jsonschema and its own through
        reason = str(error).split("\n")[0]
        raise CourseError(
            f"{path}: not a readable notebook ({reason}); pvlib lessons build makes it anew"
        ) from error
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return notebook
