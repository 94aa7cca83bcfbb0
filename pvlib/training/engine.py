"""The training loop, on one screen (lesson 08)."""

import json
import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from pvlib.data.faces import Faces
from pvlib.data.transforms import normalise
from pvlib.errors import CourseError
from pvlib.files import atomic_write
from pvlib.models import Poster
from pvlib.training.checkpoints import CHECKPOINT, read_state, resume, save_checkpoint
from pvlib.training.configs import TrainConfig


@dataclass(frozen=True)
class EpochRecord:
    """What one epoch gave: mean training loss, what ``measure`` found, and the seconds of training alone."""

    epoch: int
    loss: float
    metrics: dict[str, float]
    learning_rate: float
    seconds: float


def fit(
    network: Poster,
    faces: Faces,
    config: TrainConfig,
    *,
    measure: Callable[[Poster], dict[str, float]] | None = None,
    folder: Path | None = None,
    device: str | torch.device = "cpu",
    show_progress: bool = True,
    on_epoch: Callable[[EpochRecord], None] | None = None,
    run_notes: dict[str, Any] | None = None,
) -> list[EpochRecord]:
    """Train ``network`` in place with AdamW and the exponential schedule; return a record an epoch.

    Each epoch draws from a random stream of its own, seeded with (seed, epoch). So a run that was killed
    and is started again with the same ``folder`` goes on after its last whole epoch and ends, on the same
    CPU with as many threads, with the same weights to the last bit as a run that was never interrupted. (A
    GPU's own sums vary in the last bits from run to run.)

    Args:
        measure: called with the network after every epoch, e.g. its accuracy on validation faces.
        folder: where the checkpoint is written after every epoch, and looked for at the start.
        on_epoch: called with each new record, e.g. to print it.
        run_notes: JSON values to keep in the checkpoint, e.g. which data the run trained on.

    Raises:
        CourseError: when the network and the faces disagree on the classes, ``folder`` holds a run with
            another config, network or data, or more epochs than asked for; or when loss or weights are no
            longer numbers.
    """
    if network.num_classes != len(faces.names):
        raise CourseError(
            f"the network has {network.num_classes} classes and the faces have {len(faces.names)}: "
            f"{', '.join(faces.names)}"
        )
    if config.sampling.faces(faces.labels) < config.batch_size:
        raise CourseError(
            f"batch_size = {config.batch_size}, but an epoch has only {config.sampling.faces(faces.labels)} "
            "training faces"
        )
    network.to(device, memory_format=torch.channels_last)
    live = [parameter for parameter in network.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(live, lr=config.learning_rate, weight_decay=config.weight_decay, fused=True)
    identity = {"size": asdict(network.size), "names": faces.names, "run": run_notes or {}}
    history: list[EpochRecord] = []
    if folder is not None and (folder / CHECKPOINT).exists():
        history = _pick_up(folder, network, optimizer, config, identity)
    if folder is not None:  # first, as a folder that cannot be written to is soon found out
        with atomic_write(folder / "config.json") as temporary:
            temporary.write_text(json.dumps(config.as_json(), indent=1))

    with torch.random.fork_rng(), _progress_bar(show_progress) as bar:
        for epoch in range(len(history), config.epochs):
            started = time.perf_counter()
            learning_rate = config.learning_rate * config.decay**epoch
            for group in optimizer.param_groups:
                group["lr"] = learning_rate
            torch.manual_seed(config.seed * 1_000_003 + epoch)
            loss = _train_epoch(network, faces, optimizer, config, device, bar, epoch)
            seconds = time.perf_counter() - started
            if not (math.isfinite(loss) and all(weight.isfinite().all() for weight in live)):
                kept = f"; the checkpoint of epoch {epoch} is whole" if folder is not None and epoch else ""
                raise CourseError(
                    f"loss or weights are no longer numbers in epoch {epoch + 1}: lower the learning rate "
                    f"({learning_rate:g}){kept}"
                )
            metrics = measure(network) if measure is not None else {}
            history.append(EpochRecord(epoch + 1, loss, metrics, learning_rate, seconds))
            if folder is not None:
                state = {"config": config.as_json(), "history": [asdict(record) for record in history]}
                save_checkpoint(folder, network, optimizer, {**identity, **state})
            if on_epoch is not None:
                on_epoch(history[-1])
    network.eval()
    return history


def _train_epoch(
    network: Poster,
    faces: Faces,
    optimizer: torch.optim.Optimizer,
    config: TrainConfig,
    device: str | torch.device,
    bar: Progress,
    epoch: int,
) -> float:
    """One epoch's faces in random order; return the mean loss."""
    network.train()
    to_network_input = normalise if config.recipe is None else config.recipe.training()
    order = config.sampling.order(faces.labels)
    steps = len(order) // config.batch_size  # a last, smaller batch is left out
    order = order[: steps * config.batch_size].view(steps, -1)
    task = bar.add_task(f"epoch {epoch + 1} of {config.epochs}", total=steps, loss=math.nan)
    total = torch.zeros((), device=device)
    for step, chosen in enumerate(order):
        images = to_network_input(faces.images.index_select(0, chosen).to(device))
        target = faces.target[chosen].to(device)
        with autocast(device, config.precision):
            logits, distribution = network.sample_logits(images)
        loss = config.objective(logits.float(), target, distribution)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.detach()
        if step % 10 == 0 or step == steps - 1:
            bar.update(task, completed=step + 1, loss=total.item() / (step + 1))
    bar.remove_task(task)
    return total.item() / steps


def _pick_up(
    folder: Path,
    network: Poster,
    optimizer: torch.optim.Optimizer,
    config: TrainConfig,
    identity: dict[str, Any],
) -> list[EpochRecord]:
    """Continue the run in ``folder``: load it into network and optimizer and return its history."""
    state = read_state(folder)
    before = {**state["config"], "epochs": config.epochs}, {key: state.get(key) for key in identity}
    now = _as_json(config.as_json()), _as_json(identity)
    for old, new in zip(before, now, strict=True):
        different = [key for key in new if old.get(key) != new[key]]
        if different:
            key = different[0]
            raise CourseError(
                f"{folder}: holds a run with another {key} ({old.get(key)}, now {new[key]}); "
                "choose another folder, or remove this one"
            )
    history = [EpochRecord(**record) for record in state["history"]]
    if len(history) > config.epochs:
        raise CourseError(
            f"{folder}: this run already has {len(history)} epochs, more than the {config.epochs} asked for; "
            "choose another folder"
        )
    resume(folder, network, optimizer)
    return history


def _as_json(values: dict[str, Any]) -> dict[str, Any]:
    """What JSON makes of ``values``, so that they compare equal to stored ones: tuples become lists."""
    return json.loads(json.dumps(values))


def autocast(device: str | torch.device, precision: str) -> torch.autocast:
    """Compute convolutions and matrix products in bfloat16 where ``precision`` is "bf16"."""
    return torch.autocast(torch.device(device).type, torch.bfloat16, enabled=precision == "bf16")


def _progress_bar(shown: bool) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, TextColumn("loss {task.fields[loss]:.3f}"), disable=not shown, transient=True)
