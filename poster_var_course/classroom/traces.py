"""What a notebook's outputs tell beside the answers: predictions, and minutes at work. No grade rests on any of it."""

import ast
import math
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from nbformat import NotebookNode

from poster_var_course.outputs import PREDICTION

LONGEST, MOST_OPTIONS = 200, 30
PAUSE = 10.0  # minutes between two cells beyond which a learner was elsewhere


@dataclass(frozen=True, kw_only=True)
class Traces:
    """Predictions with their truths, by question, and the minutes that the clock of the cells shows.

    Attributes:
        predictions: {"guess": …, "truth": …}, each a number, a word or {option: votes}, or None.
        minutes: between the first and the last cell, pauses cut to ten minutes; None if JupyterLab kept no times.
    """

    predictions: dict[str, dict[str, Any]]
    minutes: float | None


def traces_of(content: dict[str, Any]) -> Traces:
    """Read a notebook's plain JSON; what has another form than it should counts as not there."""
    predictions: dict[str, dict[str, Any]] = {}
    times = []
    for cell in content.get("cells", ()):
        for output in _list(cell.get("outputs")):
            said = _dict(_dict(_dict(output).get("data")).get(PREDICTION))
            if isinstance(said.get("id"), str) and len(said["id"]) <= LONGEST:
                kept = predictions.setdefault(said["id"], {"guess": None, "truth": None})
                kept |= {key: said[key] for key in kept if _is_plain(said.get(key))}
        stamps = _dict(_dict(cell.get("metadata")).get("execution"))
        try:
            times.append(datetime.fromisoformat(stamps["iopub.execute_input"]))
        except (KeyError, TypeError, ValueError):
            continue
    times = sorted(time.replace(tzinfo=None) for time in times)
    pauses = ((later - earlier).total_seconds() / 60 for earlier, later in pairwise(times))
    return Traces(
        predictions=predictions,
        minutes=sum(min(pause, PAUSE) for pause in pauses) if len(times) > 1 else None,
    )


def questions_of(notebook: NotebookNode) -> dict[str, str]:
    """The questions that a lesson asks before it answers them: the text of each `guess(…)`, by its id."""
    questions = {}
    for cell in notebook.cells:
        if cell.cell_type != "code" or "guess(" not in cell.source:
            continue
        for node in ast.walk(ast.parse(cell.source)):
            match node:
                case ast.Call(
                    func=ast.Name(id="guess"),
                    args=[ast.Constant(value=str(identifier)), ast.Constant(value=str(text)), *_],
                ):
                    questions[identifier] = text
    return questions


def _is_plain(value: object) -> bool:
    if isinstance(value, dict):
        whole = all(isinstance(votes, int) and 0 <= votes <= 1000 for votes in value.values())
        return whole and len(value) <= MOST_OPTIONS and all(len(option) <= LONGEST for option in value)
    if isinstance(value, str):
        return len(value) <= LONGEST
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and abs(value) < 1e12
        and math.isfinite(value)
    )


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
