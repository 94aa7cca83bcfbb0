"""A whole run: from a config to a folder that holds the network and says how it came about.

It stands above training and evaluation, as a run measures itself after every epoch:

    RUN/config.yaml         the config, whole; `pvlib train RUN/config.yaml --out RUN` goes on from there
    RUN/run.json            faces, what chose the best epoch, and for every start: command, versions, git, device
    RUN/metrics.csv …       what the loop writes: numbers of each epoch, checkpoints
"""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape

from pvlib.errors import CourseError
from pvlib.evaluation.accuracy import predict
from pvlib.files import atomic_write
from pvlib.models import Poster
from pvlib.training.checkpoints import checkpoint_path, epochs_begun, read_state
from pvlib.training.devices import make_fabric, one_fate
from pvlib.training.engine import fit
from pvlib.training.presets import load_config, to_yaml
from pvlib.training.provenance import session
from pvlib.training.records import EpochRecord, best_record
from pvlib.training.run_config import RunConfig
from pvlib.training.setup import build_network, load_faces
from pvlib.training.splits import Load, Training, load_training
from pvlib.training.starting import start_from

if TYPE_CHECKING:
    from lightning.fabric import Fabric

CONFIG, RECORD = "config.yaml", "run.json"
FREE = ("preset", "about", "train.save_minutes", "train.save_steps", "train.epochs")


def train_run(
    config: RunConfig,
    folder: str | Path,
    *,
    device: str = "auto",
    devices: int = 1,
    nodes: int = 1,
    show_progress: bool = True,
    console: Console | None = None,
    load: Load = load_faces,
) -> dict[str, Any]:
    """Train what ``config`` says in ``folder``, or go on with the run found there.

    Args:
        device: "cpu", "cuda", "cuda:1", "mps"; "auto" takes a GPU where there is one.
        devices, nodes: processes per machine, and machines.
        console: where lines for people go; None for silence.
        load: a stand-in for ``load_faces``, e.g. one that remembers.

    Returns:
        ``select`` ("valid" or "test"), ``epochs``, ``seconds`` of training, and the metrics of the ``last``
        and the ``best`` epoch, each with its ``epoch`` and ``loss``.

    Raises:
        CourseError: when the folder holds a run with other settings (naming the key), data or device are not
            there, or the training fails.
    """
    folder, console = Path(folder), console or Console(quiet=True)
    refuse_other_run(config, folder)
    fabric = make_fabric(device, devices, nodes, config.train.precision)
    fabric.launch()
    with one_fate(fabric):
        return _train(config, folder, fabric, show_progress, console, load)


def _train(
    config: RunConfig, folder: Path, fabric: "Fabric", show_progress: bool, console: Console, load: Load
) -> dict[str, Any]:
    """What every process of the run does."""
    training = load_training(config, load)
    network = build_network(
        config.network.as_size(),
        len(training.faces.names),
        seed=config.seed,
        landmark_weights=config.network.landmark_weights,
    )
    if config.network.weights is not None and not checkpoint_path(folder).exists():
        fresh = start_from(network, training.faces.names, config.network.weights)
        if fresh and fabric.is_global_zero:
            console.print(
                "the classes are others than those of the weights: the head starts from random numbers"
            )
    record = _record(config, training, folder, fabric)
    if not fabric.is_global_zero:
        console = Console(quiet=True)
    else:
        _describe(console, config, training, network, fabric)
        _write(folder / CONFIG, to_yaml(config))
        _write(folder / RECORD, json.dumps(record, indent=1) + "\n")
    loop = config.train_config()
    history = fit(
        network,
        training.faces,
        loop,
        rows=training.rows,
        measure=lambda trained: predict(
            trained,
            training.choosing,
            batch_size=loop.faces_at_a_time(fabric.world_size),  # what fits in training fits here
            device=fabric.device,
            precision=config.train.precision,
            input_size=config.network.side,
        ).summary(),
        folder=folder,
        fabric=fabric,
        show_progress=show_progress,
        on_epoch=lambda record: console.print(_line(record), soft_wrap=True),
        run_notes={"data": config.data.root, **config.reading(), "select": config.select},
    )
    result = summary(config, history)
    split = "validation" if config.select == "valid" else "TEST"
    for name in ("last", "best"):
        numbers = result[name]
        console.print(f"{name}: epoch {numbers['epoch']}, {split} accuracy {numbers['accuracy']:.2%}")
    console.print(f"run folder: {escape(str(folder))}", soft_wrap=True)
    return result


