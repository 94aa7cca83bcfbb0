"""Shapes are those of the drawn faces, and a training on them follows from its seed alone."""

import math

import pytest
import torch
from torch import nn

from lessons.shapes import evaluate_on_shapes, shape_faces, shape_of, train_on_shapes
from pvlib.data.drawn import draw_faces
from pvlib.losses import Objective
from pvlib.models import PointHead, VariationalHead


@pytest.fixture(scope="module")
def faces():
    return shape_faces(150, seed=3)


def test_shapes_are_those_of_the_faces_of_the_same_seed_and_numbers():
    painted = draw_faces(3, seed=5, start=7)
    faces = shape_faces(3, seed=5, start=7)
    assert torch.allclose(faces.features, faces.standardise(painted.landmarks))
    for truth in ("votes", "target", "mixture", "ambiguity"):
        assert torch.equal(getattr(faces, truth), getattr(painted, truth)), truth
    assert faces.numbers.tolist() == [7, 8, 9]


def test_neither_place_nor_size_changes_a_shape():
    landmarks = torch.randn(2, 68, 2)
    assert torch.allclose(shape_of(3 * landmarks + 5), shape_of(landmarks), atol=1e-5)


def test_other_faces_are_standardised_as_the_training_faces(faces):
    assert torch.allclose(faces.features.std(dim=0), torch.ones(136), atol=1e-4)
    again = shape_faces(4, seed=3, start=10, like=faces)
    assert torch.allclose(again.features, faces.features[10:14], atol=1e-5)


def test_a_training_follows_from_its_seed_and_leaves_the_callers_random_state_alone(faces):
    before = torch.get_rng_state()
    first, second, other = (
        train_on_shapes(VariationalHead, Objective(), faces, s, epochs=2) for s in (1, 1, 2)
    )
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.equal(first(faces.features), second(faces.features))
    assert not torch.equal(first(faces.features), other(faces.features))


def test_of_one_seed_all_heads_begin_with_the_same_hidden_layers(faces):
    heads = (VariationalHead, PointHead)
    first, second = (train_on_shapes(head, Objective(), faces, 4, epochs=0) for head in heads)
    assert torch.equal(first.body(faces.features), second.body(faces.features))


def test_a_head_learns_its_faces(faces):
    trained = train_on_shapes(PointHead, Objective(), faces, 0, epochs=100)
    assert evaluate_on_shapes(trained, faces)["accuracy"] > 0.9  # eight classes: chance is 0.13


class Says(nn.Module):
    def __init__(self, logits):
        super().__init__()
        self.logits = logits

    def forward(self, features):
        return self.logits


def test_the_truth_is_at_no_distance_from_itself_and_no_answer_at_ln_8(faces):
    truth = evaluate_on_shapes(Says(faces.mixture.log().clamp_min(-1e4)), faces)
    assert truth["accuracy"] == 1
    assert truth["kl"] == pytest.approx(0, abs=1e-6)
    assert truth["nll"] == pytest.approx(faces.ambiguity.mean().item(), abs=1e-6)
    nothing = evaluate_on_shapes(Says(torch.zeros(150, 8)), faces)
    assert nothing["nll"] == pytest.approx(math.log(8), abs=1e-6)
