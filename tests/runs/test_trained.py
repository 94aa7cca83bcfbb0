"""Networks as files that are handed on: what is written comes back, and what is damaged is refused by name."""

from dataclasses import replace

import pytest
import torch

from pvlib.data.labels import AFFECTNET7, AFFECTNET8, FERPLUS, RAFDB
from pvlib.data.network_input import IMAGENET_MEAN, IMAGENET_STD
from pvlib.errors import CourseError
from pvlib.models import landmark_weights, poster_var, tiny
from pvlib.runs import trained as loading
from pvlib.runs.trained import SHIPPED, TrainedNetwork, load_trained, save_trained


@pytest.fixture(params=["variational", "point"])
def trained(request) -> TrainedNetwork:
    return TrainedNetwork(
        network=poster_var(7, replace(tiny(), head=request.param)).eval(),
        class_names=RAFDB,
        face_size=100,
        channels=3 if request.param == "point" else 1,
        input_size=64 if request.param == "point" else None,
        about={"epoch": 3},
    )


@pytest.fixture
def file(trained, tmp_path):
    save_trained(tmp_path / "net.safetensors", trained)
    return tmp_path / "net.safetensors"


def test_a_network_comes_back_with_the_same_logits_and_all_that_is_known_of_it(trained, file):
    again = load_trained(file)
    images = torch.randn(2, 3, 48, 48)
    assert torch.equal(again.network(images), trained.network(images))
    assert replace(again, network=trained.network, path=trained.path) == trained
    assert again.network.size == trained.network.size
    assert not again.network.training


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
    *(("input", f'{{"face_size": {size}, "channels": 3}}') for size in ("1e9", "1.5", "true", "NaN", str(2**63), "null")),
    ("input", '{"face_size": 48, "channels": true}'),
    ("about", "[]"),
    ("names", '["a", "b", "c", "d", "e", "f", 7]'),
])  # fmt: skip
def test_a_header_that_makes_no_sense_is_refused_by_name(change_header, file, key, value):
    change_header(file, lambda metadata: metadata.update({key: value}))
    with pytest.raises(CourseError, match=r"net\.safetensors is damaged"):
        load_trained(file)


def test_a_landmark_network_alone_a_missing_file_and_names_of_other_classes_are_refused(tmp_path):
    with pytest.raises(CourseError, match="a landmark network alone"):
        load_trained(landmark_weights.SHIPPED)
    made = r"none\.safetensors; make one with: pvlib train, pvlib export RUN FILE"
    with pytest.raises(CourseError, match=made):
        load_trained(tmp_path / "none.safetensors")
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


@pytest.mark.parametrize(("classes", "labels", "names"), [
    (7, "usual", RAFDB), (8, "usual", AFFECTNET8), (7, "affectnet7", AFFECTNET7), (8, "ferplus", FERPLUS), (7, None, None),
])  # fmt: skip
def test_the_classes_of_a_released_checkpoint_are_in_the_order_asked_for(
    classes, labels, names, monkeypatch, tmp_path
):
    monkeypatch.setattr(loading, "load_released", lambda path: poster_var(classes, tiny()).eval())
    path = tmp_path / "released.pth"
    path.write_bytes(b"PK")
    released = load_trained(path, labels=labels)
    assert released.class_names == names
    assert (released.face_shape, released.input_size, released.released) == ((3, 224, 224), 224, True)
    faces = torch.full((2, 3, 50, 50), 255, dtype=torch.uint8)
    white = (1 - torch.tensor(IMAGENET_MEAN)) / torch.tensor(IMAGENET_STD)
    expected = white.view(1, 3, 1, 1).expand(2, 3, 224, 224)
    torch.testing.assert_close(released.network_input(faces), expected)


def test_an_order_of_classes_that_cannot_be_is_refused(file, monkeypatch, tmp_path):
    monkeypatch.setattr(loading, "load_released", lambda path: poster_var(7, tiny()).eval())
    (tmp_path / "released.pth").write_bytes(b"PK")
    with pytest.raises(CourseError, match='the order of rafdb or affectnet7, not "ferplus"'):
        load_trained(tmp_path / "released.pth", labels="ferplus")
    with pytest.raises(CourseError, match="names its classes itself"):
        load_trained(file, labels="ferplus")
