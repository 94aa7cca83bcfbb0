"""A whole run: from a config to a folder that holds the network and says how it came about.

``pvlib.runs.folder`` says what lies there.
"""

import math
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape

from pvlib.files import locked
from pvlib.models import Poster
from pvlib.runs.folder import write_description
from pvlib.runs.provenance import session
from pvlib.runs.starting import start_from
from pvlib.training.build import build_network
from pvlib.training.checkpoints import EpochRecord, best_record, checkpoint_path
from pvlib.training.config import RunConfig
from pvlib.training.devices import make_fabric
from pvlib.training.failures import enough_memory_for
from pvlib.training.loop import fit
from pvlib.training.same_run import FREE, refuse_other_run
from pvlib.training.sources import load_faces
from pvlib.training.splits import Load, load_training

if TYPE_CHECKING:
    from lightning_fabric import Fabric

Measure = Callable[..., dict[str, float]]
_SPLIT = {"valid": "validation", "test": "TEST"}


def train_run(
    config: RunConfig,
    folder: str | Path,
    *,
    measure: Measure,
    device: str = "auto",
    devices: int = 1,
    nodes: int = 1,
    show_progress: bool = True,
    console: Console | None = None,
    load: Load = load_faces,
) -> dict[str, Any]:
    """Train what ``config`` says in ``folder``, or go on with the run found there.

    Args:
        measure: what says after every epoch how good the network is, e.g. :func:`pvlib.evaluation.prediction.measure`:
            called with network and faces, and the keywords ``batch_size``, ``device``, ``precision`` and
            ``input_size`` of the run. Its "accuracy" chooses the best epoch.
        device: "cpu", "cuda", "cuda:1", "mps"; "auto" takes a GPU where there is one.
        devices, nodes: processes per machine, and machines.
        console: where lines for people go; None for silence.
        load: a stand-in for ``load_faces``, e.g. one that remembers.

    Returns:
        ``select`` ("valid" or "test"), ``epochs``, ``seconds`` of training, and the metrics of the ``last``
        and the ``best`` epoch, each with its ``epoch`` and ``loss``.

    Raises:
        CourseError: when the folder holds a run with other settings (naming the key), or another process trains
            there; data or device are not there, or the training fails.
    """
    folder, console = Path(folder), console or Console(quiet=True)
    fabric = make_fabric(device, devices, nodes, config.train.precision)
    with locked(folder, "a training") if fabric.is_global_zero else nullcontext():
        refuse_other_run(folder, {"run": config.as_json()}, FREE | {"faces"})
        fabric.launch()
        if not fabric.is_global_zero:
            console = Console(quiet=True)
        with enough_memory_for(
            "these faces and this network", "train on fewer (data.count=...), or a smaller network"
        ):
            training = load_training(config, load)
            names, wanted = training.faces.names, config.network
            network = build_network(
                wanted.as_size(), len(names), seed=config.seed, landmark_weights=wanted.landmark_weights
            )
            begins = not checkpoint_path(folder).exists()
            if wanted.weights is not None and begins and start_from(network, names, wanted.weights):
                console.print("the classes are not those of the weights: the head starts from random numbers")
        loop = config.train_config()
        faces = {"train": len(training), config.select: len(training.choosing)}
        history = fit(
            network,
            training.faces,
            loop,
            rows=training.rows,
            measure=lambda trained: measure(
                trained,
                training.choosing,
                batch_size=loop.faces_at_a_time(fabric.world_size),  # what fits in training fits here
                device=fabric.device,
                precision=loop.precision,
                input_size=wanted.side,
            ),
            folder=folder,
            fabric=fabric,
            show_progress=show_progress,
            on_start=lambda: _begin(config, folder, faces, names, network, fabric, console),
            on_epoch=lambda record: console.print(_line(record), soft_wrap=True),
            run_notes={**config.as_json(), "faces": faces},
        )
    scored = {"last": history[-1], "best": best_record(history) or history[-1]}
    for name, record in scored.items():
        accuracy = record.metrics.get("accuracy", math.nan)
        console.print(f"{name}: epoch {record.epoch}, {_SPLIT[config.select]} accuracy {accuracy:.2%}")
    console.print(f"run folder: {escape(str(folder))}", soft_wrap=True)
    return {
        "select": config.select,
        "epochs": len(history),
        "seconds": sum(record.seconds for record in history),
        **{
            name: {"epoch": record.epoch, "loss": record.loss, **record.metrics}
            for name, record in scored.items()
        },
    }


def _begin(
    config: RunConfig,
    folder: Path,
    faces: dict[str, int],
    names: tuple[str, ...],
    network: Poster,
    fabric: "Fabric",
    console: Console,
) -> None:
    """Say what is trained, and write it into the folder, once nothing is left to refuse."""
    live = sum(parameter.numel() for parameter in network.parameters() if parameter.requires_grad)
    where = fabric.device.type if fabric.world_size == 1 else f"{fabric.world_size} × {fabric.device.type}"
    console.print(
        f"{faces['train']:,} training faces, {faces[config.select]:,} {_SPLIT[config.select]} faces; "
        f"{config.network.size} network, {live / 1e6:.2f} M trained parameters; {where}, {config.train.precision}, "
        f"seed {config.seed}",
        soft_wrap=True,
    )
    if config.select == "test":
        console.print("[bold red]select=test:[/] the best epoch is chosen on the very faces that are scored")
    if network.size.landmark.frozen and config.network.landmark_weights is config.network.weights is None:
        console.print(
            "[yellow]note:[/] the landmark branch is frozen and starts from random numbers; give it weights "
            "with network.landmark_weights=shipped",
            soft_wrap=True,
        )
    start = session(fabric.device, fabric.world_size)
    write_description(folder, config, class_names=names, faces=faces, session=start)


def _line(record: EpochRecord) -> str:
    numbers = "  ".join(f"{name} {value:.4f}" for name, value in record.metrics.items())
    return f"epoch {record.epoch:3d}  loss {record.loss:.4f}  {numbers}  {record.seconds:.0f} s"
