"""Judge `-p name=value` against the lessons' own parameters before any kernel starts (`pvlib run`).

Papermill would only warn about a name that no lesson knows, and run an hour with the default.
"""

import difflib
from collections.abc import Iterable, Mapping
from types import GenericAlias
from typing import Any

from nbformat import NotebookNode
from pydantic import TypeAdapter, ValidationError

from poster_var_course.source import literals
from pvlib.errors import CourseError


def notebook_parameters(name: str, notebook: NotebookNode) -> dict[str, object]:
    """The defaults in a notebook's parameters cell; CourseError if it is not one cell of literals."""
    cells = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", [])]
    if len(cells) != 1:
        raise CourseError(f"lesson {name}: {len(cells)} cells are tagged parameters; it needs exactly one")
    return literals(cells[0].source, f"lesson {name}, cell {cells[0].get('id', 'parameters')}")


def assignments(texts: Iterable[str]) -> dict[str, str]:
    """Split each `name=value`; raises CourseError for another form, a name given twice, or the profile."""
    given: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        name = name.strip()
        if not equals or not name.isidentifier():
            raise CourseError(f'-p "{text}": write name=value, such as -p seed=1')
        if name == "profile":
            raise CourseError("-p profile: use --profile quick, reduced or full")
        if name in given:
            raise CourseError(f"-p {name}: given twice, as {given[name]} and as {value}")
        given[name] = value
    return given


def resolve(
    given: Mapping[str, str], defaults: Mapping[str, Mapping[str, object]]
) -> dict[str, dict[str, object]]:
    """Every lesson's parameters with the given values in place, as the type of the default.

    Args:
        given: values as typed, by name.
        defaults: each lesson's own parameters, by lesson.

    Raises:
        CourseError: a lesson lacks the name (the nearest one is offered), or a value has another type.
    """
    for name in given:
        lacking = [lesson for lesson, known in defaults.items() if name not in known]
        if lacking:
            raise CourseError(_unknown(name, lacking, defaults))
    return {
        lesson: {
            name: _typed(given[name], default, f"-p {name}={given[name]}, lesson {lesson}")
            if name in given
            else default
            for name, default in known.items()
        }
        for lesson, known in defaults.items()
    }


def _unknown(name: str, lacking: list[str], defaults: Mapping[str, Mapping[str, object]]) -> str:
    lessons = ", ".join(lacking)
    known = sorted({parameter for lesson in lacking for parameter in defaults[lesson]})
    near = difflib.get_close_matches(
        name, sorted({p for own in defaults.values() for p in own} - {name}), n=1
    )
    having = [lesson for lesson in defaults if lesson not in lacking]
    if having:
        advice = f"name the lessons that have it: pvlib run {' '.join(having)} -p {name}=..."
    else:
        advice = f"did you mean {near[0]}?" if near else f"known are: {', '.join(known)}"
    return f"no parameter {name} in lesson {lessons}; {advice}"


def _typed(text: str, default: object, where: str) -> object:
    """What was typed, as the type of the default; whole numbers may stand for decimal ones."""
    if isinstance(default, str):
        return text
    kind: Any = type(default) if default is not None else Any
    if isinstance(default, list | tuple) and default:
        kind = GenericAlias(list, type(default[0]))
    try:
        word = text.lower() if isinstance(default, bool) else text
        value = TypeAdapter(kind).validate_json(word, strict=True)
    except ValidationError:
        if default is None:
            return text
        raise CourseError(f"{where}: expected {_kind(default)}, such as {default!r}") from None
    return tuple(value) if isinstance(default, tuple) else value


def _kind(value: object) -> str:
    names = {bool: "true or false", int: "a whole number", float: "a number", str: "a word"}
    return names.get(type(value), f"a {type(value).__name__}")
