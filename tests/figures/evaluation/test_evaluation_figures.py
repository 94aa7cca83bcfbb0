"""The figures of an evaluation show the numbers that they are given."""

import matplotlib
import numpy as np
import pytest

from pvlib.figures import evaluation as figures

NAMES = ("anger", "fear", "neutral")


def uncertainty(title, aurc, **measures):
    missing = dict.fromkeys(("spearman_votes", "spearman_mixture", "auroc_errors"))
    alone = {
        name: {"value": v, "low": None, "high": None}
        for name, v in (("aurc", aurc), ("excess_aurc", aurc / 2))
    }
    measured = {name: {"value": v, "low": v - 0.1, "high": v + 0.1} for name, v in measures.items()}
    curve = {"coverage": [0.25, 0.5, 0.75, 1.0], "risk": [0.0, 0.1, 0.2, 0.25]}
    return {"title": title, "risk_coverage": curve, **missing, **alone, **measured}


def test_confusion_writes_recall_and_faces_names_the_commonest_mistake_and_leaves_matplotlib_alone():
    before = dict(matplotlib.rcParams)
    figure, alt = figures.confusion([[3, 1, 0], [0, 2, 0], [0, 0, 0]], NAMES)
    assert dict(matplotlib.rcParams) == before
    written = [text.get_text() for text in figure.axes[0].texts]
    assert written == ["75.0", "3", "25", "1", "100.0", "2"]
    assert "anger 75.0 %, fear 100.0 %, neutral has no face" in alt
    assert "anger as fear (1)" in alt


def test_reliability_draws_accuracy_and_leaves_empty_bins_out():
    empty = {"low": 0.0, "high": 0.5, "faces": 0, "confidence": None, "accuracy": None}
    sure = {"low": 0.5, "high": 1.0, "faces": 10, "confidence": 0.9, "accuracy": 0.6}
    figure, alt = figures.reliability([empty, sure], 0.3)
    above, below = figure.axes
    assert [bar.get_height() for axes in (above, below) for bar in axes.patches] == [0.6, 10]
    assert "too sure of itself by 30.0 points" in alt
    # Wilson's interval of 6 of 10 by its formula
    z, n, p = 1.959964, 10, 0.6
    middle, half = (p + z**2 / (2 * n)), z * (p * (1 - p) / n + z**2 / (4 * n**2)) ** 0.5
    wilson = [end / (1 + z**2 / n) for end in (middle - half, middle + half)]
    assert above.collections[0].get_segments()[0][:, 1] == pytest.approx(wilson, abs=1e-5)


def test_risk_coverage_lists_the_best_uncertainty_first_and_leaves_out_what_is_not_there():
    given = {"sigma": uncertainty("σ", 0.2), "softmax_entropy": uncertainty("entropy", 0.05)}
    figure, alt = figures.risk_coverage(given | {"ensemble_entropy": None})
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert labels == ["50  entropy", "200  σ"]
    assert figure.axes[0].lines[0].get_ydata().tolist() == [0.0, 0.1, 0.2, 0.25]
    assert "25.0 % of the answers are wrong" in alt


def test_measures_show_only_those_that_some_uncertainty_has():
    doubt = uncertainty("entropy", 0.05)
    figure, alt = figures.measures(
        {"sigma": uncertainty("σ", 0.2, auroc_errors=0.4), "softmax_entropy": doubt}
    )
    titles = [" ".join(axes.get_title(loc="center").split()) for axes in figure.axes]
    assert titles == ["AUROC of mistakes →", "← Excess AURC × 1000"]
    points = [line for line in figure.axes[0].lines if line.get_marker() == "o"]
    assert [(line.get_xdata()[0], line.get_ydata()[0]) for line in points] == [(0.4, 0)]
    assert "σ: AUROC of mistakes 0.400" in alt


def test_the_black_line_against_the_raters_is_the_mean_of_equal_groups():
    doubt = np.arange(20) / 20
    figure, alt = figures.against_raters(
        {"sigma": 2 * doubt}, {"sigma": "σ"}, {"sigma": 1.0}, doubt, "entropy of the votes"
    )
    line = figure.axes[0].lines[0]
    pairs = doubt.reshape(10, 2).mean(axis=1)
    assert line.get_xdata() == pytest.approx(pairs)
    assert line.get_ydata() == pytest.approx(2 * pairs)
    assert "20 faces" in alt


def test_curves_show_what_was_measured_and_mark_the_chosen_epoch():
    history = [{"epoch": 1, "loss": 2.0, "accuracy": 0.4}, {"epoch": 2, "loss": 1.5, "accuracy": 0.6}]
    figure, alt = figures.run_curves(history, 2)
    left, right = figure.axes
    assert left.lines[0].get_ydata().tolist() == [2.0, 1.5]
    assert right.lines[0].get_ydata().tolist() == [0.4, 0.6]
    assert right.lines[-1].get_xdata() == [2, 2]
    assert "after epoch 2" in alt
