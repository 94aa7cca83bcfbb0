"""Means, paired differences and effects, against scipy and sums by hand."""

import pytest
from scipy import stats

from pvlib.evaluation.ablation.grid import read_grid
from pvlib.evaluation.ablation.paired_runs import cells, effects

ACCURACY = {
    ("variational+marked", 0): 0.80, ("variational+marked", 1): 0.84, ("variational+marked", 2): 0.79,
    ("variational+unmarked", 0): 0.78, ("variational+unmarked", 1): 0.83, ("variational+unmarked", 2): 0.80,
    ("point+marked", 0): 0.79, ("point+marked", 1): 0.80, ("point+marked", 2): 0.77,
    ("point+unmarked", 0): 0.75, ("point+unmarked", 1): 0.81, ("point+unmarked", 2): 0.76,
}  # fmt: skip


@pytest.fixture
def grid(write_grid):
    return read_grid(write_grid(seeds=3, reference="variational+marked"))


@pytest.fixture
def results(result):
    return {key: result(value) for key, value in ACCURACY.items()}


def of_variant(variant):
    return [value for (name, _), value in ACCURACY.items() if name == variant]


def test_a_mean_has_the_t_interval_of_its_seeds(grid, results):
    mean = cells(grid, results)["point+marked"]["accuracy"].mean
    values = of_variant("point+marked")
    low, high = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    assert mean.value == pytest.approx(sum(values) / 3)
    assert (mean.low, mean.high) == pytest.approx((low, high))


def test_a_difference_is_paired_by_seed(grid, results):
    table = cells(grid, results)
    difference = table["point+marked"]["accuracy"].difference
    test = stats.ttest_rel(of_variant("point+marked"), of_variant("variational+marked"))
    assert (difference.low, difference.high) == pytest.approx(tuple(test.confidence_interval(0.95)))
    assert table["variational+marked"]["accuracy"].difference is None


def test_only_seeds_that_both_have_are_compared(grid, results):
    del results["point+marked", 1], results["variational+marked", 2]
    cell = cells(grid, results)["point+marked"]["accuracy"]
    assert cell.difference.value == pytest.approx(0.79 - 0.80)
    assert list(cell.by_seed) == [0, 2]


def test_an_effect_is_the_mean_over_the_other_axes_within_a_seed(grid, results):
    by_axis = {effect.axis: effect for effect in effects(grid, cells(grid, results))}
    head = by_axis["head"]
    assert (head.value, head.against) == ("point", "variational")
    each_seed = [
        0.5 * (ACCURACY["point+marked", s] - ACCURACY["variational+marked", s])
        + 0.5 * (ACCURACY["point+unmarked", s] - ACCURACY["variational+unmarked", s])
        for s in range(3)
    ]
    found = head.differences["accuracy"]
    assert found.value == pytest.approx(sum(each_seed) / 3)
    assert (found.low, found.high) == pytest.approx(
        tuple(stats.ttest_1samp(each_seed, 0).confidence_interval(0.95))
    )
    assert (by_axis["embedding"].value, by_axis["embedding"].against) == ("unmarked", "marked")
