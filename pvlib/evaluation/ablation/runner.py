"""Carry out a grid: skip what is done, several runs at a time, and name what failed."""

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from distributed import Client, as_completed

from pvlib.errors import CourseError
from pvlib.evaluation.ablation.cluster import LIVES
from pvlib.evaluation.ablation.grid import Grid
from pvlib.evaluation.ablation.one_run import Outcome, carry_out, read_result
from pvlib.training.devices import make_fabric


def run_grid(
    grid: Grid,
    folder: Path,
    client: Client,
    *,
    threads: int = 1,
    device: str = "auto",
    carry_out: Callable[..., Outcome] = carry_out,
    on_outcome: Callable[[Outcome], None] = lambda outcome: None,
) -> list[Outcome]:
    """Carry out every run of ``grid`` that ``folder`` does not hold yet; return how each of these ended.

    Args:
        folder: run ``variant/seed-n`` goes there; on a cluster, a place that all machines share.
        threads: of each run.
        device: of each run; with several GPUs on one machine "auto" spreads the workers over them.
        carry_out: what a worker does.
        on_outcome: called as each run ends.
    """
    folder = folder.resolve()
    pending = [run for run in grid.runs if read_result(folder, run) is None]
    # one group of keys: the scheduler then holds tasks back and in order until a worker is free, and a worker
    # that dies takes only its own run with it
    group = f"grid-{time.time_ns()}"
    keys = [(group, number) for number in range(len(pending))]
    task = partial(carry_out, folder=folder, threads=threads, device=device)
    futures = dict(zip(client.map(task, pending, key=keys, pure=False), pending, strict=True))
    outcomes = []
    try:
        for future in as_completed(futures):
            error = None if future.status == "finished" else future.exception()
            if error is None:
                outcome = future.result()
            elif type(error).__name__ == "KilledWorker":
                problem = (
                    f"its worker process died {LIVES} times: killed, or out of memory; try fewer workers"
                )
                outcome = Outcome(run=futures[future], problem=problem)
            else:
                outcome = Outcome(run=futures[future], problem=f"{type(error).__name__}: {error}")
            future.release()  # or a worker that dies later would have it done again
            outcomes.append(outcome)
            on_outcome(outcome)
    except BaseException:
        client.cancel(list(futures))
        raise
    return outcomes


def results_of(grid: Grid, folder: Path) -> dict[tuple[str, int], dict[str, Any]]:
    """Return the result of every finished run of ``grid`` in ``folder``, by variant and seed."""
    found = {(run.variant, run.seed): read_result(folder, run) for run in grid.runs}
    return {key: result for key, result in found.items() if result is not None}


def check_here(grid: Grid, device: str) -> None:
    """Refuse, once and before any run, what every run on this machine would refuse.

    Raises:
        CourseError: naming the device or the file that is not there.
    """
    make_fabric(device)
    for path in {path for run in grid.runs for path in run.config.paths().values()}:
        if not Path(path).exists():
            raise CourseError(f"{path}: there is no such file; look at the paths in the grid")
