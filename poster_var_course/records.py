"""One JSON record a lesson: what ran, with what, how long, and what came out (`pvlib run`)."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from nbformat import NotebookNode

import pvlib
from poster_var_course.limits import shortened
from poster_var_course.outputs import CHECK, METRICS, PREDICTION, plain_value
from pvlib.errors import CourseError
from pvlib.files import atomic_write
from pvlib.runs.provenance import versions


@dataclass(frozen=True, kw_only=True)
class Record:
    """The facts of one executed lesson; two runs are equal where parameters, versions and metrics are.

    `status` is "done" or "failed"; `error` then names kind, cell and message. `fingerprint` stands for
    everything that the result follows from: cells, parameters, versions and pvlib's own source.
    """

    lesson: str
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
    platform: str
    versions: dict[str, str]
    source_sha256: str
    fingerprint: str

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
        return Record(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def library_sha256() -> str:
    """One hash over the course's own source: a lesson is out of date when what it uses has changed."""
    root = Path(pvlib.__file__).resolve().parents[1]
    folders = (root / name for name in ("pvlib", "drawnfaces", "poster_var_course", "lessons"))
    files = sorted(path for folder in folders for path in folder.rglob("*.py") if path.name != "lesson.py")
    parts = [f"{path.relative_to(root).as_posix()}\0".encode() + path.read_bytes() for path in files]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


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


def device_and_threads() -> tuple[str, int]:
    """What torch calculates on by default here, and with how many processor threads."""
    import torch  # two seconds that a run with nothing to do should not wait

    device = f"cuda ({torch.cuda.get_device_name()})" if torch.cuda.is_available() else "cpu"
    return device, torch.get_num_threads()
