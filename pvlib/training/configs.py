"""What decides a training run, in one frozen dataclass."""

from dataclasses import asdict, dataclass, field
from typing import Any

from pvlib.data.recipes import Recipe, recipe
from pvlib.errors import CourseError
from pvlib.losses import Objective
from pvlib.training.sampling import Sampling


def check_precision(precision: str) -> None:
    """Refuse a precision that is neither "fp32" nor "bf16" by a CourseError."""
    if precision not in ("fp32", "bf16"):
        raise CourseError(f'precision must be "fp32" or "bf16", not "{precision}"')


@dataclass(frozen=True)
class TrainConfig:
    """Everything besides data and network that a run depends on.

    Attributes:
        epochs: passes over the training faces.
        batch_size: faces a step.
        learning_rate: of AdamW in the first epoch.
        weight_decay: of AdamW.
        decay: the exponential schedule; the learning rate is multiplied by it after every epoch
            (released: 0.98).
        precision: "fp32", or "bf16" for autocast to bfloat16.
        seed: of order, random changes, noise and drop-path; each epoch has its own stream.
        objective: likelihood and divergence.
        recipe: random changes of the training faces, and their size; None for none.
        sampling: which faces an epoch sees; by default each once.

    Raises:
        CourseError: naming the field that makes no sense.
    """

    epochs: int = 20
    batch_size: int = 64
    learning_rate: float = 1e-3
    weight_decay: float = 1e-4
    decay: float = 0.98
    precision: str = "fp32"
    seed: int = 0
    objective: Objective = field(default_factory=Objective)
    recipe: Recipe | None = field(default_factory=lambda: recipe("photograph"))
    sampling: Sampling = field(default_factory=Sampling)

    def __post_init__(self):
        for name in ("epochs", "batch_size", "learning_rate"):
            if not getattr(self, name) > 0:
                raise CourseError(f"{name} must be greater than 0, not {getattr(self, name)}")
        if self.batch_size < 2:
            raise CourseError("batch_size must be at least 2: batch normalisation needs two faces")
        if not 0 <= self.seed < 2**32:
            raise CourseError(f"seed must lie in 0 ... 2³² - 1, not {self.seed}")
        if self.weight_decay < 0:
            raise CourseError(f"weight_decay must be at least 0, not {self.weight_decay}")
        if not 0 < self.decay <= 1:
            raise CourseError(f"decay must lie in 0 ... 1, not {self.decay}")
        check_precision(self.precision)

    def as_json(self) -> dict[str, Any]:
        """Return the config as plain JSON values."""
        return asdict(self)
