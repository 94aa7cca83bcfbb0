"""The training loop, on one screen."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import torch
from torch import Tensor

from pvlib.data.faces import Faces
from pvlib.models import Poster
from pvlib.random_state import fork_random_state
from pvlib.training.batches import Batches
from pvlib.training.checkpoints import EpochRecord, Position
from pvlib.training.config import TrainConfig
from pvlib.training.devices import distribute, make_fabric
from pvlib.training.failures import check_finite, check_run, explained
from pvlib.training.positions import learning_rate_at, seed_pass
from pvlib.training.run_log import RunLog
from pvlib.training.sam import sam_ascent
from pvlib.training.state import LOOK_EVERY, CheckpointKeeper, TrainingState, begin

if TYPE_CHECKING:
    from lightning_fabric import Fabric


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
    on_start: Callable[[], None] | None = None,
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
        on_start: called before the first step, once nothing is left to refuse; in the first process.
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
    batches = Batches(
        faces=faces,
        rows=rows,
        config=config,
        process=fabric.global_rank,
        processes=fabric.world_size,
        device=fabric.device,
    )
    identity = {
        "run": run_notes or {},
        "faces": len(rows),
        "names": faces.names,
        "size": asdict(network.size),
    }
    keeper = CheckpointKeeper(
        folder=folder, config=config, identity=identity, steps=batches.steps, fabric=fabric
    )
    first = fabric.is_global_zero
    with explained(config, fabric.world_size), fork_random_state(fabric.device):
        state = begin(network, config, fabric)
        keeper.resume(state)
        if on_start is not None and first:
            on_start()
        module, optimizer = distribute(network, state.optimizer, fabric)
        steps = config.epochs * batches.steps
        with RunLog(folder if first else None, steps, shown=show_progress and first) as log:
            log.begin(state.history, len(state.history) * batches.steps + state.position.step)
            run = Run(
                config=config,
                fabric=fabric,
                state=state,
                module=module,
                optimizer=optimizer,
                batches=batches,
                keeper=keeper,
                log=log,
            )
            for epoch in range(len(state.history), config.epochs):
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


@dataclass(kw_only=True)
class Run:
    """What one epoch needs: ``module`` and ``optimizer`` are network and AdamW as Fabric wraps them."""

    config: TrainConfig
    fabric: "Fabric"
    state: TrainingState
    module: Any
    optimizer: Any
    batches: Batches
    keeper: CheckpointKeeper
    log: RunLog


def train_epoch(run: Run, epoch: int) -> None:
    """Train on one epoch's faces, or on those that are left of it; ``run.state.position`` moves along."""
    config, fabric, state = run.config, run.fabric, run.state
    state.network.train()
    order = run.batches.order(epoch)  # (steps, faces of a step)
    total = torch.tensor(state.position.loss_sum, device=fabric.device)
    started = time.perf_counter() - state.position.seconds
    for step in range(state.position.step, len(order)):
        done = step + 1
        images, target = run.batches.load(order[step], epoch, step)
        total += gradient(run, images, target, epoch, step)
        if config.sam:
            with sam_ascent(state.live_weights, config.sam):
                gradient(run, images, target, epoch, step, number=1)
        if config.clip is not None:
            fabric.clip_gradients(run.module, run.optimizer, max_norm=config.clip, error_if_nonfinite=False)
        rate = learning_rate_at(epoch, (step + 0.5) / len(order), config)
        state.set_learning_rate(rate)
        run.optimizer.step()
        run.optimizer.zero_grad()
        if state.average is not None:
            state.average.update(state.network)

        save = run.keeper.is_due(epoch * len(order) + done) and done < len(order)
        if save or done % LOOK_EVERY == 0 or done == len(order):
            total = cast("Tensor", fabric.all_reduce(total, reduce_op="mean"))
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
    config, fabric = run.config, run.fabric
    seed_pass(config.seed, epoch, step, fabric.global_rank, number)
    total = torch.zeros((), device=fabric.device)
    parts = zip(images.chunk(config.accumulate), target.chunk(config.accumulate), strict=True)
    for part, (faces, wanted) in enumerate(parts):
        with fabric.no_backward_sync(run.module, enabled=part < config.accumulate - 1):
            with fabric.autocast():  # of one process, Fabric wraps forward alone
                sample = run.module.sample_logits(faces)
            loss = config.objective(sample.logits, wanted, sample.distribution, **sample.more)
            loss = loss / config.accumulate
            fabric.backward(loss)
        total += loss.detach()
    return total
