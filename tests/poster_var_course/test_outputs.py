"""Metrics: finite and at full precision in the record, short on the page."""

import math

import numpy as np
import pytest
import torch

from poster_var_course import record
from pvlib.errors import CourseError

METRICS = "application/vnd.pvlib.metrics+json"


@pytest.fixture
def bundles(monkeypatch):
    shown = []
    monkeypatch.setattr("poster_var_course.outputs.show", shown.append)
    return shown


def test_numbers_of_every_library_become_plain_numbers_at_full_precision_and_lists_and_words_stay(bundles):
    third = torch.tensor(1 / 3, dtype=torch.float64)
    record(plain=1 / 3, tensor=third, array=np.float64(1 / 3), whole=np.int64(4))
    assert bundles[0][METRICS] == {"plain": 1 / 3, "tensor": 1 / 3, "array": 1 / 3, "whole": 4}
    assert [type(value) for value in bundles[0][METRICS].values()] == [float, float, float, int]
    record(curve=torch.tensor([0.5, 0.25]), winner="pathwise", stable=True)
    assert bundles[1][METRICS] == {"curve": [0.5, 0.25], "winner": "pathwise", "stable": True}
    assert bundles[1]["text/plain"] == "Recorded: curve = 2 values, winner = pathwise, stable = True"
    assert "<td>curve</td><td>2 values</td>" in bundles[1]["text/html"]


@pytest.mark.parametrize(
    "value", [math.nan, math.inf, torch.tensor(math.nan), [1.0, math.nan], None, 1j, {"a": 1}]
)
def test_what_is_no_finite_result_is_refused_by_name(bundles, value):
    with pytest.raises(CourseError, match="record: loss is"):
        record(accuracy=1.0, loss=value)
    assert bundles == []
