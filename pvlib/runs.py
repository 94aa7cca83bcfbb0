"""A whole run: from a config to a folder that holds the network and says how it came about.

It stands above training and evaluation, as a run measures itself after every epoch:

    RUN/config.yaml         the config, whole; `pvlib train RUN/config.yaml --out RUN` goes on from there
    RUN/run.json            faces, what chose the best epoch, and for every start: command, versions, git, device
    RUN/metrics.csv …       what the loop writes: numbers of each epoch, checkpoints
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console

from pvlib.errors import CourseError
from pvlib.evaluation.accuracy import predict
from pvlib.files import atomic_write
from pvlib.models import Poster
from pvlib.network_commands import pick_device
from pvlib.training.engine import EpochRecord, fit
from pvlib.training.presets import load_config, to_yaml
from pvlib.training.provenance import session
from pvlib.training.run_config import RunConfig
from pvlib.training.setup import build_network, load_faces
from pvlib.training.splits import Load, Training, load_training

CONFIG, RECORD, CHECKPOINT = "config.yaml", "run.json", "last.safetensors"
_FREE = ("preset", "about", "train.epochs")


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
    chosen_device = pick_device(device)
    training = load_training(config, load)
    network = build_network(
        config.network.as_size(),
        len(training.faces.names),
        seed=config.seed,
        landmark_weights=config.network.landmark_weights,
    )
    _describe(console, config, training, network, chosen_device)
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / CONFIG, to_yaml(config))
    _write(
        folder / RECORD,
        json.dumps(_record(config, training, folder, chosen_device, devices, nodes), indent=1),
    )
    faces = training.faces if training.rows is None else training.faces.subset(training.rows)
    precision = config.train.precision
    history = fit(
        network,
        faces,
        config.train_config(),
        measure=lambda trained: predict(
            trained, training.choosing, device=chosen_device, precision=precision
        ).summary(),
        folder=folder,
        device=chosen_device,
        show_progress=show_progress,
        on_epoch=_printer(console, config.select),
        run_notes={"data": config.data.root, **config.reading(), "select": config.select},
    )
    return summary(config, history)


def summary(config: RunConfig, history: list[EpochRecord]) -> dict[str, Any]:
    """Return the numbers of a finished run; best is the most accurate epoch, then the most likely, then the first."""
    best = max(
        history,
        key=lambda record: (
            record.metrics["accuracy"],
            -record.metrics["negative_log_likelihood"],
            -record.epoch,
        ),
    )
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
    """Refuse to go on in a folder whose run has other settings; only ``train.epochs`` may grow.

    Raises:
        CourseError: naming the key and both values.
    """
    if not (folder / CHECKPOINT).exists():
        return
    if not (folder / CONFIG).exists():
        raise CourseError(
            f"{folder}: holds a run without its {CONFIG}; choose another folder, or remove this one"
        )
    before, now = (_flat(each.as_json()) for each in (load_config(folder / CONFIG), config))
    for key, value in now.items():
        if key not in _FREE and before.get(key) != value:
            raise CourseError(
                f"{folder}: holds a run with {key}={_shown(before.get(key))}, not {_shown(value)}; choose another "
                "folder, or remove this one"
            )


def _record(
    config: RunConfig, training: Training, folder: Path, device: str, devices: int, nodes: int
) -> dict[str, Any]:
    """What run.json holds; starts of the same run that came before are kept."""
    sessions = []
    if (folder / CHECKPOINT).exists() and (folder / RECORD).exists():
        try:
            sessions = json.loads((folder / RECORD).read_text())["sessions"]
        except (ValueError, KeyError, TypeError) as error:
            raise CourseError(f"{folder / RECORD} is damaged ({error}); remove it to go on") from error
    return {
        "preset": config.preset,
        "select": config.select,
        "seed": config.seed,
        "classes": list(training.faces.names),
        "faces": {"train": len(training), config.select: len(training.choosing)},
        "sessions": [*sessions, session(device, devices, nodes)],
    }


def _describe(console: Console, config: RunConfig, training: Training, network: Poster, device: str) -> None:
    live = sum(parameter.numel() for parameter in network.parameters() if parameter.requires_grad)
    kind = "validation" if config.select == "valid" else "TEST"
    console.print(
        f"{len(training):,} training faces, {len(training.choosing):,} {kind} faces; {config.network.size} network, "
        f"{live / 1e6:.2f} M trained parameters; {device}, {config.train.precision}, seed {config.seed}"
    )
    if config.select == "test":
        console.print("[bold red]select=test:[/] the best epoch is chosen on the very faces that are scored")
    if network.size.landmark.frozen and config.network.landmark_weights is None:
        console.print(
            "[yellow]note:[/] the landmark branch is frozen and starts from random numbers; give it weights "
            "with network.landmark_weights=shipped"
        )


def _printer(console: Console, select: str) -> Callable[[EpochRecord], None]:
    def show(record: EpochRecord) -> None:
        numbers = "  ".join(f"{name} {value:.4f}" for name, value in record.metrics.items())
        console.print(f"epoch {record.epoch:3d}  loss {record.loss:.4f}  {numbers}  {record.seconds:.0f} s")

    return show


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
