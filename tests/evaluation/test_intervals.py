"""Intervals against their textbook formulas, scipy, and how often they hold the truth."""

import math

import pytest
import torch
from scipy import stats

from pvlib.errors import CourseError
from pvlib.evaluation.intervals import Interval, bootstrap, mean_interval, reflected


def mean_of(values):
    return lambda counts: {"mean": counts @ values / counts.sum(dim=1)}


def test_the_interval_of_a_share_is_the_binomial_one():
    hits = (torch.arange(2000) < 1600).double()  # 80 %: binomial standard error 0.894 points
    found = bootstrap(mean_of(hits), 2000, replicates=2000)["mean"]
    half = 1.96 * math.sqrt(0.8 * 0.2 / 2000)
    assert found.value == pytest.approx(0.8)
    assert found.low == pytest.approx(0.8 - half, abs=0.1 * half)
    assert found.high == pytest.approx(0.8 + half, abs=0.1 * half)


def test_many_faces_go_through_in_parts_and_give_what_one_part_gives(monkeypatch):
    values = torch.randn(100).double()
    whole = bootstrap(mean_of(values), 100, replicates=90)["mean"]
    monkeypatch.setattr("pvlib.evaluation.intervals._COUNTS_AT_ONCE", 1000)  # ten replicates at a time
    parts = bootstrap(mean_of(values), 100, replicates=90)["mean"]
    assert (parts.low, parts.high) == pytest.approx((whole.low, whole.high))


def test_a_number_that_some_resamples_lack_has_an_interval_from_the_others():
    found = bootstrap(lambda counts: {"x": torch.where(counts[:, 0] > 0, 2.0, torch.nan)}, 3, replicates=100)
    assert found["x"] == Interval(2, 2, 2)


def test_a_reflected_interval_holds_its_value_and_ends_at_the_least_possible():
    assert reflected(Interval(5.0, 3.0, 6.0)) == Interval(5.0, 4.0, 7.0)
    # noise made every resample larger than the value: the truth is below it
    assert reflected(Interval(5.0, 6.0, 9.0), least=2.0) == Interval(5.0, 2.0, 5.0)
    assert reflected(Interval(5.0, 1.0, 4.0)) == Interval(5.0, 5.0, 9.0)
    assert math.isnan(reflected(Interval(5.0)).low)


def test_the_mean_over_seeds_has_students_interval():
    values = [0.81, 0.83, 0.80, 0.84, 0.82]
    expected = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    found = mean_interval(values)
    assert (found.value, found.low, found.high) == pytest.approx((0.82, expected.low, expected.high))


def test_one_seed_has_a_mean_and_no_interval_and_nothing_to_measure_is_refused():
    assert mean_interval([0.5]).as_json() == {"value": 0.5, "low": None, "high": None}
    with pytest.raises(CourseError, match="no values"):
        mean_interval([])
    with pytest.raises(CourseError, match="no faces"):
        bootstrap(mean_of(torch.ones(0).double()), 0)
