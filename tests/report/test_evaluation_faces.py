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
    about = {"weights": which, "epoch": 2, "config": config.as_json()}
    more = {"about": about, "path": Path("runs/a"), "config": config, "history": ({}, {}, {})}
    return TrainedNetwork(network=NETWORK, class_names=names, **more)


def exported(*overrides, which="best"):
    """A file of `pvlib export` of the same run."""
    config = load_config("drawn-tiny", [*DRAWN, "train.epochs=3", *overrides])
    about = {"weights": which, "epoch": 2, "config": json.loads(json.dumps(config.as_json()))}
    return TrainedNetwork(network=NETWORK, class_names=FERPLUS, about=about, path=Path("net.safetensors"))


def unknown(**about):
    """A network of which nothing more is known."""
    return TrainedNetwork(network=NETWORK, class_names=None, about=about, path=Path("net.pth"))


def said(trained, split, source="drawn", held_out=None):
    faces = EvaluationFaces(faces=None, source=source, calibration=None, split=split, held_out=held_out)
    return " ".join(cautions_of(trained, faces))


LUCKIEST, LAST = "the luckiest of all epochs", "nothing was chosen by"
LEARNT, CHOSE = "was trained on these very faces", "These validation faces chose the epoch of"
BOTH, TENTH = "data.train_on=[train, valid]", (("train",), 0.1)
HELD_OUT_OF_BOTH = (("train", "valid"), 0.1)


@pytest.mark.parametrize(("overrides", "which", "split", "held_out", "told"), [
    (["select=test"], "best", "train", None, [LUCKIEST, LEARNT]),
    (["select=test"], "best", "valid", None, [LUCKIEST]),
    (["select=test"], "best", "test", None, [LUCKIEST]),
    (["select=test"], "last", "test", None, [LAST]),
    ([], "best", "valid", None, [CHOSE]),
    ([], "last", "valid", None, []),
    ([], "last", "train", None, [LEARNT]),
    ([], "best", "test", None, []),
    # validation faces of one run may be training faces of another
    ([BOTH], "best", "valid", None, [LEARNT]),
    ([BOTH], "best", "valid", HELD_OUT_OF_BOTH, [CHOSE]),
    ([BOTH, "select=test"], "best", "valid", HELD_OUT_OF_BOTH, [LUCKIEST, LEARNT]),
    # as with AffectNet, whose only other split is the scored one
    (["data.holdout=0.1"], "best", "valid", TENTH, [CHOSE]),
    (["data.holdout=0.2"], "best", "valid", TENTH, [LEARNT]),
    (["select=test"], "best", "valid", TENTH, [LUCKIEST, LEARNT]),
])  # fmt: skip
def test_a_run_and_what_is_exported_from_it_are_warned_of_alike(overrides, which, split, held_out, told):
    for made in (run, exported):
        trained = made(*overrides, which=which)
        text = said(trained, split, held_out=held_out)
        assert [each for each in (LUCKIEST, LAST, LEARNT, CHOSE) if each in text] == told
        assert text.count(str(trained.path)) == len(told)
        other = said(trained, split, source="drawn:wild")
        assert LEARNT not in other
        assert CHOSE not in other


def test_a_released_checkpoint_was_chosen_by_the_scored_split_and_one_made_in_python_is_not_warned_of():
    released = unknown(released=True)
    assert "luckiest of all epochs" in said(released, "test", "rafdb.safetensors")
    assert said(released, "test") == said(unknown(), "valid") == ""  # drawn faces chose nothing


@pytest.mark.parametrize("made", [run, exported])
def test_a_file_without_its_folder_is_still_the_same_data(made, tmp_path):
    root = "faces.safetensors" if made is exported else str(tmp_path / "faces.safetensors")
    assert "trained on these" in said(made(f"data.root={root}"), "train", str(tmp_path / "faces.safetensors"))


def test_the_test_split_gets_its_temperature_from_the_validation_faces_and_held_out_ones_are_known():
    measured = load_evaluation_faces(run(), FacesRequest(split="test", count=10))
    assert (measured.split, measured.held_out) == ("test", None)
    assert measured.faces.images.equal(load_faces("drawn", "test", count=10).images)
    assert measured.calibration.images.equal(load_faces("drawn", "valid", count=12).images)
    valid = load_evaluation_faces(run(), FacesRequest(split="valid", count=10))
    assert (valid.split, valid.held_out, valid.calibration) == ("valid", None, None)
    held_out = run("data.train_on=[train, valid]", "data.holdout=0.2")
    measured = load_evaluation_faces(held_out, FacesRequest(split="valid"))
    assert measured.held_out == (("train", "valid"), 0.2)


def test_classes_in_another_order_are_refused():
    names = ("happiness", "neutral", "surprise", "sadness", "anger", "disgust", "fear", "contempt")
    with pytest.raises(CourseError, match="names happiness, neutral"):
        load_evaluation_faces(run(names=names), FacesRequest(data="drawn", count=3))


@pytest.mark.parametrize("damaged", [[], {"data": None}, {"data": {"root": "drawn"}, "train": 3}])
def test_what_an_exported_file_says_of_its_training_may_be_damaged(damaged):
    with pytest.raises(CourseError, match=r"net\.pth: what it says of its training is damaged"):
        said(unknown(config=damaged), "valid")
