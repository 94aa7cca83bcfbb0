"""`pvlib evaluate`, as a person types it."""

import json
import shutil

import pytest
import torch

from pvlib.data.drawn import draw_faces
from pvlib.data.labels import FERPLUS
from pvlib.files import locked
from pvlib.report import write_report
from pvlib.training.sources import DRAWN_SEEDS

TINY = ["data.count=64", "data.valid_count=48", "train.epochs=2", "train.batch_size=32"]
QUICK = ["--passes", 1, "--bootstrap", 20, "--samples", 5]


def numbers_of(folder):
    return json.loads((folder / "evaluation.json").read_text())


@pytest.fixture(scope="module")
def run(succeed, tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "one"
    succeed("train", "drawn-tiny", *TINY, "--out", folder, "--device", "cpu")
    return folder


@pytest.fixture
def undrawn(monkeypatch):
    """Reports without their figures, whose drawing takes most of the time."""
    monkeypatch.setattr(write_report, "draw_all", lambda *arguments: {})


def test_a_report_is_a_page_numbers_and_tables_in_the_folder_of_the_run_and_shows_drawn_faces(succeed, run):
    output, folder = succeed("evaluate", run, *QUICK, "--against", run).output, run / "evaluation"
    page, numbers = (folder / "index.html").read_text(), numbers_of(folder)
    right = torch.tensor(numbers["confusion"]).diag().sum()
    assert page.count("data:image/svg+xml") == 6
    assert page.count("data:image/png") == 12 + min(12, 48 - right)
    assert sorted(path.name for path in folder.iterdir()) == ["evaluation.json", "index.html", "table.md"]
    for text in (output, page, (folder / "table.md").read_text()):
        assert "validation faces chose the epoch" in " ".join(text.split())
    assert len(numbers["about"]["warnings"]) == 1
    (compared,) = numbers["comparisons"]  # with itself
    assert compared["mcnemar"] == {"only_first": 0, "only_second": 0, "p": 1.0}
    assert compared["differences"]["accuracy"] == {"value": 0, "low": 0, "high": 0}


def test_a_run_that_chose_its_epoch_by_the_test_split_is_told_in_red(succeed, undrawn, run, tmp_path):
    other = tmp_path / "tested"
    shutil.copytree(run, other, ignore=shutil.ignore_patterns("evaluation"))
    config = (other / "config.yaml").read_text()
    (other / "config.yaml").write_text(config.replace("select: valid", "select: test"))
    succeed("evaluate", other, "--split", "test", "--count", 30, *QUICK, "--out", tmp_path / "report")
    assert 'class="warning" role="alert">select=test' in (tmp_path / "report/index.html").read_text()
    assert numbers_of(tmp_path / "report")["about"]["runs"][0]["select"] == "test"


def test_faces_go_through_as_many_at_a_time_as_asked_for(command, undrawn, run, tmp_path, monkeypatch):
    sizes = []
    monkeypatch.setattr(write_report, "evaluate", lambda *_, batch_size, **__: sizes.append(batch_size))
    command("evaluate", run, "--count", 20, *QUICK, "--batch-size", 7, "--out", tmp_path)
    assert sizes == [7]


def test_a_network_beside_itself_is_an_ensemble_that_agrees(succeed, undrawn, run, tmp_path):
    succeed("evaluate", run, run, "--ensemble", "--count", 20, *QUICK, "--out", tmp_path)
    numbers = numbers_of(tmp_path)
    assert numbers["answer"] == "ensemble"
    assert "are of the first of the 2 networks alone" in (tmp_path / "index.html").read_text()
    together, alone = (numbers["methods"][name]["metrics"]["brier"] for name in ("ensemble", "softmax"))
    assert together == pytest.approx(alone)


def test_unambiguous_drawn_faces_are_judged_by_their_mixture_and_classes_can_be_left_out(
    succeed, undrawn, run, tmp_path
):
    chosen = ["--data", "drawn:snapshot", "--count", 60, "--unambiguous", "--without", "contempt"]
    succeed("evaluate", run, *chosen, *QUICK, "--out", tmp_path)
    numbers = numbers_of(tmp_path)
    faces = draw_faces(60, DRAWN_SEEDS["valid"], nuisances="snapshot")
    expected = faces.mixture.argmax(dim=1)[faces.unambiguous]
    per_class = torch.bincount(expected, minlength=8)[: FERPLUS.index("contempt")]
    assert [sum(row) for row in numbers["confusion"]] == per_class.tolist()
    assert "contempt" not in numbers["names"]
    assert (numbers["settings"]["left_out"], numbers["about"]["warnings"]) == (["contempt"], [])


@pytest.mark.parametrize(("arguments", "culprit"), [
    (["no/such/run"], "no/such/run"),
    (["RUN", "RUN"], "--ensemble"),
    (["RUN", "--ensemble"], "at least two"),
    (["RUN", "--weights", "first"], '"first"'),
    (["RUN", "--precision", "int4"], "int4"),
    (["RUN", "--device", "cuda:77"], "cuda:77"),
    (["RUN", "--bootstrap", "-1"], "bootstrap"),
    (["RUN", "--batch-size", "0"], "--batch-size must be at least 1"),
    (["RUN", "--split", "exam"], "exam"),
    (["RUN", "--samples", "1000000000"], "--samples 1000000000"),
    (["RUN", "--seed", "99999999999999999999"], "--seed 99999999999999999999"),
    (["RUN", "--without", "joy", "--count", "5"], '"joy"'),
    (["RUN", "--against", "no/such/run"], "no/such/run"),
    (["RUN", "--out", "a-file"], "a-file"),
])  # fmt: skip
def test_a_mistake_ends_in_one_line_that_names_it(refuse, run, arguments, culprit, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a-file").touch()
    before = sorted(run.rglob("*"))
    refuse(culprit, "evaluate", *[str(run) if word == "RUN" else word for word in arguments])
    assert [path.name for path in tmp_path.iterdir()] == ["a-file"]
    assert sorted(run.rglob("*")) == before


def test_a_second_evaluation_into_the_same_folder_is_refused(command, run, tmp_path):
    with locked(tmp_path / "report", "an evaluation"):
        result = command("evaluate", run, "--count", 4, *QUICK, "--out", tmp_path / "report")
    assert result.exit_code == 1
    assert "an evaluation goes on there already" in result.stderr
    assert not list(tmp_path.rglob("*.html"))


def test_a_single_face_makes_a_report_without_intervals(succeed, run, tmp_path):
    single = ["--split", "test", "--count", 1, "--passes", 0, "--bootstrap", 0]
    succeed("evaluate", run, *single, "--out", tmp_path)
    text = (tmp_path / "evaluation.json").read_text()
    accuracy = json.loads(text, parse_constant=pytest.fail)["metrics"]["accuracy"]  # NaN is no JSON
    assert (accuracy["low"], accuracy["value"] in (0, 1)) == (None, True)
    assert ", without intervals" in (tmp_path / "table.md").read_text()
    assert "Bars are intervals" not in (tmp_path / "index.html").read_text()
