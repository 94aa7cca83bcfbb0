"""A checked grid: its variants, its seeds, and so its runs (``pvlib.evaluation.ablation.grid_file`` reads one from YAML)."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from pvlib.errors import CourseError
from pvlib.training.config import RunConfig


@dataclass(frozen=True)
class Scoring:
    """How each run's network is scored once it is trained.

    Attributes:
        split: "valid", what is held out of training; "test", the faces that papers report.
        which: the weights after the "last" epoch, or the "best" on the validation faces.
        samples: draws of the head, for what is measured by draws.
        passes: with drop-path kept on, for what is measured by those; 0 leaves it out, as it is slow.
    """

    split: str = "valid"
    which: str = "last"
    samples: int = 50
    passes: int = 0

    def __post_init__(self):
        for name, allowed in (("split", ("valid", "test")), ("which", ("last", "best"))):
            if getattr(self, name) not in allowed:
                raise CourseError(
                    f'evaluation.{name} must be one of {", ".join(allowed)}, not "{getattr(self, name)}"'
                )
        for name, least in (("samples", 1), ("passes", 0)):
            value = getattr(self, name)
            if type(value) is not int or value < least:
                raise CourseError(
                    f"evaluation.{name} must be a whole number of at least {least}, not {value!r}"
                )


@dataclass(frozen=True)
class PlannedRun:
    """One cell of the grid under one seed."""

    variant: str
    seed: int
    config: RunConfig
    scoring: Scoring

    @property
    def folder(self) -> str:
        """Where it belongs below the grid's folder."""
        return f"{self.variant}/seed-{self.seed}"

    def settings(self) -> dict[str, Any]:
        """Everything that decides its result, as plain JSON values."""
        config = self.config.as_json()
        decisive = {key: value for key, value in config.items() if key not in ("preset", "about")}
        return json.loads(json.dumps({"config": decisive, "scoring": asdict(self.scoring)}))


@dataclass(frozen=True)
class Grid:
    """A checked grid.

    Attributes:
        name, about: of the file, and its first line.
        axes: names of the values of each axis, in order; one axis called "variant" where they are listed.
        seeds: of every variant.
        runs: all of them, seed by seed, so that an unfinished grid has every variant.
        reference: the variant that the others are compared with.
        columns: keys of ``COLUMNS``.
        published: row of the paper's ablation, by variant.
        data: keys of ``published.DATA_SETS`` whose published numbers stand beside.
    """

    name: str
    about: str
    axes: Mapping[str, tuple[str, ...]]
    seeds: tuple[int, ...]
    runs: tuple[PlannedRun, ...]
    reference: str
    columns: tuple[str, ...]
    scoring: Scoring
    published: Mapping[str, str] = field(default_factory=dict)
    data: tuple[str, ...] = ()

    @property
    def variants(self) -> tuple[str, ...]:
        """Names of the variants, in the order of the file."""
        return tuple(dict.fromkeys(run.variant for run in self.runs))