def summary(config: RunConfig, history: list[EpochRecord]) -> dict[str, Any]:
    """Return the numbers of a finished run; best as in ``best_record``."""
    best = best_record(history)
    return {
        "select": config.select,
        "epochs": len(history),
        "seconds": sum(record.seconds for record in history),
        **{
            name: {"epoch": record.epoch, "loss": record.loss, **record.metrics}
            for name, record in (("last", history[-1]), ("best", best))
        },
    }


def refuse_other_run(config: RunConfig, folder: Path) -> None:
    """Refuse to go on in a folder whose run has other settings, naming the key as a person writes it.

    ``train.epochs`` may grow, unless the schedule depends on it, and so may how often it saves change.

    Raises:
        CourseError: naming the key and both values.
    """
    if not checkpoint_path(folder).exists():
        return
    if not (folder / CONFIG).exists():
        raise CourseError(
            f"{folder}: holds a run without its {CONFIG}; choose another folder, or remove this one"
        )
    before, now = (_flat(each.as_json()) for each in (load_config(folder / CONFIG), config))
    free = FREE if config.train.schedule != "cosine" else FREE[:-1]
    for key, value in now.items():
        if key not in free and before.get(key) != value:
            raise CourseError(
                f"{folder}: holds a run with {key}={_shown(before.get(key))}, not {_shown(value)}; choose another "
                "folder, or remove this one"
            )
    done = epochs_begun(read_state(folder))
    if done > config.train.epochs:
        raise CourseError(
            f"{folder}: this run already has {done} epochs, more than train.epochs={config.train.epochs}; choose "
            "another folder"
        )


def _record(config: RunConfig, training: Training, folder: Path, fabric: "Fabric") -> dict[str, Any]:
    """What run.json holds; starts of the same run that came before are kept.

    Raises:
        CourseError: the run found in ``folder`` trained on other faces under the same name.
    """
    faces = {"train": len(training), config.select: len(training.choosing)}
    sessions = []
    if checkpoint_path(folder).exists() and (folder / RECORD).exists():
        try:
            before = json.loads((folder / RECORD).read_text(encoding="utf-8"))
            sessions, known = before["sessions"], before["faces"]
        except (ValueError, KeyError, TypeError) as error:
            raise CourseError(f"{folder / RECORD} is damaged ({error}); remove it to go on") from error
        if known != faces:
            raise CourseError(
                f"{folder}: this run had faces {known}, and now {config.data.root} gives {faces}: the data changed; "
                "choose another folder"
            )
    return {
        "preset": config.preset,
        "select": config.select,
        "seed": config.seed,
        "classes": list(training.faces.names),
        "faces": faces,
        "sessions": [*sessions, session(fabric.device, fabric.world_size)],
    }


def _describe(
    console: Console, config: RunConfig, training: Training, network: Poster, fabric: "Fabric"
) -> None:
    live = sum(parameter.numel() for parameter in network.parameters() if parameter.requires_grad)
    kind = "validation" if config.select == "valid" else "TEST"
    where = fabric.device.type if fabric.world_size == 1 else f"{fabric.world_size} × {fabric.device.type}"
    console.print(
        f"{len(training):,} training faces, {len(training.choosing):,} {kind} faces; {config.network.size} network, "
        f"{live / 1e6:.2f} M trained parameters; {where}, {config.train.precision}, seed {config.seed}",
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


def _line(record: EpochRecord) -> str:
    numbers = "  ".join(f"{name} {value:.4f}" for name, value in record.metrics.items())
    return f"epoch {record.epoch:3d}  loss {record.loss:.4f}  {numbers}  {record.seconds:.0f} s"


def _write(path: Path, text: str) -> None:
    with atomic_write(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def _flat(values: dict[str, Any], key: str = "") -> dict[str, Any]:
    """{"train": {"epochs": 3}} -> {"train.epochs": 3}."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        path = f"{key}.{name}" if key else name
        found |= _flat(value, path) if isinstance(value, dict) else {path: value}
    return found


def _shown(value: Any) -> str:
    return "null" if value is None else f"{value}"
