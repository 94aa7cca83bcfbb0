"""The figures of the first training show the numbers that they are given."""

import pytest
import torch

from lessons.first_training import figures
from pvlib.figures.interactive import bundle
from pvlib.training import EpochRecord

NAMES = ("anger", "fear", "neutral")
HISTORY = [
    EpochRecord(1, 2.0, {"clear": 0.4, "mixed": 0.3, "sigma": 0.5}, 1e-3, 1.0),
    EpochRecord(2, 1.5, {"clear": 0.9, "mixed": 0.6, "sigma": 0.2}, 5e-4, 1.0),
]
BEFORE = {"clear": 0.1, "mixed": 0.2, "sigma": 1.0}


def test_the_curves_start_before_training_and_end_with_the_last_epoch():
    figure, alt = figures.curves(BEFORE, HISTORY, floor=0.4, raters=(0.6, 0.85))
    loss, sigma, accuracy = figure.axes
    assert loss.lines[0].get_ydata().tolist() == [2.0, 1.5]
    assert list(loss.lines[1].get_ydata()) == [0.4, 0.4]
    assert accuracy.patches[0].get_bbox().intervaly.tolist() == [0.6, 0.85]
    assert [line.get_ydata().tolist() for line in accuracy.lines] == [[0.1, 0.4, 0.9], [0.2, 0.3, 0.6]]
    assert sigma.lines[0].get_ydata().tolist() == [1.0, 0.5, 0.2]
    assert "from 10% to 90%" in alt
    assert "from 1.00 to 0.20" in alt


def test_the_slider_of_the_story_has_a_frame_for_every_epoch_that_moves_bars_and_sigma_alone():
    pictures = torch.randint(0, 256, (2, 1, 8, 8), dtype=torch.uint8)
    truth = torch.eye(3)[:2]
    said = torch.rand(4, 2, 3).softmax(dim=2)
    moving, still, alt = figures.story(pictures, truth, truth, said, [1.0, 0.3, 0.2, 0.1], NAMES)
    assert [step.label for step in moving.layout.sliders[0].steps] == ["0", "1", "2", "3"]
    frame = moving.frames[3]
    assert [moving.data[trace].type for trace in frame.traces] == ["bar", "bar", "scatter"]
    assert frame.data[1].x == pytest.approx(said[3, 1].tolist())
    assert (frame.data[2].x, frame.data[2].y) == ((3,), (0.1,))
    assert len(moving.layout.images) == 2
    data, _ = bundle(moving, still, alt)
    assert {"image/png", "text/plain"} < set(data)
    winner = NAMES[said[-1, 0].argmax()]
    assert f"{winner} for a face of anger" in alt
    assert "from 1.00 to 0.10" in alt


def test_the_formulas_line_stands_beside_the_measured_curves():
    figure, alt = figures.held_up([1.0, 0.3], [1.0, 0.7], [0.9, 0.8], weight=0.1)
    assert [list(line.get_ydata()) for line in figure.axes[0].lines] == [[1.0, 0.3], [1.0, 0.7], [0.9, 0.8]]
    assert "falls from 1.00 to 0.30; with λ = 0.1 it ends at 0.70, and the formula gives 0.80" in alt


def test_confusions_are_shares_of_the_true_class():
    figure, alt = figures.confusion(torch.tensor([[3, 1, 0], [0, 2, 0], [0, 0, 0]]), NAMES)
    written = [text.get_text() for text in figure.axes[0].texts]
    assert written == ["75", "25", "100"]
    assert "anger 75 %, fear 100 %, neutral 0 %" in alt


def test_memorising_tells_first_and_last_loss():
    figure, alt = figures.memorised([2.0, 1.0, 0.1], [2.0, 1.8, 1.5], floor=1.27)
    assert [line.get_ydata().tolist() for line in figure.axes[0].lines[:2]] == [
        [2.0, 1.0, 0.1],
        [2.0, 1.8, 1.5],
    ]
    assert "from 2.00 to 0.10" in alt
    assert "floor of 1.27" in alt
