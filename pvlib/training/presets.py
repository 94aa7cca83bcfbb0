"""Configs as YAML: the presets that come with the course, files of your own, and overrides by dotted path."""

import re
from dataclasses import replace
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from pvlib.errors import CourseError
from pvlib.training.checked import WrongKeyError, build, keys_of, nearest
from pvlib.training.run_config import RunConfig

PRESETS = files("pvlib") / "presets"


class ConfigLoader(yaml.SafeLoader):
    """YAML as people write it: 1e-3 is a number (PyYAML reads a text), and a key may stand only once."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                continue  # refused as no key by the line below
            if key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f'the key "{key.value}" stands twice', key.start_mark
                )
            seen.add(key.value)
        return super().construct_mapping(node, deep)


ConfigLoader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"[-+]?(\d+\.?\d*|\.\d+)[eE][-+]?\d+"), list("-+.0123456789")
)


def preset_names() -> list[str]:
    """Return the names of the presets that come with the course."""
    return sorted(
        path.name.removesuffix(".yaml") for path in PRESETS.iterdir() if path.name.endswith(".yaml")
    )


def load_config(preset: str | Path, overrides: list[str] | tuple[str, ...] = ()) -> RunConfig:
    """Return the config of a preset, or of a YAML file such as a run folder's ``config.yaml``.

    Args:
        preset: a name of :func:`preset_names`, or the path of a file that ends in .yaml or .yml.
        overrides: "train.epochs=3" and the like; values are YAML, so lists are [a, b] and nothing is null.

    Raises:
        CourseError: no such preset or file (naming the nearest), a key that does not exist (likewise), a value
            of the wrong type or that makes no sense; with file and line, or the override.
    """
    source, text = _read(preset)
    try:
        values = yaml.load(text, ConfigLoader)  # a SafeLoader
    except yaml.YAMLError as error:
        raise CourseError(f"{source} is no YAML: {_one_line(error)}") from error
    values = {} if values is None else values
    config = _checked(values, source, text)
    if overrides:
        for override in overrides:
            _set(values, override)
        config = _checked(values, "the overrides " + " ".join(overrides), "")
    return config if "preset" in values else replace(config, preset=Path(source).stem)


def to_yaml(config: RunConfig) -> str:
    """Return the config as YAML that :func:`load_config` reads back to an equal one."""
    return yaml.dump(config.as_json(), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)


class _Dumper(yaml.SafeDumper):
    """Tuples as short lists, [a, b]."""


_Dumper.add_representer(
    tuple, lambda dumper, value: dumper.represent_sequence("tag:yaml.org,2002:seq", value, flow_style=True)
)


def _read(preset: str | Path) -> tuple[str, str]:
    """The name of the file, for messages, and its text."""
    if str(preset).endswith((".yaml", ".yml")):
        try:
            return str(preset), Path(preset).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise CourseError(f"{preset} cannot be read as a config: {error}") from error
    names = preset_names()
    if preset not in names:
        close = get_close_matches(str(preset), names, n=1, cutoff=0.4)
        hint = f'did you mean "{close[0]}"?' if close else "a file's name ends in .yaml"
        raise CourseError(f'there is no preset "{preset}"; {hint} Presets: {", ".join(names)}')
    return f"{preset}.yaml", (PRESETS / f"{preset}.yaml").read_text(encoding="utf-8")


def _checked(values: Any, source: str, text: str) -> RunConfig:
    try:
        return build(RunConfig, values)
    except WrongKeyError as error:
        line = _line_of(text, error.key)
        raise CourseError(f"{source}{f', line {line}' if line else ''}: {error}") from None
    except CourseError as error:
        raise CourseError(f"{source}: {error}") from None


def _set(values: dict[str, Any], override: str) -> None:
    """Put one "a.b=value" into ``values``."""
    path, equals, text = override.partition("=")
    path = path.strip()
    if not equals or not path:
        raise CourseError(f'"{override}" is no override: write key=value, such as train.epochs=3')
    if path not in keys_of(RunConfig):
        raise CourseError(f'there is no key "{path}"; {nearest(path, RunConfig)}')
    try:
        value = yaml.load(text, ConfigLoader)
    except yaml.YAMLError as error:
        raise CourseError(f'the value of "{override}" is no YAML: {_one_line(error)}') from error
    *sections, name = path.split(".")
    for section in sections:
        values[section] = values.get(section) or {}
        values = values[section]
    values[name] = value


def _line_of(text: str, key: str) -> int | None:
    """The line of a dotted key in a YAML text, from 1."""
    node, line = yaml.compose(text, ConfigLoader), None
    for name in key.split("."):
        pairs = node.value if isinstance(node, yaml.MappingNode) else []
        found = [(own, value) for own, value in pairs if own.value == name]
        if not found:
            return line
        line, node = found[0][0].start_mark.line + 1, found[0][1]
    return line


def _one_line(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    where = f"line {mark.line + 1}: " if mark else ""
    return where + (getattr(error, "problem", None) or " ".join(str(error).split()))
