"""A grid: variants × seeds, from one YAML file, whose form docs/ablation.md shows."""

import itertools
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

import pvlib
from pvlib.errors import CourseError
from pvlib.evaluation.ablation.columns import COLUMNS
from pvlib.evaluation.ablation.published import ROWS
from pvlib.evaluation.chosen_epoch import caution_of
from pvlib.training.config import RunConfig
from pvlib.training.config_files import load_config
from pvlib.training.plain_yaml import parse_yaml, read_yaml
from pvlib.training.settings import from_values, settings

GRIDS = Path(pvlib.__file__).resolve().parent / "presets" / "grids"
MOST_RUNS = 10_000
_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9_-])?")
_LONGEST_NAME = 150  # with all axes; file systems take 255 bytes
_NOT_A_CHANGE = {
    "seed": 'list the seeds under "seeds"',
    "preset": "a grid has one",
    "about": "a grid has one",
}
Changes = dict[str, Any]
"""Values by dotted path."""


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


def _listed(seeds: Any) -> Any:
    """How many seeds, from 0, as the seeds themselves; one too many where they are too many to list."""
    if isinstance(seeds, list):
        return tuple(seeds)
    return tuple(range(min(seeds, MOST_RUNS + 1))) if type(seeds) is int else seeds


@settings
class Grid:
    """What a grid's file says; every run's config is made with it, so that a mistake shows before the first run.

    Attributes:
        preset: what every run starts from, as for ``pvlib train``.
        about: what is asked; printed above the table.
        base: changes for all runs.
        axes: the changes of each value of each axis; every combination is a variant.
        variants: the changes of each variant, instead of axes.
        seeds: of every variant; in a file also how many.
        reference: the variant that the others are compared with, see ``against``.
        columns: keys of ``COLUMNS``.
        evaluation: how each run is scored.
        published: by variant, the row of ``published.toml`` whose numbers stand beside.

    Raises:
        CourseError: naming the key or variant that is wrong.
    """

    preset: str
    about: str = ""
    base: Changes = field(default_factory=dict)
    axes: dict[str, dict[str, Changes | None]] = field(default_factory=dict)
    variants: dict[str, Changes | None] = field(default_factory=dict)
    seeds: Annotated[tuple[int, ...], BeforeValidator(_listed)] = (0, 1, 2, 3, 4)
    reference: str | None = None
    columns: tuple[str, ...] = (
        "accuracy", "mean_class_accuracy", "negative_log_likelihood", "calibration_error",
    )  # fmt: skip
    evaluation: Scoring = field(default_factory=Scoring)
    published: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        axes = self.axes or {"variant": self.variants}
        if bool(self.axes) == bool(self.variants) or not all(axes.values()):
            raise CourseError('give either "axes" or "variants", with at least one variant; {} is no change')
        variants, seeds = math.prod(map(len, axes.values())), len(self.seeds)
        if not 1 <= variants * seeds <= MOST_RUNS or len(set(self.seeds)) < seeds:
            raise CourseError(
                f'"seeds" must be how many, or a list of different whole numbers; {variants:,} variants under '
                f"{seeds:,} seeds are no grid of 1 to {MOST_RUNS:,} runs"
            )
        _require_known("reference", [self.against], self.configs)
        _require_known("columns", self.columns, COLUMNS)
        _require_known("published", self.published, self.configs)
        _require_known("published", {*self.published.values()}, ROWS)

    @property
    def against(self) -> str:
        """The variant that the others are compared with; the first where the file names none."""
        return self.reference or next(iter(self.configs))

    @cached_property
    def runs(self) -> tuple[PlannedRun, ...]:
        """All runs, seed by seed, so that an unfinished grid has every variant."""
        return tuple(
            PlannedRun(variant=variant, seed=seed, config=replace(config, seed=seed), scoring=self.evaluation)
            for seed in self.seeds
            for variant, config in self.configs.items()
        )

    @cached_property
    def configs(self) -> dict[str, RunConfig]:
        """What the runs of each variant do, but for the seed; in the order of the file."""
        configs = {}
        for variant, changes in self._changes().items():
            for key, why in _NOT_A_CHANGE.items():
                if key in self.base or key in changes:
                    raise CourseError(f'no variant and no change for all runs can set "{key}": {why}')
            try:
                configs[variant] = load_config(self.preset, {**self.base, **changes}).with_absolute_paths()
            except CourseError as error:
                raise CourseError(f"variant {variant}: {error}") from error
        for name, same in _equal(configs):
            raise CourseError(
                f"variants {name} and {same} are the same run, whatever they are called; leave one out"
            )
        return configs

    def _changes(self) -> dict[str, Changes]:
        """The changes of every variant by its name."""
        axes = self.axes or {"variant": self.variants}
        set_by: dict[str, str] = {}
        for axis, values in axes.items():
            for key in {key for changes in values.values() for key in changes or {}}:
                if set_by.setdefault(key, axis) != axis:
                    raise CourseError(
                        f'the axes {set_by[key]} and {axis} both set "{key}"; let one of them do it'
                    )
        variants: dict[str, Changes] = {}
        for names in itertools.product(*axes.values()):
            name = "+".join(names)
            if not all(map(_NAME.fullmatch, names)) or len(name) > _LONGEST_NAME:
                raise CourseError(
                    f'"{name}" cannot name a variant: it becomes a folder, so use letters, digits, _ . and -, '
                    f"{_LONGEST_NAME} of them at most"
                )
            changes = [values[value] or {} for values, value in zip(axes.values(), names, strict=True)]
            variants[name] = {key: value for each in changes for key, value in each.items()}
        for name, same in _equal({name: name.casefold() for name in variants}):
            raise CourseError(
                f"variants {name} and {same} would share a folder where capitals count as small letters"
            )
        return variants

    def warnings(self) -> list[str]:
        """Say, to be printed in red, what makes the numbers better than they would be on new faces."""
        told = []
        for select in ("test", "valid"):
            chosen = [variant for variant, config in self.configs.items() if config.select == select]
            who = "every run" if len(chosen) == len(self.configs) else f"the runs of {', '.join(chosen)}"
            best, split = self.evaluation.which == "best", self.evaluation.split
            told.append(caution_of(who, select=select, best=best, split=split) if chosen else None)
        return [caution for caution in told if caution]


