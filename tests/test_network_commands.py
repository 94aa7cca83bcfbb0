"""`pvlib train` and `pvlib evaluate`, as a person types them."""

import json

import pytest
import torch
from typer.testing import CliRunner

from pvlib.cli import app
from pvlib.data.drawn import draw_faces
from pvlib.data.labels import FERPLUS
from pvlib.training.checkpoints import read_state
from pvlib.training.setup import DRAWN_SEEDS

SMALL = ["drawn", "--count", "64", "--batch-size", "32", "--epochs", "1"]


def call(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture(scope="module", autouse=True)
def few_drawn_faces():
    """Drawing a thousand validation faces would take most of these tests' time."""
    from pvlib.training import setup

    patch = pytest.MonkeyPatch()
    patch.setattr(setup, "DRAWN_COUNTS", {"train": 64, "valid": 48, "test": 48})
    yield
    patch.undo()


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    result = call("train", *SMALL, "--out", folder)
    assert result.exit_code == 0, result.output
    return folder


def test_training_leaves_a_run_that_says_how_it_was_made(run):
    state = read_state(run)
    assert state["config"]["seed"] == 0
    assert state["run"]["data"] == "drawn"
    assert state["size"]["head"] == "variational"
    assert len(state["history"]) == 1
    assert json.loads((run / "state.json").read_text()) == state


def test_evaluating_repeats_the_validation_accuracy_of_the_run(run, tmp_path):
    result = call("evaluate", run, "--out", tmp_path / "numbers.json")
    assert result.exit_code == 0, result.output
    numbers = json.loads((tmp_path / "numbers.json").read_text())
    assert numbers["accuracy"] == pytest.approx(
        read_state(run)["history"][-1]["metrics"]["accuracy"], abs=0.03
    )
    assert numbers["faces"] == 48
    confusion = torch.tensor(numbers["confusion"])
    assert confusion.sum() == 48
    assert confusion.diag().sum() / 48 == pytest.approx(numbers["accuracy"])


def test_unambiguous_drawn_faces_are_judged_by_their_mixture_and_classes_can_be_left_out(run, tmp_path):
    out = tmp_path / "numbers.json"
    arguments = ["--data", "drawn:snapshot", "--count", 60, "--unambiguous", "--without", "contempt"]
    result = call("evaluate", run, *arguments, "--out", out)
    assert result.exit_code == 0, result.output
    numbers = json.loads(out.read_text())
    faces = draw_faces(60, DRAWN_SEEDS["valid"], nuisances="snapshot")
    expected = faces.mixture.argmax(dim=1)[faces.unambiguous]
    per_class = torch.bincount(expected, minlength=8)[: FERPLUS.index("contempt")]
    assert torch.tensor(numbers["confusion"]).sum(dim=1).tolist() == per_class.tolist()
    assert "contempt" not in numbers["names"]


def test_a_run_remembers_its_recipe_at_the_networks_size_and_its_sampling(tmp_path):
    chosen = ["--recipe", "ferplus:released", "--per-class", "8"]
    result = call("train", *SMALL, *chosen, "--out", tmp_path)
    assert result.exit_code == 0, result.output
    config = read_state(tmp_path)["config"]
    assert config["recipe"]["name"] == "ferplus:released"
    assert config["recipe"]["output_size"] == 48
    assert config["recipe"]["resize"] == pytest.approx(232 * 48 / 224)
    assert config["sampling"] == {"balance": 0.0, "per_class": 8}


def test_the_same_command_with_more_epochs_goes_on(run):
    result = call("train", *SMALL[:-1], "2", "--out", run)
    assert result.exit_code == 0, result.output
    assert [record["epoch"] for record in read_state(run)["history"]] == [1, 2]


@pytest.mark.parametrize(("arguments", "culprit"), [
    (["--no-layer-embedding", "--epochs", "3"], "another size"),
    (["--keep-duplicates", "--epochs", "3"], "another run"),
    (["--seed", "4", "--epochs", "3"], "another seed"),
])  # fmt: skip
def test_a_folder_that_holds_another_run_is_refused(run, arguments, culprit):
    before = (run / "last.safetensors").read_bytes()
    result = call("train", *SMALL[:5], *arguments, "--out", run)
    assert result.exit_code == 1
    assert culprit in result.output + result.stderr
    assert (run / "last.safetensors").read_bytes() == before


@pytest.mark.parametrize(("arguments", "culprit"), [
    (["train", "drawn", "--divergence", "gaussian"], "--weight"),
    (["train", "drawn", "--divergence", "gausian", "--weight", "0.1"], "gaussian"),
    (["train", "drawn", "--count", "-3"], "count"),
    (["train", "drawn", "--target", "votes"], "--target"),
    (["train", "drawn", "--recipe", "ferplus:realeased"], "ferplus:released"),
    (["train", "drawn", "--balance", "evenly"], "evenly"),
    (["train", "drawn", "--balance", "sqrt", "--per-class", "10"], "per_class"),
    (["train", "nowhere.safetensors"], "nowhere.safetensors"),
    (["train", "drawn", "--device", "cuda:77"], "cuda:77"),
    (["train", "drawn", "--precision", "int4"], "int4"),
    (["train", "drawn", "--seed", "99999999999999"], "seed"),
    (["evaluate", "no/such/run"], "no/such/run"),
])  # fmt: skip
def test_a_mistake_ends_in_one_line_that_names_it(arguments, culprit, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = call(*arguments)
    assert result.exit_code == 1
    assert culprit in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert list(tmp_path.iterdir()) == []
