"""The figures of the lesson on raters show the numbers that they are given."""

import pytest
import torch

from lessons.raters import figures

NAMES = ("anger", "fear")
TRUE = torch.tensor([0.5, 0.7, 0.95])  # two mixed faces and a clear one


@pytest.fixture(scope="module")
def figure():
    said = {
        ("votes", 1): torch.tensor([0.1, 0.2, 0.3]),
        ("votes", 10): torch.tensor([0.5, 0.7, 0.9]),
        ("winner", 1): torch.tensor([0.1, 0.2, 0.3]),
        ("winner", 10): torch.tensor([0.8, 1.0, 1.0]),
    }
    return figures.said_against_true(TRUE, torch.tensor([0, 1, 0]), said, NAMES, cents=3)


def test_the_slider_moves_the_dots_of_every_rule_and_tells_what_is_said_of_mixed_faces(figure):
    moving, _, _ = figure
    changes, traces = moving.layout.sliders[0].steps[1].args
    assert [changes["y"][i] for i, trace in enumerate(traces) if moving.data[trace].mode == "markers"] == [
        pytest.approx([0.5, 0.7, 0.9]),
        pytest.approx([0.8, 1.0, 1.0]),
    ]
    words = [changes["text"][i] for i, trace in enumerate(traces) if moving.data[trace].mode == "text"]
    assert words == [["mixed faces: says 60%, the truth is 60%"], ["mixed faces: says 90%, the truth is 60%"]]


def test_a_button_shows_the_dots_of_one_rule(figure):
    moving, _, _ = figure
    assert [trace.visible for trace in moving.data[1:]] == [True, True, False, False]
    seen, traces = moving.layout.updatemenus[0].buttons[1].args
    assert (seen["visible"], traces) == ([False, False, True, True], (1, 2, 3, 4))


def test_the_still_picture_has_a_panel_for_each_state_and_the_words_their_numbers(figure):
    _, still, alt = figure
    assert [axes.get_title() for axes in still.axes][-1] == "winner of 10: 90%"
    assert "Mixed faces have 60% of it on average" in alt


def test_each_teacher_has_a_dot():
    measured = {"one rater": {"accuracy": 0.8, "kl": 0.7}, "ten": {"accuracy": 0.9, "kl": 0.3}}
    figure, alt = figures.teachers(measured)
    assert [axes.lines[0].get_xdata().tolist() for axes in figure.axes] == [[0.8, 0.9], [0.7, 0.3]]
    assert "ten 90.0% and 0.30 nats" in alt
