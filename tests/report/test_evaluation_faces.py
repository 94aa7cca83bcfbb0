"""Which faces are measured, and when a report must say that they are not new to the network."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from pvlib.data.labels import FERPLUS
from pvlib.errors import CourseError
from pvlib.report.cautions import cautions_of
from pvlib.report.evaluation_faces import EvaluationFaces, FacesRequest, load_evaluation_faces
from pvlib.runs.trained import TrainedNetwork
from pvlib.training.config_files import load_config
from pvlib.training.sources import load_faces

DRAWN = ("data.count=40", "data.valid_count=12")


NETWORK = SimpleNamespace(num_classes=8)


def run(*overrides, which="best", names=FERPLUS):
    """A run of three epochs."""
    config = load_config("drawn-tiny", [*DRAWN, *overrides])
    return TrainedNetwork(
        network=NETWORK,
        class_names=names,
        about={"weights": which, "epoch": 2, "config": config.as_json()},
        path=Path("runs/a"),
        config=config,
        history=({}, {}, {}),
    )


def exported(*overrides, weights="best"):
    """A file of `pvlib export` of the same run."""
    config = load_config("drawn-tiny", [*DRAWN, "train.epochs=3", *overrides])
    about = {"weights": weights, "epoch": 2, "config": json.loads(json.dumps(config.as_json()))}
    return TrainedNetwork(network=NETWORK, class_names=FERPLUS, about=about, path=Path("net.safetensors"))


def unknown(**about):
    """A network of which nothing more is known."""
    return TrainedNetwork(network=NETWORK, class_names=None, about=about, path=Path("net.pth"))


def said(trained, split, source="drawn", held_out=None):
    faces = EvaluationFaces(faces=None, source=source, calibration=None, split=split, held_out=held_out)
    return " ".join(cautions_of(trained, faces))


@pytest.mark.parametrize("split", ["train", "valid", "test"])
def test_select_test_is_said_whatever_is_measured(split):
    assert "select=test" in said(run("select=test"), split)


def test_the_last_epoch_of_a_run_with_select_test_was_not_chosen():
    assert "nothing was chosen by" in said(run("select=test", which="last"), "test")
    assert "luckiest" in said(run("select=test"), "test")


def test_validation_faces_warn_of_the_best_epoch_only():
    assert "chose the epoch of runs/a (the best of 3)" in said(run(), "valid")
    assert said(run(which="last"), "valid") == ""


def test_training_faces_are_called_so():
    assert "trained on these very faces" in said(run(which="last"), "train")


def test_faces_that_chose_nothing_pass_without_a_word():
    assert said(run(), "test") == ""
    for split in ("train", "valid", "test"):
        assert said(run(), split, source="drawn:wild") == ""


def test_an_exported_file_is_judged_by_the_run_that_it_comes_from():
    assert "chose its epoch on the very faces" in said(exported("select=test"), "test")
    assert "nothing was chosen by" in said(exported("select=test", weights="last"), "test")
    assert "chose the epoch of net.safetensors (the best of 3)" in said(exported(), "valid")
    assert "trained on these very faces" in said(exported(), "train")
    assert said(exported(), "test") == ""
    assert said(exported(), "valid", source="drawn:wild") == ""
    assert said(unknown(), "valid") == ""  # made in Python


@pytest.mark.parametrize("made", [run, exported])
def test_a_file_without_its_folder_is_still_the_same_data(made, tmp_path):
    root = "faces.safetensors" if made is exported else str(tmp_path / "faces.safetensors")
    assert "trained on these" in said(made(f"data.root={root}"), "train", str(tmp_path / "faces.safetensors"))


def test_a_released_checkpoint_was_chosen_by_the_scored_split():
    released = unknown(released=True)
    assert "luckiest of all epochs" in said(released, "test", "rafdb.safetensors")
    assert said(released, "test") == ""  # drawn faces chose nothing


def test_validation_faces_of_one_run_may_be_training_faces_of_another():
    both = ("data.train_on=[train, valid]",)
    trained, chose = "trained on these very faces", "chose the epoch"
    assert trained in said(run(*both), "valid")
    assert trained in said(run(*both, "select=test"), "valid", held_out=(("train", "valid"), 0.1))
    assert trained in said(exported(*both), "valid")
    assert chose in said(run(*both), "valid", held_out=(("train", "valid"), 0.1))
    assert chose in said(run(), "valid")


def test_faces_that_one_run_held_out_of_training_may_be_training_faces_of_another():
    """As with AffectNet, whose only other split is the scored one."""
    held_out = (("train",), 0.1)
    assert "chose the epoch" in said(run("data.holdout=0.1"), "valid", held_out=held_out)
    for other in (run("data.holdout=0.2"), run("select=test")):
        assert "trained on these very faces" in said(other, "valid", held_out=held_out)


def test_the_test_split_gets_its_temperature_from_the_validation_faces():
    measured = load_evaluation_faces(run(), FacesRequest(split="test", count=10))
    assert (measured.split, measured.held_out) == ("test", None)
    assert measured.faces.images.equal(load_faces("drawn", "test", count=10).images)
    assert measured.calibration.images.equal(load_faces("drawn", "valid", count=12).images)
    valid = load_evaluation_faces(run(), FacesRequest(split="valid", count=10))
    assert valid.calibration is None
    assert (valid.split, valid.held_out) == ("valid", None)


def test_validation_faces_held_out_of_training_are_known_as_such():
    held_out = run("data.train_on=[train, valid]", "data.holdout=0.2")
    measured = load_evaluation_faces(held_out, FacesRequest(split="valid"))
    assert measured.held_out == (("train", "valid"), 0.2)


def test_faces_that_are_not_the_runs_own_are_a_split_of_their_source():
    measured = load_evaluation_faces(unknown(), FacesRequest(data="drawn:wild", split="test", count=3))
    assert (measured.split, measured.held_out) == ("test", None)
    assert measured.faces.images.equal(load_faces("drawn:wild", "test", count=3).images)


def test_classes_in_another_order_are_refused():
    names = ("happiness", "neutral", "surprise", "sadness", "anger", "disgust", "fear", "contempt")
    with pytest.raises(CourseError, match="names happiness, neutral"):
        load_evaluation_faces(run(names=names), FacesRequest(data="drawn", count=3))


@pytest.mark.parametrize("damaged", [[], {"data": None}, {"data": {"root": "drawn"}, "train": 3}])
def test_what_an_exported_file_says_of_its_training_may_be_damaged(damaged):
    with pytest.raises(CourseError, match=r"net\.pth: what it says of its training is damaged"):
        said(unknown(config=damaged), "valid")
