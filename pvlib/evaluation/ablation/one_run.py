"""One run of a grid, start to end, in whichever process or machine it lands on."""

import functools
import json
import time
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pvlib.errors import CourseError
from pvlib.evaluation.ablation.grid import PlannedRun
from pvlib.files import write_whole
from pvlib.training.same_run import first_difference

RESULT = "result.json"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a run ended: ``problem`` is None, or one line that says what went wrong."""

    run: PlannedRun
    seconds: float = 0.0
    accuracy: float | None = None
    problem: str | None = None

    def __str__(self) -> str:
        how = f"failed: {self.problem}" if self.accuracy is None else f"accuracy {self.accuracy:.2%}"
        return f"{self.run}: {how}, {self.seconds:.0f} s"


def carry_out(run: PlannedRun, folder: Path, threads: int = 1, device: str = "auto") -> Outcome:
    """Train, score, and write ``result.json``; a failure is an outcome too, so that the other runs go on.

    A run that was interrupted goes on from its checkpoint. What its training prints goes to ``log.txt``; of
    an error that is no user's doing the trace goes to ``error.txt``.

    Args:
        folder: of the grid; on a cluster it must be the same place for every machine.
        threads: that PyTorch may use for it.
        device: "auto", or any of PyTorch's.
    """
    started, accuracy, problem = time.perf_counter(), None, None
    try:
        # a worker that dies loses the answers that it had not handed over yet, and they are asked for again
        result = read_result(folder, run) or _train_and_score(
            run, folder / run.folder, threads, _one_of_several(device)
        )
        accuracy = result["evaluation"]["metrics"]["accuracy"]["value"]
    except CourseError as error:
        problem = str(error)
    except Exception as error:
        trace = folder / run.folder / "error.txt"
        write_whole(trace, traceback.format_exc())
        problem = f"{type(error).__name__}: {error}; see {trace}"
    return Outcome(run=run, seconds=time.perf_counter() - started, accuracy=accuracy, problem=problem)


def read_result(folder: Path, run: PlannedRun) -> dict[str, Any] | None:
    """Return the result that a grid's folder holds of this very run; None if there is none, or of other settings.

    It holds ``settings`` (of the run), ``training`` (what ``train_run`` returned), ``sessions`` (every start
    of the training, see ``provenance.session``) and ``evaluation`` (the JSON of an evaluation).
    """
    try:
        result = json.loads((folder / run.folder / RESULT).read_text(encoding="utf-8"))
        numbers = (result["training"]["seconds"], result["evaluation"]["metrics"]["accuracy"]["value"])
        whole = all(isinstance(number, int | float) for number in (*numbers, result["evaluation"]["faces"]))
        other = first_difference(result["settings"], run.settings(), frozenset({"preset", "about"}))
        return result if whole and result["sessions"] and other is None else None
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None


def _train_and_score(run: PlannedRun, folder: Path, threads: int, device: str) -> dict[str, Any]:
    import torch

    from pvlib.evaluation.evaluate import evaluate
    from pvlib.evaluation.prediction import measure
    from pvlib.runs.train import train_run
    from pvlib.runs.trained import load_trained
    from pvlib.terminal import Terminal
    from pvlib.training.devices import keep_freed_memory, make_fabric
    from pvlib.training.splits import load_split

    torch.set_num_threads(threads)
    keep_freed_memory()
    config, scoring = run.config, run.scoring
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "log.txt").open("a", encoding="utf-8") as log:
        training = train_run(
            config,
            folder,
            measure=measure,
            device=device,
            show_progress=False,
            console=Terminal(file=log, width=160),
            load=_load_once,
        )
    trained = load_trained(folder, scoring.which)
    evaluation = evaluate(
        [trained.network],
        load_split(config, scoring.split, load=_load_once),
        samples=scoring.samples,
        passes=scoring.passes,
        bootstrap=0,
        batch_size=config.train_config().faces_at_a_time(),
        device=make_fabric(device).device,
        input_size=trained.input_size,
    )
    result = {
        "settings": run.settings(),
        "training": training,
        "sessions": trained.record["sessions"],
        "evaluation": evaluation.as_json(),
    }
    write_whole(folder / RESULT, json.dumps(result, indent=1))
    return result


@functools.lru_cache(maxsize=8)
def _load_once(source: str, split: str, **choices: Any) -> Any:
    """Faces as ``load_faces`` returns them, kept for the next run in this process: drawing them takes long."""
    from pvlib.training.sources import load_faces

    return load_faces(source, split, **choices)


def _one_of_several(device: str) -> str:
    """With several GPUs on one machine, each of its workers takes its own."""
    import torch
    from distributed import get_worker

    gpus = torch.cuda.device_count()
    if device not in ("auto", "cuda") or gpus < 2:
        return device
    name = get_worker().name
    return f"cuda:{name % gpus}" if isinstance(name, int) else "cuda"
