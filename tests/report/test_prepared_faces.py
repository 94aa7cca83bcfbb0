"""`pvlib evaluate` on prepared files of colour faces, on exported networks and on released ones."""

import json
import shutil

import pytest

from pvlib.data.labels import AFFECTNET8, RAFDB
from pvlib.models import poster_var, tiny
from pvlib.report import write_report
from pvlib.runs import trained as loading
from pvlib.runs.trained import TrainedNetwork, save_trained

pytestmark = pytest.mark.usefixtures("undrawn")

QUICK = ["--passes", 0, "--bootstrap", 10, "--samples", 5]


def numbers_of(folder):
    return json.loads((folder / "evaluation.json").read_text())


@pytest.fixture
def undrawn(monkeypatch):
    """Reports without their figures, whose drawing takes most of the time."""
    monkeypatch.setattr(write_report, "draw_all", lambda *arguments: {})


@pytest.fixture(scope="module")
def folder(succeed, sets, tmp_path_factory):
    """Files of RAF-DB and AffectNet, and a run trained on each; a tenth of the training is held out."""
    folder = tmp_path_factory.mktemp("sets")
    for name, *choices in (("rafdb",), ("affectnet", "data.classes=8", "data.count=40", "data.holdout=0.2")):
        shutil.copy(sets / f"{name}.safetensors", folder)
        root = f"data.root={folder / name}.safetensors"
        short = ("train.epochs=1", "train.batch_size=16", "--device", "cpu")
        succeed("train", "drawn-tiny", root, *choices, *short, "--out", folder / name)
    return folder


@pytest.mark.parametrize(("run", "names"), [("rafdb", RAFDB), ("affectnet", AFFECTNET8)])
def test_the_test_split_is_the_one_on_which_papers_report(succeed, folder, tmp_path, run, names):
    succeed("evaluate", folder / run, "--split", "test", *QUICK, "--out", tmp_path)
    numbers = numbers_of(tmp_path)
    assert tuple(numbers["names"]) == names
    assert numbers["faces"] == 12
    assert numbers["about"]["warnings"] == []


@pytest.mark.parametrize(("split", "warned"), [("train", True), ("train+valid", True), ("test", False)])
def test_training_faces_are_known_by_whatever_name_their_file_is_given(
    succeed, folder, tmp_path, monkeypatch, split, warned
):
    monkeypatch.chdir(folder)
    chosen = ["--data", "rafdb.safetensors", "--split", split]  # the run knows it by its whole path
    result = succeed("evaluate", "rafdb", *chosen, *QUICK, "--out", tmp_path)
    assert ("trained on these very faces" in result.output) == warned


def test_pictures_of_a_real_data_set_are_shown_only_on_demand(succeed, folder, tmp_path):
    shown = []
    for name, choice in (("without", ()), ("with", ("--pictures",))):
        succeed("evaluate", folder / "rafdb", "--split", "test", *QUICK, *choice, "--out", tmp_path / name)
        shown.append((tmp_path / name / "index.html").read_text())
    assert "data:image/png" not in shown[0]
    assert "Pictures of real people are left out" in shown[0]
    assert shown[1].count("data:image/png") >= 12


@pytest.mark.parametrize(("arguments", "culprit"), [
    (["rafdb", "--rule", "majority"], "RAF-DB, which has no choice of rule"),
    (["affectnet", "--classes", "9"], "not 9"),
    (["rafdb", "--data", "affectnet.safetensors", "--split", "test"], "papers report on valid"),
    (["rafdb", "--data", "affectnet.safetensors"], "names surprise, fear, disgust"),
    (["rafdb", "affectnet", "--ensemble"], "names neutral, happiness"),
])  # fmt: skip
def test_faces_that_do_not_fit_are_one_line(refuse, folder, monkeypatch, arguments, culprit):
    monkeypatch.chdir(folder)
    refuse(culprit, "evaluate", *arguments)
    assert not list(folder.rglob("index.html"))


@pytest.fixture
def chosen(folder):
    return ["--data", folder / "rafdb.safetensors", "--split", "test", *QUICK]


def test_an_exported_network_knows_its_classes_and_needs_to_be_told_its_faces(
    command, succeed, chosen, tmp_path
):
    path = tmp_path / "net.safetensors"
    network = poster_var(7, tiny(48)).eval()
    save_trained(path, TrainedNetwork(network=network, class_names=RAFDB, face_size=48, channels=3))
    assert "say which faces" in command("evaluate", path).stderr
    assert "only a run folder" in command("evaluate", path, "--weights", "best").stderr
    succeed("evaluate", path, *chosen, "--out", tmp_path / "report")
    assert numbers_of(tmp_path / "report")["faces"] == 12
    # eight classes, not seven
    assert command("evaluate", path, "--data", "drawn", "--count", 4).exit_code == 1


def test_a_released_file_is_read_in_the_order_of_the_faces_and_that_is_said(
    succeed, chosen, tmp_path, monkeypatch
):
    monkeypatch.setattr(loading, "load_released", lambda path: poster_var(7, tiny(48)).eval())
    path = tmp_path / "released.pth"
    path.touch()
    result = succeed("evaluate", path, *chosen, "--out", tmp_path / "report")
    assert "does not name its classes; read here as surprise, fear, disgust" in result.output
    assert "luckiest of all epochs" in result.output
