"""Networks that are built without a part, and the mean of a level: what they cannot depend on changes nothing."""

from dataclasses import replace

import pytest
import torch

from pvlib.errors import CourseError
from pvlib.models import LandmarkSize, poster_var, tiny
from pvlib.models.switches import switched
from pvlib.training.build import Network, build_network

PARTS = [  # a change, and of the parameters' names what is gone, and what no gradient moves
    ({"queries": "other_face"}, (), ()),
    ({"queries": "random"}, ("landmark_net",), ()),
    ({"queries": "none"}, ("landmark_net", ".attention."), ("scale_attention",)),
    ({"freeze_layer_scale": True}, (), ("scale_attention", "scale_mlp")),
    ({"position_embedding": False}, ("encoder.position",), ()),
    ({"squeeze_excite": False}, ("squeeze_excite",), ()),
    ({"excite_reduction": 16}, (), ()),
]


def built(**changes):
    torch.manual_seed(0)
    return poster_var(8, replace(tiny(), **changes)).eval()


@pytest.fixture(scope="module")
def images():
    return torch.randn(3, 3, 48, 48, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize(("changes", "gone", "still"), PARTS, ids=str)
def test_a_config_builds_the_part_away_and_what_is_left_trains(changes, gone, still, images):
    assert Network(**changes).as_size() == replace(tiny(), **changes)
    whole, left = dict(built().named_parameters()), built(**changes).train()
    left(images).square().sum().backward()
    weights = dict(left.named_parameters())
    unmoved = {name for name, weight in weights.items() if weight.grad is None or not weight.grad.any()}
    assert whole.keys() - weights.keys() == {name for name in whole if any(part in name for part in gone)}
    assert unmoved == {name for name in weights if any(part in name for part in still)}


@pytest.mark.parametrize("changes", [part[0] for part in PARTS], ids=str)
def test_what_is_left_starts_as_in_the_whole_network(changes):
    sizes = tiny(), replace(tiny(), **changes)
    whole, left = (build_network(size, 8, seed=3).state_dict() for size in sizes)
    alike = [key for key, value in left.items() if key in whole and whole[key].shape == value.shape]
    assert all(torch.equal(left[key], whole[key]) for key in alike)
    assert "head.mean.weight" in alike


@torch.no_grad()
def test_the_other_face_s_landmarks_are_those_of_the_face_before(images):
    network, other = built(), built(queries="other_face")
    with switched(network, attention="other_face"):
        torch.testing.assert_close(network(images), other(images))
    with pytest.raises(CourseError, match="at least two faces"):
        other(images[:1])


@torch.no_grad()
def test_noise_asks_the_same_of_every_face_and_lies_in_the_file_and_nobody_asks_is_attention_off(images):
    noise, none, off = built(queries="random"), built(queries="none"), built()
    torch.testing.assert_close(noise(images)[:1], noise(images[:1]))
    other = built(queries="random")
    other.load_state_dict(noise.state_dict())
    assert torch.equal(other(images), noise(images))
    none.load_state_dict(
        off.state_dict() | {k: v for k, v in none.state_dict().items() if "noise" in k}, strict=False
    )
    with switched(off, attention="off"):
        assert torch.equal(none(images), off(images))
    with pytest.raises(CourseError, match="no landmark branch"):
        none.landmarks(images)
    with pytest.raises(CourseError, match="full landmark branch"):
        build_network(
            replace(tiny(landmark=LandmarkSize()), queries="none"), 8, seed=0, landmark_weights="shipped"
        )


@torch.no_grad()
def test_without_positions_and_rows_the_tokens_are_a_set(images):
    network = built(position_embedding=False)
    tokens = network.forward_tokens(images)
    torch.testing.assert_close(network.encoder(tokens), network.encoder(tokens.flip(1)))
    assert not torch.allclose(built().encoder(tokens), built().encoder(tokens.flip(1)), atol=1e-4)


@torch.no_grad()
def test_of_a_level_at_its_mean_no_face_shows(images):
    network = built()
    with switched(network, level_means=(1, 3)):
        first, second, third = network.forward_levels(images)
    own = network.forward_levels(images)
    torch.testing.assert_close(first, own[0].mean(dim=0).expand_as(first))
    assert torch.equal(second, own[1])
    assert torch.equal(third[0], third[2])
    assert torch.equal(network.forward_levels(images)[2], own[2])


@pytest.mark.parametrize(("changes", "switch"), [
    ({"queries": "none"}, {"attention": "zero"}), ({"position_embedding": False}, {"positions": "zero"}),
    ({"squeeze_excite": False}, {"gate": "one"}), ({}, {"level_means": [0]}),
])  # fmt: skip
def test_a_part_that_is_not_there_cannot_be_switched(changes, switch):
    with (
        pytest.raises(CourseError, match=r"this network has no|levels 1, 2 and 3"),
        switched(built(**changes), **switch),
    ):
        pass
