"""Both questions are told with their intervals, and a difference counts only where neither contains 0."""

import re

import pytest

from lessons.two_questions import said, two_questions


@pytest.mark.parametrize(
    ("seeds", "faces", "verdict"),
    [
        (
            [-0.03, -0.01],
            [-0.04, -0.005],
            "-2.0 points, [-3.0, -1.0] for other seeds, [-4.0, -0.5] for other faces: dis",
        ),
        ([-0.05, 0.01], [-0.04, -0.005], "not distinguishable"),
        ([-0.03, -0.01], [-0.04, 0.001], "not distinguishable"),
        (None, [-0.04, -0.005], "not distinguishable"),  # one seed says nothing of other seeds
    ],
)
def test_a_difference_counts_only_where_neither_interval_contains_zero(seeds, faces, verdict):
    assert verdict in said({"difference": -0.02, "over_seeds": seeds, "over_faces": faces})


def test_a_part_is_told_switched_off_and_trained_without_for_each_set_of_faces():
    text = two_questions("no-gate", "gate-reduction-16")
    shipped, *sets = re.split(r"\n(?=\w+ faces: )", text)
    assert "photographs of FER+" in shipped
    assert shipped.count("gate=one") == 1
    assert sets
    for one in sets:
        assert one.count("gate=one") == one.count("no-gate") == one.count("gate-reduction-16") == 1
