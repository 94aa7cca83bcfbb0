"""What decides a training run, in one frozen dataclass."""

import math
from dataclasses import asdict, dataclass, field
from numbers import Real
from typing import Any

from pvlib.data.recipes import Recipe, recipe
from pvlib.errors import CourseError
from pvlib.losses import Objective
from pvlib.training.precision import PRECISIONS, check_precision
from pvlib.training.sampling import Sampling
from pvlib.training.schedules import SCHEDULES, learning_rate_at

SAM_NOISES = ("fresh", "same")
NOISES = ("per_process", "per_sample")


@dataclass(frozen=True)
class TrainConfig:
    """Everything besides data and network that the training loop depends on.

    Attributes:
        epochs: passes over the training faces.
        batch_size: faces a step, over all processes together.
        accumulate: a step's faces go through in so many parts, for less memory; each part normalises its batch
            by itself.
        learning_rate: of AdamW at full height.
        weight_decay: of AdamW.
        schedule: "exponential" (paper), "cosine" or "constant"; see ``schedules``.
        decay: the exponential schedule multiplies the rate by it after every epoch (released: 0.98).
        warmup: epochs, or a fraction of one, in which the rate rises from 0.
        clip: largest norm of the gradient over all weights; None for no limit.
        precision: "fp32", or autocast to "bf16", or to "fp16" (GPU only).
        sam: ρ of sharpness-aware minimisation; 0 is off (released: 0.05). Doubles the time of a step.
        sam_noise: the second pass draws "fresh" noise and drop-path (released) or the "same" as the first.
            Statistics of batch normalisation move in both passes, as released.
        ema: decay of the moving average of the weights; 0 is off.
        compile: compile the network with torch.compile; minutes at the start, faster steps afterwards.
        channels_last: keep weights in the memory order that convolutions prefer.
        noise: "per_process" draws the head's noise for the faces of this process; "per_sample" for those of the
            whole step in every process, so that one process and several give a face the same noise.
        sync_batchnorm: batch normalisation over the faces of all processes; GPU only.
        freeze_batchnorm: use the statistics as they are, and leave them so.
        save_minutes: write a checkpoint within an epoch at about these intervals; None for none.
        save_steps: or after every so many steps; None for none.
        seed: of order, random changes, noise and drop-path.
        objective: likelihood and divergence.
        recipe: random changes of the training faces, and their size; None for none.
        sampling: which faces an epoch sees; by default each once.

    Raises:
        CourseError: naming the field, its value and what is allowed.
    """

    epochs: int = 20
    batch_size: int = 64
    accumulate: int = 1
    learning_rate: float = 1e-3
    weight_decay: float = 1e-4
    schedule: str = "exponential"
    decay: float = 0.98
    warmup: float = 0.0
    clip: float | None = None
    precision: str = "fp32"
    sam: float = 0.0
    sam_noise: str = "fresh"
    ema: float = 0.0
    compile: bool = False
    channels_last: bool = True
    noise: str = "per_process"
    sync_batchnorm: bool = True
    freeze_batchnorm: bool = False
    save_minutes: float | None = 10.0
    save_steps: int | None = None
    seed: int = 0
    objective: Objective = field(default_factory=Objective)
    recipe: Recipe | None = field(default_factory=lambda: recipe("photograph"))
    sampling: Sampling = field(default_factory=Sampling)

    def __post_init__(self):
        for name, low in (
            ("epochs", 1),
            ("batch_size", 2),
            ("accumulate", 1),
            ("save_steps", 1),
            ("seed", 0),
        ):
            if not (name == "save_steps" and self.save_steps is None):
                _check_whole(name, getattr(self, name), low)
        if self.seed >= 2**32:
            raise CourseError(f"seed must lie in 0 ... 2³² - 1, not {self.seed}")
        for name in ("learning_rate", "decay", "clip", "save_minutes"):
            if not (name in ("clip", "save_minutes") and getattr(self, name) is None):
                _check_number(name, getattr(self, name), above=0)
        for name in ("weight_decay", "warmup", "sam", "ema"):
            _check_number(name, getattr(self, name), low=0)
        if self.decay > 1:
            raise CourseError(f"decay must lie in 0 ... 1, not {self.decay}")
        if self.ema >= 1:
            raise CourseError(f"ema must be at least 0 and less than 1, not {self.ema}")
        if self.schedule == "cosine" and self.warmup >= self.epochs:
            raise CourseError(f"warmup must be shorter than the {self.epochs} epochs, not {self.warmup}")
        for name, known in (("schedule", SCHEDULES), ("sam_noise", SAM_NOISES), ("noise", NOISES)):
            if getattr(self, name) not in known:
                raise CourseError(f"{name} must be one of {', '.join(known)}, not {getattr(self, name)!r}")
        for name in ("compile", "channels_last", "sync_batchnorm", "freeze_batchnorm"):
            if not isinstance(getattr(self, name), bool):
                raise CourseError(f"{name} must be true or false, not {getattr(self, name)!r}")
        check_precision(self.precision, PRECISIONS)
        if self.batch_size % self.accumulate or self.batch_size < 2 * self.accumulate:
            raise CourseError(
                f"batch_size = {self.batch_size} cannot go through in accumulate = {self.accumulate} equal parts of "
                "at least two faces"
            )
        if self.noise == "per_sample" and self.objective.likelihood == "kendall_gal":
            raise CourseError(
                'noise "per_sample" is for likelihood "cross_entropy": the Kendall-Gal likelihood draws noise of its '
                'own in every process; choose noise "per_process"'
            )

    def faces_at_a_time(self, processes: int = 1) -> int:
        """Return how many faces go through the network of one process at a time."""
        return self.batch_size // self.accumulate // processes

    def learning_rate_at(self, epoch: int, part: float) -> float:
        """Return the rate of a step of ``epoch`` (from 0) in whose middle ``part`` of it is done, 0 ... 1."""
        return learning_rate_at(
            epoch,
            part,
            first=self.learning_rate,
            epochs=self.epochs,
            schedule=self.schedule,
            decay=self.decay,
            warmup=self.warmup,
        )

    def as_json(self) -> dict[str, Any]:
        """Return the config as plain JSON values."""
        return asdict(self)


def _check_whole(name: str, value: object, low: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < low:
        why = ": batch normalisation needs two faces" if name == "batch_size" else ""
        raise CourseError(f"{name} must be a whole number of at least {low}, not {value!r}{why}")


def _check_number(name: str, value: object, low: float = -math.inf, above: float = -math.inf) -> None:
    """Refuse what is no number, infinite, below ``low`` or not above ``above``; NaN compares with nothing."""
    number = isinstance(value, Real) and not isinstance(value, bool)
    if not number or not (low <= value < math.inf and value > above):
        bound = f"of at least {low:g}" if low > -math.inf else f"greater than {above:g}"
        raise CourseError(f"{name} must be a number {bound}, not {value!r}")
