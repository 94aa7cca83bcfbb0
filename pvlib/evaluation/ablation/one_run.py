"""One run of a grid, start to end, in whichever process or machine it lands on."""

import functools
import json
import time
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pvlib.errors import CourseError
from pvlib.evaluation.ablation.grid import PlannedRun, Scoring
from pvlib.files import atomic_write
from pvlib.training.config import RunConfig

RESULT = "result.json"


@dataclass(frozen=True)
class Task:
    """What a worker needs to know.

    Attributes:
        run: the cell of the grid.
        config: of the run, with paths that mean the same in every process.
        folder: of this run; on a cluster it must be the same place for every machine.
        threads: that PyTorch may use for it.
        device: "auto", or any of PyTorch's.
    """

    run: PlannedRun
    config: RunConfig
    folder: Path
    threads: int = 1
    device: str = "auto"


@dataclass(frozen=True)
class Outcome:
    """How a task ended: ``problem`` is None, or one line that says what went wrong."""

    variant: str
    seed: int
    seconds: float
    accuracy: float | None = None
    problem: str | None = None


def carry_out(task: Task) -> Outcome:
    """Train, score, and write ``result.json``; a failure is an outcome too, so that the other runs go on.

    A run that was interrupted goes on from its checkpoint. What its training prints goes to ``log.txt``; of
    an error that is no user's doing the trace goes to ``error.txt``.
    """
    started = time.perf_counter()
    run = task.run

    def outcome(**more: Any) -> Outcome:
        return Outcome(run.variant, run.seed, time.perf_counter() - started, **more)

    try:
        # a worker that dies loses the answers that it had not handed over yet, and they are asked for again
        finished = read_result(task.folder, run)
        evaluation = finished["evaluation"] if finished else _train_and_score(task)
    except CourseError as error:
        return outcome(problem=str(error))
    except Exception as error:
        trace = task.folder / "error.txt"
        with atomic_write(trace) as temporary:
            temporary.write_text(traceback.format_exc())
        return outcome(problem=f"{type(error).__name__}: {error}; see {trace}")
    return outcome(accuracy=evaluation["metrics"]["accuracy"]["value"])


def read_result(folder: Path, run: PlannedRun) -> dict[str, Any] | None:
    """Return the result that ``folder`` holds of this very run; None if there is none, or of other settings."""
    try:
        result = json.loads((folder / RESULT).read_text())
        settings = result["settings"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return result if isinstance(settings, dict) and _agree(settings, run.settings()) else None


def _agree(stored: dict[str, Any], now: dict[str, Any]) -> bool:
    """Whether the settings are the same; one that did not exist when the run was made must be at its default."""
    defaults = _flat(PlannedRun("", 0, RunConfig(), Scoring()).settings())
    return {**defaults, **_flat(stored)} == {**defaults, **_flat(now)}


def _flat(values: dict[str, Any], above: str = "") -> dict[str, Any]:
    flat = {}
    for key, value in values.items():
        flat |= _flat(value, f"{above}{key}.") if isinstance(value, dict) else {f"{above}{key}": value}
    return flat


def _train_and_score(task: Task) -> dict[str, Any]:
    import torch
    from rich.console import Console

    from pvlib.evaluation.accuracy import measure
    from pvlib.evaluation.evaluate import evaluate
    from pvlib.runs.train import train_run
    from pvlib.training.checkpoints import load_network
    from pvlib.training.devices import keep_freed_memory, make_fabric
    from pvlib.training.splits import load_split

    torch.set_num_threads(task.threads)
    keep_freed_memory()
    config, scoring, device = task.config, task.run.scoring, _device(task.device)
    task.folder.mkdir(parents=True, exist_ok=True)
    with (task.folder / "log.txt").open("a") as log:
        training = train_run(
            config,
            task.folder,
            measure=measure,
            device=device,
            show_progress=False,
            console=Console(file=log, width=160),
            load=_load_once,
        )
    network = load_network(task.folder, which=scoring.which)
    evaluation = evaluate(
        [network],
        load_split(config, scoring.split, load=_load_once),
        samples=scoring.samples,
        passes=scoring.passes,
        bootstrap=0,
        batch_size=config.train_config().faces_at_a_time(),
        device=make_fabric(device).device,
        input_size=config.network.side,
    ).as_json()
    result = {
        "variant": task.run.variant,
        "seed": task.run.seed,
        "settings": task.run.settings(),
        "training": training,
        "evaluation": evaluation,
    }
    with atomic_write(task.folder / RESULT) as temporary:
        temporary.write_text(json.dumps(result, indent=1))
    return evaluation


@functools.lru_cache(maxsize=8)
def _load_once(source: str, split: str, **choices: Any):
    """Faces as ``load_faces`` returns them, kept for the next run in this process: drawing them takes long."""
    from pvlib.training.sources import load_faces

    return load_faces(source, split, **choices)


def _device(wanted: str) -> str:
    """With several GPUs on one machine, each of its workers takes its own."""
    import torch
    from distributed import get_worker

    gpus = torch.cuda.device_count()
    if wanted not in ("auto", "cuda") or gpus < 2:
        return wanted
    name = get_worker().name
    return f"cuda:{name % gpus}" if isinstance(name, int) else "cuda"
