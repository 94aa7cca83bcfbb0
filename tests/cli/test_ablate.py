"""`pvlib ablate`, as a person types it; nothing is trained here (see tests/evaluation/ablation/test_runner.py)."""

import json
import os

import pytest
from distributed import LocalCluster
from typer.testing import CliRunner

from pvlib.cli import app
from pvlib.evaluation.ablation.grid import grid_names
from pvlib.files import locked

GRID = """
preset: drawn-tiny
variants: {full: {}, point: {network.head: point}}
seeds: 2
evaluation: {split: test, which: best}
"""


def call(*arguments):
    return CliRunner().invoke(app, ["ablate", *(str(argument) for argument in arguments)])


@pytest.fixture
def grid(tmp_path):
    path = tmp_path / "grid.yaml"
    path.write_text(GRID)
    return path


def test_the_grids_of_the_course_are_listed():
    lines = call("--list").output.splitlines()
    assert [line.split(":")[0] for line in lines] == grid_names()


def test_a_plan_names_every_run_and_trains_nothing(grid, tmp_path):
    result = call(grid, "--plan", "--out", tmp_path / "out")
    assert result.output.splitlines() == [
        f"{variant}/seed-{seed}: to do" for seed in (0, 1) for variant in ("full", "point")
    ]
    assert not (tmp_path / "out").exists()


def test_select_test_is_told_in_the_terminal_the_table_and_the_numbers(grid, tmp_path):
    result = call(grid, "select=test", "--table", "--out", tmp_path)
    assert result.exit_code == 0, result.output
    numbers = json.loads((tmp_path / "table.json").read_text())
    for text in (result.output, (tmp_path / "table.md").read_text(), numbers["warnings"][0]):
        assert "select=test: every run chose the epoch on the very faces that are scored" in text


@pytest.mark.parametrize(("arguments", "culprit"), [
    ([], "name a grid"),
    (["drawn-head"], "drawn-heads"),
    (["GRID", "train.epochs"], "no key=value"),
    (["GRID", "train.epoch=3"], "train.epochs"),
    (["GRID", "seeds=[1, 2"], "seeds=[1, 2"),
    (["GRID", "train.epochs=[1, 2"], "train.epochs=[1, 2"),
    (["GRID", "seed=3"], 'list the seeds under "seeds"'),
    (["GRID", "--device", "zz"], "zz"),
    (["GRID", "data.root=gone.safetensors"], "gone.safetensors"),
    (["GRID", "--scheduler", "zz"], "no Dask scheduler answers at zz"),
    (["GRID", "--scheduler", "zz", "--workers", "2"], "--workers"),
])  # fmt: skip
def test_a_mistake_ends_in_one_line_that_names_it(grid, tmp_path, arguments, culprit):
    words = [grid if word == "GRID" else word for word in arguments]
    result = call(*words, "--out", tmp_path / "out")
    assert result.exit_code == 1, result.output
    assert culprit in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_two_ablations_into_one_folder_are_refused_until_the_first_has_ended(grid, tmp_path):
    with locked(tmp_path, "an ablation"):
        refused = call(grid, "--table", "--out", tmp_path)
    assert refused.exit_code == 1
    assert f"{os.getpid()}" in refused.stderr
    assert call(grid, "--table", "--out", tmp_path).exit_code == 0


def test_runs_elsewhere_are_told_as_they_end_and_one_failure_ends_in_status_1(grid, tmp_path):
    """A scheduler with one worker, both in this process."""
    grid.write_text(GRID.replace("test, which: best", "valid, samples: 3"))
    with LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, protocol="tcp", dashboard_address=":0"
    ) as cluster:
        small = ["data.count=32", "data.valid_count=24", "train.epochs=1", "train.batch_size=16", "seeds=1"]
        arguments = [
            grid,
            *small,
            "--scheduler",
            cluster.scheduler_address,
            "--device",
            "cpu",
            "--out",
            tmp_path,
        ]
        (tmp_path / "point").write_text("in the way")
        result = call(*arguments)
        assert result.exit_code == 1, result.output
        assert "full, seed 0: accuracy" in result.output
        assert "point, seed 0: failed:" in result.output
        assert "- failed: point, seed 0:" in (tmp_path / "table.md").read_text()
        (tmp_path / "point").unlink()
        again = call(*arguments)
    assert again.exit_code == 0, again.output
    assert "full, seed 0" not in again.output
    assert "runs are done" not in (tmp_path / "table.md").read_text()
