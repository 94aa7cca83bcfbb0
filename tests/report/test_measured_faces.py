"""Which faces are measured, and when a report must say that they are not new to the network."""

from pathlib import Path

import pytest

from pvlib.errors import CourseError
from pvlib.report.measured_faces import Asked, Measured, load_measured, warnings_of
from pvlib.report.subjects import Subject
from pvlib.training.presets import load_config
from pvlib.training.setup import load_faces

DRAWN = ("data.count=40", "data.valid_count=12")


def subject(*overrides, which="best", names=None):
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


def said(run, split):
    return " ".join(warnings_of(run, Measured(None, "drawn", None, split)))


@pytest.mark.parametrize("split", ["train", "valid", "test", None])
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


@pytest.mark.parametrize("split", ["test", None])
def test_faces_that_chose_nothing_pass_without_a_word(split):
    assert said(subject(), split) == ""


def test_the_test_split_gets_its_temperature_from_the_validation_faces():
    network = type("Network", (), {"num_classes": 8})()
    run = subject()
    run = Subject(run.path, network, None, "", "best", 2, run.config)
    measured = load_measured(run, Asked(split="test", count=10))
    assert measured.own_split == "test"
    assert measured.faces.images.equal(load_faces("drawn", "test", count=10).images)
    assert measured.calibration.images.equal(load_faces("drawn", "valid", count=12).images)
    assert load_measured(run, Asked(split="valid", count=10)).calibration is None


def test_faces_that_are_not_the_runs_own_are_of_no_split_of_it():
    network = type("Network", (), {"num_classes": 8})()
    measured = load_measured(Subject(Path("runs/a"), network, None, ""), Asked("drawn:wild", "test", count=3))
    assert measured.own_split is None
    assert measured.faces.images.equal(load_faces("drawn:wild", "test", count=3).images)


def test_classes_in_another_order_are_refused():
    network = type("Network", (), {"num_classes": 8})()
    names = ("happiness", "neutral", "surprise", "sadness", "anger", "disgust", "fear", "contempt")
    with pytest.raises(CourseError, match="names happiness, neutral"):
        load_measured(Subject(Path("runs/a"), network, names, ""), Asked("drawn", count=3))
