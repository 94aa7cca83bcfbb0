"""The table of a run, and TensorBoard where it is installed."""

import csv
import math
import time
from dataclasses import replace

import pytest
from small import CONFIG, run

from pvlib.training.run_log import METRICS


def rows(path):
    return list(csv.DictReader(path.read_text().splitlines()))


def test_the_table_has_a_row_an_epoch_and_a_column_a_metric(tmp_path):
    _, history = run(tmp_path, measure=lambda network: {"accuracy": 0.25, "mean_sigma": 0.5})
    table = rows(tmp_path / METRICS)
    assert [int(row["epoch"]) for row in table] == [1, 2, 3]
    for row, record in zip(table, history, strict=True):
        found = [float(row[name]) for name in ("loss", "accuracy", "mean_sigma")]
        assert found == [record.loss, 0.25, 0.5]
        assert math.isclose(float(row["images_per_second"]) * float(row["seconds"]), 64)


def test_a_run_that_goes_on_repeats_no_row_and_tensorboard_gets_the_same_numbers(tmp_path):
    accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    run(tmp_path, replace(CONFIG, epochs=2), measure=lambda network: {"accuracy": 0.25})
    before = rows(tmp_path / METRICS)
    time.sleep(1)  # TensorBoard reads files in the order of their names, which begin with the second
    run(tmp_path, measure=lambda network: {"accuracy": 0.5})
    table = rows(tmp_path / METRICS)
    assert [row["epoch"] for row in table] == ["1", "2", "3"]
    assert table[:2] == before
    events = accumulator.EventAccumulator(str(tmp_path / "tensorboard"))
    events.Reload()
    for name in ("loss", "accuracy"):
        shown = {event.step: event.value for event in events.Scalars(name)}
        assert shown == pytest.approx({int(row["epoch"]): float(row[name]) for row in table})
