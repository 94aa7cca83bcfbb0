"""``pvlib train``: a preset or a YAML file and overrides in, a run folder out."""

from pathlib import Path
from typing import Annotated

from rich.table import Table
from typer import Argument, Option, echo

from pvlib.errors import CourseError
from pvlib.terminal import Terminal


def train(
    preset: Annotated[
        str | None, Argument(help="a preset (--list shows them), or a YAML file such as RUN/config.yaml")
    ] = None,
    overrides: Annotated[
        list[str] | None,
        Argument(metavar="[KEY=VALUE]...", help="such as data.root=faces.safetensors seed=3"),
    ] = None,
    out: Annotated[
        Path | None,
        Option(help="run folder; a run found there is continued", show_default="runs/PRESET"),
    ] = None,
    device: Annotated[str, Option(help="cpu, cuda, mps; auto takes a GPU where there is one")] = "auto",
    devices: Annotated[int, Option(help="processes on each machine, one a GPU")] = 1,
    nodes: Annotated[int, Option(help="machines")] = 1,
    list_presets: Annotated[bool, Option("--list", help="show the presets and stop")] = False,
    show: Annotated[
        bool, Option("--show", help="show the config with its overrides as YAML and stop")
    ] = False,
) -> None:
    """Train a POSTER-Var, or an ablation of it, as a preset says; go on if the run was interrupted."""
    from pvlib.presets import describe_presets, find_preset, is_config_file

    console = Terminal()
    if list_presets:
        table = Table("preset", "what it is", box=None)
        for name, about in describe_presets().items():
            table.add_row(name, about)
        console.print(table)
        return
    if preset is None:
        raise CourseError(
            "say what to train: pvlib train --list shows the presets; pvlib train drawn-tiny is one"
        )
    if not is_config_file(preset):
        find_preset(preset)  # before torch is imported: a name that does not exist is soon told

    from pvlib.training.config_files import load_config, to_yaml

    config = load_config(preset, overrides or ())
    if show:
        echo(to_yaml(config), nl=False)
        return

    from pvlib.evaluation.prediction import measure
    from pvlib.runs.train import train_run
    from pvlib.training.devices import keep_freed_memory

    keep_freed_memory()
    train_run(
        config,
        out or Path("runs") / config.preset,
        measure=measure,
        device=device,
        devices=devices,
        nodes=nodes,
        show_progress=console.is_terminal,
        console=console,
    )
