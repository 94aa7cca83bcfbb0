"""Carrying out a grid: with stand-ins for training, and once for real on a few drawn faces."""

import json
import os
import signal
import socket
import time
from dataclasses import replace

import pytest
from distributed import Client, LocalCluster

from pvlib.errors import CourseError
from pvlib.evaluation.ablation.cluster import open_client
from pvlib.evaluation.ablation.columns import COLUMNS, read_column
from pvlib.evaluation.ablation.grid import read_grid
from pvlib.evaluation.ablation.one_run import RESULT, Outcome, read_result
from pvlib.evaluation.ablation.one_run import carry_out as really_carry_out
from pvlib.evaluation.ablation.runner import check_here, results_of, run_grid


@pytest.fixture(scope="module")
def client():
    """A cluster inside this process: what it runs can be a test's own function."""
    with (
        LocalCluster(n_workers=1, threads_per_worker=1, processes=False, dashboard_address=":0") as cluster,
        Client(cluster) as opened,
    ):
        yield opened


@pytest.fixture
def carry_out(result):
    """Finish at once: the run under seed 1 of variant "point+marked" fails, all others score 0.5."""

    def stand_in(run, folder, **_):
        if (run.variant, run.seed) == ("point+marked", 1):
            return Outcome(run=run, problem="no room")
        (folder / run.folder).mkdir(parents=True)
        (folder / run.folder / RESULT).write_text(json.dumps(result(0.5, **run.settings())))
        return Outcome(run=run, accuracy=0.5)

    return stand_in


def test_a_failed_run_is_named_the_others_go_on_and_what_is_finished_is_not_done_again(
    small_grid, carry_out, client, tmp_path
):
    def broken(run, **_):
        raise RuntimeError("a bug")

    outcomes = run_grid(small_grid, tmp_path, client, carry_out=broken)
    assert [o.problem for o in outcomes] == ["RuntimeError: a bug"] * 8
    told = []
    outcomes = run_grid(small_grid, tmp_path, client, carry_out=carry_out, on_outcome=told.append)
    assert told == outcomes
    assert len(outcomes) == 8
    assert [str(o) for o in outcomes if o.problem] == ["point+marked, seed 1: failed: no room, 0 s"]
    assert len(results_of(small_grid, tmp_path)) == 7
    again = run_grid(small_grid, tmp_path, client, carry_out=carry_out)
    assert [str(o.run) for o in again] == ["point+marked, seed 1"]


def test_a_result_counts_for_the_settings_that_decide_it_alone(small_grid, tmp_path, result):
    run = small_grid.runs[0]
    path = tmp_path / run.folder / RESULT
    path.parent.mkdir(parents=True)

    def counts(of):
        path.write_text(json.dumps(result(0.5, **of.settings())))
        return read_result(tmp_path, run) is not None

    assert counts(run)
    assert counts(replace(run, config=replace(run.config, preset="mine", about="another")))
    assert not counts(replace(run, config=replace(run.config, train=replace(run.config.train, epochs=9))))
    assert not counts(replace(run, scoring=replace(run.scoring, split="test")))
    whole = result(0.5, **run.settings())
    lacking = ({**whole, "evaluation": None}, {**whole, "training": {"seconds": "long"}}, {"settings": 3}, [])
    for damaged in ("", "[" * 10**5, *map(json.dumps, lacking)):
        path.write_text(damaged)
        assert read_result(tmp_path, run) is None


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


@pytest.mark.parametrize("scheduler", [
    "zz", "tcp://nowhere.invalid:8786", "tcp://127.0.0.1:9", "no://where", "silent", "scheduler.json",
])  # fmt: skip
def test_a_scheduler_that_is_not_there_is_soon_named(scheduler, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "scheduler.json").write_text("[]")  # which no scheduler wrote
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes connections and never answers
        if scheduler == "silent":
            scheduler = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        started = time.monotonic()
        with pytest.raises(CourseError, match=scheduler), open_client(1, scheduler, connect_seconds=0.3):
            pass
        assert time.monotonic() - started < 10


@pytest.fixture(scope="module")
def trained(client, tmp_path_factory):
    """Two variants, trained and scored for real."""
    folder = tmp_path_factory.mktemp("grid")
    path = folder / "two.yaml"
    path.write_text(
        "preset: drawn-tiny\n"
        "base: {data.count: 32, data.valid_count: 24, train.epochs: 1, train.batch_size: 16}\n"
        "variants: {variational: {}, point: {network.head: point}}\n"
        "seeds: [3]\n"
        "evaluation: {split: valid, samples: 3}\n"
    )
    grid = read_grid(path)
    return grid, folder, run_grid(grid, folder, client, device="cpu", carry_out=really_carry_out)


def test_a_real_grid_is_trained_and_scored_and_every_column_finds_its_number(trained):
    grid, folder, outcomes = trained
    assert [o.problem for o in outcomes] == [None] * 2
    results = results_of(grid, folder)
    assert {result["evaluation"]["faces"] for result in results.values()} == {24}
    assert results["point", 3]["evaluation"]["head"] == "point"
    for outcome in outcomes:
        result = results[outcome.run.variant, 3]
        assert read_column("accuracy", result) == outcome.accuracy
        assert outcome.accuracy == pytest.approx(result["training"]["last"]["accuracy"], rel=1e-6)
    for name in COLUMNS:
        of_several = name.startswith(("mc_dropout", "dropout", "ensemble"))
        of_head = name.startswith(("sigma", "mean_sigma", "mc_", "probit")) or of_several
        assert (read_column(name, results["variational", 3]) is None) == of_several, name
        assert (read_column(name, results["point", 3]) is None) == of_head, name


def test_a_run_gone_wrong_leaves_one_line_and_is_refused_beforehand_where_it_can_be(
    write_grid, tmp_path, client
):
    gone = str(tmp_path / "gone.safetensors")
    lost = read_grid(write_grid(axes=None, variants={"full": {}}, seeds=1), [f"data.root={gone}"])
    (outcome,) = run_grid(lost, tmp_path, client, device="cpu")
    assert gone in outcome.problem
    assert "\n" not in outcome.problem
    with pytest.raises(CourseError, match=gone):
        check_here(lost, "cpu")
