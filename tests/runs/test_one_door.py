"""An evaluation says what the last epoch of the training said, whatever size faces are stored and shown at.

Of a run, of its exported file and of an ensemble: whoever forgets the size measures another network.
"""

import csv
import json
import shutil

import pytest
from typer.testing import CliRunner

from data_scripts.prepare_rafdb import prepare_rafdb
from drawnfaces.layouts import write_layout
from pvlib.cli import app
from pvlib.errors import CourseError
from pvlib.evaluation.measures import cell
from pvlib.evaluation.prediction import measure
from pvlib.report import write_report
from pvlib.report.evaluation_faces import FacesRequest, load_evaluation_faces
from pvlib.report.write_report import EvaluationSettings, evaluate_trained
from pvlib.runs.train import train_run
from pvlib.runs.trained import load_trained, save_trained
from pvlib.training.config_files import load_config

MEASURED = ("accuracy", "mean_class_accuracy", "negative_log_likelihood", "calibration_error", "mean_sigma")
QUICK = EvaluationSettings(samples=1, passes=0, bootstrap=0, device="cpu")

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def prepared(request, tmp_path_factory):
    """A prepared file of 40 drawn faces, stored at one of the sizes; half of them choose the epoch."""
    folder, size = tmp_path_factory.mktemp("faces"), request.param
    write_layout(folder / "set", "rafdb", {"train": 40, "test": 8}, 0, size=size)
    prepare_rafdb(folder / "set", folder / "rafdb.safetensors", size=size)
    return folder / "rafdb.safetensors"


def train(prepared, input_size, *overrides):
    """Train one epoch; return the run folder and the last line of its metrics.csv."""
    faces = (f"data.root={prepared}", "data.train_on=[train, valid]", "data.holdout=0.5")
    short = ("train.epochs=1", "train.batch_size=16", f"network.input_size={input_size}")
    config = load_config("drawn-tiny", [*faces, *short, *overrides])
    folder = prepared.parent / f"{input_size}{len(overrides)}"
    train_run(config, folder, measure=measure, device="cpu", show_progress=False)
    with (folder / "metrics.csv").open(newline="") as file:
        *_, last = csv.DictReader(file)
    return folder, {name: float(last[name]) for name in MEASURED}


def printed(numbers):
    return {name: cell({"value": numbers[name]}, name).text for name in MEASURED}


def numbers_of(networks, faces):
    return {name: number.value for name, number in evaluate_trained(networks, faces, QUICK).metrics.items()}


@pytest.mark.parametrize(
    ("prepared", "input_size"), [(48, 48), (48, 224), (64, 112), (100, 48), (100, 224)], indirect=["prepared"]
)
def test_run_export_and_ensemble_repeat_the_last_line_of_metrics_csv(prepared, input_size, tmp_path):
    folder, expected = train(prepared, input_size)
    run = load_trained(folder, "last")
    save_trained(tmp_path / "net.safetensors", run)
    exported = load_trained(tmp_path / "net.safetensors")
    faces = load_evaluation_faces(run, FacesRequest())
    assert len(faces.faces) == run.record["faces"]["valid"]
    for networks in ([run], [exported], [run, exported]):
        numbers = numbers_of(networks, faces)
        assert printed(numbers) == printed(expected)
        assert [numbers[name] for name in MEASURED] == pytest.approx(list(expected.values()), rel=1e-5)


@pytest.mark.parametrize("prepared", [100], indirect=True)
def test_the_command_prints_what_training_measured(prepared, tmp_path, monkeypatch):
    monkeypatch.setattr(write_report, "draw_all", lambda *arguments: {})
    folder, expected = train(prepared, 48, "seed=1")
    quick = ["--weights", "last", "--passes", "0", "--bootstrap", "0", "--out", str(tmp_path / "report")]
    result = CliRunner().invoke(app, ["evaluate", str(folder), *quick])
    assert result.exit_code == 0, result.output
    metrics = json.loads((tmp_path / "report/evaluation.json").read_text())["metrics"]
    assert printed({name: metrics[name]["value"] for name in MEASURED}) == printed(expected)
    table = (tmp_path / "report/table.md").read_text()
    assert all(f" {text} |" in table for text in printed(expected).values())


@pytest.mark.parametrize("prepared", [64], indirect=True)
def test_an_ensemble_of_networks_that_see_faces_at_several_sizes_is_refused(prepared):
    small, _ = train(prepared, 48, "seed=2")
    large, _ = train(prepared, 112, "seed=2")
    networks = [load_trained(small), load_trained(large)]
    faces = load_evaluation_faces(networks[0], FacesRequest())
    with pytest.raises(CourseError, match=r"pictures of one size .* 48, .* 112"):
        evaluate_trained(networks, faces, QUICK)


@pytest.mark.parametrize("prepared", [100], indirect=True)
def test_a_run_without_its_config_sees_faces_as_its_checkpoint_says(prepared, tmp_path, monkeypatch):
    monkeypatch.setattr(write_report, "draw_all", lambda *arguments: {})
    folder, expected = train(prepared, 64, "seed=3")
    bare = shutil.copytree(folder, tmp_path / "bare")
    (bare / "config.yaml").unlink()
    faces = load_evaluation_faces(load_trained(folder), FacesRequest())
    assert printed(numbers_of([load_trained(bare, "last")], faces)) == printed(expected)
    chosen = ["--data", str(prepared), "--split", "test", "--passes", "0", "--bootstrap", "0"]
    result = CliRunner().invoke(app, ["evaluate", str(bare), *chosen])
    assert result.exit_code == 0, result.output
