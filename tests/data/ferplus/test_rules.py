"""The vote rules against a slow oracle written from their text, on every possible row of ten votes."""

from itertools import combinations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from pvlib.data.ferplus import RULES, apply_rule, vote_distribution
from pvlib.errors import CourseError

# spec: rows of fer2013new.csv that each rule keeps in train and valid
PUBLISHED = {
    "majority": (25_060, 3_199),
    "probability": (27_956, 3_505),
    "multi-target": (27_671, 3_472),
    "argmax": (28_389, 3_553),
}


def oracle(row: list[int], rule: str) -> list[float] | None:
    """The target of one row by the text of the rule, class by class; None where the row is dropped."""
    if rule == "argmax":
        winner = row.index(max(row))
        return one_hot(winner) if winner < 8 and row[winner] > 0 else None
    row = [count if count > 1 else 0 for count in row]
    s = sum(row)
    if rule == "majority":
        winner = row.index(max(row))
        return one_hot(winner) if row[winner] > s / 2 and winner < 8 else None
    taken = {}
    if rule == "multi-target":
        taken = {i: count for i, count in enumerate(row) if count and 10 * count >= 3 * s}
        if sum(taken.values()) <= s / 2 or max(taken, key=lambda i: (taken[i], -i)) >= 8:
            return None
        emotions = [i for i in taken if i < 8]
        return [1 / len(emotions) if i in emotions else 0.0 for i in range(8)]
    for level in sorted(set(row) - {0}, reverse=True):
        if sum(taken.values()) >= 0.75 * s or len(taken) >= 3:
            break
        tied = [i for i in range(10) if row[i] == level]
        taken |= {i: level for i in tied if i < 8}
        if tied[-1] >= 8:  # unknown or NF ends the search; emotions with as many votes come before it
            break
    if not taken or sum(taken.values()) <= s / 2 or len(taken) > 3:
        return None
    return [taken.get(i, 0) / sum(taken.values()) for i in range(8)]


def one_hot(winner: int) -> list[float]:
    return [float(i == winner) for i in range(8)]


@pytest.fixture(scope="module")
def rows_of_ten_votes() -> np.ndarray:
    """All 92,378 ways to share ten votes among ten classes: choose where nine bars stand among 19 places."""
    bars = np.array(list(combinations(range(19), 9)))
    edges = np.hstack([np.full((len(bars), 1), -1), bars, np.full((len(bars), 1), 19)])
    return np.diff(edges, axis=1) - 1


def assert_equals_oracle(votes: np.ndarray, rule: str) -> None:
    kept, target = apply_rule(votes, rule)
    expected = [oracle(row, rule) for row in votes.tolist()]
    assert kept.tolist() == [row is not None for row in expected]
    dropped = [0.0] * 8
    torch.testing.assert_close(
        target, torch.tensor([dropped if row is None else row for row in expected]).view(-1, 8)
    )


@pytest.mark.parametrize("rule", RULES)
def test_every_row_of_ten_votes_gets_what_the_text_of_the_rule_says(rows_of_ten_votes, rule):
    assert_equals_oracle(rows_of_ten_votes, rule)


@given(st.lists(st.lists(st.integers(0, 6), min_size=10, max_size=10), max_size=8))
def test_rows_with_another_number_of_votes_follow_the_same_text(rows):
    for rule in RULES:
        assert_equals_oracle(np.array(rows, np.uint8).reshape(-1, 10), rule)


