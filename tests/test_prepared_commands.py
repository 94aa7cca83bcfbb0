"""`pvlib train` and `pvlib evaluate` on prepared files of colour faces, drawn in the owners' layouts."""

import json

import pytest
from typer.testing import CliRunner

from pvlib.cli import app
from pvlib.data.affectnet import prepare_affectnet
from pvlib.data.drawn.layouts import write_layout
from pvlib.data.labels import AFFECTNET8, RAFDB
from pvlib.data.rafdb import prepare_rafdb
from pvlib.training.checkpoints import read_state

SMALL = ["train.epochs=1", "train.batch_size=16", "--device", "cpu"]
QUICK = ["--passes", 0, "--bootstrap", 0, "--samples", 2, "--device", "cpu"]


def call(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Prepared files of RAF-DB and AffectNet, and a run trained on each."""
    folder = tmp_path_factory.mktemp("sets")
    write_layout(folder / "raf", "rafdb", {"train": 80, "test": 12}, 0, size=32)
    prepare_rafdb(folder / "raf", folder / "rafdb.safetensors", size=32)
    write_layout(folder / "aff", "affectnet", {"train": 40, "valid": 12}, 0, size=32)
    prepare_affectnet(folder / "aff", folder / "affectnet.safetensors", size=32)
    for name, choice in (("rafdb", ()), ("affectnet", ("data.classes=8", "data.holdout=0.2"))):
        data = [f"data.root={folder / name}.safetensors", *choice]
        result = call("train", "drawn-tiny", *data, *SMALL, "--out", folder / name)
        assert result.exit_code == 0, result.output
    return folder


@pytest.mark.parametrize(("run", "split", "names"), [
    ("rafdb", "test", RAFDB), ("rafdb", "valid", RAFDB), ("affectnet", "valid", AFFECTNET8),
    ("affectnet", "test", AFFECTNET8),
])  # fmt: skip
def test_a_run_on_a_prepared_file_names_its_classes_and_is_evaluated_on_it(
    folder, tmp_path, run, split, names
):
    assert tuple(read_state(folder / run)["names"]) == names
    result = call("evaluate", folder / run, "--split", split, *QUICK, "--out", tmp_path)
    assert result.exit_code == 0, result.output
    numbers = json.loads((tmp_path / "evaluation.json").read_text())
    assert tuple(numbers["names"]) == names
    if split == "test":
        assert numbers["faces"] == 12


@pytest.mark.parametrize(("arguments", "culprit"), [
    (["train", "drawn-tiny", "data.root=rafdb.safetensors", "data.rule=majority"], "RAF-DB, which has no choice of rule"),
    (["train", "drawn-tiny", "data.root=rafdb.safetensors", "data.classes=7"], "RAF-DB, which has no choice of classes"),
    (["train", "drawn-tiny", "data.root=affectnet.safetensors", "data.target=votes"], "no choice of target"),
    (["train", "drawn-tiny", "data.root=affectnet.safetensors", "data.classes=9"], "not 9"),
    (["evaluate", "rafdb", "--rule", "majority"], "RAF-DB, which has no choice of rule"),
    (["evaluate", "affectnet", "--data", "affectnet.safetensors", "--split", "test"], "papers report on valid"),
])  # fmt: skip
def test_a_choice_that_the_data_set_does_not_offer_is_one_line(folder, monkeypatch, arguments, culprit):
    monkeypatch.chdir(folder)
    result = call(*arguments)
    assert result.exit_code == 1
    assert culprit in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_classes_in_another_order_are_not_taken_for_the_same(folder):
    result = call("evaluate", folder / "rafdb", "--data", folder / "affectnet.safetensors")
    assert result.exit_code == 1
    assert "names surprise, fear, disgust" in result.stderr
