"""A network that starts from trained weights begins where they left off, and never in between."""

from dataclasses import replace

import pytest
import torch

from pvlib.errors import CourseError
from pvlib.models import Poster, tiny
from pvlib.runs.starting import start_from
from pvlib.runs.trained import TrainedNetwork, save_trained

NAMES = ("neutral", "happiness", "anger")
SIZE = tiny(48)


def network(classes=3, size=SIZE, seed=0):
    torch.manual_seed(seed)
    return Poster(size, classes).eval()


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    path = tmp_path_factory.mktemp("weights") / "trained.safetensors"
    save_trained(path, TrainedNetwork(network=network(seed=1), class_names=NAMES, face_size=48, channels=1))
    return path


def test_with_the_same_classes_everything_is_taken(exported):
    started, images = network(seed=2), torch.randn(2, 3, 48, 48)
    assert start_from(started, NAMES, exported) == ()
    assert torch.equal(started(images), network(seed=1)(images))


@pytest.mark.parametrize("names", [("neutral", "happiness"), ("happiness", "neutral", "anger")])
def test_with_other_classes_or_another_order_the_head_alone_stays_random(exported, names):
    started, images = network(len(names), seed=2), torch.randn(2, 3, 48, 48)
    before = started.head.mean.weight.clone()
    fresh = start_from(started, names, exported)
    assert set(fresh) == {key for key in started.state_dict() if key.startswith("head.")}
    assert torch.equal(started.head.mean.weight, before)
    assert torch.equal(started.forward_features(images), network(seed=1).forward_features(images))


def test_a_point_head_takes_no_half_of_a_variational_one(exported):
    started = network(size=replace(SIZE, head="point"), seed=2)
    assert set(start_from(started, NAMES, exported)) == {"head.weight", "head.bias"}


@pytest.mark.parametrize("change", [{"layer_embedding": False}, {"encoder_depth": 3}, {"units": (1, 1, 2)}])
def test_another_network_is_refused_by_the_name_of_a_weight_and_a_missing_file_is_named(exported, change):
    started = network(size=replace(SIZE, **change), seed=2)
    before = {key: value.clone() for key, value in started.state_dict().items()}
    for path, said in (
        (exported, r'weight "[a-z_.0-9]+"'),
        (exported.with_name("nothing.pth"), r"nothing\.pth"),
    ):
        with pytest.raises(CourseError, match=said):
            start_from(started, NAMES, path)
    assert all(torch.equal(value, before[key]) for key, value in started.state_dict().items())