def grid_names() -> list[str]:
    """Return the grids that come with the course."""
    return sorted(path.stem for path in GRIDS.glob("*.yaml"))


def read_grid(source: str | Path, overrides: Iterable[str] = ()) -> Grid:
    """Read and check a grid.

    Args:
        source: a YAML file, or the name of a grid that comes with the course.
        overrides: ``key=value``: "preset", "seeds" or "columns" of the grid itself, else a dotted path for every run.

    Raises:
        CourseError: naming the file, and the key or variant that is wrong.
    """
    path = Path(source)
    if path.suffix not in (".yaml", ".yml"):
        _require_known("grid", [str(source)], grid_names(), "; a grid of your own ends in .yaml")
        path = GRIDS / f"{source}.yaml"
    content, _ = read_yaml(path)
    try:
        for override in overrides if isinstance(content, dict) else ():  # the last word wins
            key, equals, text = override.partition("=")
            if not equals:
                raise CourseError(f'"{override}" is no key=value')
            value, _ = parse_yaml(text, f'the value of "{override}"')
            if key in ("preset", "seeds", "columns"):
                content[key] = value
            else:
                content["base"] = {**(content.get("base") or {}), key: value}
        return from_values(Grid, content)
    except CourseError as error:
        raise CourseError(f"{path}: {error}") from error


def _equal(values: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """Pairs of names that have the same value, the earlier name first."""
    first: dict[Any, str] = {}
    for name, value in values.items():
        if first.setdefault(value, name) != name:
            yield first[value], name


def _require_known(key: str, given: Iterable[str], known: Iterable[str], hint: str = "") -> None:
    names = list(given)
    for name in names:
        if name not in known:
            nearest = get_close_matches(name, list(known), n=1, cutoff=0)[0]
            raise CourseError(f'{key}: there is no "{name}"; did you mean "{nearest}"?{hint}')
    if len(set(names)) < len(names):
        raise CourseError(f"{key}: each name may stand once, not {', '.join(names)}")
