"""The figures of the first training show the numbers that they are given."""

import pytest
import torch

from lessons.answer_tests import figure_test
from lessons.first_training import figures
from pvlib.training import EpochRecord

NAMES = ("anger", "fear", "neutral")
HISTORY = [
    EpochRecord(1, 2.0, {"clear": 0.4, "mixed": 0.3, "sigma": 0.5}, 1e-3, 1.0),
    EpochRecord(2, 1.5, {"clear": 0.9, "mixed": 0.6, "sigma": 0.2}, 5e-4, 1.0),
]
BEFORE = {"clear": 0.1, "mixed": 0.2, "sigma": 1.0}
PICTURES = torch.randint(0, 256, (2, 1, 8, 8), dtype=torch.uint8)
TRUTH = torch.eye(3)[:2]
SAID = torch.stack([torch.full((2, 3), 1 / 3), *torch.rand(2, 2, 3), torch.eye(3)[[2, 1]]])
COUNTS = torch.tensor([[3, 1, 0], [0, 2, 0], [0, 0, 0]])


def memorised():
    return figures.memorised([2.0, 1.0, 0.1], [2.0, 1.8, 1.5], floor=1.27)


def curves():
    return figures.curves(BEFORE, HISTORY, floor=0.4, raters=(0.6, 0.85))


def story():
    return figures.story(PICTURES, TRUTH, TRUTH, SAID, [1.0, 0.3, 0.2, 0.1], NAMES)


def held_up():
    return figures.held_up([1.0, 0.3], [1.0, 0.7], [0.9, 0.8], weight=0.1)


test_figures = figure_test(
    (memorised, ["from 2.00 to 0.10", "floor of 1.27"]),
    (curves, ["from 10% to 90%", "from 1.00 to 0.20"]),
    (story, ["neutral for a face of anger", "from 1.00 to 0.10"]),
    (held_up, ["falls from 1.00 to 0.30; with λ = 0.1 it ends at 0.70, and the formula gives 0.80"]),
    (lambda: figures.confusion(COUNTS, NAMES), ["anger 75 %, fear 100 %, neutral 0 %"]),
)


@pytest.mark.parametrize(("draw", "lines"), [
    (memorised, [[[2.0, 1.0, 0.1], [2.0, 1.8, 1.5], [1.27, 1.27]]]),
    (curves, [[[2.0, 1.5], [0.4, 0.4]], [[1.0, 0.5, 0.2]], [[0.1, 0.4, 0.9], [0.2, 0.3, 0.6]]]),
    (held_up, [[[1.0, 0.3], [1.0, 0.7], [0.9, 0.8]]]),
])  # fmt: skip
def test_the_lines_are_the_losses_accuracies_and_sigmas(draw, lines):
    assert [[list(line.get_ydata()) for line in axes.lines] for axes in draw()[0].axes] == lines


def test_the_band_of_the_raters_and_the_shares_of_the_true_class_are_drawn():
    assert curves()[0].axes[2].patches[0].get_bbox().intervaly.tolist() == [0.6, 0.85]
    figure, _ = figures.confusion(COUNTS, NAMES)
    assert [text.get_text() for text in figure.axes[0].texts] == ["75", "25", "100"]


def test_a_frame_of_the_story_moves_bars_and_sigma_alone():
    moving, _, _ = story()
    frame = moving.frames[3]
    assert [moving.data[trace].type for trace in frame.traces] == ["bar", "bar", "scatter"]
    assert frame.data[1].x == pytest.approx(SAID[3, 1].tolist())
    assert (frame.data[2].x, frame.data[2].y) == ((3,), (0.1,))
    assert (len(moving.frames), len(moving.layout.images)) == (4, 2)
