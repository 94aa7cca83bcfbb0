"""Carrying out a grid: with stand-ins for training, and once for real on a few drawn faces."""

import io
import json
import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest
from distributed import Client, LocalCluster
from rich.console import Console

from pvlib.errors import CourseError
from pvlib.evaluation.ablation.cluster import open_client
from pvlib.evaluation.ablation.columns import COLUMNS
from pvlib.evaluation.ablation.grid_file import read_grid
from pvlib.evaluation.ablation.one_run import RESULT, Outcome, read_result
from pvlib.evaluation.ablation.one_run import carry_out as really_carry_out
from pvlib.evaluation.ablation.runner import results_of, run_grid


@pytest.fixture(scope="module")
def client():
    """A cluster inside this process: what it runs can be a test's own function."""
    with (
        LocalCluster(n_workers=1, threads_per_worker=1, processes=False, dashboard_address=":0") as cluster,
        Client(cluster) as opened,
    ):
        yield opened


@pytest.fixture
def carry_out(evaluation):
    """Finish at once: the run under seed 1 of variant "point+marked" fails, all others score 0.5."""

    def stand_in(task):
        if (task.run.variant, task.run.seed) == ("point+marked", 1):
            return Outcome(task.run.variant, task.run.seed, 0.0, problem="no room")
        task.folder.mkdir(parents=True)
        content = {"settings": task.run.settings(), "evaluation": evaluation(0.5)}
        (task.folder / RESULT).write_text(json.dumps(content))
        return Outcome(task.run.variant, task.run.seed, 0.0, accuracy=0.5)

    return stand_in


def test_a_failed_run_is_named_and_the_others_go_on(small_grid, carry_out, client, tmp_path):
    said = io.StringIO()
    outcomes = run_grid(
        small_grid, tmp_path, client, carry_out=carry_out, console=Console(file=said, width=200)
    )
    assert len(outcomes) == 8
    assert [(o.variant, o.seed) for o in outcomes if o.problem] == [("point+marked", 1)]
    assert "point+marked, seed 1: failed: no room" in said.getvalue()
    assert len(results_of(small_grid, tmp_path)) == 7


def test_what_is_finished_is_not_done_again(small_grid, carry_out, client, tmp_path):
    run_grid(small_grid, tmp_path, client, carry_out=carry_out)
    again = run_grid(small_grid, tmp_path, client, carry_out=carry_out)
    assert [(o.variant, o.seed) for o in again] == [("point+marked", 1)]


def test_a_worker_is_told_where_files_lie_whatever_its_own_folder(small_grid, client, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def say(task):
        return Outcome(task.run.variant, task.run.seed, 0.0, problem=f"{task.config.data.root} {task.folder}")

    drawn = small_grid.runs[0]
    filed = replace(
        drawn, config=replace(drawn.config, data=replace(drawn.config.data, root="a.safetensors"))
    )
    outcomes = run_grid(replace(small_grid, runs=(drawn, filed)), Path("out"), client, carry_out=say)
    folder = tmp_path / "out" / drawn.folder
    assert {o.problem for o in outcomes} == {f"drawn {folder}", f"{tmp_path / 'a.safetensors'} {folder}"}


def test_a_worker_that_breaks_is_a_failed_run(small_grid, client, tmp_path):
    def broken(task):
        raise RuntimeError("a bug")

    outcomes = run_grid(small_grid, tmp_path, client, carry_out=broken)
    assert [o.problem for o in outcomes] == ["RuntimeError: a bug"] * 8


@pytest.fixture
def finished(small_grid, tmp_path, evaluation):
    """A run with its result, and how to change what that result says of its settings."""
    run = small_grid.runs[0]

    def write(settings):
        content = {"settings": settings, "evaluation": evaluation(0.5)}
        (tmp_path / RESULT).write_text(json.dumps(content))
        return read_result(tmp_path, run)

    return run, write


def test_a_result_of_other_settings_does_not_count(finished):
    run, write = finished
    assert write(run.settings()) is not None
    longer = replace(run, config=replace(run.config, train=replace(run.config.train, epochs=9)))
    assert write(longer.settings()) is None
    assert write(replace(run, scoring=replace(run.scoring, split="test")).settings()) is None


def test_what_only_names_a_run_decides_nothing(finished):
    run, write = finished
    renamed = replace(run, config=replace(run.config, preset="mine", about="another"))
    assert write(renamed.settings()) is not None


def test_a_result_from_before_a_setting_existed_counts_while_that_is_at_its_default(finished):
    run, write = finished
    older = run.settings()
    assert older["config"]["network"].pop("layer_embedding") is True
    assert write(older) is not None
    other = run.settings()
    assert other["config"]["train"].pop("epochs") == 1  # the default is another
    assert write(other) is None


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"settings": 3}', '{"settings": {}}'])
def test_a_damaged_result_does_not_count(small_grid, tmp_path, content):
    (tmp_path / RESULT).write_text(content)
    assert read_result(tmp_path, small_grid.runs[0]) is None


