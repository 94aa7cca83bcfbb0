"""What can go wrong with a run, found early and said in one message with what to do next."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from pvlib.data.faces import Faces
from pvlib.errors import CourseError
from pvlib.models import Poster
from pvlib.training.config import TrainConfig
from pvlib.training.devices import PRECISIONS
from pvlib.training.state import TrainingState

if TYPE_CHECKING:
    from lightning_fabric import Fabric


def check_run(
    network: Poster, faces: Faces, rows: Tensor | None, config: TrainConfig, fabric: "Fabric"
) -> None:
    """Refuse, before the first step, what cannot go well.

    Raises:
        CourseError: network and faces disagree on the classes; a target is no label distribution; an epoch has
            fewer faces than a step; a step cannot be cut into equal parts; the precisions differ.
    """
    if network.num_classes != len(faces.names):
        raise CourseError(
            f"the network has {network.num_classes} classes and the faces have {len(faces.names)}: "
            f"{', '.join(faces.names)}"
        )
    check_targets(faces)
    available = config.sampling.faces(faces.labels if rows is None else faces.labels[rows])
    if available < config.batch_size:
        raise CourseError(
            f"batch_size = {config.batch_size}, but an epoch has only {available} training faces"
        )
    parts = fabric.world_size * config.accumulate
    if config.batch_size % parts or config.batch_size < 2 * parts:
        raise CourseError(
            f"batch_size = {config.batch_size} cannot be shared out equally, at least two faces each, among "
            f"{fabric.world_size} processes × accumulate = {config.accumulate}"
        )
    own = fabric.strategy.precision.precision
    if own != PRECISIONS[config.precision]:
        raise CourseError(
            f'the config asks for precision "{config.precision}", but the devices were made for {own}: give '
            "make_fabric the same precision"
        )


def check_targets(faces: Faces) -> None:
    """Refuse a face whose target is no distribution over the classes, by its name or row and its values.

    FER+'s released target sums to less than 1 on some faces; nothing may sum to more, or to nothing.
    """
    target = faces.target
    total = target.sum(dim=1)  # (N,)
    good = target.isfinite().all(dim=1) & (target >= 0).all(dim=1) & (total > 0) & (total < 1 + 1e-3)
    if bool(good.all()):
        return
    row = int((~good).nonzero()[0, 0])
    name = f"row {row}" if faces.ids is None else f"{faces.ids[row]} (row {row})"
    values = ", ".join(
        f"{key} {value:g}" for key, value in zip(faces.names, target[row].tolist(), strict=True)
    )
    raise CourseError(
        f"{name}: its target is no label distribution over the classes ({values}): values must be at least 0 and "
        f"sum to at most 1, and to more than 0. {int((~good).sum())} of {len(faces)} faces are like that; "
        "correct or remove them"
    )


def check_finite(state: TrainingState, learning_rate: float, folder: Path | None) -> None:
    """Stop a run whose loss or weights are no longer numbers, before they reach a checkpoint."""
    if state.is_finite():
        return
    at = state.position
    kept = (
        ""
        if folder is None
        else f". The last checkpoint in {folder}, if there is one, is from before and whole"
    )
    raise CourseError(
        f"loss or weights are no longer numbers by step {at.step} of epoch {at.epoch + 1}: lower the learning rate "
        f"({learning_rate:g}), let it rise slowly (warmup = 1), or limit the gradient (clip = 1){kept}"
    )


@contextmanager
def explained(config: TrainConfig, processes: int) -> Iterator[None]:
    """Turn what the machine says when memory runs out, or another process has ended, into what to do about it."""
    try:
        with enough_memory_for(
            f"{config.faces_at_a_time(processes)} faces at a time ({config.precision})",
            f"let a step go through in parts (accumulate = {2 * config.accumulate}), choose a smaller batch_size or "
            "precision = bf16, or end what else computes there. The last checkpoint is whole; the same folder goes on "
            "from it with the same config, so change it in a new one",
        ):
            yield
    except RuntimeError as error:
        if processes > 1 and any(word in str(error) for word in ("gloo", "NCCL", "Connection")):
            raise CourseError("another process of this run has ended; it says why above") from error
        raise


@contextmanager
def enough_memory_for(what: str, advice: str) -> Iterator[None]:
    """Turn the errors of a processor without memory into one message, on GPU and CPU alike."""
    try:
        yield
    except (MemoryError, RuntimeError) as error:  # torch has a class for GPUs alone
        full = isinstance(error, MemoryError | torch.OutOfMemoryError)
        if full or "can't allocate memory" in str(error) or "size calculation overflowed" in str(error):
            raise CourseError(f"the device has no memory left for {what}: {advice}") from error
        raise
