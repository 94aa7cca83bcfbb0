"""Which faces are measured, and when a report must say that they are not new to the network."""

import json
from pathlib import Path

import pytest

from pvlib.data.labels import FERPLUS
from pvlib.errors import CourseError
from pvlib.report.measured_faces import Asked, Measured, load_measured
from pvlib.report.subjects import Subject
from pvlib.report.warnings import warnings_of
from pvlib.training.config_files import load_config
from pvlib.training.sources import load_faces

DRAWN = ("data.count=40", "data.valid_count=12")


def subject(*overrides, which="best", names=FERPLUS):
    return Subject(
        Path("runs/a"),
        None,
        names,
        "",
        which,
        2,
        load_config("drawn-tiny", [*DRAWN, *overrides]),
        ({}, {}, {}),
    )


def said(run, split, source="drawn", held_out=None):
    return " ".join(warnings_of(run, Measured(None, source, None, split, held_out)))


def exported(*overrides, weights="best"):
    """A file of `pvlib export` of the same run."""
    config = load_config("drawn-tiny", [*DRAWN, "train.epochs=3", *overrides])
    about = {"weights": weights, "epoch": 2, "config": json.loads(json.dumps(config.as_json()))}
    return Subject(Path("net.safetensors"), None, FERPLUS, "", exported=about)


@pytest.mark.parametrize("split", ["train", "valid", "test"])
def test_select_test_is_said_whatever_is_measured(split):
    assert "select=test" in said(subject("select=test"), split)


def test_the_last_epoch_of_a_run_with_select_test_was_not_chosen():
    assert "nothing was chosen by" in said(subject("select=test", which="last"), "test")
    assert "luckiest" in said(subject("select=test"), "test")


def test_validation_faces_warn_of_the_best_epoch_only():
    assert "chose the epoch of runs/a (the best of 3)" in said(subject(), "valid")
    assert said(subject(which="last"), "valid") == ""


def test_training_faces_are_called_so():
    assert "trained on these very faces" in said(subject(which="last"), "train")


def test_faces_that_chose_nothing_pass_without_a_word():
    assert said(subject(), "test") == ""
    for split in ("train", "valid", "test"):
        assert said(subject(), split, source="drawn:wild") == ""


def test_an_exported_file_is_judged_by_the_run_that_it_comes_from():
    assert "chose its epoch on the very faces" in said(exported("select=test"), "test")
    assert "nothing was chosen by" in said(exported("select=test", weights="last"), "test")
    assert "chose the epoch of net.safetensors (the best of 3)" in said(exported(), "valid")
    assert "trained on these very faces" in said(exported(), "train")
    assert said(exported(), "test") == ""
    assert said(exported(), "valid", source="drawn:wild") == ""
    assert said(Subject(Path("net.safetensors"), None, FERPLUS, ""), "valid") == ""  # made in Python


@pytest.mark.parametrize("run", [subject, exported])
def test_a_file_without_its_folder_is_still_the_same_data(run, tmp_path):
    root = "faces.safetensors" if run is exported else str(tmp_path / "faces.safetensors")
    assert "trained on these" in said(run(f"data.root={root}"), "train", str(tmp_path / "faces.safetensors"))


def test_a_released_checkpoint_was_chosen_by_the_scored_split():
    released = Subject(Path("released.pth"), None, None, "")
    assert "luckiest of all epochs" in said(released, "test", "rafdb.safetensors")
    assert said(released, "test") == ""  # drawn faces chose nothing


def test_validation_faces_of_one_run_may_be_training_faces_of_another():
    both = ("data.train_on=[train, valid]",)
    trained, chose = "trained on these very faces", "chose the epoch"
    assert trained in said(subject(*both), "valid")
    assert trained in said(subject(*both, "select=test"), "valid", held_out=(("train", "valid"), 0.1))
    assert trained in said(exported(*both), "valid")
    assert chose in said(subject(*both), "valid", held_out=(("train", "valid"), 0.1))
    assert chose in said(subject(), "valid")


def test_faces_that_one_run_held_out_of_training_may_be_training_faces_of_another():
    """As with AffectNet, whose only other split is the scored one."""
    held_out = (("train",), 0.1)
    assert "chose the epoch" in said(subject("data.holdout=0.1"), "valid", held_out=held_out)
    for other in (subject("data.holdout=0.2"), subject("select=test")):
        assert "trained on these very faces" in said(other, "valid", held_out=held_out)


def test_the_test_split_gets_its_temperature_from_the_validation_faces():
    network = type("Network", (), {"num_classes": 8})()
    run = subject()
    run = Subject(run.path, network, FERPLUS, "", "best", 2, run.config)
    measured = load_measured(run, Asked(split="test", count=10))
    assert (measured.split, measured.held_out) == ("test", None)
    assert measured.faces.images.equal(load_faces("drawn", "test", count=10).images)
    assert measured.calibration.images.equal(load_faces("drawn", "valid", count=12).images)
    valid = load_measured(run, Asked(split="valid", count=10))
    assert valid.calibration is None
    assert (valid.split, valid.held_out) == ("valid", None)


def test_validation_faces_held_out_of_training_are_known_as_such():
    network = type("Network", (), {"num_classes": 8})()
    run = subject("data.train_on=[train, valid]", "data.holdout=0.2")
    run = Subject(run.path, network, FERPLUS, "", "best", 2, run.config)
    assert load_measured(run, Asked(split="valid")).held_out == (("train", "valid"), 0.2)


def test_faces_that_are_not_the_runs_own_are_a_split_of_their_source():
    network = type("Network", (), {"num_classes": 8})()
    measured = load_measured(Subject(Path("runs/a"), network, None, ""), Asked("drawn:wild", "test", count=3))
    assert (measured.split, measured.held_out) == ("test", None)
    assert measured.faces.images.equal(load_faces("drawn:wild", "test", count=3).images)


def test_classes_in_another_order_are_refused():
    network = type("Network", (), {"num_classes": 8})()
    names = ("happiness", "neutral", "surprise", "sadness", "anger", "disgust", "fear", "contempt")
    with pytest.raises(CourseError, match="names happiness, neutral"):
        load_measured(Subject(Path("runs/a"), network, names, ""), Asked("drawn", count=3))
