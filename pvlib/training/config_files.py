"""Configs as YAML: the presets that come with the course, files of your own, and overrides by dotted path."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from pvlib.errors import CourseError, shown
from pvlib.presets import find_preset, is_config_file
from pvlib.training.config import RunConfig
from pvlib.training.plain_yaml import parse_yaml, read_yaml, resolve
from pvlib.training.settings import WrongKeyError, from_values, keys_of, nearest

# Settings that earlier versions had, with the value that today's code stands for.
_GONE = {
    "sam_noise": "fresh", "compile": False, "channels_last": True, "noise": "per_process", "sync_batchnorm": True,
    "freeze_batchnorm": False, "save_steps": None,
}  # fmt: skip


def load_config(preset: str | Path, overrides: Iterable[str] | Mapping[str, Any] = ()) -> RunConfig:
    """Return the config of a preset, or of a YAML file such as a run folder's ``config.yaml``; ~ is your home folder.

    Args:
        preset: a name of ``pvlib.presets``, or the path of a file that ends in .yaml or .yml.
        overrides: "train.epochs=3" and the like; values are YAML, so lists are [a, b] and nothing is null. Or
            values by their dotted keys.

    Raises:
        CourseError: no such preset or file (naming the nearest), a key that does not exist (likewise), a value
            of the wrong type or that makes no sense; with file and line, or the override.
    """
    source, values, lines = _read(preset)
    config = _checked(values, source, lines)
    changes = overrides if isinstance(overrides, Mapping) else dict(map(_parsed, overrides))
    if changes:
        for key, value in changes.items():
            _set(values, key, value)
        said = " ".join(shown(f"{key}={value}") for key, value in changes.items())
        config = _checked(values, f"the overrides {said}", {})
    config = config if "preset" in values else replace(config, preset=Path(source).stem)
    return config.with_paths(os.path.expanduser)


def to_yaml(config: RunConfig) -> str:
    """Return the config as YAML that :func:`load_config` reads back to an equal one."""
    return yaml.dump(config.as_json(), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)


class _Dumper(yaml.SafeDumper):
    """Tuples as short lists, [a, b]; texts that could be taken for something else in quotes."""

    def represent_text(self, text: str) -> yaml.ScalarNode:
        try:
            style = None if resolve(text) == text else '"'
        except ValueError:
            style = '"'
        return self.represent_scalar("tag:yaml.org,2002:str", text, style=style)

    def represent_short(self, items: tuple[Any, ...]) -> yaml.SequenceNode:
        return self.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=True)


_Dumper.add_representer(str, _Dumper.represent_text)
_Dumper.add_representer(tuple, _Dumper.represent_short)


def _read(preset: str | Path) -> tuple[str, Any, dict[str, int]]:
    """The name of the file, for messages, its values, and the line of each."""
    path = Path(preset) if is_config_file(preset) else find_preset(str(preset))
    values, lines = read_yaml(path)
    return str(path) if is_config_file(preset) else path.name, values, lines


def _checked(values: Any, source: str, lines: Mapping[str, int]) -> RunConfig:
    loop = values.get("train") if isinstance(values, dict) else None
    if isinstance(loop, dict):
        for key in [key for key, value in loop.items() if key in _GONE and value == _GONE[key]]:
            del loop[key]
    try:
        return from_values(RunConfig, values)
    except WrongKeyError as error:
        line = lines.get(error.key)
        raise CourseError(f"{source}{f', line {line}' if line else ''}: {error}") from None
    except CourseError as error:
        raise CourseError(f"{source}: {error}") from None


def _parsed(override: str) -> tuple[str, Any]:
    """The dotted key and the value of one "a.b=value"."""
    key, equals, text = override.partition("=")
    if not equals or not key.strip():
        raise CourseError(f'"{shown(override)}" is no override: write key=value, such as train.epochs=3')
    return key.strip(), parse_yaml(text, f'the value of "{shown(override)}"')[0]


def _set(values: dict[str, Any], key: str, value: Any) -> None:
    """Put a value under its dotted key into ``values``."""
    if key not in keys_of(RunConfig):
        raise CourseError(f'there is no key "{shown(key)}"; {nearest(key, RunConfig)}')
    *sections, name = key.split(".")
    for section in sections:
        values[section] = values.get(section) or {}
        values = values[section]
    values[name] = value
