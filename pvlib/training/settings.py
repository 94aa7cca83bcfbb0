"""Dataclasses of settings: their type hints say what fits, and what does not is one message that names the key.

A key that no field has, and a value of another type or outside its range, are refused; so a typo never becomes a
default. pydantic does the checking.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from difflib import get_close_matches
from typing import Any, TypeVar, dataclass_transform, get_type_hints

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as checked_dataclass

from pvlib.errors import CourseError, shown

Kind = TypeVar("Kind")
_STRICT = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


class WrongKeyError(CourseError):
    """A key or its value does not fit; ``key`` is its dotted path, so that a reader of files can add the line."""

    def __init__(self, key: str, message: str):
        super().__init__(message)
        self.key = key


@dataclass_transform(frozen_default=True, kw_only_default=True)
def settings(kind: type[Kind]) -> type[Kind]:
    """Make ``kind`` a frozen, keyword-only dataclass whose values are checked whenever one is made.

    Raises:
        WrongKeyError: from its constructor, naming the field, its value and what is allowed.
    """
    checked: Any = checked_dataclass(frozen=True, kw_only=True, config=_STRICT)(kind)
    construct = checked.__init__

    def construct_or_explain(self: Kind, **values: Any) -> None:
        try:
            construct(self, **values)
        except ValidationError as error:
            raise _explained(error, kind) from None

    checked.__init__ = construct_or_explain
    return checked


def from_values(kind: type[Kind], values: Any, where: str = "the file") -> Kind:
    """Return the dataclass ``kind`` filled with ``values``; keys that are absent keep their defaults.

    Args:
        values: a mapping, as YAML or JSON gives it: lists become tuples, whole numbers floats where the field is one.
        where: what ``values`` is, for the message about one that is no mapping.

    Raises:
        WrongKeyError: naming the dotted key, and the nearest that exists or what its value may be.
        CourseError: what the dataclass itself says of a value.
    """
    try:
        return TypeAdapter(kind).validate_json(json.dumps(values))
    except ValidationError as error:
        raise _explained(error, kind, where) from None


def keys_of(kind: type, key: str = "") -> Iterator[str]:
    """Yield the dotted path of every value that ``kind`` and the dataclasses in it hold."""
    for name, hint in get_type_hints(kind).items():
        path = f"{key}.{name}" if key else name
        if isinstance(hint, type) and is_dataclass(hint):
            yield from keys_of(hint, path)
        else:
            yield path


def nearest(path: str, kind: type) -> str:
    """Return "did you mean …?" for a path that does not exist: the same name elsewhere, or one spelt alike."""
    keys, name = list(keys_of(kind)), path.rpartition(".")[2]
    names = [key.rpartition(".")[2] for key in keys]
    close = (
        [key for key, own in zip(keys, names, strict=True) if own == name]
        or get_close_matches(path, keys, n=1, cutoff=0.5)
        or [keys[names.index(own)] for own in get_close_matches(name, names, n=1, cutoff=0.5)]
    )
    return f'did you mean "{close[0]}"?' if close else f"there are {', '.join(keys)}"


def _explained(error: ValidationError, kind: type, where: str = "the values") -> WrongKeyError:
    """The first key that does not fit; of a field with several types, what each of them would take."""
    problems = error.errors(include_url=False)
    path, known = _path_of(problems[0]["loc"], kind)
    if not known:
        return WrongKeyError(path, f'there is no key "{shown(path)}"; {nearest(path, kind)}')
    of_path = [problem for problem in problems if _path_of(problem["loc"], kind)[0] == path]
    wanted = [_lowered(problem["msg"]) for problem in of_path if problem["type"] != "missing"]
    value = of_path[0]["input"]
    message = f"{path or where} {' or '.join(dict.fromkeys(wanted))}, not {_shown(value)}"
    choices = re.findall(r"'(.*?)'", str(of_path[0].get("ctx", {}).get("expected", "")))
    close = get_close_matches(value, choices, n=1, cutoff=0.5) if isinstance(value, str) else []
    return WrongKeyError(path, message + (f'; did you mean "{close[0]}"?' if close else ""))


def _path_of(location: tuple[int | str, ...], kind: Any) -> tuple[str, bool]:
    """The dotted path of a field, without pydantic's names for what lies within; and whether there is such a field."""
    path: list[str] = []
    for part in location:
        if not is_dataclass(kind):
            break
        path.append(str(part))
        if part not in {field.name for field in fields(kind)}:
            return ".".join(path), False
        kind = get_type_hints(kind)[str(part)]
    return ".".join(path), True


def _lowered(message: str) -> str:
    return (
        message.replace("Input should", "must")
        .replace("valid array", "list")
        .replace("an object", "keys with values")
    )


def _shown(value: object) -> str:
    return repr(shown(value)) if isinstance(value, str) else shown(value)
