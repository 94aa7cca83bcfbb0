"""Training, `pvlib evaluate` of a run, of its exported file and of an ensemble measure the very same thing.

Faces are stored at one size and given to the network at another: whoever forgets that measures another network.
"""

import csv
import json
import shutil

import pytest
from typer.testing import CliRunner

from drawnfaces.layouts import write_layout
from pvlib.cli import app
from pvlib.data.rafdb import prepare_rafdb

STORED, INPUTS = (48, 64, 100), (48, 112, 224)
MEASURES = ("accuracy", "mean_class_accuracy", "negative_log_likelihood", "calibration_error", "mean_sigma")
QUICK = ("--passes", 0, "--bootstrap", 0, "--samples", 2)


def call(*arguments):
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert result.exit_code == 0, result.output


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("doors")
    for side in STORED:
        write_layout(folder / f"faces-{side}", "rafdb", {"train": 32, "test": 16}, 0, size=side)
        prepare_rafdb(folder / f"faces-{side}", folder / f"{side}.safetensors", size=side)
    return folder


def train(folder, stored, side, out):
    """A run that measures the test faces after its epoch, so that files without a run can be asked for the same."""
    root = f"data.root={folder / str(stored)}.safetensors"
    choices = ("train.epochs=1", "train.batch_size=16", "select=test", f"network.input_size={side}")
    call("train", "drawn-tiny", root, *choices, "--out", out, "--device", "cpu")
    with (out / "metrics.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))[-1]


def evaluated(out, *arguments):
    call("evaluate", *arguments, "--split", "test", *QUICK, "--out", out)
    return json.loads((out / "evaluation.json").read_text(encoding="utf-8"))


def check_same(numbers, trained):
    assert set(MEASURES) - {"mean_sigma"} <= set(numbers)
    for name in set(MEASURES) & set(numbers):
        assert f"{numbers[name]['value']:.4g}" == f"{float(trained[name]):.4g}", name


@pytest.mark.parametrize("side", INPUTS)
@pytest.mark.parametrize("stored", STORED)
def test_a_run_is_measured_as_its_training_measured_it(folder, tmp_path, stored, side):
    trained = train(folder, stored, side, tmp_path / "run")
    check_same(evaluated(tmp_path / "report", tmp_path / "run", "--weights", "last")["metrics"], trained)


@pytest.mark.parametrize(("stored", "side"), [(100, 48), (48, 112), (64, 224)])
def test_so_are_its_exported_file_and_an_ensemble_of_it_and_its_twin(folder, tmp_path, stored, side):
    run, file = tmp_path / "run", tmp_path / "net.safetensors"
    trained = train(folder, stored, side, run)
    call("export", run, file)
    root = folder / f"{stored}.safetensors"
    check_same(evaluated(tmp_path / "file", file, "--data", root)["metrics"], trained)
    shutil.copytree(run, tmp_path / "twin")
    together = evaluated(tmp_path / "both", run, tmp_path / "twin", "--ensemble")
    check_same(together["methods"]["ensemble"]["metrics"], trained)


def test_networks_of_different_input_answer_no_face_together(folder, tmp_path):
    for side in (48, 112):
        train(folder, 100, side, tmp_path / str(side))
    runs = [str(tmp_path / "48"), str(tmp_path / "112")]
    result = CliRunner().invoke(app, ["evaluate", *runs, "--ensemble", "--split", "test"])
    assert result.exit_code == 1
    assert "pictures of one size" in result.output
