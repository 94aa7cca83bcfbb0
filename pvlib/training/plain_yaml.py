"""YAML without its traps: texts, numbers, true, false, null, lists and keys with values.

A number is what it looks like. YAML 1.1 reads 010 as 8, 1:30 as 90, yes as true and 2020-01-01 as a date, and
PyYAML does not know 1e-3; here the first is refused, 1e-3 is a number and the others are texts. What lets a few
bytes grow without bound (aliases, deep nesting) and tags are refused, since configs come from strangers too.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from pvlib.errors import CourseError, shown

LARGEST_FILE = 200_000  # bytes
DEEPEST = 12
_WORDS = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_WHOLE = re.compile(r"[-+]?[0-9]+")
_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_LONGEST_NUMBER = 40


def parse_yaml(text: str, source: str) -> tuple[Any, dict[str, int]]:
    """Return what a YAML text says, and the line, from 1, of every key by its dotted path.

    Args:
        source: what the text is, for messages.

    Raises:
        CourseError: naming source and line of what is no YAML, or more than plain YAML.
    """
    lines: dict[str, int] = {}
    try:
        return _document(yaml.parse(text, yaml.SafeLoader), lines), lines
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise CourseError(
            f"{source} is no YAML: line {mark.line + 1 if mark else 1}: {error.problem}"
        ) from None
    except (yaml.YAMLError, ValueError, OverflowError) as error:  # PyYAML's own, of escapes and versions
        raise CourseError(f"{source} is no YAML: {shown(str(error))}") from None
    except _NotPlainError as error:
        raise CourseError(f"{source}, line {error.line}: {error}") from None


def read_yaml(path: str | Path) -> tuple[Any, dict[str, int]]:
    """Return what a YAML file says, as :func:`parse_yaml`.

    Raises:
        CourseError: the file cannot be read, is empty or larger than a config can be, or as :func:`parse_yaml`.
    """
    try:
        with Path(path).open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
        text = content.decode("utf-8")
    except (OSError, ValueError) as error:
        raise CourseError(f"{path} cannot be read as a config: {error}") from error
    if len(content) > LARGEST_FILE:
        raise CourseError(f"{path} is larger than a config can be ({LARGEST_FILE:,} bytes)")
    value, lines = parse_yaml(text, str(path))
    if value is None:
        raise CourseError(
            f"{path} is empty: a config holds keys with values; pvlib train PRESET --show prints one"
        )
    return value, lines


def resolve(text: str) -> Any:
    """Return the number, truth value or null that an unquoted word stands for, else the text itself.

    Raises:
        ValueError: for a number that programs read in different ways.
    """
    if text in _WORDS:
        return _WORDS[text]
    if _WHOLE.fullmatch(text):
        digits = text.lstrip("-+")
        if digits != digits.lstrip("0") and len(digits) > 1:
            plain = digits.lstrip("0") or "0"
            octal = (
                f" or {int(digits, 8)}"
                if len(digits) < _LONGEST_NUMBER and set(digits) <= set("01234567")
                else ""
            )
            raise ValueError(f"{shown(text)} is ambiguous: write {shown(plain)}{octal}")
        if len(digits) > _LONGEST_NUMBER:
            raise ValueError(f"a number of {len(digits)} digits is too large")
        return int(text)
    return float(text) if _NUMBER.fullmatch(text) else text


class _NotPlainError(Exception):
    def __init__(self, message: str, event: yaml.Event):
        super().__init__(message)
        self.line = _line_of(event)


def _document(events: Iterator[yaml.Event], lines: dict[str, int]) -> Any:
    """The one document of a stream; None where there is none."""
    next(events)  # the stream's start
    if isinstance(next(events), yaml.StreamEndEvent):
        return None
    value = _value(next(events), events, "", lines, 0)
    next(events)  # the document's end
    more = next(events)
    if not isinstance(more, yaml.StreamEndEvent):
        raise _NotPlainError("a second document (---) begins here; write one", more)
    return value


def _value(
    event: yaml.Event, events: Iterator[yaml.Event], path: str, lines: dict[str, int], depth: int
) -> Any:
    """The value that begins with ``event``; ``events`` stands behind it afterwards."""
    if getattr(event, "anchor", None) is not None:
        raise _NotPlainError(
            "& and * (anchors and aliases) are not read: write the value where it belongs", event
        )
    if getattr(event, "tag", None) is not None:
        raise _NotPlainError("a tag (!) is not read: write the value alone", event)
    if depth > DEEPEST:
        raise _NotPlainError("lists or keys are nested too deeply", event)
    if isinstance(event, yaml.ScalarEvent):
        _check_text(event)
        try:
            return resolve(event.value) if event.style is None else event.value
        except ValueError as error:
            raise _NotPlainError(str(error), event) from None
    if isinstance(event, yaml.SequenceStartEvent):
        items = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            items.append(_value(event, events, path, lines, depth + 1))
        return items
    mapping: dict[str, Any] = {}
    while not isinstance(event := next(events), yaml.MappingEndEvent):
        if not isinstance(event, yaml.ScalarEvent):
            raise _NotPlainError("a key must be a word", event)
        _check_text(event)
        key, below = event.value, f"{path}.{event.value}" if path else event.value
        if key in mapping:
            raise _NotPlainError(f'the key "{shown(key)}" stands twice', event)
        lines[below] = _line_of(event)
        mapping[key] = _value(next(events), events, below, lines, depth + 1)
    return mapping


def _check_text(event: yaml.ScalarEvent) -> None:
    """Refuse half a surrogate pair, which no file can hold as text, by a ValueError."""
    event.value.encode("utf-8")


def _line_of(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1
