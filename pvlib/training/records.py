"""What is kept of every epoch, and which epoch was the best."""

from collections.abc import Sequence
from dataclasses import dataclass


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
    measured = [record for record in history if "accuracy" in record.metrics]
    if not measured:
        return None
    return max(measured, key=_goodness)


def _goodness(record: EpochRecord) -> tuple[float, float, int]:
    surprise = record.metrics.get("negative_log_likelihood", 0.0)
    return record.metrics["accuracy"], -surprise, -record.epoch
