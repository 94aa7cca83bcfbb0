"""What has been published on the four benchmarks (``published.toml``), to stand beside our own numbers."""

import tomllib
from dataclasses import dataclass
from difflib import get_close_matches
from importlib.resources import files

from pvlib.errors import CourseError

DATA_SETS = {"rafdb": "RAF-DB", "affectnet7": "AffectNet-7", "affectnet8": "AffectNet-8", "ferplus": "FER+"}
STANDARD_ERROR = {"rafdb": 0.47, "affectnet7": 0.79, "ferplus": 0.49}
"""Binomial standard error of POSTER-Var's accuracy, in points: what the choice of test faces alone can move."""


@dataclass(frozen=True, kw_only=True)
class Published:
    """One row of a published table.

    Attributes:
        accuracy: per cent, by key of ``DATA_SETS``; a data set that was not reported is absent.
        year: of publication.
        source: where the numbers stand.
        verified: False for numbers recalled from memory, which must be printed as such.
        milliseconds: inference of one face on one RTX 3090, where the paper gives it.
    """

    accuracy: dict[str, float]
    year: int
    source: str
    verified: bool = True
    milliseconds: float | None = None


_TABLES = tomllib.loads((files(__package__) / "published.toml").read_text(encoding="utf-8"))
METHODS = {name: Published(**row) for name, row in _TABLES["methods"].items()}
"""The field, oldest first."""
ABLATION = {name: Published(**row) for name, row in _TABLES["ablation"].items()}
"""POSTER-Var with parts taken out, as its authors report it."""


def published(name: str) -> Published:
    """Return the row of the paper's ablation, or of another method, called ``name``.

    Raises:
        CourseError: no row has that name.
    """
    rows = {**METHODS, **ABLATION}
    if name not in rows:
        near = get_close_matches(name, rows, n=1, cutoff=0)[0]
        raise CourseError(f'no published row is called "{name}"; did you mean "{near}"?')
    return rows[name]
