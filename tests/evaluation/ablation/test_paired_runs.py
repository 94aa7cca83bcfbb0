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


def test_a_mean_has_the_t_interval_of_its_seeds_and_a_difference_is_paired_by_seed(grid, results):
    table, values = cells(grid, results), of_variant("point+marked")
    mean, difference = table["point+marked"]["accuracy"].mean, table["point+marked"]["accuracy"].difference
    low, high = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    assert (mean.value, mean.low, mean.high) == pytest.approx((sum(values) / 3, low, high))
    paired = stats.ttest_rel(values, of_variant("variational+marked")).confidence_interval(0.95)
    assert (difference.low, difference.high) == pytest.approx(tuple(paired))
    assert table["variational+marked"]["accuracy"].difference is None


def test_only_seeds_that_both_have_are_compared(grid, results):
    del results["point+marked", 1], results["variational+marked", 2]
    cell = cells(grid, results)["point+marked"]["accuracy"]
    assert cell.difference.value == pytest.approx(0.79 - 0.80)
    assert list(cell.by_seed) == [0, 2]


def test_an_effect_is_the_mean_over_the_other_axes_within_a_seed(grid, results):
    by_axis = {effect.axis: effect for effect in effects(grid, cells(grid, results))}
    head, found = by_axis["head"], by_axis["head"].differences["accuracy"]
    assert (head.value, head.against) == ("point", "variational")
    marked, unmarked = (
        [point - other for point, other in zip(of_variant(f"point+{e}"), of_variant(f"variational+{e}"), strict=True)]
        for e in ("marked", "unmarked")
    )  # fmt: skip
    each_seed = [(one + other) / 2 for one, other in zip(marked, unmarked, strict=True)]
    low, high = stats.ttest_1samp(each_seed, 0).confidence_interval(0.95)
    assert (found.value, found.low, found.high) == pytest.approx((sum(each_seed) / 3, low, high))
    assert (by_axis["embedding"].value, by_axis["embedding"].against) == ("unmarked", "marked")
