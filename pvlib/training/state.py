"""Everything that a run carries from step to step, as live objects, and when and how it is kept in a folder.

No random state is among it, and no learning rate: see ``positions``.
"""

import math
import time
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from pvlib.errors import CourseError
from pvlib.files import remove_abandoned
from pvlib.models import Poster
from pvlib.training.checkpoints import (
    AVERAGE,
    BEST,
    LAST,
    NETWORK,
    OPTIMIZER,
    EpochRecord,
    Position,
    best_record,
    check_best,
    checkpoint_path,
    fill,
    read_state,
    read_tensors,
    write_checkpoint,
)
from pvlib.training.config import TrainConfig
from pvlib.training.same_run import refuse_other_run

if TYPE_CHECKING:
    from lightning_fabric import Fabric

LOOK_EVERY = 10  # steps between two looks at clock and loss: a GPU has to be waited for then


@dataclass
class TrainingState:
    """Network, AdamW, and where there are any the moving average and the scale of float16's gradients."""

    network: Poster
    optimizer: torch.optim.Optimizer
    average: "MovingAverage | None" = None
    scaler: torch.amp.GradScaler | None = None
    history: list[EpochRecord] = field(default_factory=list)
    position: Position = field(default_factory=Position)

    @property
    def measured(self) -> Poster:
        """The network whose accuracy counts: the moving average where there is one."""
        return self.network if self.average is None else self.average.module

    @property
    def live_weights(self) -> list[Tensor]:
        """The weights that are trained."""
        return [weight for weight in self.network.parameters() if weight.requires_grad]

    def set_learning_rate(self, rate: float) -> None:
        """Use this rate from now on."""
        for group in self.optimizer.param_groups:
            group["lr"] = rate

    def is_finite(self) -> bool:
        """Whether the loss so far and every weight are numbers."""
        norm = torch.nn.utils.get_total_norm(list(self.network.parameters()))
        return math.isfinite(self.position.loss_sum) and bool(norm.isfinite())

    def end_epoch(self, metrics: dict[str, float], faces: int) -> None:
        """Turn the position at the end of an epoch of so many faces into its record, and go on to the next."""
        at = self.position
        rate = self.optimizer.param_groups[0]["lr"]
        loss, pace = at.loss_sum / at.step, faces / at.seconds
        self.history.append(EpochRecord(at.epoch + 1, loss, metrics, rate, at.seconds, pace))
        self.position = Position(at.epoch + 1)

    def tensors(self) -> dict[str, Tensor]:
        """Return all tensors by the names they have in a checkpoint."""
        tensors = {NETWORK + key: value for key, value in self.network.state_dict().items()}
        if self.average is not None:
            tensors |= {AVERAGE + key: value for key, value in self.average.module.state_dict().items()}
        names = [name for name, weight in self.network.named_parameters() if weight.requires_grad]
        for index, moments in self.optimizer.state_dict()["state"].items():
            tensors |= {f"{OPTIMIZER}{names[index]}:{moment}": value for moment, value in moments.items()}
        return tensors

    def as_json(self) -> dict[str, Any]:
        """Return what is no tensor, as plain JSON values."""
        return {
            "history": [asdict(record) for record in self.history],
            "position": asdict(self.position),
            "scaler": {} if self.scaler is None else self.scaler.state_dict(),
        }

    def restore(
        self, tensors: Mapping[str, Tensor], state: Mapping[str, Any], path: Path, steps: int
    ) -> None:
        """Put everything back to where the checkpoint at ``path`` left it.

        Args:
            steps: of an epoch.

        Raises:
            CourseError: naming the weight whose value or moments are missing or of another shape, or the
                number that no run can have.
        """
        at = Position(**state["position"])
        if at.epoch != len(state["history"]) or not 0 <= at.step < steps or not math.isfinite(at.loss_sum):
            raise CourseError(
                f"{path}: stands at step {at.step} after {at.epoch} epochs, with {len(state['history'])} epochs of "
                f"{steps} steps recorded; it is damaged: start the run anew in another folder"
            )
        fill(self.network, tensors, NETWORK, path)
        if self.average is not None:
            fill(self.average.module, tensors, AVERAGE, path)
        self._restore_moments(tensors, path, at.epoch * steps + at.step)
        self.history = [EpochRecord(**record) for record in state["history"]]
        self.position = at
        if self.scaler is not None and state["scaler"]:
            self.scaler.load_state_dict(state["scaler"])

    def _restore_moments(self, tensors: Mapping[str, Tensor], path: Path, steps_done: int) -> None:
        if self.scaler is not None and not any(name.startswith(OPTIMIZER) for name in tensors):
            return  # float16 overflowed in every step so far, and AdamW took none
        live = [(name, weight) for name, weight in self.network.named_parameters() if weight.requires_grad]
        moments = {index: _moments_of(*named, tensors, path, steps_done) for index, named in enumerate(live)}
        groups = self.optimizer.state_dict()["param_groups"]
        self.optimizer.load_state_dict({"state": moments, "param_groups": groups})


