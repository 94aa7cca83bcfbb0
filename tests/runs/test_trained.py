"""Networks as files that are handed on: what is written comes back, and what is damaged is refused by name."""

import json
import struct

import pytest
import torch

from pvlib.data.labels import FERPLUS, RAFDB
from pvlib.errors import CourseError
from pvlib.models import landmark_weights, poster_var, tiny
from pvlib.runs.trained import SHIPPED, TrainedNetwork, load_trained, save_trained


@pytest.fixture
def trained() -> TrainedNetwork:
    return TrainedNetwork(
        network=poster_var(7, tiny()).eval(), class_names=RAFDB, face_size=100, channels=3, about={"epoch": 3}
    )


@pytest.fixture
def file(trained, tmp_path):
    save_trained(tmp_path / "net.safetensors", trained)
    return tmp_path / "net.safetensors"


def with_header(file, change):
    """Rewrite the JSON header of a safetensors file: eight bytes of length, header, tensors."""
    content = file.read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    header = json.loads(content[8 : 8 + length])
    change(header["__metadata__"])
    encoded = json.dumps(header).encode()
    file.write_bytes(struct.pack("<Q", len(encoded)) + encoded + content[8 + length :])


def test_a_network_comes_back_with_the_same_logits_and_all_that_is_known_of_it(trained, file):
    again = load_trained(file)
    images = torch.randn(2, 3, 48, 48)
    assert torch.equal(again.network(images), trained.network(images))
    assert (again.class_names, again.face_size, again.channels) == (RAFDB, 100, 3)
    assert again.about == {"epoch": 3}
    assert not again.network.training


def test_the_size_to_which_faces_were_resized_travels_in_the_file(tmp_path):
    network = poster_var(7, tiny()).eval()
    save_trained(
        tmp_path / "net.safetensors",
        TrainedNetwork(network=network, class_names=RAFDB, face_size=100, channels=3, input_size=64),
    )
    assert load_trained(tmp_path / "net.safetensors").input_size == 64
    save_trained(
        tmp_path / "net.safetensors",
        TrainedNetwork(network=network, class_names=RAFDB, face_size=100, channels=3),
    )
    assert load_trained(tmp_path / "net.safetensors").input_size is None


def test_a_point_head_and_colour_travel_in_the_file(tmp_path):
    from dataclasses import replace

    network = poster_var(8, replace(tiny(), head="point")).eval()
    save_trained(
        tmp_path / "net.safetensors",
        TrainedNetwork(network=network, class_names=FERPLUS, face_size=48, channels=1),
    )
    again = load_trained(tmp_path / "net.safetensors")
    assert again.network.size == network.size
    assert again.channels == 1


@pytest.mark.parametrize("length", [0, 7, 100, 5_000, 1_000_000])
def test_a_file_that_ends_early_is_refused_by_name(file, length):
    file.write_bytes(file.read_bytes()[:length])
    with pytest.raises(CourseError, match=r"net\.safetensors"):
        load_trained(file)


@pytest.mark.parametrize(("key", "value"), [
    ("size", "[]"),
    ("size", '{"image_size": 48}'),
    ("size", "not JSON"),
    ("names", '["happiness"]'),
    ("names", "7"),
    ("input", '{"face_size": 0, "channels": 3}'),
    ("input", '{"face_size": 48, "channels": 2}'),
    ("input", '{"face_size": 48}'),
    ("input", '{"face_size": 48, "channels": 3, "input_size": 8}'),
])  # fmt: skip
def test_a_header_that_makes_no_sense_is_refused_by_name(file, key, value):
    with_header(file, lambda metadata: metadata.update({key: value}))
    with pytest.raises(CourseError, match=r"net\.safetensors is damaged"):
        load_trained(file)


def test_a_landmark_network_alone_is_called_so():
    with pytest.raises(CourseError, match="a landmark network alone"):
        load_trained(landmark_weights.SHIPPED)


def test_a_missing_file_says_how_to_make_one(tmp_path):
    with pytest.raises(
        CourseError, match=r"none\.safetensors; make one with: pvlib train, pvlib export RUN FILE"
    ):
        load_trained(tmp_path / "none.safetensors")


def test_names_and_classes_must_agree():
    with pytest.raises(CourseError, match="8 class names for 7 classes"):
        TrainedNetwork(network=poster_var(7, tiny()), class_names=FERPLUS, face_size=48, channels=1)


def test_the_network_that_ships_is_small_names_eight_expressions_and_has_a_card():
    assert SHIPPED.stat().st_size <= 8_000_000
    trained = load_trained()
    assert (trained.class_names, trained.face_size, trained.channels) == (FERPLUS, 48, 1)
    card = SHIPPED.with_suffix(".md").read_text(encoding="utf-8")
    for heading in ("| rights |", "## Measured", "## Known failures"):
        assert heading in card
    assert all(f"| {name} |" in card for name in FERPLUS)
