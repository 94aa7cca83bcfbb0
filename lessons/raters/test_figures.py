"""The figures of the lesson on raters show the numbers that they are given."""

import pytest
import torch

from lessons.answer_tests import figure_test, seen
from lessons.raters import figures

TRUE = torch.tensor([0.5, 0.7, 0.95])  # two mixed faces and a clear one
MEASURED = {"one rater": {"accuracy": 0.8, "kl": 0.7}, "ten": {"accuracy": 0.9, "kl": 0.3}}
SAID = {
    ("votes", 1): torch.tensor([0.1, 0.2, 0.3]),
    ("votes", 10): torch.tensor([0.5, 0.7, 0.9]),
    ("winner", 1): torch.tensor([0.1, 0.2, 0.3]),
    ("winner", 10): torch.tensor([0.8, 1.0, 1.0]),
}


def said_against_true():
    return figures.said_against_true(TRUE, torch.tensor([0, 1, 0]), SAID, ("anger", "fear"), cents=3)


test_figures = figure_test(
    (said_against_true, ["Mixed faces have 60% of it on average"]),
    (lambda: figures.teachers(MEASURED), ["ten 90.0% and 0.30 nats"]),
)


def test_the_slider_moves_the_dots_of_every_rule_and_tells_what_is_said_of_mixed_faces():
    moving, still, _ = said_against_true()
    shown = seen(moving, 1)[1:]
    assert [list(trace.y) for trace in shown if trace.mode == "markers"] == [
        pytest.approx([0.5, 0.7, 0.9]),
        pytest.approx([0.8, 1.0, 1.0]),
    ]
    words = [list(trace.text) for trace in shown if trace.mode == "text"]
    assert words == [["mixed faces: says 60%, the truth is 60%"], ["mixed faces: says 90%, the truth is 60%"]]
    assert [axes.get_title() for axes in still.axes][-1] == "winner of 10: 90%"


def test_a_button_shows_the_dots_of_one_rule():
    moving, _, _ = said_against_true()
    assert [trace.visible for trace in moving.data[1:]] == [True, True, False, False]
    changes, traces = moving.layout.updatemenus[0].buttons[1].args
    assert (changes["visible"], traces) == ([False, False, True, True], (1, 2, 3, 4))


def test_each_teacher_has_a_dot():
    figure, _ = figures.teachers(MEASURED)
    assert [axes.lines[0].get_xdata().tolist() for axes in figure.axes] == [[0.8, 0.9], [0.7, 0.3]]
