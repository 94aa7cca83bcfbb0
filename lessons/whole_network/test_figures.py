"""The figures of the whole network show what trace, switches and counts gave."""

import pytest
import torch

from lessons.answer_tests import figure_test
from lessons.whole_network import figures
from lessons.whole_network.figure2 import living, places
from lessons.whole_network.switchboard import BOARD, Effect, Switch, effects, name_of, singles_and_pairs
from pvlib.evaluation.intervals import Interval
from pvlib.explain.tracing import Box


def box(name, *shape, flop=10):
    return Box(name=name, shape=shape, parameters=5, flop=flop, milliseconds=1.0)


BOXES = [
    box("image_pyramid", (2, 8, 8), (4, 4, 4), flop=1000),
    *(box(f"levels.{i}", 2, 2, 4) for i in range(3)),
    box("layer_embedding", (4, 8), (4, 8), flop=0),
    box("head", 8),
]
TWO = (
    Switch(name="level 1 = mean", boxes=("levels.0",)),
    Switch(name="rows = 0", boxes=("layer_embedding",)),
)
FOUND = {
    name_of(pair): Effect(same=0.9 - k / 10, accuracy=0.5 - k / 10, points=Interval(-10.0 * k, -10 * k - 2, -10 * k + 2))
    for k, pair in enumerate(singles_and_pairs(TWO))
}  # fmt: skip


def switchboard():
    return living(BOXES, TWO, FOUND, accuracy=0.5, faces=40)


test_figures = figure_test(
    (
        switchboard,
        ["6 boxes, from image_pyramid to head", "50.0%", "rows = 0 80.0%, -10.0 [-12.0, -8.0]; level 1"],
    ),
    (lambda: figures.switches(FOUND, 40), ["level 1 = mean + rows = 0: 70.0%, -20.0 [-22.0, -18.0]"]),
    (
        lambda: figures.parameters({"head": 12, "encoder": 5_000_000}, ["head"]),
        ["5,000,012", "encoder 5,000,000, head 12"],
    ),
)


def test_boxes_stand_in_the_order_of_the_trace_and_levels_side_by_side():
    laid = places(BOXES)
    assert [laid[one.name].row for one in BOXES] == [0, 1, 1, 1, 2, 3]
    assert [laid[f"levels.{i}"].x for i in range(3)] == [0.5, 1.5, 2.5]
    assert laid["image_pyramid"].width > laid["layer_embedding"].width > laid["head"].width
    assert all(place.x + place.width / 2 <= 3 for place in laid.values())
    assert laid["layer_embedding"].colour == "#f7fafd"  # no FLOP
    assert laid["image_pyramid"].colour == "#78afdc"


@pytest.mark.parametrize(("first", "second", "shown"), [
    (0, 0, [1.0, 0.5]), (1, 0, [0.9, 0.5]), (0, 2, [0.8, 0.4]), (1, 2, [0.7, 0.3]), (2, 1, [0.7, 0.3]), (2, 2, [0.8, 0.4]),
])  # fmt: skip
def test_both_menus_together_show_the_bars_of_their_two_switches(first, second, shown):
    moving, _, _ = switchboard()
    changes, traces = moving.layout.updatemenus[0].buttons[first].args
    marks, view, crosses = moving.layout.updatemenus[1].buttons[second].args
    bottom, top = view["yaxis2.range"]
    positions, shares = changes["y"][1], changes["x"][1]
    assert [x for x, y in zip(shares, positions, strict=True) if top < y < bottom] == pytest.approx(shown)
    assert (list(traces), list(crosses)) == ([1, 3], [2])
    rows = [[None], [1], [2]]  # of the boxes that are marked
    assert [list(changes["y"][0]), list(marks["y"][0])] == [rows[first], rows[second]]


def test_an_effect_is_the_paired_difference_with_an_interval_that_shrinks_to_nothing_where_no_answer_changes():
    own, labels = torch.tensor([0, 1, 1, 0]), torch.tensor([0, 1, 0, 1])
    found = effects(own, {"none": own, "worse": torch.tensor([0, 0, 1, 0])}, labels)
    assert found["none"] == Effect(same=1.0, accuracy=0.5, points=Interval(0.0, 0.0, 0.0))
    assert (found["worse"].same, found["worse"].accuracy, found["worse"].points.value) == (0.75, 0.25, -25.0)
    assert found["worse"].points.low < -25 < found["worse"].points.high <= 0


def test_each_switch_of_the_board_goes_with_every_other():
    for one, other in (pair for pair in singles_and_pairs() if len(pair) == 2):
        assert one.how.keys().isdisjoint(other.how.keys() - {"level_means"})
    assert len(list(singles_and_pairs())) == len(BOARD) + len(BOARD) * (len(BOARD) - 1) // 2
