"""The figures of the full training show the numbers that they are given; forecast and cut-off do what they say."""

import math
import re
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from lessons.answer_tests import figure_test
from lessons.full_training import figures, plug, switches
from lessons.full_training.forecast import BYTES_PER_WEIGHT, forecast, in_words, refuse_what_does_not_fit
from lessons.full_training.record_of_ferplus import record_of_ferplus
from pvlib.errors import CourseError
from pvlib.evaluation.intervals import Interval
from pvlib.models import Poster
from pvlib.training.config_files import load_config

PATHS = {
    "gradient descent": torch.tensor([[-1.5, 0.6], [-1.5, 0.0]]),
    "SAM": torch.tensor([[-1.5, 0.6], [1.0, 0.0]]),
}
ROWS = [{"loss": 2.0, "rate": 1e-3, "accuracy": 0.4}, {"loss": 1.0, "rate": 5e-4, "accuracy": 0.6}]


def moving_dashboard():
    return figures.moving_dashboard(ROWS, figures.dashboard(ROWS, 3))


test_figures = figure_test(
    (lambda: figures.two_runs([2.0, 1.5], [2.0, 1.25], 0.5), ["killed after 0.5 epochs", "differ by 0.25"]),
    (lambda: figures.rates([0.0, 1.0], {"falling": [2e-3, 1e-3]}), ["from 2.0e-03 over 2.0e-03 to 1.0e-03"]),
    (lambda: figures.valley(PATHS, every=1), ["SAM ends at +1.00", "descent ends at -1.50"]),
    (lambda: figures.along([-1.0, 0.0, 1.0], dict.fromkeys(("plain", "SAM"), torch.tensor([3.0, 1.0, 2.0]))),
     ["SAM: 3.00, 1.00 at the weights, 2.00"]),
    (lambda: figures.bought({"accuracy": {"ema": Interval(0.1, 0.05, 0.15), "sam": Interval(0.1, -0.1, 0.3)}}),
     ["zero: accuracy ema +0.1."]),
    (moving_dashboard, ["after 2 of 3 epochs", "training loss (nats) 1"]),
)  # fmt: skip


def test_the_frames_walk_along_both_paths_and_grow_the_dashboard():
    last = figures.valley(PATHS, every=1)[0].frames[-1]
    assert [list(trace.x)[-1] for trace in last.data] == [-1.5, -1.5, 1.0, 1.0]
    assert [list(frame.data[0].y) for frame in moving_dashboard()[0].frames] == [[2.0], [2.0, 1.0]]


def test_differences_are_paired_by_seed_and_bold_where_the_interval_leaves_out_zero():
    rows = {"plain": {"accuracy": [0.5, 0.7, 0.6], "seconds": [1.0, 2.0, 3.0]},
            "sam": {"accuracy": [0.6, 0.8, 0.7], "seconds": [2.0, 4.0, 9.0]}}  # fmt: skip
    found = switches.differences({"rows": rows}, "accuracy")
    assert (found["sam"].low, found["sam"].high) == pytest.approx((0.1, 0.1))
    assert switches.costs({"rows": rows}) == {"plain": 1.0, "sam": 2.0}
    assert switches.shown(Interval(0.1, 0.05, 0.15), "accuracy", sign="+") == "**+10.0 ± 5.0**"
    assert switches.shown(Interval(0.1, -0.1, 0.3), "loss", sign="+") == "+0.100 ± 0.200"


def test_the_loss_along_a_direction_starts_from_the_weights_and_leaves_them(tmp_path):
    faces = switches.load_faces("drawn", "valid", count=4)
    torch.manual_seed(0)
    network = Poster(switches.SIZE, 8).eval()
    before = [weight.clone() for weight in network.parameters()]
    away, here = switches.losses_along(network, faces, 0, (0.5, 0.0))
    assert here.item() == pytest.approx(switches.look(network, faces)["loss"], rel=1e-4)
    assert away != here
    assert all(map(torch.equal, before, network.parameters()))


