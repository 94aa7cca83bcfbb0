"""``pvlib ablate GRID``: variants × seeds in, one table with intervals out."""

import shlex
from pathlib import Path
from typing import Annotated

from rich.markup import escape
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
    from pvlib.evaluation.ablation.grid import grid_names, read_grid
    from pvlib.evaluation.ablation.one_run import Outcome
    from pvlib.evaluation.ablation.runner import check_here, results_of, run_grid
    from pvlib.evaluation.ablation.table import write_table
    from pvlib.files import locked

    console = Terminal()
    if list_grids:
        for name in grid_names():
            console.say(f"{name}: {escape(read_grid(name).about)}")
        return
    if grid is None:
        raise CourseError(f"name a grid: {', '.join(grid_names())}, or a file of your own that ends in .yaml")
    if workers is not None and scheduler is not None:
        raise CourseError(
            "--workers starts processes here and --scheduler uses those elsewhere: give one of them"
        )
    chosen = read_grid(grid, overrides or ())
    for warning in chosen.warnings():
        console.say(f"[bold red]{escape(warning)}[/]")
    name = Path(grid).stem
    folder = out or Path("runs/ablate") / name
    results = results_of(chosen, folder)
    if plan:
        for run in chosen.runs:
            console.say(f"{run.folder}: {'done' if (run.variant, run.seed) in results else 'to do'}")
        return
    to_do = 0 if table else len(chosen.runs) - len(results)
    if to_do and scheduler is None:
        check_here(chosen, device)
    typed = ["pvlib", "ablate", grid, *(overrides or ()), *(() if out is None else ("--out", str(out)))]
    problems: list[str] = []

    def write() -> Path:
        found = results_of(chosen, folder)
        return write_table(chosen, name, folder, found, command=shlex.join(typed), problems=problems)

    def tell(outcome: Outcome) -> None:
        if outcome.problem is not None:
            problems.append(f"{outcome.run}: {outcome.problem}")
        console.say(escape(str(outcome)))
        write()

    with locked(folder, "an ablation"):
        path = write()
        if to_do:
            console.say(f"{to_do} of {len(chosen.runs)} runs to do")
            try:
                with open_client(workers or workers_that_fit(threads, device), scheduler) as client:
                    if not client.scheduler_info()["workers"]:
                        console.say(
                            "no worker has joined that scheduler yet: the runs wait for a dask worker"
                        )
                    run_grid(chosen, folder, client, threads=threads, device=device, on_outcome=tell)
            except KeyboardInterrupt:
                raise CourseError("interrupted; the same command goes on from there") from None
    console.say(f"table: {escape(str(path))}")
    if problems:
        say_error(f"{len(problems)} of {len(chosen.runs)} runs", "failed")
        raise Exit(1)
