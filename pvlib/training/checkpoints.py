"""Checkpoints as files: ``last`` to go on from, ``best`` to use; each one safetensors file.

Tensors are tensors, and all that is not a tensor stands as JSON in the file's header: network size, class
names, config, history, position. A file is replaced in one step, so a run killed while it saves keeps the
checkpoint before.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import safetensors.torch
from pydantic import TypeAdapter, ValidationError
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn

from pvlib.errors import CourseError, shown
from pvlib.files import atomic_write
from pvlib.models import Poster, Size
from pvlib.models.filling import build_filled

LAST, BEST = "last", "best"
NETWORK, AVERAGE, OPTIMIZER = "network.", "average.", "optimizer."
FORMAT = 3  # 1 had neither positions within an epoch nor averages; 2 had settings that are gone


@dataclass
class Position:
    """Where a run stands: ``step`` steps of the epoch after ``epoch`` whole ones are done.

    ``loss_sum`` and ``seconds`` are those of the steps done of that epoch.
    """

    epoch: int = 0
    step: int = 0
    loss_sum: float = 0.0
    seconds: float = 0.0


@dataclass(frozen=True)
class EpochRecord:
    """What one epoch gave.

    Attributes:
        epoch: counted from 1.
        loss: mean over the training faces.
        metrics: what ``measure`` found afterwards.
        learning_rate: of the epoch's last step.
        seconds: of training alone, over all pieces of an interrupted epoch.
        images_per_second: training faces over those seconds; 0 where nobody counted.
    """

    epoch: int
    loss: float
    metrics: dict[str, float]
    learning_rate: float
    seconds: float
    images_per_second: float = 0.0


def best_record(history: Sequence[EpochRecord]) -> EpochRecord | None:
    """Return the epoch of the highest accuracy; None where accuracy was not measured.

    Of several, the one with the lowest negative log-likelihood; of those, the first.
    """

    def goodness(record: EpochRecord) -> tuple[float, float]:
        return record.metrics["accuracy"], -record.metrics.get("negative_log_likelihood", 0.0)

    measured = [record for record in history if "accuracy" in record.metrics]
    return max(measured, key=goodness, default=None)


@dataclass(kw_only=True)
class Header:
    """What the JSON part of a checkpoint must hold, whoever wrote it.

    Attributes:
        names: of the classes.
        size: of the network.
        history, position, scaler: see :class:`pvlib.training.state.TrainingState`.
        config: what the loop was told.
        run: what else the run is known by.
        best: the record of the epoch whose weights ``best`` holds.
    """

    names: tuple[str, ...]
    size: dict[str, Any]
    history: list[EpochRecord]
    position: Position
    format: int = 1
    scaler: dict[str, float] = field(default_factory=dict)
    config: dict[str, Any] = field(default_factory=dict)
    run: dict[str, Any] = field(default_factory=dict)
    best: EpochRecord | None = None


def checkpoint_path(folder: str | Path, which: str = LAST) -> Path:
    """Return the file of the checkpoint called ``which``, "last" or "best"."""
    if which not in (LAST, BEST):
        raise CourseError(f'there is no checkpoint "{which}": choose "{LAST}" or "{BEST}"')
    return Path(folder) / f"{which}.safetensors"


def write_checkpoint(
    folder: Path, tensors: Mapping[str, Tensor], state: Mapping[str, Any], which: str = LAST
) -> None:
    """Write ``folder/last.safetensors``, or ``best``.

    Raises:
        CourseError: when the folder has no room or may not be written to; the checkpoint before stays.
    """
    state = {"format": FORMAT, **state}
    contiguous = {name: value.detach().contiguous() for name, value in tensors.items()}
    with atomic_write(checkpoint_path(folder, which)) as temporary:
        safetensors.torch.save_file(contiguous, temporary, metadata={"state": json.dumps(state)})


def read_state(folder: str | Path, which: str = LAST) -> dict[str, Any]:
    """Return the JSON part of a checkpoint in ``folder``.

    Raises:
        CourseError: when there is no such checkpoint, or the file is damaged.
    """
    path = checkpoint_path(folder, which)
    if not path.is_file():
        why = "a run that has saved" if which == LAST else "a run whose accuracy was measured after an epoch"
        raise CourseError(f"{folder}: no {path.name} in it; give the folder of {why}")
    try:
        with safe_open(path, framework="pt") as file:
            text = file.metadata()["state"]
        TypeAdapter(Header).validate_json(text, strict=True)
        return json.loads(text)
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        key = ".".join(map(str, problem["loc"])) or "its header"
        raise CourseError(
            f"{path}: damaged, {key}: {problem['msg']}; start the run anew in another folder"
        ) from None
    except (SafetensorError, OSError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise CourseError(f"{path}: not a checkpoint of pvlib, or damaged ({error})") from error


def check_best(folder: Path, best: EpochRecord, epochs: int) -> None:
    """Refuse to go on where ``best`` is not the checkpoint that the history speaks of, or one that is newer."""
    try:
        kept = (read_state(folder, BEST)["best"] or {}).get("epoch", 0)
    except CourseError:
        kept = 0
    if kept != best.epoch and kept <= epochs:  # newer: the run was killed before it wrote last
        raise CourseError(
            f"{checkpoint_path(folder, BEST)}: the weights of the best epoch, {best.epoch}, are missing or damaged; "
            "put the file back, or start the run anew in another folder"
        )


def read_tensors(folder: str | Path, which: str = LAST) -> dict[str, Tensor]:
    """Return the tensors of a checkpoint by name, in the computer's memory.

    Raises:
        CourseError: when the file is missing or damaged.
    """
    path = checkpoint_path(folder, which)
    try:
        return safetensors.torch.load_file(path)
    except (SafetensorError, OSError) as error:
        raise CourseError(f"{path}: not a checkpoint of pvlib, or damaged ({error})") from error


def load_network(folder: str | Path, which: str = LAST) -> Poster:
    """Build the network that a checkpoint in ``folder`` describes and fill it; evaluation mode.

    The weights are those that were, or would be, measured: the moving average's where the run keeps one.

    Raises:
        CourseError: naming the file and the key that is missing or misshapen.
    """
    path, state = checkpoint_path(folder, which), read_state(folder, which)
    try:
        size, classes = Size.from_json(state["size"]), len(state["names"])
    except (CourseError, AttributeError, KeyError, TypeError) as error:
        raise CourseError(f"{path}: does not describe its network ({error})") from error
    tensors = read_tensors(folder, which)
    weights = of_prefix(tensors, AVERAGE) or of_prefix(tensors, NETWORK)
    return build_filled(lambda: Poster(size, classes), weights, str(path))


def of_prefix(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """Return the tensors whose names start with ``prefix``, by the rest of their names."""
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}


def fill(network: nn.Module, tensors: Mapping[str, Tensor], prefix: str, path: Path) -> None:
    """Put the tensors whose names start with ``prefix`` into ``network``.

    Raises:
        CourseError: naming the key of ``path`` that is missing or misshapen.
    """
    try:
        network.load_state_dict(of_prefix(tensors, prefix))
    except RuntimeError as error:
        raise CourseError(f"{path}: {shown(str(error), 300)}") from None
