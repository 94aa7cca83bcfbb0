"""Everything that a run carries from step to step, as live objects, and as what a checkpoint stores.

No random state is among it: see ``streams``. The learning rate is none either: see ``schedules``.
"""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from timm.utils import ModelEmaV3
from torch import Tensor, nn

from pvlib.errors import CourseError
from pvlib.models import Poster
from pvlib.training.checkpoints import AVERAGE, NETWORK, OPTIMIZER, fill
from pvlib.training.configs import TrainConfig
from pvlib.training.ema import moving_average
from pvlib.training.records import EpochRecord

if TYPE_CHECKING:
    from lightning.fabric import Fabric


@dataclass
class Position:
    """Where a run stands: ``step`` steps of the epoch after ``epoch`` whole ones are done.

    ``loss_sum`` and ``seconds`` are those of the steps done of that epoch.
    """

    epoch: int = 0
    step: int = 0
    loss_sum: float = 0.0
    seconds: float = 0.0


@dataclass
class TrainingState:
    """Network, AdamW, and where there are any the moving average and the scale of float16's gradients."""

    network: Poster
    optimizer: torch.optim.Optimizer
    average: ModelEmaV3 | None = None
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

    def start_training(self, freeze_batchnorm: bool) -> None:
        """Put the network into training mode, batch normalisation excepted where it shall stay as it is."""
        self.network.train()
        for module in self.network.modules():
            if freeze_batchnorm and isinstance(module, nn.modules.batchnorm._BatchNorm):
                module.eval()

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

    def restore(self, tensors: Mapping[str, Tensor], state: Mapping[str, Any], path: Path) -> None:
        """Put everything back to where the checkpoint at ``path`` left it.

        Raises:
            CourseError: naming the weight whose value or moments are missing or of another shape.
        """
        fill(self.network, tensors, NETWORK, path)
        if self.average is not None:
            fill(self.average.module, tensors, AVERAGE, path)
        self._restore_moments(tensors, path)
        self.history = [EpochRecord(**record) for record in state["history"]]
        self.position = Position(**state["position"])
        if self.scaler is not None and state["scaler"]:
            self.scaler.load_state_dict(state["scaler"])

    def _restore_moments(self, tensors: Mapping[str, Tensor], path: Path) -> None:
        if self.scaler is not None and not any(name.startswith(OPTIMIZER) for name in tensors):
            return  # float16 overflowed in every step so far, and AdamW took none
        live = [(name, weight) for name, weight in self.network.named_parameters() if weight.requires_grad]
        moments = {index: _moments_of(*named, tensors, path) for index, named in enumerate(live)}
        groups = self.optimizer.state_dict()["param_groups"]
        self.optimizer.load_state_dict({"state": moments, "param_groups": groups})


def begin(network: Poster, config: TrainConfig, fabric: "Fabric") -> TrainingState:
    """Move ``network`` to its device and return the state of a run that has not begun."""
    network.to(fabric.device)
    if config.channels_last:
        network.to(memory_format=torch.channels_last)
    live = [weight for weight in network.parameters() if weight.requires_grad]
    fused = config.precision != "fp16"  # the fused step takes scaled gradients, which then cannot be clipped
    optimizer = torch.optim.AdamW(live, config.learning_rate, weight_decay=config.weight_decay, fused=fused)
    scaler = getattr(fabric.strategy.precision, "scaler", None)
    return TrainingState(network, optimizer, moving_average(network, config.ema), scaler)


def _moments_of(name: str, weight: Tensor, tensors: Mapping[str, Tensor], path: Path) -> dict[str, Tensor]:
    """AdamW's three tensors of one weight, laid out in memory like the weight: its fused kernel relies on that."""
    found = {}
    for moment in ("step", "exp_avg", "exp_avg_sq"):
        stored = tensors.get(f"{OPTIMIZER}{name}:{moment}")
        if stored is None or (moment != "step" and stored.shape != weight.shape):
            raise CourseError(
                f'{path}: the optimizer\'s "{moment}" of "{name}" is missing or misshapen; '
                "the run cannot go on exactly, start it anew in another folder"
            )
        found[moment] = (
            stored.clone() if moment == "step" else torch.empty_like(weight).copy_(stored).detach()
        )
    return found
