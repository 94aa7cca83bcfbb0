"""What lessons print of networks that were trained without a part."""

import pytest
import torch

from lessons.trained_without import BESIDE, SWITCHES, paired, worth


def test_a_difference_is_paired_by_seed_and_by_face():
    whole = {"accuracy": [1.0, 1, 0, 0], "negative_log_likelihood": [1.0, 1, 1, 1], "answer": [0, 1, 2, 3]}
    changed = {"accuracy": [1.0, 0, 0, 0], "negative_log_likelihood": [2.0, 1, 1, 1], "answer": [0, 2, 2, 3]}
    mine, own = (
        {key: torch.tensor(value).double() for key, value in said.items()} for said in (changed, whole)
    )
    found = paired([(mine, own), (own, own)])
    assert found["other_answers"] == 0.125
    accuracy, likelihood = found["accuracy"], found["negative_log_likelihood"]
    assert (accuracy["by_seed"], accuracy["difference"]) == ([-0.25, 0.0], -0.125)
    assert accuracy["over_seeds"] == pytest.approx(
        [-0.125 - 12.706 * 0.125, -0.125 + 12.706 * 0.125], abs=1e-3
    )
    assert accuracy["over_faces"] == pytest.approx([-0.375, 0.0])  # the one face, drawn 0 to 3 times of 4
    assert likelihood["difference"] == 0.125


def test_the_file_has_every_row_that_lessons_put_side_by_side():
    found = worth()
    for name, data in found["data"].items():
        for kind, rows in (("trained_without", BESIDE), ("switched", {*SWITCHES, *BESIDE.values()})):
            for row in rows:
                measured = found[kind][row][name]["accuracy"]
                assert len(measured["by_seed"]) == len(data["seeds"]) == len(data["accuracy"])
                assert measured["difference"] == pytest.approx(sum(measured["by_seed"]) / len(data["seeds"]))
