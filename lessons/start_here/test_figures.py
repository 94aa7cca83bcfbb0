"""The first lesson's figures show the numbers that they are given, and its clock counts what was timed."""

import tomllib

import numpy as np
import pytest

from drawnfaces import EXPRESSIONS
from lessons.answer_tests import figure_test, seen
from lessons.start_here import figures, machine
from lessons.start_here.vote_table import vote_table

PICTURE = np.zeros((3, 20, 20), dtype=np.uint8)
PAIRS = (("surprise", "fear"), ("anger", "disgust"))


def table():
    """Two pairs, three steps, two groups; the second group always says the first expression."""
    truth = np.zeros((2, 3, 8))
    for p, pair in enumerate(PAIRS):
        for name, shares in zip(pair, ((1, 0.5, 0), (0, 0.5, 1)), strict=True):
            truth[p, :, EXPRESSIONS.index(name)] = shares
    ten = np.concatenate([10 * truth, np.zeros((2, 3, 2))], axis=2).astype(int)
    stubborn = np.zeros_like(ten)
    stubborn[0, :, EXPRESSIONS.index("surprise")] = stubborn[1, :, EXPRESSIONS.index("anger")] = 10
    groups = np.stack([ten, stubborn])
    return vote_table(PAIRS, [0.0, 0.5, 1.0], [[PICTURE] * 3] * 2, truth, groups, 100 * groups)


def test_parts_of_a_bar_lie_end_to_end_and_leave_out_who_has_none():
    assert figures.segments([0.5, 0, 0.499, 0.001]) == [(0.0, 0.5, "neutral"), (0.5, 0.499, "surprise")]


def asked():
    return figures.asked(PICTURE[None], np.eye(8)[[1]], np.eye(8)[[2]], EXPRESSIONS)


def one_person():
    return figures.one_person({"skins": ([PICTURE] * 2, np.eye(8)[[3, 4]])}, EXPRESSIONS)


def answers():
    return figures.answers(PICTURE, {"truth": [0.5, 0, 0.5], "the network": [0, 0, 1.0]})


FIFTY = "At 50% fear ten raters say surprise 5 times, fear 5 times"
test_figures = figure_test(
    (table, [FIFTY, "give fear 0% to 50% of their votes"]),
    (answers, ["truth: neutral 50%, surprise 50%; the network: surprise 100%"]),
    (asked, ["votes lead to happiness, the network says surprise (100%)"]),
    (one_person, ["skins: sadness 100%, anger 100%"]),
)


def test_bars_and_pictures_are_those_of_the_answers_and_steps():
    assert [bar.get_width() for bar in asked()[0].axes[1].patches] == np.eye(8)[2].tolist()
    assert [len(still.axes) for *_, still, _ in (table(), one_person())] == [6, 2]


def test_the_first_slider_mixes_pictures_cards_and_bars_of_every_group():
    moving, _, _ = table()
    traces = seen(moving, 1, 0)
    cards = [number for number, trace in enumerate(traces) if getattr(trace, "mode", "") == "markers+text"]
    assert len(cards) == 2
    assert traces[cards[0]].text[:10] == ("Su",) * 5 + ("Fe",) * 5
    # of both pairs side by side, ten and a thousand raters: half and half
    assert traces[cards[0] + 1].base == (0, 0.5, 2, 2.5) * 2
    assert traces[0].source.startswith("data:image/png")


def test_the_second_slider_shows_one_group_and_the_menu_one_pair():
    moving, _, _ = table()
    _, groups = moving.layout.sliders[1].steps[1].args
    assert [moving.data[trace].visible for trace in groups] == [True, True, False, False]
    assert [seen(moving, 0, 1)[trace].visible for trace in groups] == [False, False, True, True]
    view = moving.layout.updatemenus[0].buttons[1].args[0]
    assert view["xaxis3.range"] == [2, 3]
    assert moving.data[groups[1]].base[-1] >= 2  # where the second pair's bars lie


def test_twice_as_long_a_step_is_twice_as_long_a_course():
    table = tomllib.loads(machine.TIMED.read_text())
    minutes, lessons = machine.course_minutes(2 * table["step"])
    assert lessons == len(table["lessons"])
    assert minutes == pytest.approx(2 * sum(table["lessons"].values()) / 60)