# classes: neutral happiness surprise sadness anger disgust fear contempt | unknown NF
BY_HAND = [
    # 6 of s = 10 is more than half; half exactly is not
    ("majority", (6, 4, 0, 0, 0, 0, 0, 0, 0, 0), (1, 0, 0, 0, 0, 0, 0, 0)),
    ("majority", (5, 5, 0, 0, 0, 0, 0, 0, 0, 0), None),
    # the four single votes go, so s = 6 and 4 is more than half of it
    ("majority", (4, 2, 1, 1, 1, 1, 0, 0, 0, 0), (1, 0, 0, 0, 0, 0, 0, 0)),
    ("majority", (2, 0, 0, 0, 0, 0, 0, 0, 8, 0), None),
    # 6 < 7.5 of s = 10, so the second is taken too
    ("probability", (6, 4, 0, 0, 0, 0, 0, 0, 0, 0), (0.6, 0.4, 0, 0, 0, 0, 0, 0)),
    # 8 ≥ 7.5: the search ends before the pair of votes
    ("probability", (8, 2, 0, 0, 0, 0, 0, 0, 0, 0), (1, 0, 0, 0, 0, 0, 0, 0)),
    # the two that tie for third place come together and make four: too many
    ("probability", (3, 3, 2, 2, 0, 0, 0, 0, 0, 0), None),
    # unknown ends the search and does not count: 6 of 10 is enough
    ("probability", (6, 0, 0, 0, 0, 0, 0, 0, 4, 0), (1, 0, 0, 0, 0, 0, 0, 0)),
    # unknown ties with the second emotion, which was taken just before it: 4 + 3 of 10
    ("probability", (4, 3, 0, 0, 0, 0, 0, 0, 3, 0), (4 / 7, 3 / 7, 0, 0, 0, 0, 0, 0)),
    # what unknown hid is never reached: 4 of 10 is not enough
    ("probability", (4, 2, 0, 0, 0, 0, 0, 0, 4, 0), None),
    # 3 of 10 is exactly 30 %: kept, with the same weight
    ("multi-target", (7, 3, 0, 0, 0, 0, 0, 0, 0, 0), (0.5, 0.5, 0, 0, 0, 0, 0, 0)),
    # 4 + 2 + 2 + 2: only one class reaches 30 %, and 4 of 10 is not more than half
    ("multi-target", (4, 2, 2, 2, 0, 0, 0, 0, 0, 0), None),
    # unknown helps to pass half, but gets no weight; it may tie, not lead
    ("multi-target", (5, 0, 0, 0, 0, 0, 0, 0, 5, 0), (1, 0, 0, 0, 0, 0, 0, 0)),
    ("argmax", (0, 4, 4, 0, 0, 0, 0, 0, 2, 0), (0, 1, 0, 0, 0, 0, 0, 0)),
    ("argmax", (0, 4, 0, 0, 0, 0, 0, 0, 6, 0), None),
    ("argmax", (0, 0, 0, 0, 0, 0, 0, 0, 0, 0), None),
]


@pytest.mark.parametrize(("rule", "row", "expected"), BY_HAND)
def test_a_row_worked_out_by_hand_gets_its_target(rule, row, expected):
    kept, target = apply_rule(torch.tensor([row], dtype=torch.uint8), rule)
    assert kept.item() is (expected is not None)
    torch.testing.assert_close(target[0], torch.tensor(expected or (0,) * 8, dtype=torch.float32))


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_keeps_the_published_number_of_real_rows(shared, rule):
    packed = np.load(shared / "data" / "ferplus" / "train_valid.npz")
    kept = apply_rule(packed["votes"], rule)[0].numpy()
    train, valid = (int(kept[packed["split"] == name].sum()) for name in ("FER2013Train", "FER2013Valid"))
    # The packed set holds every name once, while the published file repeats four; three of those extra
    # rows are training rows that every rule keeps. The test split is not in the packed set.
    assert (train + 3, valid) == PUBLISHED[rule]


@pytest.mark.parametrize(("row", "shares"), [
    ([4, 3, 1, 0, 0, 0, 0, 0, 2, 0], [0.5, 0.375, 0.125, 0, 0, 0, 0, 0]),
    ([0, 0, 0, 0, 0, 0, 0, 0, 1, 9], [1 / 8] * 8),
])  # fmt: skip
def test_the_vote_distribution_leaves_out_unknown_and_keeps_single_votes(row, shares):
    torch.testing.assert_close(vote_distribution(torch.tensor([row])), torch.tensor([shares]))


@pytest.mark.parametrize(("votes", "complaint"), [
    (torch.zeros(2, 8, dtype=torch.uint8), r"shape \(N, 10\).*not \(2, 8\)"),
    (torch.zeros(10, dtype=torch.uint8), r"not \(10,\)"),
    (torch.full((1, 10), 0.5), "integers"),
    (torch.full((1, 10), -1), "not negative"),
])  # fmt: skip
def test_what_is_not_a_table_of_counts_is_refused(votes, complaint):
    for function in (vote_distribution, lambda votes: apply_rule(votes, "majority")):
        with pytest.raises(CourseError, match=complaint):
            function(votes)
