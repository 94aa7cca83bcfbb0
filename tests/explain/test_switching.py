"""`pvlib evaluate RUN --switch …`: each switch alone, on the same faces."""

import json

import pytest

from pvlib.data.drawn import draw_faces
from pvlib.evaluation.evaluate import evaluate
from pvlib.evaluation.switching import read_switch, switch_difference
from pvlib.models.switches import switched
from pvlib.runs.trained import SHIPPED, load_trained


@pytest.mark.parametrize(("text", "parts"), [
    ("gate=one", {"gate": "one"}), ("attention=off", {"attention": "off"}), ("level_means=1,3", {"level_means": (1, 3)}),
    ("attention=other_face@2", {"attention": "other_face", "levels": (2,)}),
])  # fmt: skip
def test_a_switch_is_read(text, parts):
    assert read_switch(text) == parts


@pytest.mark.parametrize(("text", "said"), [
    ("gat=one", 'did you mean "gate"'), ("attention", "is no switch"), ("gate=ones", "did you mean 'one'"),
    ("attention=off@4", "1, 2 or 3"), ("level_means=", "1, 2 or 3"), ("gate=one@1", "only attention"),
])  # fmt: skip
def test_a_typo_is_refused_before_anything_is_measured(text, said, command, tmp_path, monkeypatch):
    monkeypatch.setattr("pvlib.report.write_report.load_evaluation_faces", lambda *_: pytest.fail("measured"))
    refusal = command("evaluate", SHIPPED, "--switch", text, "--out", tmp_path / "report")
    assert refusal.exit_code == 1
    assert said in " ".join(refusal.output.split())
    assert not (tmp_path / "report").exists()


def test_a_report_shows_what_each_switch_does_as_two_evaluations_would(succeed, tmp_path, monkeypatch):
    monkeypatch.setattr("pvlib.report.write_report.draw_all", lambda *_: {})
    quick = ["--passes", 0, "--bootstrap", 20, "--samples", 1, "--out", tmp_path]
    chosen = [
        "--data",
        "drawn",
        "--count",
        40,
        "--without",
        "contempt",
        "--switch",
        "level_means=3",
        "--switch",
        "gate=one",
    ]
    output = succeed("evaluate", SHIPPED, *chosen, *quick).output
    first, second = json.loads((tmp_path / "evaluation.json").read_text())["switches"]
    for text in (output, (tmp_path / "index.html").read_text(), (tmp_path / "table.md").read_text()):
        assert "Switched parts" in text
        assert "level_means=3" in text.replace("\\", "")
    assert (first["switch"], second["switch"], first["faces"]) == (
        "level_means=3",
        "gate=one",
        second["faces"],
    )
    assert first["changed"] > second["changed"]


def test_a_difference_is_switched_minus_own():
    network, faces = load_trained().network, draw_faces(40, 0)
    own = evaluate([network], faces, passes=0, samples=1, bootstrap=0)
    found = switch_difference(own, network, faces, {"attention": "off", "levels": (1, 2)}, replicates=20)
    with switched(network, attention="off", levels=(1, 2)):
        off = evaluate([network], faces, passes=0, samples=1, bootstrap=0)
    for key in ("accuracy", "negative_log_likelihood"):
        expected = off.metrics[key].value - own.metrics[key].value
        assert found["differences"][key]["value"] == pytest.approx(expected)
    changed = off.probabilities.argmax(dim=1) != own.probabilities.argmax(dim=1)
    assert found["changed"] == changed.sum()
