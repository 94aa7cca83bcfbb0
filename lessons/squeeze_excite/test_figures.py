"""The heat map shows the gates and the curves that it is given."""

import pytest
import torch

from lessons.answer_tests import figure_test, seen
from lessons.squeeze_excite.heat import heat

GATES = torch.tensor([[0.2, 0.4], [0.6, 1.0]])
CURVES = {"to 1": [(0.0, 0.0), (0.5, 1.0)], "to the mean": [(0.0, 0.0), (-1.5, 0.75)]}


def the_heat():
    split = {"channels": 0.7, "expressions": 0.2, "rest": 0.1}
    return heat(GATES, torch.tensor([0.3, 0.8]), ("anger", "fear"), [0.0, 1.0], CURVES, split)


test_figures = figure_test(
    (the_heat, ["channels 70%, expressions 20%", "to the mean -1.5 ± 0.8 points", "to 1 +0.5 ± 1.0"])
)


def test_the_slider_moves_both_maps_and_both_dots():
    moving, still, _ = the_heat()
    ones, means, *_, dot, other = seen(moving, 1)
    assert list(map(list, ones.z)) == [[1, 1], [1, 1]]
    assert list(map(list, means.z)) == [pytest.approx([0.3, 0.3]), pytest.approx([0.8, 0.8])]
    assert [list(dot.y), list(other.y), list(dot.x)] == [[0.5], [-1.5], [1.0]]
    changes, traces = moving.layout.updatemenus[0].buttons[1].args
    assert (changes["visible"], traces) == ([False, True, False, True], (0, 1, 6, 7))
    assert still.axes[1].lines[1].get_ydata().tolist() == [0.0, -1.5]