def test_work_whose_process_is_killed_is_done_again(tmp_path):
    mark = tmp_path / "died"

    def die_once(path):
        if not path.exists():
            path.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return os.getpid(), signal.getsignal(signal.SIGINT)

    with open_client(workers=1) as opened:
        survivor, on_interrupt = opened.submit(die_once, mark).result(timeout=120)
    assert mark.exists()
    assert survivor != os.getpid()
    assert on_interrupt == signal.SIG_IGN  # Ctrl-C is the caller's, in the new process too


def test_a_scheduler_that_is_not_there_is_named():
    with (
        pytest.raises(CourseError, match=r"tcp://127\.0\.0\.1:9"),
        open_client(1, scheduler="tcp://127.0.0.1:9", connect_seconds=0.5),
    ):
        pass


@pytest.fixture(scope="module")
def trained(client, tmp_path_factory):
    """Two variants under two seeds, trained and scored for real."""
    folder = tmp_path_factory.mktemp("grid")
    path = folder / "two.yaml"
    path.write_text(
        "preset: drawn-tiny\n"
        "base: {data.count: 32, data.valid_count: 24, train.epochs: 1, train.batch_size: 16}\n"
        "variants: {variational: {}, point: {network.head: point}}\n"
        "seeds: 2\n"
        "evaluation: {split: valid, samples: 3}\n"
    )
    grid = read_grid(path)
    return grid, folder, run_grid(grid, folder, client, device="cpu", carry_out=really_carry_out)


def test_a_real_grid_is_trained_and_scored(trained):
    grid, folder, outcomes = trained
    assert [o.problem for o in outcomes] == [None] * 4
    results = results_of(grid, folder)
    assert {result["faces"] for result in results.values()} == {24}
    assert {result["head"] for (name, _), result in results.items() if name == "point"} == {"point"}
    for outcome in outcomes:
        assert (
            results[outcome.variant, outcome.seed]["metrics"]["accuracy"]["value"]
            == pytest.approx(outcome.accuracy)
        )  # fmt: skip


@pytest.mark.parametrize("name", COLUMNS)
def test_every_column_finds_its_number_in_a_real_evaluation(trained, name):
    grid, folder, _ = trained
    results = results_of(grid, folder)
    assert isinstance(COLUMNS[name].read(results["variational", 0]), float)
    needs_draws = "sigma" in name or name.startswith("mc_")
    assert (COLUMNS[name].read(results["point", 0]) is None) == needs_draws


def test_a_run_gone_wrong_leaves_one_line(trained, tmp_path, client):
    grid, _, _ = trained
    run = grid.runs[0]
    missing = replace(run, config=replace(run.config, data=replace(run.config.data, root="gone.safetensors")))
    (outcome,) = run_grid(replace(grid, runs=(missing,)), tmp_path, client, device="cpu")
    assert "gone.safetensors" in outcome.problem
    assert "\n" not in outcome.problem
