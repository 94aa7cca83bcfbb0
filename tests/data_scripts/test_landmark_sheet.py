"""Landmarks are drawn where they are, each part once."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from data_scripts.landmarks.points import STRETCHES
from data_scripts.landmarks.sheet import draw_landmarks, landmark_sheet
from pvlib.errors import CourseError


def test_every_point_is_marked_where_it_is_eyes_and_lips_are_closed_lines_and_the_jaw_is_open():
    points = np.random.default_rng(0).uniform(0, 48, (68, 2))
    axes = Figure().subplots()
    draw_landmarks(axes, points)
    marked = np.vstack([line.get_xydata() for line in axes.lines if line.get_marker() == "o"])
    np.testing.assert_allclose(marked, points)  # the 68 points once and in order
    joined = [line.get_xydata() for line in axes.lines if line.get_marker() == "None"]
    parts = zip(STRETCHES, joined, strict=True)
    closed = {part.name for part, line in parts if np.array_equal(line[0], line[-1])}
    assert closed == {"left eye", "right eye", "outer lips", "inner lips"}


@pytest.mark.parametrize("channels", [1, 3])
def test_a_sheet_has_one_picture_a_face_with_its_points_in_pixels(channels):
    images = np.zeros((4, channels, 48, 32), np.uint8)
    figure = landmark_sheet(images, np.full((4, 68, 2), 0.5), columns=3)
    shown = [axes for axes in figure.axes if axes.images]
    assert len(shown) == 4
    # the middle of a picture of 32 x 48 pixels, whose first pixel's centre is 0
    assert shown[0].lines[0].get_xydata()[0].tolist() == [15.5, 23.5]
    assert shown[0].get_xlim() == (-0.5, 31.5)


@pytest.mark.parametrize(("faces", "points"), [(0, (0, 68, 2)), (2, (1, 68, 2)), (2, (2, 5, 2))])
def test_faces_and_points_must_match(faces, points):
    with pytest.raises(CourseError):
        landmark_sheet(np.zeros((faces, 1, 48, 48)), np.zeros(points))
