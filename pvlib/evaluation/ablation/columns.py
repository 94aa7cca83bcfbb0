"""What a column of the table can show: any number of each run's evaluation, by the name that the evaluation gives it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pvlib.evaluation.measures import MEASURES, keys_of
from pvlib.evaluation.methods import METHODS
from pvlib.evaluation.uncertainties import SCORES

COLUMNS: dict[str, tuple[str, ...]] = {
    **{key: ("metrics", key) for key in (*keys_of("answer"), *keys_of("head"))},
    **{f"{of}.{key}": ("methods", of, "metrics", key) for of in METHODS for key in keys_of("answer")},
    **{f"{of}.{key}": ("uncertainties", of, key) for of in SCORES for key in keys_of("uncertainty")},
}
"""Keys that lead to each number in the JSON of an evaluation, by the name that a grid uses. Runs are scored one by one,
so columns of an ensemble stay empty."""


def read_column(name: str, result: Mapping[str, Any]) -> float | None:
    """Return the number from a run's ``result.json``; None where the run has none."""
    found: Any = result["evaluation"]
    for key in (*COLUMNS[name], "value"):
        if found is None:
            return None
        found = found.get(key)  # a point head has no σ to speak of
    return found


def head_of(name: str) -> str:
    """What stands above a column: the measure, and the method or uncertainty that it is of."""
    of, _, key = name.rpartition(".")
    measure = MEASURES[key]
    title = f"{measure.title} ({of.replace('_', ' ')})" if of else measure.title
    return replace(measure, title=title).head
