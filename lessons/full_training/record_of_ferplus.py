"""The dashboard's rows of runs that were made elsewhere: the one that ships with the course, and any run folder."""

import json
from collections.abc import Mapping
from pathlib import Path

from pvlib.training.checkpoints import read_state
from pvlib.training.config_files import load_config
from pvlib.training.positions import learning_rate_at

STORED = Path(__file__).with_name("ferplus_tiny.json")

Rows = list[dict[str, float]]


def record_of_ferplus() -> Rows:
    """Every epoch of the run whose weights ship: measured on 3,199 validation faces of FER+; the rate by its config."""
    loop = load_config("ferplus-tiny").train
    return [
        {
            "rate": learning_rate_at(int(epoch) - 1, 1.0, loop),
            "accuracy": accuracy / 100,
            "mean_class_accuracy": mean_class_accuracy / 100,
            "sigma": sigma,
        }
        for epoch, accuracy, mean_class_accuracy, sigma in json.loads(STORED.read_text("utf-8"))["rows"]
    ]


def rows_of_run(folder: Path) -> Rows:
    """Every epoch that a run folder knows of."""
    return [row_of_epoch(epoch) for epoch in read_state(folder)["history"]]


def row_of_epoch(epoch: Mapping[str, object]) -> dict[str, float]:
    """What the dashboard shows of an epoch's record, by the names of ``figures.PANELS``."""
    metrics = dict(epoch["metrics"])  # type: ignore[call-overload]
    return {
        "loss": epoch["loss"],
        "rate": epoch["learning_rate"],
        "accuracy": metrics["accuracy"],
        "mean_class_accuracy": metrics["mean_class_accuracy"],
        "sigma": metrics["mean_sigma"],
        "speed": epoch["images_per_second"],
    }
