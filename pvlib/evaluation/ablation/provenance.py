"""What made the numbers of a table: code, libraries, machines and time, from the records of its runs."""

import json
from pathlib import Path
from typing import Any

from pvlib.evaluation.ablation.grid import Grid
from pvlib.evaluation.ablation.one_run import read_result


def made_with(grid: Grid, folder: Path) -> str:
    """Return one line on the finished runs of ``grid`` in ``folder``; empty where there is none.

    More than one commit or version in it says that the runs were not all made alike.
    """
    seconds, sessions = 0.0, []
    for run in grid.runs:
        result = read_result(folder / run.folder, run)
        if result is not None:
            seconds += result.get("training", {}).get("seconds", 0.0)
            sessions += _sessions(folder / run.folder / "run.json")
    if not sessions:
        return ""
    torch = _listed({session["versions"].get("torch") for session in sessions})
    devices = _listed({session["device"] for session in sessions})
    threads = _listed({session["threads"] for session in sessions})
    commits = _listed({_commit(session["git"]) for session in sessions})
    return (
        f"{seconds / 60:.0f} minutes of training in all; torch {torch}, {devices}, threads of each run: {threads}; "
        f"code: {commits}."
    )


def _sessions(record: Path) -> list[dict[str, Any]]:
    """Every start of a run; a record that is gone or damaged tells nothing, which spoils no table."""
    try:
        return json.loads(record.read_text())["sessions"]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def _commit(git: dict[str, Any] | None) -> str:
    if not git:
        return "no repository"
    return git["commit"][:7] + (" with local changes" if git["dirty"] else "")


def _listed(values: set[Any]) -> str:
    return ", ".join(sorted(str(value) for value in values))
