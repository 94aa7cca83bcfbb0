"""Calibration by hand and against scikit-learn; the errors' own tests are those of quality."""

import pytest
import torch
from sklearn.calibration import calibration_curve

from pvlib.evaluation.calibration import fit_temperature, in_bins, reliability


def test_a_bin_holds_its_lower_edge_the_last_one_both_and_an_empty_one_has_no_shares():
    values = torch.tensor([1.0, 2.0, 3.0, 4.0])
    placed = in_bins(values, torch.tensor([0.0, 0.25, 0.99, 1.0]), 4)
    assert placed.tolist() == [[1, 0, 0, 0], [0, 2, 0, 0], [0, 0, 0, 3], [0, 0, 0, 4]]
    first, second = reliability(torch.tensor([0.3]), torch.tensor([True]), bins=2)
    assert first["accuracy"] == 1.0
    assert second == {"low": 0.5, "high": 1.0, "faces": 0, "confidence": None, "accuracy": None}


def test_the_reliability_diagram_is_that_of_scikit_learn():
    confidence = torch.rand(200, generator=torch.Generator().manual_seed(0))
    outcome = torch.rand(200) < confidence**2  # too sure of itself
    accuracy, mean = calibration_curve(outcome.numpy(), confidence.numpy(), n_bins=8)
    found = reliability(confidence, outcome, bins=8)
    assert [row["accuracy"] for row in found] == pytest.approx(accuracy.tolist())
    assert [row["confidence"] for row in found] == pytest.approx(mean.tolist(), abs=1e-6)
    assert sum(row["faces"] for row in found) == 200


def test_a_network_that_doubles_its_logits_needs_temperature_two():
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(500, 5, generator=generator)
    target = logits.softmax(dim=1)  # the truth itself: the likelihood is highest at exactly this softmax
    assert fit_temperature(2 * logits, target) == pytest.approx(2, rel=1e-3)
    assert fit_temperature(0.25 * logits, target) == pytest.approx(0.25, rel=1e-3)
