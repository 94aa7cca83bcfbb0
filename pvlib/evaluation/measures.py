"""What each measure is called, what it means, and how its numbers are written: for every table, page and figure.

The measures themselves stand in ``measures.csv`` beside this module.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

Number = Mapping[str, float | None] | None
"""A number of an evaluation's JSON: its value, and "low" and "high" where there is an interval."""


@dataclass(frozen=True, kw_only=True)
class Measure:
    """How one number of an evaluation is told.

    Attributes:
        of: what has it: an "answer", the network's "head", a "class" or an "uncertainty".
        key: its name in evaluation.json.
        title: what a reader is told.
        meaning: one sentence.
        unit: "%" for shares, "‰" for thousandths, "nats", or nothing.
        better: "higher", "lower", or "" where neither is.
        chance: its value for an uncertainty that knows nothing, where that is known.
    """

    of: str
    key: str
    title: str
    meaning: str
    unit: str = ""
    better: str = ""
    chance: float | None = None

    @property
    def head(self) -> str:
        """Title with its unit, and an arrow that points to where better is."""
        arrows = {"higher": "\N{NO-BREAK SPACE}↑", "lower": "\N{NO-BREAK SPACE}↓", "": ""}
        units = {"%": ",\N{NO-BREAK SPACE}%", "‰": " ×\N{NO-BREAK SPACE}1000", "nats": ", nats", "": ""}
        return f"{self.title}{units[self.unit]}{arrows[self.better]}"

    @property
    def scale(self) -> int:
        """What a number is multiplied by to be in its unit."""
        return {"%": 100, "‰": 1000}.get(self.unit, 1)


@dataclass(frozen=True)
class Cell:
    """One cell of a table: what stands there and, where it is a measure, its interval."""

    text: str
    interval: str = ""

    def __str__(self) -> str:
        return f"{self.text} {self.interval}" if self.interval else self.text


def _read() -> dict[str, Measure]:
    """The measures of ``measures.csv``, one a line, by their keys."""
    text = files("pvlib.evaluation").joinpath("measures.csv").read_text(encoding="utf-8")
    measures = {}
    for row in csv.DictReader(text.splitlines()):
        chance = float(row["chance"]) if row["chance"] else None
        texts = {name: value for name, value in row.items() if name != "chance"}
        measures[row["key"]] = Measure(chance=chance, **texts)
    return measures


MEASURES = _read()
HEADLINE = (
    "accuracy", "mean_class_accuracy", "negative_log_likelihood", "brier", "calibration_error", "kl_to_votes",
)  # fmt: skip
"""Of an answer, what is told first."""


def keys_of(kind: str) -> tuple[str, ...]:
    """Return the keys of the measures that an "answer", "head", "class" or "uncertainty" has, in their order."""
    return tuple(key for key, measure in MEASURES.items() if measure.of == kind)


def cell(number: Number, key: str, signed: bool = False) -> Cell:
    """Write a number in the unit of its measure, with its interval; a dash where it does not exist."""
    value, low, high = ((number or {}).get(part) for part in ("value", "low", "high"))
    if value is None:
        return Cell("–")
    scale = MEASURES[key].scale
    digits = 3 if scale == 1 else 1
    if low is None or high is None:
        return Cell(in_signs(scale * value, digits, signed))
    low_text, high_text = (in_signs(scale * end, digits, signed) for end in (low, high))
    return Cell(in_signs(scale * value, digits, signed), f"[{low_text}, {high_text}]")


def in_signs(value: float, digits: int, signed: bool = True) -> str:
    """Write a number, with a plus where it has one and ``signed`` asks for it; the minus is a true one."""
    return f"{value:{'+' if signed else ''}.{digits}f}".replace("-", "−")
