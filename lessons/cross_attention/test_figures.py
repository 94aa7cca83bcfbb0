"""The figures of cross-attention show what they are given, and the toy knows what can be known without the landmark."""

import itertools

import numpy as np
import pytest
import torch

from lessons.answer_tests import figure_test, seen
from lessons.cross_attention import asking, figures, toy
from lessons.cross_attention.measure import added_by_attention, alignment, compared, with_known_maps
from pvlib.models import poster_var, tiny
from pvlib.models.switches import switched

PICTURE = np.full((1, 48, 48), 128, dtype=np.uint8)
POINTS = {"the left corner of the mouth": (0.3, 0.7), "the chin": (0.5, 0.99)}
HAPPY = [0.1, 0.9, 0, 0, 0, 0, 0, 0]
ASKED = {
    (level, kind): asking.Asked(
        torch.tensor([0, side**2 - 1]),
        torch.full((2, side**2), float(level) + (kind == "zero")),
        torch.tensor([2.0, 1]),
        torch.tensor([0.5, 0.5]),
    )
    for (level, side), kind in itertools.product(((1, 4), (2, 2)), ("own", "zero"))
}
CODES = torch.randn(toy.CELLS, toy.CHANNELS - 1, generator=torch.Generator().manual_seed(0))


def who_asks_whom():
    return asking.who_asks_whom(PICTURE, POINTS, ASKED, {"own landmarks": HAPPY, "zero": HAPPY})


test_figures = figure_test(
    (
        who_asks_whom,
        [
            "content's scores is 3, 3 times that of the position bias",
            "own landmarks: neutral 10%, happiness 90%",
        ],
    ),
    (
        lambda: figures.swapped([PICTURE] * 2, {"own": [HAPPY] * 2, "other": [HAPPY[::-1]] * 2}),
        ["face B with other: fear 90%"],
    ),
    (
        lambda: figures.toy_faces(
            torch.eye(36)[:2], torch.tensor([0, 5]), torch.tensor([1, 0]), 4 * torch.eye(36)[:2]
        ),
        ["4.0, 0.0"],
    ),
)


def test_the_slider_moves_the_frame_and_shows_what_that_cell_asks_for():
    glow, ring, why = seen(who_asks_whom()[0], 1)[2:5]
    assert {value for row in glow.z for value in row} == {1.0}
    assert (min(ring.x), max(ring.x), min(ring.y), max(ring.y)) == (0.75, 1, 0.75, 1)
    assert list(why.x) == [1.0, 0.5]


def test_known_maps_give_the_answers_of_the_network_they_come_from():
    torch.manual_seed(0)
    network, inputs = poster_var(8, tiny()).eval(), torch.randn(5, 3, 48, 48)
    with torch.no_grad():
        torch.testing.assert_close(with_known_maps(network, inputs, at_once=2)(inputs), network(inputs))


def test_a_change_is_paired():
    own, other, truth = torch.tensor([0, 1, 2, 3]), torch.tensor([0, 2, 1, 3]), torch.tensor([0, 1, 1, 0])
    assert compared(own, other, truth)[:2] == (2, 0.0)
    assert compared(own, own, truth) == (0, 0.0, 0.0)


def test_without_the_landmark_the_number_of_bright_cells_is_all_that_helps():
    assert toy.ceiling_without_landmark(1) == 1
    assert toy.ceiling_without_landmark(2) == 0.75  # both alike: always right; one of each: half
    faces = toy.make_faces(20_000, CODES, torch.Generator().manual_seed(1))
    by_count = (faces.bright.sum(dim=1) > toy.CELLS / 2).long()
    assert (by_count == faces.label).double().mean().item() == pytest.approx(
        toy.ceiling_without_landmark(), abs=0.01
    )


def test_a_toy_face_names_cells_alike_in_both_maps_and_its_label_is_that_cells_brightness():
    faces = toy.make_faces(50, CODES, torch.Generator().manual_seed(2))
    at = faces.image.flatten(2)[torch.arange(50), :, faces.where]  # (50, CHANNELS)
    torch.testing.assert_close(at[:, :-1], faces.landmark[:, :-1, 0, 0])
    assert torch.equal(at[:, -1] > 0, faces.label == 1)


def test_a_plain_mean_gives_every_cell_a_mean_s_weight_and_an_attention_off_adds_nothing():
    torch.manual_seed(0)
    network, inputs = poster_var(8, tiny()).eval(), torch.randn(2, 3, 48, 48)
    torch.nn.init.zeros_(network.levels[1].attention.position_bias)
    with switched(network, attention="zero"):
        found = alignment(network, inputs, torch.rand(2, 68, 2), level=2)
    assert found[:4] == pytest.approx((1, 1, 1, 0), abs=1e-5)
    with switched(network, attention="off"):
        assert added_by_attention(network, inputs)[0] == 0
