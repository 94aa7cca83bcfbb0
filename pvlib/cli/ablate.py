"""``pvlib ablate GRID``: variants × seeds in, one table with intervals out."""

import shlex
from pathlib import Path
from typing import Annotated

from typer import Argument, Exit, Option

from pvlib.terminal import Terminal, say_error


def ablate(
    grid: Annotated[
        str | None, Argument(help="a grid that comes with the course (--list), or a file.yaml")
    ] = None,
    overrides: Annotated[
        list[str] | None,
        Argument(help="key=value for every run, as for pvlib train; also preset=, seeds= and columns="),
    ] = None,
    out: Annotated[
        Path | None, Option(help="folder of the runs and the table", show_default="runs/ablate/GRID")
    ] = None,
    workers: Annotated[
        int | None, Option(min=1, help="runs at a time", show_default="one a GPU, else as the cores allow")
    ] = None,
    threads: Annotated[int, Option(min=1, help="processor threads of each run")] = 1,
    scheduler: Annotated[
        str | None, Option(help="address or file of a running Dask scheduler, instead of processes here")
    ] = None,
    device: Annotated[str, Option(help="cpu, cuda, mps; auto takes a GPU where there is one")] = "auto",
    plan: Annotated[bool, Option("--plan", help="list the runs and stop")] = False,
    table: Annotated[bool, Option("--table", help="only write the table of the runs that are done")] = False,
    list_grids: Annotated[bool, Option("--list", help="list the grids that come with the course")] = False,
) -> None:
    """Train and score every variant under every seed, and write the table of means, differences and intervals.

    The same command again goes on where it stopped: finished runs are skipped, others resume.
    """
    from pvlib.errors import CourseError
    from pvlib.evaluation.ablation.cluster import open_client, workers_that_fit
    from pvlib.evaluation.ablation.grid_file import grid_names, read_grid
    from pvlib.evaluation.ablation.one_run import Outcome
    from pvlib.evaluation.ablation.provenance import made_with
    from pvlib.evaluation.ablation.runner import results_of, run_grid
    from pvlib.evaluation.ablation.table import write_table
    from pvlib.evaluation.ablation.warnings import warnings_of

    console = Terminal()
    if list_grids:
        for name in grid_names():
            console.print(f"{name}: {read_grid(name).about}", soft_wrap=True, highlight=False)
        return
    if grid is None:
        raise CourseError(f"name a grid: {', '.join(grid_names())}, or a file of your own that ends in .yaml")
    chosen = read_grid(grid, overrides or ())
    for warning in warnings_of(chosen):
        console.print(f"[bold red]{warning}[/]", soft_wrap=True, highlight=False)
    folder = out or Path("runs/ablate") / chosen.name
    results = results_of(chosen, folder)
    if plan:
        for run in chosen.runs:
            state = "done" if (run.variant, run.seed) in results else "to do"
            console.print(f"{run.folder}: {state}", soft_wrap=True, highlight=False)
        return
    command = shlex.join(
        ["pvlib", "ablate", grid, *(overrides or ())] + ([] if out is None else ["--out", str(out)])
    )
    failed: list[str] = []

    def keep_table_current(outcome: Outcome | None = None) -> Path:
        if outcome is not None and outcome.problem is not None:
            failed.append(f"{outcome.variant}, seed {outcome.seed}: {outcome.problem}")
        return write_table(
            chosen,
            folder,
            results_of(chosen, folder),
            command=command,
            problems=failed,
            made_with=made_with(chosen, folder),
        )

    path = keep_table_current()
    if not table and len(results) < len(chosen.runs):
        try:
            with open_client(workers or workers_that_fit(threads, device), scheduler) as client:
                run_grid(
                    chosen,
                    folder,
                    client,
                    threads=threads,
                    device=device,
                    on_outcome=keep_table_current,
                    console=console,
                )
        except KeyboardInterrupt:
            raise CourseError("interrupted; the same command goes on from there") from None
    console.print(f"table: {path}", soft_wrap=True, highlight=False)
    if failed:
        say_error(f"{len(failed)} of {len(chosen.runs)} runs", "failed")
        raise Exit(1)
