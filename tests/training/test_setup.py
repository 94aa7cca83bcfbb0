"""From typed names to faces, sizes and networks."""

import pytest
import torch

from pvlib.errors import CourseError
from pvlib.models import LandmarkSize, tiny
from pvlib.models.mobilefacenet import MobileFaceNet
from pvlib.models.released import released_landmark_name
from pvlib.training.build import Network, build_network
from pvlib.training.sources import load_faces, supported_options


def test_splits_of_drawn_faces_have_no_face_in_common():
    splits = [load_faces("drawn", split, count=6).images for split in ("train", "valid", "test")]
    faces = {tuple(face.flatten().tolist()) for images in splits for face in images}
    assert len(faces) == 18


@pytest.mark.parametrize(("arguments", "culprit"), [
    ({"source": "drawn", "split": "holdout"}, "holdout"),
    ({"source": "drawn", "split": "train", "count": 0}, "count"),
    ({"source": "drawn", "split": "train", "classes": 7}, "choice of classes: leave it out"),
    ({"source": "drawn:snapshot", "split": "train", "rule": "majority"}, "choice of rule: leave it out"),
    ({"source": "nowhere.safetensors", "split": "train"}, "nowhere.safetensors"),
])  # fmt: skip
def test_faces_that_do_not_exist_are_refused_by_name(arguments, culprit):
    with pytest.raises(CourseError, match=culprit):
        load_faces(**arguments)


def test_the_seed_decides_the_weights_and_the_callers_random_state_stays():
    state = torch.get_rng_state()
    first, again, other = (build_network(tiny(48), 3, seed=seed).head.mean.weight for seed in (1, 1, 2))
    assert torch.equal(torch.get_rng_state(), state)
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_landmark_weights_arrive_in_the_frozen_branch(tmp_path):
    stored, path = MobileFaceNet(LandmarkSize()).state_dict(), tmp_path / "landmarks.pth"
    torch.save({released_landmark_name(key): value for key, value in stored.items()}, path)
    network = build_network(Network(landmarks="full").as_size(), 3, seed=0, landmark_weights=path)
    for key, value in network.landmark_net.state_dict().items():
        assert torch.equal(value, stored[key]), key
    with pytest.raises(CourseError, match="landmarks = full"):
        build_network(tiny(48), 3, seed=0, landmark_weights=path)


def test_faces_of_a_prepared_file_come_with_the_choices_of_its_data_set(tmp_path):
    from data_scripts.prepare_rafdb import prepare_rafdb
    from drawnfaces.layouts import write_layout

    write_layout(tmp_path / "drawn", "rafdb-folders", {"train": 30, "test": 4}, 0, size=32)
    path = str(tmp_path / "rafdb.safetensors")
    prepare_rafdb(tmp_path / "drawn", path, size=32)
    assert supported_options(path) == ("without_duplicates",)
    assert supported_options("drawn") == ()
    assert len(load_faces(path, "test", without_duplicates=True)) == 4
    every, few = (load_faces(path, "train+valid", count=count) for count in (99, 15))
    assert (len(every), few.ids) == (30, every.ids[::2])  # so that a file sorted by class gives all classes
