"""Risk and coverage by hand, and against every order of the equally uncertain faces."""

from itertools import permutations

import pytest
import torch

from pvlib.evaluation.ranks import Ranking
from pvlib.evaluation.selective import area_under_risk, least_area, risk_coverage


def area_by_hand(wrong):
    """Mean over n of the share of errors among the first n."""
    return sum(sum(wrong[: n + 1]) / (n + 1) for n in range(len(wrong))) / len(wrong)


def area(uncertainty, wrong, counts=None):
    counts = torch.ones(1, len(wrong)).double() if counts is None else counts
    return area_under_risk(counts, Ranking(uncertainty), torch.as_tensor(wrong))


def test_risk_is_the_share_of_errors_among_the_most_certain():
    uncertainty = torch.tensor([0.4, 0.1, 0.3, 0.2])
    wrong = torch.tensor([True, False, False, True])  # in order of uncertainty: 0 1 0 1
    coverage, risk = risk_coverage(uncertainty, wrong)
    assert coverage.tolist() == [0.25, 0.5, 0.75, 1]
    assert risk.tolist() == pytest.approx([0, 1 / 2, 1 / 3, 1 / 2])
    assert area(uncertainty, wrong).item() == pytest.approx((0 + 1 / 2 + 1 / 3 + 1 / 2) / 4)


def test_a_long_curve_is_read_at_a_hundred_coverages():
    uncertainty = torch.rand(1234)
    wrong = torch.rand(1234) < 0.3
    coverage, risk = risk_coverage(uncertainty, wrong)
    assert len(coverage) == 100
    ordered = wrong[uncertainty.argsort()].double()
    for share, value in zip(coverage.tolist(), risk.tolist(), strict=True):
        assert value == pytest.approx(ordered[: round(share * 1234)].mean().item())
    assert (coverage[-1], risk[-1]) == (1, pytest.approx(wrong.double().mean().item()))


def test_equally_uncertain_faces_count_as_the_mean_over_their_orders():
    uncertainty = torch.tensor([1.0, 2.0, 2.0, 2.0, 3.0, 3.0])
    wrong = [0, 1, 0, 0, 1, 0]
    orders = [
        area_by_hand([wrong[0], *(wrong[i] for i in middle), *(wrong[i] for i in last)])
        for middle in permutations([1, 2, 3])
        for last in permutations([4, 5])
    ]
    assert area(uncertainty, wrong).item() == pytest.approx(sum(orders) / len(orders))
    same_everywhere = risk_coverage(torch.zeros(5), torch.tensor([1, 0, 0, 0, 1]))[1]
    assert same_everywhere.tolist() == pytest.approx([0.4] * 5)


def test_the_area_of_a_resample_is_that_of_the_faces_drawn(counts):
    uncertainty, wrong = torch.randint(9, (60,)), torch.rand(60) < 0.4
    for row, found in zip(counts.long(), area(uncertainty, wrong, counts), strict=True):
        again = area(uncertainty.repeat_interleave(row), wrong.repeat_interleave(row))
        assert found.item() == pytest.approx(again.item())


def test_no_order_has_less_area_than_errors_last():
    wrong = [0, 0, 0, 1, 1]
    least = least_area(torch.ones(1, 5).double(), torch.tensor(wrong)).item()
    assert least == pytest.approx(area_by_hand(wrong))
    assert least == pytest.approx(min(area_by_hand(order) for order in permutations(wrong)))
