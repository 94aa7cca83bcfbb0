"""Errors in per cent of the distance between the outer eye corners."""

import pytest
import torch

from data_scripts.landmarks.measuring import landmark_error
from pvlib.errors import CourseError


def faces_with_eyes_apart(distance: float, count: int = 2) -> torch.Tensor:
    points = torch.rand(count, 68, 2, generator=torch.Generator().manual_seed(0))
    points[:, 36], points[:, 45] = torch.tensor([0.2, 0.4]), torch.tensor([0.2 + distance, 0.4])
    return points


def test_the_summary_of_known_errors():
    truth = faces_with_eyes_apart(0.5, count=4)
    predicted = truth.clone()
    predicted[0, 48:68, 0] += 0.1  # 20 % on the 20 mouth points of one of four faces
    error = landmark_error(predicted, truth)
    assert landmark_error(truth + torch.tensor([0.0, 0.06]), truth).lost == 1  # each 12 %
    own = 20 * 20 / 68  # that face's own mean, below 10 %
    assert error.mean == pytest.approx(own / 4, rel=1e-4)
    assert error.parts["mouth"] == pytest.approx(5, rel=1e-4)
    assert (error.parts["jaw"], error.median, error.lost, error.faces) == (0, 0, 0, 4)
    assert error.half_width == pytest.approx(
        1.96 * (own / 2) / 2, rel=1e-4
    )  # spread of (x, 0, 0, 0) is x / 2


def test_points_that_do_not_belong_together_are_refused():
    with pytest.raises(CourseError, match=r"\(2, 68, 2\).*\(2, 5, 2\)"):
        landmark_error(torch.zeros(2, 68, 2), torch.zeros(2, 5, 2))
