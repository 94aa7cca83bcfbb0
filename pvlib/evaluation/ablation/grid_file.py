"""A grid: variants × seeds, from one YAML file, whose form docs/ablation.md shows."""

import itertools
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import pvlib
from pvlib.errors import CourseError
from pvlib.evaluation.ablation.columns import COLUMNS
from pvlib.evaluation.ablation.grid import Grid, PlannedRun, Scoring
from pvlib.evaluation.ablation.published import DATA_SETS, published
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
Changes = Mapping[str, Any]
"""Values by dotted path."""


@settings
class _Beside:
    rows: dict[str, str] = field(default_factory=dict)
    data: tuple[str, ...] | None = None


@settings
class _File:
    preset: str
    about: str = ""
    base: dict[str, Any] = field(default_factory=dict)
    axes: dict[str, dict[str, dict[str, Any] | None]] = field(default_factory=dict)
    variants: dict[str, dict[str, Any] | None] = field(default_factory=dict)
    seeds: int | tuple[int, ...] = 5
    reference: str | None = None
    columns: tuple[str, ...] = ("accuracy", "mean_class_accuracy", "nll", "ece")
    evaluation: Scoring = field(default_factory=Scoring)
    published: _Beside = field(default_factory=_Beside)


def grid_names() -> list[str]:
    """Return the grids that come with the course."""
    return sorted(path.stem for path in GRIDS.glob("*.yaml"))


def read_grid(source: str | Path, overrides: Iterable[str] = ()) -> Grid:
    """Read and check a grid; every run's config is made, so that a mistake shows before the first run.

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
        return _checked(path.stem, from_values(_File, _overridden(content, overrides)))
    except CourseError as error:
        raise CourseError(f"{path}: {error}") from error


def _overridden(content: Any, overrides: Iterable[str]) -> Any:
    """The content with what was typed at the command line; the last word wins."""
    for override in overrides if isinstance(content, dict) else ():
        key, equals, text = override.partition("=")
        if not equals:
            raise CourseError(f'"{override}" is no key=value')
        value, _ = parse_yaml(text, f'the value of "{override}"')
        if key in ("preset", "seeds", "columns"):
            content[key] = value
        else:
            content["base"] = {**(content.get("base") or {}), key: value}
    return content


def _checked(name: str, file: _File) -> Grid:
    axes = file.axes or {"variant": file.variants}
    if bool(file.axes) == bool(file.variants) or not all(axes.values()):
        raise CourseError('give either "axes" or "variants", with at least one variant; {} is no change')
    seeds = file.seeds if isinstance(file.seeds, tuple) else range(file.seeds)
    variants = math.prod(len(values) for values in axes.values())
    if not 1 <= variants * len(seeds) <= MOST_RUNS or len(set(seeds)) < len(seeds):
        raise CourseError(
            f'"seeds" must be how many, or a list of different whole numbers; {variants:,} variants under '
            f"{len(seeds):,} seeds are no grid of 1 to {MOST_RUNS:,} runs"
        )
    configs = _configs(file, _variants(axes))
    reference = file.reference or next(iter(configs))
    _require_known("reference", [reference], configs)
    _require_known("columns", file.columns, COLUMNS)
    _require_known("published.rows", file.published.rows, configs)
    for row in file.published.rows.values():
        published(row)
    own = file.preset.split("-")[0]  # the preset's data set
    beside = file.published.data or ((own,) if own in DATA_SETS and file.published.rows else ())
    _require_known("published.data", beside, DATA_SETS)
    return Grid(
        name=name,
        about=file.about,
        axes={axis: tuple(values) for axis, values in axes.items()},
        seeds=tuple(seeds),
        runs=tuple(
            PlannedRun(variant=variant, seed=seed, config=replace(config, seed=seed), scoring=file.evaluation)
            for seed in seeds
            for variant, config in configs.items()
        ),
        reference=reference,
        columns=file.columns,
        scoring=file.evaluation,
        published=file.published.rows,
        data=beside,
    )


def _variants(axes: Mapping[str, Mapping[str, Changes | None]]) -> dict[str, Changes]:
    """The changes of every variant by its name."""
    set_by: dict[str, str] = {}
    for axis, values in axes.items():
        for name in values:
            if not _NAME.fullmatch(name):
                raise CourseError(
                    f'"{name}" cannot name a variant: it becomes a folder, so use letters, digits, _ . and -'
                )
        for key in {key for changes in values.values() for key in changes or {}}:
            if set_by.setdefault(key, axis) != axis:
                raise CourseError(
                    f'the axes {set_by[key]} and {axis} both set "{key}"; let one of them do it'
                )
    variants: dict[str, Changes] = {}
    for names in itertools.product(*axes.values()):
        changes = [values[name] or {} for values, name in zip(axes.values(), names, strict=True)]
        variants["+".join(names)] = {key: value for each in changes for key, value in each.items()}
    for name, same in _equal({name: name.casefold() for name in variants}):
        raise CourseError(
            f"variants {name} and {same} would share a folder where capitals count as small letters"
        )
    longest = max(variants, key=len)
    if len(longest) > _LONGEST_NAME:
        raise CourseError(
            f'variant "{longest}": the name becomes a folder and may have {_LONGEST_NAME} letters, not {len(longest)}'
        )
    return variants


def _configs(file: _File, variants: Mapping[str, Changes]) -> dict[str, RunConfig]:
    """What each variant's runs do, but for the seed."""
    configs = {}
    for variant, changes in variants.items():
        for key, why in _NOT_A_CHANGE.items():
            if key in file.base or key in changes:
                raise CourseError(f'no variant and no change for all runs can set "{key}": {why}')
        try:
            configs[variant] = load_config(file.preset, {**file.base, **changes}).with_absolute_paths()
        except CourseError as error:
            raise CourseError(f"variant {variant}: {error}") from error
    for name, same in _equal(configs):
        raise CourseError(
            f"variants {name} and {same} are the same run, whatever they are called; leave one out"
        )
    return configs


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
