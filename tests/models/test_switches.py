"""Each switch does what it says, and leaves nothing behind."""

import pytest
import torch

from pvlib.errors import CourseError
from pvlib.models import Size, poster_pp, poster_var, tiny
from pvlib.models.poster import Poster
from pvlib.models.switches import CHOICES, switched

EVERY = [(part, choice) for part, choices in CHOICES.items() for choice in choices[1:]]


def network_of(size: Size, classes: int = 8) -> Poster:
    """With every learnt number away from where it starts, so that each part has something to say."""
    torch.manual_seed(0)
    network = poster_var(classes, size).eval()
    with torch.no_grad():
        network.layer_embedding.rows.normal_()
        network.encoder.position.normal_()
        for level in network.levels:
            level.scale_attention.fill_(1.0)
    return network


@pytest.fixture(scope="module")
def network():
    return network_of(tiny())


@pytest.fixture(scope="module")
def images():
    return torch.randn(3, 3, 48, 48, generator=torch.Generator().manual_seed(1))


@torch.no_grad()
def answer(network, images, **parts):
    with switched(network, **parts):
        return network(images)


@pytest.mark.parametrize(("part", "choice"), EVERY)
def test_a_switch_changes_answers_and_gives_every_bit_back_even_after_an_exception(
    network, images, part, choice
):
    weights = {name: value.clone() for name, value in network.state_dict().items()}
    before = answer(network, images)
    assert not torch.equal(answer(network, images, **{part: choice}), before)
    assert torch.equal(answer(network, images), before)
    with pytest.raises(KeyError), switched(network, **{part: choice}):
        raise KeyError
    assert torch.equal(answer(network, images), before)
    assert all(torch.equal(value, weights[name]) for name, value in network.state_dict().items())


@torch.no_grad()
def test_the_other_face_asks_with_the_landmarks_of_the_face_before(network, images, monkeypatch):
    own = network.landmark_levels
    switched_answer = answer(network, images, attention="other_face")
    monkeypatch.setattr(network, "landmark_levels", lambda images: own(images.roll(1, dims=0)))
    torch.testing.assert_close(switched_answer, network(images))


@torch.no_grad()
def test_attention_rows_and_positions_that_are_off_are_weights_of_zero(network, images):
    without, other = network_of(tiny()), network_of(tiny())
    without.levels[1].scale_attention.zero_()
    assert torch.equal(answer(network, images, attention="off", levels=[2]), without(images))
    other.layer_embedding.rows.zero_()
    other.encoder.position[:, 1:] = 0
    torch.testing.assert_close(answer(network, images, rows="zero", positions="zero"), other(images))


@torch.no_grad()
def test_shuffled_positions_are_shuffled_tokens(network, images):
    tokens = network.forward_tokens(images)  # (3, N, channels)
    order = torch.randperm(tokens.shape[1], generator=torch.Generator().manual_seed(0))
    with switched(network, positions="shuffled"):
        shuffled = network.encoder(tokens)
    torch.testing.assert_close(shuffled, network.encoder(tokens[:, order.argsort()]))


@torch.no_grad()
def test_a_gate_of_one_leaves_the_features_and_a_mean_gate_is_one_for_all(network, images):
    features = network.encoder(network.forward_tokens(images))
    with switched(network, gate="one"):
        assert torch.equal(network.forward_features(images), features)
    with switched(network, gate="mean"):
        gates = network.forward_features(images) / features
    torch.testing.assert_close(gates[0], gates[2])


def test_what_is_not_there_cannot_be_switched(network, images):
    for switchable, parts, said in [
        (network, {"attention": "of"}, "did you mean 'off'"),
        (network, {"levels": [4]}, "levels 1, 2 and 3"),
        (network, {"gate": "other_face"}, "at least two faces"),
        (poster_pp(8, tiny()), {"rows": "zero"}, "no layer embedding"),
        (torch.nn.Linear(2, 2), {}, "Linear"),
    ]:
        with pytest.raises(CourseError, match=said):
            answer(switchable, images[:1], **parts)