def begin(network: Poster, config: TrainConfig, fabric: "Fabric") -> TrainingState:
    """Move ``network`` to its device and return the state of a run that has not begun."""
    network.to(fabric.device)
    network.to(memory_format=torch.channels_last)
    live = [weight for weight in network.parameters() if weight.requires_grad]
    fused = config.precision != "fp16"  # the fused step takes scaled gradients, which then cannot be clipped
    optimizer = torch.optim.AdamW(live, config.learning_rate, weight_decay=config.weight_decay, fused=fused)
    scaler = getattr(fabric.strategy.precision, "scaler", None)
    return TrainingState(
        network, optimizer, MovingAverage(network, config.ema) if config.ema else None, scaler
    )


def _moments_of(
    name: str, weight: Tensor, tensors: Mapping[str, Tensor], path: Path, steps_done: int
) -> dict[str, Tensor]:
    """AdamW's three tensors of one weight, laid out in memory like the weight: its fused kernel relies on that."""
    moments = {}
    for moment in ("step", "exp_avg", "exp_avg_sq"):
        stored = tensors.get(f"{OPTIMIZER}{name}:{moment}")
        shape = torch.Size([]) if moment == "step" else weight.shape
        if (
            stored is None
            or stored.shape != shape
            or (moment == "step" and not 0 <= stored.item() <= steps_done)
        ):
            raise CourseError(
                f'{path}: the optimizer\'s "{moment}" of "{name}" is missing, misshapen or impossible; '
                "the run cannot go on exactly, start it anew in another folder"
            )
        moments[moment] = (
            stored.clone() if moment == "step" else torch.empty_like(weight).copy_(stored).detach()
        )
    return moments


class MovingAverage:
    """An average of the weights that starts as a copy of ``network``; ``module`` is the network to measure."""

    def __init__(self, network: Poster, decay: float):
        self.module, self.decay = deepcopy(network).eval().requires_grad_(False), decay

    @torch.no_grad()
    def update(self, network: nn.Module) -> None:
        """average <- decay · average + (1 - decay) · network, statistics of batch normalisation included."""
        for own, live in zip(self.module.state_dict().values(), network.state_dict().values(), strict=True):
            if own.is_floating_point():
                own.lerp_(live, 1 - self.decay)
            else:
                own.copy_(live)  # a counter


@dataclass(kw_only=True)
class CheckpointKeeper:
    """Keeps the checkpoints of a run in ``folder``; with None as folder, keeps nothing.

    Attributes:
        config: of the loop.
        identity: JSON values that a run may not change when it goes on: network size, class names, notes.
        steps: of an epoch.
        saved: the clock when the last checkpoint was written.
    """

    folder: Path | None
    config: TrainConfig
    identity: dict[str, Any]
    steps: int
    fabric: "Fabric"
    saved: float = field(default_factory=time.monotonic)

    def resume(self, state: TrainingState) -> None:
        """Continue the run in the folder, where there is one.

        Raises:
            CourseError: the run there is another one, is longer than this one, or its checkpoint is damaged; or
                not all processes find the same there.
        """
        if self.folder is not None and checkpoint_path(self.folder).exists():
            self._restore(self.folder, state)
        here = torch.tensor([state.position.epoch, state.position.step], device=self.fabric.device)  # (2,)
        everywhere: Any = self.fabric.all_gather(here)  # (processes, 2)
        if not bool((everywhere == here).all()):  # they would wait without end
            raise CourseError(
                f"{self.folder}: not all processes find the same checkpoint there; choose a folder that all machines "
                "share"
            )

    def _restore(self, folder: Path, state: TrainingState) -> None:
        refuse_other_run(folder, {**self.identity, "config": asdict(self.config)})
        if self.fabric.is_global_zero:
            for which in (LAST, BEST):
                remove_abandoned(checkpoint_path(folder, which))
        state.restore(read_tensors(folder), read_state(folder), checkpoint_path(folder), self.steps)
        best = best_record(state.history)
        if best is not None:
            check_best(folder, best, len(state.history))

    def is_due(self, steps_done: int) -> bool:
        """Whether a checkpoint within the epoch is due; all processes get the answer of the first."""
        if self.folder is None or self.config.save_minutes is None or steps_done % LOOK_EVERY:
            return False
        return self.fabric.broadcast(time.monotonic() - self.saved >= 60 * self.config.save_minutes)

    def save(self, state: TrainingState) -> None:
        """Write ``last``; where an epoch has just ended as the best so far, write ``best`` before it.

        In this order a run killed between the two finishes its epoch again and writes both.
        """
        if self.folder is None:
            return
        if self.fabric.is_global_zero:
            rest = {**self.identity, "config": asdict(self.config), **state.as_json()}
            tensors = state.tensors()
            best = best_record(state.history)
            if best is not None and state.position.step == 0 and best is state.history[-1]:
                kept = NETWORK if state.average is None else AVERAGE
                weights = {name: value for name, value in tensors.items() if name.startswith(kept)}
                write_checkpoint(self.folder, weights, {**rest, "best": asdict(best)}, BEST)
            write_checkpoint(self.folder, tensors, rest)
        self.fabric.barrier()
        self.saved = time.monotonic()
