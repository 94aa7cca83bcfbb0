"""`pvlib train`, as a person types it."""

import json

import pytest
import yaml

from pvlib.presets import preset_names
from pvlib.training.checkpoints import read_state
from pvlib.training.config_files import load_config

SMALL = ["drawn-tiny", "data.count=32", "data.valid_count=16", "train.batch_size=16", "--device", "cpu"]


def test_the_list_names_every_preset_with_what_it_is(succeed):
    listed = succeed("train", "--list").output
    assert [name for name in [*preset_names(), "embedded faces"] if name not in listed] == []


def test_show_prints_the_config_with_its_overrides_and_trains_nothing(succeed, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = succeed("train", "rafdb-released", "train.epochs=3", "--show")
    assert yaml.safe_load(result.output)["train"]["epochs"] == 3
    (tmp_path / "mine.yaml").write_text(result.output)
    assert load_config(tmp_path / "mine.yaml") == load_config("rafdb-released", ["train.epochs=3"])
    assert [path.name for path in tmp_path.iterdir()] == ["mine.yaml"]


def test_a_run_goes_on_from_its_own_config(succeed, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = succeed("train", *SMALL, "train.epochs=1")
    assert "32 training faces, 16 validation faces" in result.output
    folder = tmp_path / "runs" / "drawn-tiny"
    succeed("train", folder / "config.yaml", "train.epochs=2", "--out", folder, "--device", "cpu")
    assert [record["epoch"] for record in read_state(folder)["history"]] == [1, 2]
    assert json.loads((folder / "run.json").read_text())["preset"] == "drawn-tiny"


@pytest.mark.parametrize(("arguments", "culprit"), [
    ([], "--list"),
    (["drawn-tny"], 'did you mean "drawn-tiny"'),
    (["drawn-tiny", "train.epoch=3"], 'did you mean "train.epochs"'),
    (["drawn-tiny", "data.target=votes"], "target"),
    (["drawn-tiny", "data.root=nowhere.safetensors"], "nowhere.safetensors"),
    (["drawn-tiny", "--device", "cuda:77"], "cuda:77"),
    (["drawn-tiny", "--devices", "0"], "devices"),
])  # fmt: skip
def test_a_mistake_ends_in_one_line_that_names_it(refuse, arguments, culprit, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    refuse(culprit, "train", *arguments)
    assert list(tmp_path.iterdir()) == []
