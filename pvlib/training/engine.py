"""The training loop, on one screen (lesson 08)."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from pvlib.data.faces import Faces
from pvlib.models import Poster
from pvlib.random_state import fork_random_state
from pvlib.training.batches import Batches
from pvlib.training.configs import TrainConfig
from pvlib.training.devices import compiled, distribute, make_fabric
from pvlib.training.failures import check_finite, check_run, explained
from pvlib.training.keeper import LOOK_EVERY, Keeper
from pvlib.training.logs import RunLog
from pvlib.training.records import EpochRecord
from pvlib.training.sam import uphill
from pvlib.training.state import Position, TrainingState, begin
from pvlib.training.streams import seed_objective, seed_pass

if TYPE_CHECKING:
    from lightning.fabric import Fabric

__all__ = ["EpochRecord", "Run", "fit", "gradient", "make_fabric", "train_epoch"]


def fit(
    network: Poster,
    faces: Faces,
    config: TrainConfig,
    *,
    rows: Tensor | None = None,
    measure: Callable[[Poster], dict[str, float]] | None = None,
    folder: Path | None = None,
    fabric: "Fabric | None" = None,
    device: str | torch.device = "cpu",
    show_progress: bool = True,
    on_epoch: Callable[[EpochRecord], None] | None = None,
    run_notes: dict[str, Any] | None = None,
) -> list[EpochRecord]:
    """Train ``network`` in place with AdamW; return a record an epoch.

    What is drawn at random depends on seed, epoch and step alone. So a run that was killed at any moment and
    is started again with the same ``folder`` goes on from its last checkpoint and ends, on the same CPU with
    as many threads, with the same weights to the last bit as one that was never interrupted. (A GPU's own
    sums vary in the last bits from run to run.) With a moving average, ``network`` ends up as that.

    Args:
        rows: int64, positions of the faces to train on, all by default; so that a part held out of a large
            memory-mapped file need not be copied.
        measure: called with the network after every epoch, e.g. its accuracy on validation faces. Its
            "accuracy" chooses the checkpoint ``best``. Of several processes only the first calls it.
        folder: where checkpoints and metrics.csv are written, and looked for at the start.
        fabric: what to run on, launched already where it has several processes; see ``make_fabric``.
        device: what to run on where no ``fabric`` is given.
        on_epoch: called with each new record, e.g. to print it; in the first process.
        run_notes: JSON values to keep in the checkpoint, e.g. which data the run trained on.

    Raises:
        CourseError: when the run makes no sense (``check_run``); ``folder`` holds a run with another config,
            network or data, or more epochs than asked for; loss or weights are no longer numbers; or the
            device has no memory left.
    """
    fabric = fabric or make_fabric(device, precision=config.precision)
    rows = torch.arange(len(faces)) if rows is None else rows
    check_run(network, faces, rows, config, fabric)
    identity = {"size": asdict(network.size), "names": faces.names, "run": run_notes or {}}
    keeper = Keeper(folder, config, identity, fabric)
    with explained(config, fabric.world_size):
        state = begin(network, config, fabric)
        keeper.pick_up(state)
        module, optimizer = distribute(network, state.optimizer, config, fabric)
    batches = Batches.of(faces, rows, config, fabric)
    first = fabric.is_global_zero
    log = RunLog(folder if first else None, config.epochs * batches.steps, shown=show_progress and first)
    run = Run(config, fabric, state, module, optimizer, batches, keeper, log)

    with fork_random_state(fabric.device), explained(config, fabric.world_size), log:
        log.begin(state.history, len(state.history) * batches.steps + state.position.step)
        for epoch in range(len(state.history), config.epochs):
            with compiled(network, config.compile):
                train_epoch(run, epoch)
            metrics = measure(state.measured) if measure is not None and first else {}
            state.end_epoch(fabric.broadcast(metrics), batches.steps * config.batch_size)
            keeper.save(state)
            log.add(state.history)
            if on_epoch is not None and first:
                on_epoch(state.history[-1])
    if state.average is not None:
        network.load_state_dict(state.measured.state_dict())
    network.eval()
    return state.history


@dataclass
class Run:
    """What one epoch needs: ``module`` and ``optimizer`` are network and AdamW as Fabric wraps them."""

    config: TrainConfig
    fabric: "Fabric"
    state: TrainingState
    module: Any
    optimizer: Any
    batches: Batches
    keeper: Keeper
    log: RunLog


def train_epoch(run: Run, epoch: int) -> None:
    """Train on one epoch's faces, or on those that are left of it; ``run.state.position`` moves along."""
    config, fabric, state = run.config, run.fabric, run.state
    run.state.start_training(config.freeze_batchnorm)
    order = run.batches.order(epoch)  # (steps, faces of a step)
    total = torch.tensor(state.position.loss_sum, device=fabric.device)
    started = time.perf_counter() - state.position.seconds
    for step in range(state.position.step, len(order)):
        done = step + 1
        rate = config.learning_rate_at(epoch, (step + 0.5) / len(order))
        state.set_learning_rate(rate)
        images, target = run.batches.load(order[step], epoch, step)
        total += gradient(run, images, target, epoch, step)
        if config.sam:
            with uphill(state.live_weights, config.sam):
                gradient(run, images, target, epoch, step, number=1)
        if config.clip is not None:
            fabric.clip_gradients(run.module, run.optimizer, max_norm=config.clip, error_if_nonfinite=False)
        run.optimizer.step()
        run.optimizer.zero_grad()
        if state.average is not None:
            state.average.update(state.network)

        save = run.keeper.is_due(epoch * len(order) + done) and done < len(order)
        if save or done % LOOK_EVERY == 0 or done == len(order):
            total = fabric.all_reduce(total, reduce_op="mean")
            state.position = Position(epoch, done, total.item(), time.perf_counter() - started)
            check_finite(state, rate, run.keeper.folder)
            run.log.move(epoch, config.epochs, epoch * len(order) + done, total.item() / done)
        if save:
            run.keeper.save(state)


def gradient(run: Run, images: Tensor, target: Tensor, epoch: int, step: int, number: int = 0) -> Tensor:
    """Add the gradient of the mean loss over one step's faces; return that loss, of this process's faces.

    Args:
        number: 1 in the second pass of sharpness-aware minimisation, else 0.
    """
    config, fabric, batches = run.config, run.fabric, run.batches
    shared = config.noise == "per_sample"
    again = number if config.sam_noise == "fresh" else 0
    seed_pass(config.seed, epoch, step, 0 if shared else fabric.global_rank, again)
    noise = batches.head_noise(run.state.network) if shared else None  # (own faces, classes)
    if shared and fabric.global_rank:
        seed_pass(config.seed, epoch, step, fabric.global_rank, again)  # drop-path has a stream a process
    total = torch.zeros((), device=fabric.device)
    for part, (faces, wanted, given) in enumerate(batches.parts(images, target, noise)):
        with fabric.no_backward_sync(run.module, enabled=part < config.accumulate - 1):
            with fabric.autocast():  # of one process, Fabric wraps forward alone
                logits, distribution = run.module.sample_logits(faces, given)
            if shared:
                seed_objective(config.seed, epoch, step, part, again)
            loss = config.objective(logits.float(), wanted, distribution) / config.accumulate
            fabric.backward(loss)
        total += loss.detach()
    return total
