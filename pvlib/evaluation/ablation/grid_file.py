"""A grid: variants × seeds, from one YAML file.

about: what the grid asks, in one line
preset: drawn-tiny                    # what every run starts from: a name or a file of `pvlib train`
base: {train.epochs: 5}               # changes for every run, by dotted path
axes:                                 # every combination is a variant ...
  head:
    point: {network.head: point}
    variational: {network.head: variational}
  embedding:
    marked: {network.layer_embedding: true}
    unmarked: {network.layer_embedding: false}
# variants: {full: {}, ...}           # ... or name the variants one by one
seeds: 5                              # 0 to 4; or a list
reference: variational+marked         # what the others are compared with; else the first
columns: [accuracy, nll]              # see pvlib.evaluation.ablation.columns
evaluation: {split: test, which: last, samples: 50}
published:                            # rows of the paper's ablation, see pvlib.evaluation.ablation.published
  rows: {variational+marked: full}
  data: [rafdb]
"""

import itertools
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml

import pvlib
from pvlib.errors import CourseError
from pvlib.evaluation.ablation.columns import COLUMNS
from pvlib.evaluation.ablation.grid import Grid, PlannedRun, Scoring
from pvlib.evaluation.ablation.published import DATA_SETS, published
from pvlib.training.config_files import load_config
from pvlib.training.plain_yaml import parse_yaml, read_yaml

GRIDS = Path(pvlib.__file__).resolve().parent / "presets" / "grids"
DEFAULT_COLUMNS = ("accuracy", "mean_class_accuracy", "nll", "ece")
_KEYS = (
    "about", "preset", "base", "axes", "variants", "seeds", "reference", "columns", "evaluation", "published",
)  # fmt: skip
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")


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
    path = _find(source)
    try:
        return _checked(path.stem, _overridden(_parse(path), overrides))
    except CourseError as error:
        raise CourseError(f"{path}: {error}") from error


def _find(source: str | Path) -> Path:
    if Path(source).suffix in (".yaml", ".yml"):
        if not Path(source).is_file():
            raise CourseError(f"{source}: no such file")
        return Path(source)
    if source not in grid_names():
        raise CourseError(
            f'no grid is called "{source}"; did you mean "{_nearest(str(source), grid_names())}"? '
            "A grid of your own ends in .yaml"
        )
    return GRIDS / f"{source}.yaml"


def _parse(path: Path) -> dict[str, Any]:
    content, _ = read_yaml(path)
    if not isinstance(content, dict):
        raise CourseError("holds no keys and values; see pvlib/ablation/grid_file.py for the form")
    return content


def _overridden(content: dict[str, Any], overrides: Iterable[str]) -> dict[str, Any]:
    """The content with what was typed at the command line; the last word wins."""
    for override in overrides:
        key, equals, text = override.partition("=")
        if not equals:
            raise CourseError(f'"{override}" is no key=value')
        value, _ = parse_yaml(text, f'the value of "{override}"')
        if key in ("preset", "seeds", "columns"):
            content[key] = value
        else:
            content["base"] = {**_mapping(content.get("base"), "base"), key: value}
    return content


def _checked(name: str, content: dict[str, Any]) -> Grid:
    for key in content:
        if key not in _KEYS:
            raise CourseError(f'unknown key "{key}"; did you mean "{_nearest(str(key), _KEYS)}"?')
    if not isinstance(content.get("preset"), str):
        raise CourseError('"preset" must name what every run starts from, such as drawn-tiny')
    base = _mapping(content.get("base"), "base")
    axes, variants = _variants(content)
    seeds = _seeds(content.get("seeds", 5))
    scoring = _scoring(_mapping(content.get("evaluation"), "evaluation"))
    reference = content.get("reference", next(iter(variants)))
    _require_known("reference", [reference], variants)
    columns = _names(content.get("columns", list(DEFAULT_COLUMNS)), "columns")
    _require_known("columns", columns, COLUMNS)
    rows, data = _published(_mapping(content.get("published"), "published"), variants, content["preset"])
    configs = {}
    for variant, changes in variants.items():
        try:
            configs[variant] = load_config(content["preset"], {**base, **changes})
        except CourseError as error:
            raise CourseError(f"variant {variant}: {error}") from error
    runs = [
        PlannedRun(variant, seed, replace(config, seed=seed), scoring)
        for seed in seeds
        for variant, config in configs.items()
    ]
    return Grid(
        name=name,
        about=str(content.get("about", "")),
        axes=axes,
        seeds=seeds,
        runs=tuple(runs),
        reference=reference,
        columns=columns,
        scoring=scoring,
        published=rows,
        data=data,
    )


