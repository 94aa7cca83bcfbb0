"""The table says what made its numbers, and shows where runs were not made alike."""

import json

import pytest

from pvlib.evaluation.ablation.one_run import RESULT
from pvlib.evaluation.ablation.provenance import made_with


def session(commit="0123456789", dirty=False, device="a processor"):
    git = {"commit": commit, "dirty": dirty}
    return {"versions": {"torch": "2.15.0"}, "git": git, "device": device, "threads": 1}


@pytest.fixture
def finish(small_grid, tmp_path, evaluation):
    def write(number, *sessions):
        run = small_grid.runs[number]
        folder = tmp_path / run.folder
        folder.mkdir(parents=True)
        result = {"settings": run.settings(), "training": {"seconds": 90.0}, "evaluation": evaluation(0.5)}
        (folder / RESULT).write_text(json.dumps(result))
        (folder / "run.json").write_text(json.dumps({"sessions": sessions}))
        return folder

    return write


def test_minutes_add_up_and_every_commit_is_named_once(small_grid, tmp_path, finish):
    finish(0, session(), session(dirty=True))
    finish(1, session(), session("fedcba9876", device="another"))
    line = made_with(small_grid, tmp_path)
    assert line.startswith("3 minutes")
    assert "a processor, another" in line
    assert line.endswith("code: 0123456, 0123456 with local changes, fedcba9.")


def test_a_damaged_record_spoils_no_table(small_grid, tmp_path, finish):
    (finish(0, session()) / "run.json").write_text("{")
    assert made_with(small_grid, tmp_path) == ""


def test_without_a_repository_that_is_said(small_grid, tmp_path, finish):
    finish(0, {**session(), "git": None})
    assert made_with(small_grid, tmp_path).endswith("code: no repository.")
