"""Run one answer check, catch whatever the learner's object does, and say the outcome kindly."""

import difflib
import functools
import importlib
import inspect
import linecache
import os
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch

from pvlib.course.checks.expect import UnwrittenError, WrongAnswerError
from pvlib.course.checks.result import Result
from pvlib.course.checks.shown import display_hints, display_result
from pvlib.course.source import PLACEHOLDER_MARK
from pvlib.errors import CourseError
from pvlib.random_state import own_random_state

Judge = Callable[..., None]
LIBRARY, STANDARD_LIBRARY = Path(__file__).resolve().parents[2], Path(traceback.__file__).parent


class CheckFailedError(CourseError):
    """A check did not pass although strict checks were asked for."""


@dataclass(frozen=True)
class Answer:
    """A registered check: what is asked (`title`), how it is judged, and its three hints."""

    id: str
    title: str
    judge: Judge
    hints: tuple[str, str, str]


_answers: dict[str, Answer] = {}
_hints_shown: dict[str, int] = {}  # a hint's step lives as long as the learner's kernel, and only there


def answer(identifier: str, *, hints: tuple[str, str, str]) -> Callable[[Judge], Judge]:
    """Register the decorated function as check `identifier`; the first line of its docstring is the title."""

    def register(judge: Judge) -> Judge:
        if len(hints) != 3 or not judge.__doc__:
            raise ValueError(f"check {identifier} needs three hints and a docstring that says what is asked")
        title = inspect.cleandoc(judge.__doc__).split("\n")[0]
        _answers[identifier] = Answer(identifier, title, judge, hints)
        return judge

    return register


def check(identifier: str, *yours: object) -> None:
    """Judge the learner's own object (or objects) and show the outcome; raises only under strict checks."""
    result = run_check(identifier, *yours)
    display_result(result)
    if not result.passed and os.environ.get("PVLIB_STRICT_CHECKS") == "1":
        raise CheckFailedError(f"check {identifier} did not pass: {result.message} {result.hint}".strip())


def hint(identifier: str) -> None:
    """Show the hints of a check, one step more with every call, three in all."""
    found = _find(identifier)
    step = min(_hints_shown.get(identifier, 0) + 1, len(found.hints))
    _hints_shown[identifier] = step
    display_hints(identifier, found.hints[:step], len(found.hints))


def run_check(identifier: str, *yours: object) -> Result:
    """Judge without showing. Whatever the learner's object raises becomes part of the result."""
    found = _find(identifier)
    unwritten = Result(found.id, found.title, "unwritten", "Not written yet.")
    if any(part is None or part is Ellipsis for part in yours):
        return unwritten
    try:
        # an own random state: a check must not change the numbers that the lesson draws after it
        with own_random_state(0), torch.enable_grad():
            found.judge(*(_guarded(part) for part in yours))
    except (UnwrittenError, NotImplementedError):
        return unwritten
    except Exception as error:
        if any(_has_placeholder(part) for part in yours) or "ellipsis" in str(error):
            return unwritten
        if isinstance(error, WrongAnswerError):
            return Result(found.id, found.title, "wrong", error.message, error.hint)
        return Result(found.id, found.title, "wrong", _told(error, found.judge))
    return Result(found.id, found.title, "passed")


def _find(identifier: str) -> Answer:
    if identifier not in _answers:
        module = f"lessons.{identifier.split(chr(46))[0]}.checks"
        try:
            importlib.import_module(module)
        except ModuleNotFoundError as error:
            if error.name != module:
                raise
    if identifier not in _answers:
        near = difflib.get_close_matches(identifier, _answers, n=1)
        advice = f'; did you mean "{near[0]}"?' if near else ""
        raise CourseError(f'there is no check "{identifier}"{advice}')
    return _answers[identifier]


def _guarded(yours: object) -> object:
    """A function whose `None` or `...` counts as not written, wherever in a check it is called."""
    if not (inspect.isroutine(yours) or isinstance(yours, functools.partial)):
        return yours

    @functools.wraps(yours)
    def call(*arguments, **named):
        value = yours(*arguments, **named)
        if value is None or value is Ellipsis:
            raise UnwrittenError
        return value

    return call


def _has_placeholder(yours: object) -> bool:
    """Whether the mark that the generator leaves still stands in the learner's function or class."""
    members = vars(yours if inspect.isclass(yours) else type(yours)).values()
    for part in [yours] if inspect.isroutine(yours) else filter(inspect.isfunction, members):
        try:
            if PLACEHOLDER_MARK in inspect.getsource(part):
                return True
        except (OSError, TypeError):  # no source to read: a built-in, or a function typed into a bare prompt
            continue
    return False


def _told(error: Exception, judge: Judge) -> str:
    """One sentence about an exception: its message, and the deepest line that the learner wrote."""
    said = f"{type(error).__name__}: {error}".split("\n")[0]
    own = ""
    for frame, number in traceback.walk_tb(error.__traceback__):
        code = frame.f_code
        if code is not judge.__code__ and _is_learners(code.co_filename):
            own = (
                f" (line {number}, in {code.co_name}: {linecache.getline(code.co_filename, number).strip()})"
            )
    return f"Your code stopped with {said}{own}." if own else f"Your answer could not be used: {said}."


def _is_learners(filename: str) -> bool:
    path = Path(filename)
    installed = "site-packages" in path.parts or LIBRARY in path.parents or STANDARD_LIBRARY in path.parents
    return not (installed or filename.startswith("<frozen"))