def as_overrides(changes: Mapping[str, Any]) -> list[str]:
    """Return ``key=value`` as a person would type it, with the value in YAML on one line."""
    return [
        f"{key}={yaml.safe_dump(value, default_flow_style=True, width=10**6).removesuffix('...' + chr(10)).strip()}"
        for key, value in changes.items()
    ]


def _variants(content: Mapping[str, Any]) -> tuple[dict[str, tuple[str, ...]], dict[str, dict[str, Any]]]:
    """The values of every axis, and the changes of every variant by its name."""
    if ("axes" in content) == ("variants" in content):
        raise CourseError('give either "axes" or "variants"')
    if "variants" in content:
        values = {"variant": _mapping(content["variants"], "variants")}
    else:
        axes = _mapping(content["axes"], "axes")
        values = {axis: _mapping(values, f"axes.{axis}") for axis, values in axes.items()}
    if not values or not all(values.values()):
        raise CourseError("there is no variant: name at least one, with {} for no change")
    for name in itertools.chain.from_iterable(values.values()):
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise CourseError(
                f'"{name}" cannot name a variant: it becomes a folder, so use letters, digits, _ . and - '
                "(YAML takes a bare on, off, yes or no for a truth value: quote it)"
            )
    variants = {}
    for combination in itertools.product(*values.values()):
        changes: dict[str, Any] = {}
        for axis, value in zip(values, combination, strict=True):
            changes |= _mapping(values[axis][value], value)
        if "seed" in changes:
            raise CourseError('a variant cannot set "seed"; list the seeds under "seeds"')
        variants["+".join(combination)] = changes
    return {axis: tuple(names) for axis, names in values.items()}, variants


def _seeds(seeds: Any) -> tuple[int, ...]:
    if type(seeds) is int and seeds > 0:
        return tuple(range(seeds))
    if (
        isinstance(seeds, list)
        and seeds
        and all(type(seed) is int for seed in seeds)
        and len(set(seeds)) == len(seeds)
    ):
        return tuple(seeds)
    raise CourseError(f'"seeds" must be how many, or a list of different whole numbers, not {seeds!r}')


def _scoring(values: dict[str, Any]) -> Scoring:
    _require_known("evaluation", values, Scoring.__dataclass_fields__)
    return Scoring(**values)


def _published(
    values: dict[str, Any], variants: Iterable[str], preset: str
) -> tuple[dict[str, str], tuple[str, ...]]:
    """Row of the paper by variant, and the data sets to show; by default the one that the preset is of."""
    _require_known("published", values, ("rows", "data"))
    rows = _mapping(values.get("rows"), "published.rows")
    _require_known("published.rows", rows, variants)
    for row in rows.values():
        published(str(row))
    own = Path(preset).stem.split("-")[0]
    data = _names(values.get("data", [own] if own in DATA_SETS else []), "published.data")
    _require_known("published.data", data, DATA_SETS)
    return rows, data if rows else ()


def _mapping(value: Any, key: str) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise CourseError(f'"{key}" must hold keys and values, not {value!r}')
    return value


def _names(value: Any, key: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise CourseError(f'"{key}" must be a list of names, not {value!r}')
    return tuple(value)


def _require_known(key: str, given: Iterable[str], known: Iterable[str]) -> None:
    known = list(known)
    for name in given:
        if name not in known:
            raise CourseError(f'{key}: no "{name}"; did you mean "{_nearest(str(name), known)}"?')


def _nearest(name: str, known: Iterable[str]) -> str:
    return get_close_matches(name, list(known), n=1, cutoff=0)[0]
