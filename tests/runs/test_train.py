"""A whole run: the folder it leaves, going on in it, and what is refused there."""

import json

import pytest
import torch
from safetensors.torch import load_file

from pvlib.errors import CourseError
from pvlib.evaluation.prediction import measure, predict
from pvlib.models import tiny
from pvlib.runs.train import train_run
from pvlib.training import fit, sources
from pvlib.training.build import build_network
from pvlib.training.checkpoints import load_network, read_state
from pvlib.training.config_files import load_config
from pvlib.training.splits import load_split

pytestmark = pytest.mark.usefixtures("one_thread")

SMALL = ("data.count=32", "data.valid_count=16", "train.batch_size=16")


def config(*overrides):
    return load_config("drawn-tiny", [*SMALL, *overrides])


def train(folder, *overrides, measure=measure, device="cpu"):
    return train_run(config(*overrides), folder, measure=measure, device=device, show_progress=False)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "one"
    return folder, train(folder, "train.epochs=2")


def test_a_run_is_measured_with_as_many_faces_at_a_time_as_fit_in_training(tmp_path):
    asked = []

    def remember(network, faces, **settings):
        asked.append((len(faces), settings["batch_size"], settings["input_size"], settings["precision"]))
        return {"accuracy": 0.5}

    train(tmp_path, "train.epochs=1", "train.accumulate=2", "network.input_size=64", measure=remember)
    assert asked == [(16, 8, 64, "fp32")]


def test_a_run_folder_says_how_it_came_about(run):
    folder, _ = run
    assert load_config(folder / "config.yaml") == config("train.epochs=2")
    record = json.loads((folder / "run.json").read_text())
    assert (record["select"], record["seed"]) == ("valid", 0)
    assert record["faces"] == {"train": 32, "valid": 16}
    assert record["classes"] == list(sources.load_faces("drawn", "valid", count=1).names)
    assert record["sessions"][0]["versions"]["torch"]
    assert (folder / "metrics.csv").read_text().count("\n") == 3


def test_the_result_is_what_the_checkpoints_give_on_the_validation_faces(run):
    folder, result = run
    faces = load_split(config(), "valid")
    for which in ("last", "best"):
        measured = predict(load_network(folder, which), faces).summary()
        for name, value in measured.items():
            assert result[which][name] == pytest.approx(value, abs=1e-5), (which, name)
    assert result["best"]["accuracy"] >= result["last"]["accuracy"]
    assert (result["last"]["epoch"], result["epochs"], result["select"]) == (2, 2, "valid")


def test_two_pieces_of_a_run_give_the_weights_of_one(run, tmp_path):
    folder, result = run
    train(tmp_path / "two", "train.epochs=1")
    again = train(tmp_path / "two", "train.epochs=2")
    whole, pieces = (load_file(each / "last.safetensors") for each in (folder, tmp_path / "two"))
    assert whole.keys() == pieces.keys()
    assert all(torch.equal(whole[key], pieces[key]) for key in whole)
    assert again["last"]["accuracy"] == result["last"]["accuracy"]
    assert len(json.loads((tmp_path / "two" / "run.json").read_text())["sessions"]) == 2


@pytest.mark.parametrize(("overrides", "said"), [
    (("network.layer_embedding=false",), "network.layer_embedding=True, not False"),
    (("select=test",), "select=valid, not test"),
    (("train.epochs=1",), "already has 2 epochs, more than train.epochs=1"),
])  # fmt: skip
def test_a_folder_that_holds_another_run_is_refused_by_key_and_stays_as_it_is(run, overrides, said):
    def contents():
        return {path.name: path.read_bytes() for path in run[0].iterdir() if path.is_file()}

    before = contents()
    with pytest.raises(CourseError, match=said):
        train(run[0], "train.epochs=2", *overrides)
    assert contents() == before


def test_a_checkpoint_that_was_trained_from_python_is_not_written_over(tmp_path):
    faces = sources.load_faces("drawn", "train", count=32)
    fit(build_network(tiny(48), 8, seed=0), faces, config("train.epochs=1").train_config(), folder=tmp_path)
    before = (tmp_path / "last.safetensors").read_bytes()
    with pytest.raises(CourseError, match=r"holds a run with seed=null, not 0"):
        train(tmp_path, "train.epochs=3")
    assert (tmp_path / "last.safetensors").read_bytes() == before
    assert not (tmp_path / "config.yaml").exists()


def test_a_run_that_cannot_start_leaves_no_folder(tmp_path):
    for overrides, device in ((("data.root=nowhere.safetensors",), "cpu"), ((), "cuda:77")):
        with pytest.raises(CourseError):
            train(tmp_path / "run", *overrides, device=device)
    assert list(tmp_path.iterdir()) == []


def test_choosing_on_the_scored_split_is_written_into_the_run(tmp_path, monkeypatch):
    monkeypatch.setattr(sources, "DRAWN_COUNTS", {"train": 32, "valid": 16, "test": 24})
    result = train(tmp_path, "train.epochs=1", "select=test")
    assert result["select"] == "test"
    assert json.loads((tmp_path / "run.json").read_text())["faces"] == {"train": 32, "test": 24}
    assert read_state(tmp_path, "best")["run"]["select"] == "test"
    measured = predict(load_network(tmp_path), load_split(config("select=test"), "test")).summary()
    assert result["last"]["accuracy"] == pytest.approx(measured["accuracy"])
