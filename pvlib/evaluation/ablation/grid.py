"""A checked grid: its variants, its seeds, and so its runs (``grid_file`` reads one from YAML)."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Annotated, Any, Literal

from pydantic import Field

from pvlib.training.config import RunConfig
from pvlib.training.settings import settings


@settings
class Scoring:
    """How each run's network is scored once it is trained.

    Attributes:
        split: "valid", what is held out of training; "test", the faces that papers report.
        which: the weights after the "last" epoch, or the "best" on the validation faces.
        samples: draws of the head, for what is measured by draws.
        passes: with drop-path kept on, for what is measured by those; 0 leaves it out, as it is slow.
    """

    split: Literal["valid", "test"] = "valid"
    which: Literal["last", "best"] = "last"
    samples: Annotated[int, Field(ge=1, le=10_000)] = 50
    passes: Annotated[int, Field(ge=0, le=1_000)] = 0


@dataclass(frozen=True, kw_only=True)
class PlannedRun:
    """One cell of the grid under one seed."""

    variant: str
    seed: int
    config: RunConfig
    scoring: Scoring

    def __str__(self) -> str:
        return f"{self.variant}, seed {self.seed}"

    @property
    def folder(self) -> str:
        """Where it belongs below the grid's folder."""
        return f"{self.variant}/seed-{self.seed}"

    def settings(self) -> dict[str, Any]:
        """Everything that decides its result, as plain values."""
        return {"config": self.config.as_json(), "scoring": asdict(self.scoring)}


@dataclass(frozen=True, kw_only=True)
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

    def warnings(self) -> list[str]:
        """Say, to be printed in red, what makes the numbers better than they would be on new faces."""
        by_test = {run.variant for run in self.runs if run.config.select == "test"}
        by_valid = set(self.variants) - by_test
        told = []
        if by_test and self.scoring.which == "best":
            told.append(
                f"select=test: {self._runs_of(by_test)} chose the epoch on the very faces that are scored (the test "
                "split). The accuracy there is the luckiest of all epochs, not what new faces would give."
            )
        elif by_test:
            told.append(
                f"select=test: {self._runs_of(by_test)} measured the test split after every epoch. The weights used "
                "here are the last, which nothing was chosen by."
            )
        if by_valid and self.scoring.which == "best" and self.scoring.split == "valid":
            told.append(
                f"These validation faces chose the epoch of {self._runs_of(by_valid)}: the numbers are a little too "
                "good. Use evaluation.split: test for numbers to report."
            )
        return told

    def _runs_of(self, variants: set[str]) -> str:
        if variants == set(self.variants):
            return "every run"
        return f"the runs of {', '.join(variant for variant in self.variants if variant in variants)}"
