"""The 68 points: mirror image and units."""

import numpy as np
import torch

from data_scripts.landmarks.points import MIRRORED, PARTS, as_fractions, landmark_input
from drawnfaces import Identity
from drawnfaces.action_units import NAMES
from drawnfaces.anatomy import build


def test_a_mirrored_symmetric_face_is_itself():
    points = build(np.zeros(len(NAMES)), Identity()).landmarks()  # symmetric about x = 0
    np.testing.assert_allclose(points[list(MIRRORED)] * (-1, 1), points, atol=1e-9)


def test_the_parts_hold_each_point_once():
    assert sorted(point for part in PARTS.values() for point in part) == list(range(68))


def test_the_middle_of_the_last_pixel_lies_half_a_pixel_from_the_edge():
    assert as_fractions(torch.tensor([0.0, 3.0]), 4).tolist() == [0.125, 0.875]


def test_network_input_is_blue_green_red_between_0_and_1_of_grey_faces_too():
    image = torch.tensor([255, 51, 0], dtype=torch.uint8).view(1, 3, 1, 1).expand(1, 3, 16, 16)
    assert torch.allclose(landmark_input(image, 16)[0, :, 3, 3], torch.tensor([0.0, 0.2, 1.0]))
    assert torch.allclose(landmark_input(image, 32)[0, :, 9, 9], torch.tensor([0.0, 0.2, 1.0]))
    assert landmark_input(image[:, :1], 32).shape == (1, 3, 32, 32)  # grey