def test_a_forecast_counts_weights_activations_and_operations_and_refuses_what_does_not_fit(monkeypatch):
    config = load_config("drawn-tiny", ["train.epochs=2", "train.batch_size=8"])
    network = Poster(switches.SIZE, 8)
    one, four = (
        forecast(network, config, training=100, watched=30, device="cpu", tried=faces) for faces in (2, 4)
    )
    assert one.bytes_of_weights == BYTES_PER_WEIGHT * sum(w.numel() for w in network.parameters())
    assert four.bytes_a_face == pytest.approx(
        one.bytes_a_face, rel=0.05
    )  # what a face needs does not depend on others
    assert four.operations_a_face == pytest.approx(one.operations_a_face, rel=0.01)
    assert one.seconds == pytest.approx(2 * one.seconds_a_face * 110)
    assert all(weight.grad is None for weight in network.parameters())
    refuse_what_does_not_fit(one, "cpu")
    monkeypatch.setattr(
        "psutil.virtual_memory",
        lambda: type("M", (), {"available": one.bytes_of_weights + 3.5 * one.bytes_a_face}),
    )
    with pytest.raises(CourseError, match=r"8 faces at a time need .* at most 3 at a time"):
        refuse_what_does_not_fit(one, "cpu")
    with pytest.raises(CourseError, match="smaller network"):
        refuse_what_does_not_fit(replace(one, bytes_of_weights=10**15), "cpu")


def test_a_dashboard_without_some_measures_shows_no_empty_panel():
    rows = [{key: 1.0 for key in ("rate", "accuracy", "mean_class_accuracy", "sigma")}]
    still, _ = figures.dashboard(rows, 3)
    assert [bool(place.lines) for place in still.axes] == [place.axison for place in still.axes]


def test_durations_are_told_in_the_largest_unit_of_which_there_are_two():
    assert [in_words(s) for s in (100, 150, 7_300, 200_000)] == [
        "100 seconds",
        "2 minutes",
        "2 hours",
        "2 days",
    ]


def test_the_record_of_the_shipped_run_is_the_table_of_the_docs():
    table = (Path(__file__).parents[2] / "docs/results/ferplus-tiny.md").read_text(encoding="utf-8")
    rows = [
        line.split("|")
        for line in table.splitlines()
        if re.match(r"\| \d+ \| [\d. ]+ \| [\d. ]+ \| [\d. ]+ \|$", line)
    ]
    assert [float(row[2].split()[0]) / 100 for row in rows] == [
        epoch["accuracy"] for epoch in record_of_ferplus()
    ]
    assert len(rows) == 24
    assert record_of_ferplus()[-1]["rate"] == pytest.approx(0, abs=1e-9)  # the end of a cosine


def test_a_training_that_ends_by_itself_is_told_with_what_it_said(tmp_path, monkeypatch):
    monkeypatch.setattr(plug, "SETTINGS", ("train.epochs=none",))
    for end in (plug.finish, lambda process: plug.pull(process, tmp_path / "run")):
        with pytest.raises(CourseError, match=r"train\.epochs"):
            end(plug.start(tmp_path / "run", 0))


def test_two_checkpoints_differ_by_their_largest_difference(tmp_path):
    from safetensors.torch import save_file

    for name, value in (("one", 1.0), ("two", 1.5)):
        (tmp_path / name).mkdir()
        save_file({"w": torch.tensor([value, math.pi])}, tmp_path / name / "last.safetensors")
    assert plug.largest_difference(tmp_path / "one", tmp_path / "two") == 0.5
    assert not plug.equal_bits(tmp_path / "one", tmp_path / "two")
    assert plug.equal_bits(tmp_path / "one", tmp_path / "one")


def test_a_command_s_lines_are_shown_and_its_failure_is_told(capsys):
    plug.show_lines(["train", "--list"])
    assert "drawn-tiny" in capsys.readouterr().out
    with pytest.raises(CourseError, match="exit status 1"):
        plug.show_lines(["train", "nopreset"])
    assert 'there is no preset "nopreset"' in capsys.readouterr().out
