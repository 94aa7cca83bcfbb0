"""One JSON record a lesson: what ran, with what, how long, and what came out (`pvlib run`)."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from pydantic import TypeAdapter, ValidationError

import pvlib
from poster_var_course.limits import shortened
from poster_var_course.outputs import CHECK, METRICS, PREDICTION, plain_value
from pvlib.errors import CourseError, shown
from pvlib.files import atomic_write
from pvlib.runs.provenance import versions

FORMAT = 2  # 1 had no packages, machine and state of the source
FILES = "[0-9][0-9]_*.json"
FOR_AUTHORS = {"answer_tests.py", "claims.py", "in_jupyterlab.py", "over_seeds.py", "simulated_class.py"}


@dataclass(frozen=True, kw_only=True)
class Record:
    """The facts of one executed lesson. The executed notebook beside it holds the cells that ran.

    `status` is "done" or "failed"; `error` then names kind, cell and message. `student` is the file of a
    learner's own notebook, empty where the course's own ran. `threads` is the number that torch, NumPy and SciPy
    had. `versions` are those that numbers depend on, `packages` all that the course requires. `git` is the state
    of the course's checkout. `fingerprint` stands for everything that the result follows from: cells,
    parameters, versions and pvlib's own source.
    """

    format: int = FORMAT
    lesson: str
    student: str
    status: str
    error: dict[str, str] | None
    metrics: dict[str, object]
    checks: dict[str, str]
    predictions: dict[str, dict[str, object]]
    parameters: dict[str, object]
    seed: object
    solved: bool
    seconds: float
    peak_memory_mib: float
    started: str
    device: str
    threads: int
    processor: str
    cores: int
    memory_mib: int
    platform: str
    versions: dict[str, str]
    packages: dict[str, str]
    git: dict[str, Any] | None
    library_sha256: str
    source_sha256: str
    fingerprint: str

    @property
    def word(self) -> str:
        """The lesson's own name, without its number, which may change."""
        return self.lesson.partition("_")[2]

    def write(self, path: Path) -> None:
        """Write as JSON, whole or not at all."""
        with atomic_write(path) as temporary:
            temporary.write_text(json.dumps(asdict(self), indent=1, default=str) + "\n", encoding="utf-8")


@dataclass(frozen=True)
class Identity:
    """What a lesson's result follows from."""

    source_sha256: str
    parameters: dict[str, object]
    solved: bool
    versions: dict[str, str] = field(default_factory=versions)
    library_sha256: str = field(default_factory=lambda: library_sha256())

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True, default=str).encode()).hexdigest()


def read_record(path: Path) -> Record | None:
    """The record in this file; None if there is none, or none of this version's form."""
    try:
        return load_record(path)
    except CourseError:
        return None


def load_record(path: Path) -> Record:
    """The record in this file.

    Raises:
        CourseError: there is none, or one of another format, or a key of it is wrong.
    """
    expected = "give a record as pvlib run wrote it (NN_lesson.json), or the folder of a run"
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CourseError(f"{path}: cannot be read ({error.strerror}); {expected}") from error
    except (ValueError, RecursionError) as error:
        raise CourseError(f"{path}: is no JSON ({shown(str(error))}); {expected}") from error
    form = content.get("format", 1 if "lesson" in content else None) if isinstance(content, dict) else None
    if type(form) is not int:
        raise CourseError(f"{path}: has no key format, so it is no record; {expected}")
    if form > FORMAT:
        raise CourseError(
            f"{path}: format is {form}, and this course reads {FORMAT}: update the course (git pull, make course)"
        )
    if form < FORMAT:
        raise CourseError(f"{path}: an earlier course made it (format {form}); make it anew with pvlib run")
    try:
        return TypeAdapter(Record).validate_python(content)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"]))
        raise CourseError(
            f"{path}: {shown(key)}: {first['msg']}; take the file as pvlib run wrote it"
        ) from None


def load_records(path: Path) -> dict[Path, Record]:
    """The records in the folder of a run, or the one in a file; CourseError as `load_record`, or for none."""
    if not path.is_dir():
        return {path: load_record(path)}
    files = sorted(path.glob(FILES))
    if not files:
        raise CourseError(f"{path}: no record (NN_lesson.json) in this folder; give the folder of a run")
    return {file: load_record(file) for file in files}


def library_sha256() -> str:
    """One hash over the course's own source: a lesson is out of date when what it uses has changed.

    It is the same for a clone and for an installed wheel, which lacks what is for authors alone.
    """
    root = Path(pvlib.__file__).resolve().parents[1]
    folders = (root / name for name in ("pvlib", "drawnfaces", "poster_var_course", "lessons"))
    files = sorted(path for folder in folders for path in folder.rglob("*.py") if not _is_for_authors(path))
    parts = [
        f"{path.relative_to(root).as_posix()}\0".encode() + path.read_bytes().replace(b"\r\n", b"\n")
        for path in files
    ]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _is_for_authors(path: Path) -> bool:
    """Whether this module stays out of the wheel, as pyproject.toml says (a test compares)."""
    return path.name.startswith("test_") or path.name == "lesson.py" or path.name in FOR_AUTHORS


def source_sha256(notebook: NotebookNode) -> str:
    """A hash of what runs: the cells' kinds, texts and tags, not the outputs that a session left."""
    cells = [[cell.cell_type, cell.source, cell.metadata.get("tags", [])] for cell in notebook.cells]
    return hashlib.sha256(json.dumps(cells).encode()).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """What a lesson's outputs say: its metrics, the status of its checks, guesses and truths of its questions."""

    metrics: dict[str, object] = field(default_factory=dict)
    checks: dict[str, str] = field(default_factory=dict)
    predictions: dict[str, dict[str, object]] = field(default_factory=dict)


def recorded(notebook: NotebookNode) -> Recorded:
    """Read what the lesson recorded from its outputs.

    Raises:
        CourseError: an output claims to be one of these and is not.
    """
    found = Recorded()
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            match data.get(METRICS, {}):
                case dict(values):
                    found.metrics.update({name: plain_value(name, value) for name, value in values.items()})
                case other:
                    raise CourseError(f"cell {cell.id} shows metrics that are none: {shortened(repr(other))}")
            match data.get(CHECK):
                case None:
                    pass
                case {"id": str(name), "status": "passed" | "unwritten" | "wrong" as status}:
                    found.checks[shortened(name)] = status
                case other:
                    raise CourseError(f"cell {cell.id} shows a check that is none: {shortened(repr(other))}")
            match data.get(PREDICTION):
                case None:
                    pass
                case {"id": str(name), "guess": said, **rest} if len(json.dumps(data[PREDICTION])) < 10_000:
                    found.predictions[shortened(name)] = {"guess": said, "truth": rest.get("truth")}
                case other:
                    raise CourseError(f"cell {cell.id} shows a guess that is none: {shortened(repr(other))}")
    return found
