"""`pvlib export`: the same network without its optimizer, and a card that tells what the evaluation measured."""

import json
from dataclasses import asdict

import pytest
import torch

from pvlib.data.labels import FERPLUS
from pvlib.evaluation.measures import MEASURES
from pvlib.models import poster_var, tiny
from pvlib.models.weight_file import fingerprint
from pvlib.runs.trained import load_trained
from pvlib.training import EpochRecord
from pvlib.training.checkpoints import Position, write_checkpoint


@pytest.fixture
def network():
    return poster_var(8, tiny()).eval()


def write_run(folder, network, data):
    """A run folder whose last checkpoint holds the network, with moments of an optimizer."""
    tensors = {f"network.{key}": value for key, value in network.state_dict().items()}
    moments = {
        f"optimizer.{key}:exp_avg": torch.ones_like(value) for key, value in network.named_parameters()
    }
    history = [asdict(EpochRecord(number, 1.5, {"accuracy": 0.4}, 0.001, 2.0)) for number in (1, 2, 3)]
    state = {"size": asdict(network.size), "names": FERPLUS, "run": {"data": data}, "history": history}
    write_checkpoint(folder, tensors | moments, {**state, "position": asdict(Position(3))})


@pytest.fixture
def run(network, tmp_path):
    (tmp_path / "run").mkdir()
    write_run(tmp_path / "run", network, "drawn")
    return tmp_path / "run"


def interval(value):
    return {"value": value, "low": value - 0.02, "high": value + 0.02}


@pytest.fixture
def measured(run, network):
    """An evaluation in which contempt is on 13 faces and mostly called neutral, and anger often sadness."""
    counts = torch.eye(8, dtype=torch.int64) * 80
    counts[4] = torch.tensor([0, 0, 0, 45, 55, 0, 0, 0])
    counts[7] = torch.tensor([10, 0, 0, 0, 0, 0, 0, 3])
    document = {
        "format": "pvlib evaluation",
        "faces": 593,
        "names": FERPLUS,
        "settings": {"level": 0.95, "bootstrap": 1000},
        "metrics": {"accuracy": interval(0.8123), "brier": interval(0.3), "kl_to_votes": None},
        "classes": [
            {"name": name, "faces": int(counts[k].sum()), "recall": interval(float(counts[k, k] / counts[k].sum())),
             "precision": interval(0.7)}
            for k, name in enumerate(FERPLUS)
        ],
        "confusion": counts.tolist(),
        "about": {"data": "/home/somebody/ferplus.safetensors", "split": "valid", "warnings": [],
                  "runs": [{"weights": "last", "epoch": 3, "select": "valid", "fingerprint": fingerprint(network)}]},
    }  # fmt: skip
    path = run / "evaluation" / "evaluation.json"
    path.parent.mkdir()
    path.write_text(json.dumps(document))
    return path


def test_the_file_is_the_network_alone_and_knows_its_faces(succeed, run, network, tmp_path):
    path = tmp_path / "out" / "net.safetensors"
    result = succeed("export", run, path)
    trained, images = load_trained(path), torch.randn(2, 3, 48, 48)
    assert torch.equal(trained.network(images), network(images))
    # drawn faces are grey
    assert (trained.class_names, trained.face_size, trained.channels) == (FERPLUS, 48, 1)
    stored = sum(value.numel() * value.element_size() for value in network.state_dict().values())
    assert path.stat().st_size < 1.05 * stored
    assert "no numbers" in result.output
    assert "Nothing: run `pvlib evaluate RUN`" in path.with_suffix(".md").read_text(encoding="utf-8")


def test_the_card_tells_what_was_measured_and_where_it_fails(succeed, run, measured, tmp_path):
    succeed("export", run, tmp_path / "net.safetensors")
    card = (tmp_path / "net.md").read_text(encoding="utf-8")
    accuracy, votes = (" ".join(MEASURES[key].head.split()) for key in ("accuracy", "kl_to_votes"))
    assert f"| {accuracy} | 81.2 [79.2, 83.2] |" in card
    assert "| happiness | 80 | 100.0 [98.0, 102.0] | 70.0 [68.0, 72.0] |" in card
    assert votes not in card
    assert "more than half of the faces of: contempt (23.1 % of 13)" in card
    assert "hardly measured: contempt" in card
    assert "45 % of anger is called sadness" in card
    assert "somebody" not in card  # a card tells nothing of its maker's folders
    assert "| data | drawn faces of the course alone" in card
    about = load_trained(tmp_path / "net.safetensors").about
    assert about["evaluation"]["metrics"]["accuracy"] == interval(0.8123)
    assert "somebody" not in json.dumps(about)


def test_a_warning_of_the_evaluation_stands_in_the_card_without_the_folder(succeed, run, measured, tmp_path):
    document = json.loads(measured.read_text())
    document["about"]["runs"][0]["path"] = "/home/somebody/runs/one"
    document["about"]["warnings"] = ["/home/somebody/runs/one was trained on these very faces."]
    measured.write_text(json.dumps(document))
    succeed("export", run, tmp_path / "net.safetensors")
    card = (tmp_path / "net.md").read_text(encoding="utf-8")
    assert "**the run was trained on these very faces.**" in card
    assert "somebody" not in card


@pytest.mark.parametrize(("change", "culprit"), [
    ({"about": {"runs": [{"fingerprint": "other"}]}}, "measured other weights than the last of"),
    ({"about": {"runs": [{}]}}, "measured other weights"),
    ({"about": {"runs": []}}, "measured other weights"),
    ({"about": None}, "no evaluation.json"),
    ({"format": "something"}, "no evaluation.json"),
])  # fmt: skip
def test_an_evaluation_of_something_else_is_refused(command, change, culprit, run, measured, tmp_path):
    measured.write_text(json.dumps(json.loads(measured.read_text()) | change))
    result = command("export", run, tmp_path / "net.safetensors")
    assert result.exit_code == 1
    assert culprit in result.stderr
    assert not list(tmp_path.glob("net*"))


def test_faces_that_are_gone_are_named_by_options(command, succeed, run, network, tmp_path):
    write_run(run, network, "gone.safetensors")
    refused = command("export", run, tmp_path / "net.safetensors")
    assert refused.exit_code == 1
    assert "gone.safetensors" in refused.stderr
    assert "--face-size" in refused.stderr
    succeed("export", run, tmp_path / "net.safetensors", "--face-size", 100, "--colour")
    trained = load_trained(tmp_path / "net.safetensors")
    assert (trained.face_size, trained.channels) == (100, 3)


@pytest.mark.parametrize(("arguments", "culprit"), [
    (["run", "net.pth"], "net.pth"),
    (["nowhere", "net.safetensors"], "nowhere"),
    (["taken", "net.safetensors"], "pvlib predict PHOTO --weights taken"),
    (["run", "net.safetensors", "--weights", "best"], "best.safetensors"),
    (["run", "net.safetensors", "--evaluation", "none.json"], "none.json"),
    (["run", "taken/net.safetensors"], "taken"),
])  # fmt: skip
def test_a_mistake_is_named_in_one_line_and_nothing_is_written(
    refuse, arguments, culprit, run, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "taken").write_text("a file, not a folder")
    before = sorted(tmp_path.rglob("*"))
    refuse(culprit, "export", *arguments)
    assert sorted(tmp_path.rglob("*")) == before
