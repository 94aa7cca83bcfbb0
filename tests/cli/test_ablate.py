"""`pvlib ablate`, as a person types it; nothing is trained here (see tests/evaluation/ablation/test_runner.py)."""

import json
import os

import pytest
from distributed import LocalCluster

from pvlib.evaluation.ablation.grid import grid_names
from pvlib.files import locked

GRID = """
preset: drawn-tiny
variants: {full: {}, point: {network.head: point}}
seeds: 2
evaluation: {split: test, which: best}
"""


@pytest.fixture
def grid(tmp_path):
    path = tmp_path / "grid.yaml"
    path.write_text(GRID)
    return path


def test_the_grids_of_the_course_are_listed_and_a_plan_names_every_run_and_trains_nothing(
    command, grid, tmp_path
):
    lines = command("ablate", "--list").output.splitlines()
    assert [line.split(":")[0] for line in lines] == grid_names()
    planned = command("ablate", grid, "--plan", "--out", tmp_path / "out").output.splitlines()
    assert planned == [f"{variant}/seed-{seed}: to do" for seed in (0, 1) for variant in ("full", "point")]
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(("arguments", "culprit"), [
    ([], "name a grid"),
    (["drawn-head"], "drawn-heads"),
    (["GRID", "seeds=[1, 2"], "seeds=[1, 2"),
    (["GRID", "--device", "zz"], "zz"),
    (["GRID", "data.root=gone.safetensors"], "gone.safetensors"),
    (["GRID", "--scheduler", "zz"], "no Dask scheduler answers at zz"),
    (["GRID", "--scheduler", "zz", "--workers", "2"], "--workers"),
])  # fmt: skip
def test_a_mistake_ends_in_one_line_that_names_it(refuse, grid, tmp_path, arguments, culprit):
    words = [grid if word == "GRID" else word for word in arguments]
    refuse(culprit, "ablate", *words, "--out", tmp_path / "out")


def test_select_test_is_told_everywhere_and_two_ablations_into_one_folder_are_refused(
    command, succeed, grid, tmp_path
):
    arguments = ("ablate", grid, "select=test", "--table", "--out", tmp_path)
    with locked(tmp_path, "an ablation"):
        refused = command(*arguments)
    assert refused.exit_code == 1
    assert f"{os.getpid()}" in refused.stderr
    result = succeed(*arguments)  # after the first has ended
    numbers = json.loads((tmp_path / "table.json").read_text())
    for text in (result.output, (tmp_path / "table.md").read_text(), numbers["warnings"][0]):
        assert "select=test: every run chose the epoch on the very faces that are scored" in text


def test_runs_elsewhere_are_told_as_they_end_and_one_failure_ends_in_status_1(command, grid, tmp_path):
    grid.write_text(GRID.replace("test, which: best", "valid, samples: 3"))
    small = ["data.count=32", "data.valid_count=24", "train.epochs=1", "train.batch_size=16", "seeds=1"]
    here = {
        "n_workers": 1,
        "threads_per_worker": 1,
        "processes": False,
    }  # scheduler and worker in this process
    with LocalCluster(**here, protocol="tcp", dashboard_address=":0") as cluster:
        where = ("--scheduler", cluster.scheduler_address, "--device", "cpu", "--out", tmp_path)
        (tmp_path / "point").write_text("in the way")
        result = command("ablate", grid, *small, *where)
        assert result.exit_code == 1, result.output
        assert "full, seed 0: accuracy" in result.output
        assert "point, seed 0: failed:" in result.output
        assert "- failed: point, seed 0:" in (tmp_path / "table.md").read_text()
        (tmp_path / "point").unlink()
        again = command("ablate", grid, *small, *where)
    assert again.exit_code == 0, again.output
    assert "full, seed 0" not in again.output
    assert "runs are done" not in (tmp_path / "table.md").read_text()
