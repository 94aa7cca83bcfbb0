"""From the plain values of a YAML file to frozen dataclasses, with errors that name the key.

A key that no field has, and a value of another type than its field's, are refused; so a typo never becomes a
default. Type hints say all: numbers, texts, ``Literal`` choices, tuples, ``X | None``, and dataclasses within.
"""

import types
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from difflib import get_close_matches
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from pvlib.errors import CourseError

_TYPES = {str: "a text", int: "a whole number", float: "a number", bool: "true or false"}


class WrongKeyError(CourseError):
    """A key or its value does not fit; ``key`` is its dotted path, so that a reader of files can add the line."""

    def __init__(self, key: str, message: str):
        super().__init__(message)
        self.key = key


def build(kind: type, values: Any, key: str = "") -> Any:
    """Return the dataclass ``kind`` filled with ``values``; keys that are absent keep their defaults.

    Args:
        values: a mapping, as YAML or JSON gives it.
        key: dotted path of ``values`` in the file; empty at the top.

    Raises:
        WrongKeyError: naming the dotted key, and the nearest that exists or what its value may be.
        CourseError: what the dataclass itself says of a value.
    """
    if not isinstance(values, dict):
        raise WrongKeyError(key, f"{key or 'the file'} must hold keys with values, not {values!r}")
    hints = get_type_hints(kind)
    known = [field.name for field in fields(kind) if field.init]
    filled = {}
    for name, value in values.items():
        path = f"{key}.{name}" if key else str(name)
        if name not in known:
            raise WrongKeyError(path, f'there is no key "{path}"; {nearest(path, kind, key)}')
        filled[name] = _value(hints[name], value, path)
    return kind(**filled)


def keys_of(kind: type, key: str = "") -> Iterator[str]:
    """Yield the dotted path of every value that ``kind`` and the dataclasses in it hold."""
    for name, hint in get_type_hints(kind).items():
        path = f"{key}.{name}" if key else name
        yield from keys_of(hint, path) if is_dataclass(hint) else (path,)


def nearest(path: str, kind: type, key: str = "") -> str:
    """Return "did you mean …?" for a path that does not exist: the same name elsewhere, or one spelt alike."""
    inside, anywhere = list(keys_of(kind, key)), path.rpartition(".")[2]
    elsewhere = [known for known in inside if known.rpartition(".")[2] == anywhere]
    close = elsewhere or get_close_matches(path, inside, n=1, cutoff=0.5)
    close = close or [
        known
        for name in get_close_matches(
            anywhere, [known.rpartition(".")[2] for known in inside], n=1, cutoff=0.5
        )
        for known in inside
        if known.rpartition(".")[2] == name
    ]
    own = [f"{key}.{field.name}" if key else field.name for field in fields(kind)]
    return f'did you mean "{close[0]}"?' if close else f"there are {', '.join(own)}"


def _value(hint: Any, value: Any, key: str) -> Any:
    """``value`` as the type of ``hint``: lists become tuples and whole numbers floats, nothing else changes."""
    if is_dataclass(hint):
        return build(hint, value, key)
    if _fits(hint, value):
        return _converted(hint, value)
    raise WrongKeyError(key, f"{key} must be {_in_words(hint)}, not {value!r}{_meant(hint, value)}")


def _fits(hint: Any, value: Any) -> bool:
    origin, choices = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return any(_fits(choice, value) for choice in choices)
    if origin is Literal:
        return any(type(value) is type(choice) and value == choice for choice in choices)
    if origin is tuple:
        if not isinstance(value, list | tuple):
            return False
        inner = choices[:1] * len(value) if choices[-1] is Ellipsis else choices
        return len(inner) == len(value) and all(map(_fits, inner, value))
    if hint is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    return type(value) is (type(None) if hint is None else hint)


def _converted(hint: Any, value: Any) -> Any:
    origin, choices = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return _converted(next(choice for choice in choices if _fits(choice, value)), value)
    if origin is tuple:
        inner = choices[:1] * len(value) if choices[-1] is Ellipsis else choices
        return tuple(map(_converted, inner, value))
    return float(value) if hint is float else value


def _in_words(hint: Any) -> str:
    origin, choices = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return " or ".join(_in_words(choice) for choice in choices)
    if origin is Literal:
        return " or ".join(f'"{choice}"' if isinstance(choice, str) else str(choice) for choice in choices)
    if origin is tuple:
        inner = choices[:1] if choices[-1] is Ellipsis else choices
        return f"a list of {'' if choices[-1] is Ellipsis else f'{len(inner)} '}{_in_words(inner[0])[2:]}s"
    return "null" if hint in (None, type(None)) else _TYPES[hint]


def _meant(hint: Any, value: Any) -> str:
    names = [choice for choice in get_args(hint) if isinstance(choice, str)]
    close = get_close_matches(value, names, n=1, cutoff=0.5) if isinstance(value, str) else []
    return f'; did you mean "{close[0]}"?' if close else ""
