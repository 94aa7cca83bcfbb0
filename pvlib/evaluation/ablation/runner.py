"""Carry out a grid: skip what is done, several runs at a time, keep the table current, name what failed."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from distributed import Client, Future, as_completed
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from pvlib.evaluation.ablation.cluster import LIVES
from pvlib.evaluation.ablation.grid import Grid, PlannedRun
from pvlib.evaluation.ablation.one_run import Outcome, Task, carry_out, read_result
from pvlib.training.config import RunConfig
from pvlib.training.sources import is_drawn


def run_grid(
    grid: Grid,
    folder: Path,
    client: Client,
    *,
    threads: int = 1,
    device: str = "auto",
    carry_out: Callable[[Task], Outcome] = carry_out,
    on_outcome: Callable[[Outcome], None] | None = None,
    console: Console | None = None,
) -> list[Outcome]:
    """Carry out every run of ``grid`` that ``folder`` does not hold yet; return how each of these ended.

    Args:
        folder: run ``variant/seed-n`` goes there; on a cluster, a place that all machines share.
        threads: of each run.
        device: of each run; with several GPUs on one machine "auto" spreads the workers over them.
        carry_out: what a worker does.
        on_outcome: called as each run ends.
        console: says one line a run, and shows a bar if it is a terminal; None says nothing.
    """
    folder = folder.resolve()
    pending = [run for run in grid.runs if read_result(folder / run.folder, run) is None]
    report = _Report(console or Console(quiet=True), len(grid.runs), len(grid.runs) - len(pending))
    outcomes = []
    with report:
        tasks = [Task(run, _located(run.config), folder / run.folder, threads, device) for run in pending]
        # one group of keys: the scheduler then holds tasks back and in order until a worker is free, and a worker
        # that dies takes only its own run with it
        group = f"grid-{time.time_ns()}"
        keys = [(group, number) for number in range(len(tasks))]
        futures = dict(zip(client.map(carry_out, tasks, key=keys, pure=False), pending, strict=True))
        try:
            for future in as_completed(futures):
                outcome = _outcome(future, futures[future])
                future.release()  # or a worker that dies later would have it done again
                outcomes.append(outcome)
                if on_outcome is not None:
                    on_outcome(outcome)
                report.say(outcome)
        except BaseException:
            client.cancel(list(futures))
            raise
    return outcomes


def results_of(grid: Grid, folder: Path) -> dict[tuple[str, int], dict]:
    """Return the evaluation of every finished run of ``grid`` in ``folder``, by variant and seed."""
    found = {(run.variant, run.seed): read_result(folder / run.folder, run) for run in grid.runs}
    return {key: result["evaluation"] for key, result in found.items() if result is not None}


def _located(config: RunConfig) -> RunConfig:
    """The config with the paths of files made absolute: a worker may have another working folder."""
    root, weights = config.data.root, config.network.landmark_weights
    if not is_drawn(root):
        config = replace(config, data=replace(config.data, root=str(Path(root).resolve())))
    if weights not in (None, "shipped"):
        config = replace(
            config, network=replace(config.network, landmark_weights=str(Path(weights).resolve()))
        )
    return config


def _outcome(future: Future, run: PlannedRun) -> Outcome:
    """What a worker answered, or that no worker lived to answer."""
    if future.status == "finished":
        return future.result()
    error = future.exception()
    what = f"its worker process died {LIVES} times: killed, or out of memory; try fewer workers"
    if type(error).__name__ != "KilledWorker":
        what = f"{type(error).__name__}: {error}"
    return Outcome(run.variant, run.seed, 0.0, problem=what)


class _Report:
    """One line for each run that ends, with what is left; a bar below them on a terminal."""

    def __init__(self, console: Console, total: int, done: int):
        self.console, self.total, self.before, self.done = console, total, done, done
        self.started = time.monotonic()
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[left]}"),
        )
        shown = console.is_terminal and not console.quiet
        self.bar = Progress(*columns, console=console, disable=not shown, transient=True)
        self.task = self.bar.add_task("runs", total=total, completed=done, left="")

    def __enter__(self) -> "_Report":
        if self.before:
            self.console.print(f"{self.before} of {self.total} runs are done already")
        self.bar.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.bar.stop()

    def say(self, outcome: Outcome) -> None:
        self.done += 1
        left = self._left()
        self.bar.update(self.task, completed=self.done, left=left)
        what = (
            f"[red]failed:[/] {escape(outcome.problem)}"
            if outcome.problem
            else f"accuracy {outcome.accuracy:.2%}"
        )
        self.console.print(
            f"{self.done:4d} of {self.total}  {outcome.variant}, seed {outcome.seed}: {what}, "
            f"{outcome.seconds:.0f} s; {left}",
            soft_wrap=True,
            highlight=False,
        )

    def _left(self) -> str:
        """Time to the end of the grid, if the rest goes as what has been done since the start."""
        seconds = (time.monotonic() - self.started) / (self.done - self.before) * (self.total - self.done)
        if seconds == 0:
            return "all done"
        return "less than a minute left" if seconds < 60 else f"about {round(seconds / 60)} min left"
