"""Decide what a run shall do, and refuse what cannot be done, before any kernel starts (`pvlib run`)."""

import difflib
import shutil
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_notebook

from poster_var_course.build import build
from poster_var_course.order import LessonEntry
from poster_var_course.parameters import assignments, notebook_parameters, resolve
from poster_var_course.records import Identity, Record, source_sha256
from pvlib.errors import CourseError
from pvlib.files import locked

ROOM_MIB = 200
SCRATCH = ".running-"


@dataclass(frozen=True, kw_only=True)
class Task:
    """One lesson to run: its notebook, the parameters that differ from its defaults, and its identity.

    `problem` says why it cannot be run, and is empty where it can. `original` is the file that the notebook was
    read from. The kernel works in `folder`, with `threads` where they are given, else with as many as torch takes
    here. `student` is the name of a learner's own file, and empty for the course's notebooks.
    """

    lesson: str
    notebook: NotebookNode
    identity: Identity
    changed: dict[str, object] = field(default_factory=dict)
    problem: str = ""
    original: Path | None = None
    folder: Path = field(default_factory=Path.cwd)
    threads: int | None = None
    student: str = ""

    def is_up_to_date(self, earlier: Record, out: Path) -> bool:
        """Whether `earlier` is a finished run of exactly this task whose files are all still there."""
        if earlier.status != "done" or earlier.fingerprint != self.identity.fingerprint:
            return False
        return all((out / f"{self.lesson}.{ending}").exists() for ending in ("ipynb", "html"))


def plan(
    entries: Sequence[LessonEntry], notebooks: Path, profile: str, given: Sequence[str], *, solved: bool
) -> list[Task]:
    """The tasks of these lessons; one whose notebook cannot be run becomes a task that says why.

    Raises:
        CourseError: a parameter that a lesson does not know, or a value of the wrong type.
    """
    values = assignments(given)
    tasks = [_task(entry, notebooks, solved=solved) for entry in entries]
    return with_parameters(tasks, {"profile": profile, **values})


def with_parameters(tasks: Sequence[Task], given: Mapping[str, str]) -> list[Task]:
    """These tasks with the given values, as typed, in place of their defaults; CourseError as `plan`."""
    defaults = {task.lesson: task.identity.parameters for task in tasks if not task.problem}
    values = resolve(given, defaults)
    return [_with(task, values.get(task.lesson, {})) for task in tasks]


def _with(task: Task, parameters: dict[str, object]) -> Task:
    defaults = task.identity.parameters
    changed = {name: value for name, value in parameters.items() if value != defaults[name]}
    return replace(task, identity=replace(task.identity, parameters=parameters), changed=changed)


def _task(entry: LessonEntry, notebooks: Path, *, solved: bool) -> Task:
    """A lesson with its own parameters, or the reason why it cannot be run."""
    original = None if solved else notebooks / f"{entry.name}.ipynb"
    try:
        notebook = read_notebook(original) if original else build(entry, solved=True)
        return ready(entry, notebook, solved=solved, original=original)
    except CourseError as error:
        identity = Identity("", {}, solved)
        return Task(lesson=entry.name, notebook=new_notebook(), identity=identity, problem=str(error))


def ready(
    entry: LessonEntry, notebook: NotebookNode, *, solved: bool = False, original: Path | None = None
) -> Task:
    """A task of this notebook with its own parameters; CourseError if it does not say what they are."""
    identity = Identity(source_sha256(notebook), notebook_parameters(entry.name, notebook), solved)
    return Task(lesson=entry.name, notebook=notebook, identity=identity, original=original)


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


@contextmanager
def held(out: Path) -> Iterator[None]:
    """Hold the output folder for this run alone; what a killed run has left there is cleared away.

    Raises:
        CourseError: no permission, no room, or another run is at work there.
    """
    with locked(out, "a run of lessons"):
        free = shutil.disk_usage(out).free / 2**20
        if free < ROOM_MIB:
            raise CourseError(
                f"{out}: only {free:.0f} MiB free, {ROOM_MIB} are needed; make room or use --out"
            )
        for leftover in out.glob(f"{SCRATCH}*"):
            shutil.rmtree(leftover, ignore_errors=True)
        yield


def read_notebook(path: Path) -> NotebookNode:
    """The notebook in a file, without its outputs; CourseError if it is none."""
    try:
        with warnings.catch_warnings(action="ignore"):  # ids that are missing or twice are mended
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
