"""How good a prediction is, by hand on a handful of faces."""

from dataclasses import replace

import pytest
import torch

from pvlib.data.faces import Faces
from pvlib.data.transforms import normalise
from pvlib.errors import CourseError
from pvlib.evaluation.prediction import Prediction, predict
from pvlib.models import poster_pp, poster_var, tiny

NAMES = ("a", "b", "c")
# four faces, said with certainty: a for a, a for a, b for a, b for b; c never occurs
LOGITS = 50 * torch.eye(3)[torch.tensor([0, 0, 1, 1])]
TARGET = torch.eye(3)[torch.tensor([0, 0, 0, 1])]


def prediction(mean=LOGITS, target=TARGET, sigma=None):
    return Prediction(mean=mean, sigma=sigma, target=target, names=NAMES)


def test_mean_sigma_is_none_for_a_point_head_and_stands_in_no_summary():
    assert prediction().mean_sigma is None
    assert "mean_sigma" not in prediction().summary()
    assert prediction(sigma=torch.full((4, 3), 0.5)).summary()["mean_sigma"] == 0.5


@pytest.mark.parametrize("build", [poster_var, poster_pp])
def test_predicting_in_parts_says_what_the_network_says_and_leaves_its_mode_alone(build):
    network = build(3, tiny(48)).train()
    faces = Faces(
        torch.randint(0, 256, (5, 1, 48, 48), dtype=torch.uint8), torch.eye(3)[[0, 1, 2, 0, 1]], NAMES
    )
    said = predict(network, faces, batch_size=2)
    assert network.training
    network.eval()
    with torch.no_grad():
        torch.testing.assert_close(said.mean, network(normalise(faces.images)), rtol=1e-4, atol=1e-5)
        if said.sigma is not None:
            expected = network.distribution(normalise(faces.images)).stddev
            torch.testing.assert_close(said.sigma, expected, rtol=1e-4, atol=1e-5)
    assert (said.sigma is None) == (build is poster_pp)


def test_without_a_class_neither_its_faces_nor_its_answers_count():
    mean = torch.tensor([[1.0, 0.0, 9.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    target = torch.tensor([[0.6, 0.2, 0.2], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    left = prediction(mean, target, sigma=torch.ones(3, 3)).without(["c"])
    assert left.names == ("a", "b")
    # the first face said c, which is no longer an answer; the third is gone
    assert left.summary()["accuracy"] == 1
    assert left.sigma.shape == (2, 2)
    assert torch.allclose(left.target[0], torch.tensor([0.75, 0.25]))
    said = Prediction(
        mean=torch.randn(4, 4), sigma=None, target=torch.eye(4)[[3, 0, 2, 1]], names=(*NAMES, "d")
    )
    assert said.without(["d"]).without(["c"]).rows.tolist() == [1, 3]  # of the first faces
    for names, said in ((["d"], '"d"; there are a, b, c'), (["b", "c"], "nothing left")):
        with pytest.raises(CourseError, match=said):
            prediction().without(names)


def test_votes_mixture_and_passes_go_with_the_classes_that_are_left():
    votes = torch.tensor([[0.5, 0.1, 0.4], [0.0, 0.0, 1.0], [0.2, 0.8, 0.0], [0.0, 0.0, 1.0]])
    all_passes = torch.arange(24.0).view(2, 4, 3)
    whole = prediction(target=torch.eye(3)[[0, 1, 1, 2]])
    left = replace(whole, votes=votes, mixture=votes, passes=all_passes).without(["c"])
    assert left.rows.tolist() == [0, 1, 2]
    # the second face's raters all said c: of a and b they prefer neither
    expected = torch.tensor([[5 / 6, 1 / 6], [0.5, 0.5], [0.2, 0.8]])
    torch.testing.assert_close(left.votes, expected)
    torch.testing.assert_close(left.mixture, expected)
    assert torch.equal(left.passes, all_passes[:, :3, :2])


def test_too_little_memory_on_a_gpu_says_what_to_do(monkeypatch):
    def full(images):
        raise torch.OutOfMemoryError("CUDA out of memory")

    network = poster_pp(3, tiny(48))
    monkeypatch.setattr(network, "forward_features", full)
    faces = Faces(torch.zeros(2, 1, 48, 48, dtype=torch.uint8), torch.eye(3)[:2], NAMES)
    with pytest.raises(CourseError, match="256 faces at a time: give fewer"):
        predict(network, faces)
