"""Run one answer check, catch whatever the learner's object does, and say the outcome kindly."""

import difflib
import dis
import functools
import importlib
import inspect
import linecache
import os
import re
import sys
import traceback
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType

import torch

from poster_var_course.checks import expectations
from poster_var_course.checks.beside import Elsewhere
from poster_var_course.checks.expectations import UnwrittenError, WrongAnswerError
from poster_var_course.checks.limits import LimitError, limited
from poster_var_course.checks.shown import Result, display_hints, display_result
from poster_var_course.placeholder import PLACEHOLDER_MARK
from pvlib.errors import CourseError
from pvlib.random_state import own_random_state
from pvlib.terminal import shorten

Judge = Callable[..., None]
ROOT = Path(__file__).resolve().parents[2]
OURS = (ROOT / "poster_var_course", ROOT / "pvlib", ROOT / "drawnfaces", Path(traceback.__file__).parent)
PLACEHOLDER = re.compile(rf"\.\.\.\s+{PLACEHOLDER_MARK}")
RETURNS = {"LOAD_CONST", "RETURN_VALUE", "RETURN_CONST"}
_equal = torch.equal


class CheckFailedError(CourseError):
    """A check did not pass although strict checks were asked for."""


class ToldError(Exception):
    """What went wrong with an answer, already in words: status, message and hint of a `Result`."""

    def __init__(self, status: str, message: str, hint: str = ""):
        super().__init__(message)
        self.status, self.message, self.hint = status, message, hint


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A registered check: what is asked (`title`), how it is judged, and its three hints."""

    id: str
    title: str
    judge: Judge
    hints: tuple[str, str, str]


_answers: dict[str, Answer] = {}
_originals: dict[ModuleType, dict[str, object]] = {}  # what a learner's code may not exchange


def answer(identifier: str, *, hints: tuple[str, str, str]) -> Callable[[Judge], Judge]:
    """Register the decorated function as check `identifier`; the first line of its docstring is the title."""

    def register(judge: Judge) -> Judge:
        if len(hints) != 3 or not judge.__doc__:
            raise ValueError(f"check {identifier} needs three hints and a docstring that says what is asked")
        title = inspect.cleandoc(judge.__doc__).split("\n")[0]
        _answers[identifier] = Answer(id=identifier, title=title, judge=judge, hints=hints)
        return judge

    return register


def check(identifier: str, *yours: object) -> None:
    """Judge the learner's own object (or objects) and show the outcome; raises only under strict checks."""
    result = run_check(identifier, *yours)
    display_result(result)
    if not result.passed and os.environ.get("PVLIB_STRICT_CHECKS") == "1":
        raise CheckFailedError(f"check {identifier} did not pass: {result.message} {result.hint}".strip())


def hint(identifier: str) -> None:
    """Show the three hints of a check, folded: running all cells gives nothing away."""
    found = _find(identifier)
    display_hints(found.title, found.hints)


def run_check(identifier: str, *yours: object, seed: int | None = None) -> Result:
    """Judge without showing. Whatever the learner's object raises becomes part of the result.

    Args:
        identifier: of the check.
        yours: the learner's objects.
        seed: of the random numbers that the check makes; None is the `seed` of the notebook's parameters, which in a
            classroom is the learner's own, or 0 outside a notebook.
    """
    found = _find(identifier)
    limits = nullcontext() if any(isinstance(part, Elsewhere) for part in yours) else limited()
    result = Result(found.id, found.title, "passed")
    changed: set[str] = set()
    try:
        if any(part is None or part is Ellipsis for part in yours):
            raise UnwrittenError(...)
        # an own random state and settings: a check must change nothing that the lesson computes after it
        chosen = _notebook_seed() if seed is None else seed
        with own_random_state(chosen), _own_settings(), torch.enable_grad(), limits:
            found.judge(*(guarded(part, changed) for part in yours))
    except (Exception, SystemExit, GeneratorExit) as error:
        told = tell(error, yours, found.judge)
        result = Result(found.id, found.title, told.status, told.message, told.hint)
    if result.status == "unwritten":
        return result
    if replaced := _restored():
        return Result(
            found.id, found.title, "wrong", f"Your code replaced {replaced}, which the check needs."
        )
    if changed and not result.hint:
        return replace(result, hint=remark_on(changed))
    return result


def tell(error: BaseException, yours: Sequence[object], judge: Judge | None = None) -> ToldError:
    """What an exception says to the learner whose objects `yours` were judged by `judge`."""
    if isinstance(error, ToldError):
        return error
    unwritten = ToldError("unwritten", "Not written yet.")
    if isinstance(error, UnwrittenError):
        if error.value is Ellipsis or any(is_unwritten(part) for part in yours):
            return unwritten
        return ToldError("wrong", "Your function returned None: is `return` missing, or not reached?")
    if any(is_unwritten(part) for part in yours) or _speaks_of_a_placeholder(error):
        return unwritten
    if isinstance(error, LimitError):
        return ToldError("wrong", f"Your answer was stopped: {error}")
    if isinstance(error, WrongAnswerError):
        return ToldError("wrong", error.message, error.hint)
    called = isinstance(error, TypeError) and not all(map(callable, yours))
    called = called and "object is not callable" in str(error)
    advice = "Hand in the function or class itself, without calling it." if called else ""
    return ToldError("wrong", _told(error, judge), advice)


def remark_on(changed: Iterable[str]) -> str:
    """The advice for who changed these tensors in place."""
    names = ", ".join(sorted(changed))
    return f"You changed {names} itself, which others may still need: compute a new tensor instead."


def _find(identifier: str) -> Answer:
    module = f"lessons.{identifier.partition('.')[0]}.checks_and_hints"
    if identifier not in _answers:
        try:
            importlib.import_module(module)
        except ModuleNotFoundError as error:
            if error.name not in (module, module.removesuffix(".checks_and_hints")):
                raise
    if identifier not in _answers:
        near = difflib.get_close_matches(identifier, _answers, n=1)
        advice = f'; did you mean "{near[0]}"?' if near else ""
        raise CourseError(f'there is no check "{identifier}"{advice}')
    for checks in filter(None, (sys.modules.get(module), expectations)):
        _originals.setdefault(checks, {k: v for k, v in vars(checks).items() if not k.startswith("__")})
    return _answers[identifier]


def _notebook_seed() -> int:
    if "IPython" not in sys.modules:  # a second of start-up that only a notebook needs
        return 0
    from IPython import get_ipython

    seed = shell.user_ns.get("seed") if (shell := get_ipython()) else 0
    return seed if isinstance(seed, int) and 0 <= seed < 2**63 else 0


def guarded(yours: object, changed: set[str]) -> object:
    """A function that is handed copies of tensors, and whose `None` or `...` counts as no answer.

    `changed` collects the names of the tensors that it changed.
    """
    if not (inspect.isroutine(yours) or isinstance(yours, functools.partial)):
        return yours

    @functools.wraps(yours)
    def call(*arguments: object, **named: object) -> object:
        given = [part.clone() if isinstance(part, torch.Tensor) else part for part in arguments]
        value = yours(*given, **named)
        for number, (ours, theirs) in enumerate(zip(arguments, given, strict=True)):
            if (
                isinstance(ours, torch.Tensor)
                and isinstance(theirs, torch.Tensor)
                and not _equal(ours, theirs)
            ):
                changed.add(_parameter_name(yours, number))
        if value is None or value is Ellipsis:
            raise UnwrittenError(value)
        return value

    return call


def _parameter_name(function: Callable[..., object], number: int) -> str:
    try:
        return list(inspect.signature(function).parameters)[number]
    except (ValueError, TypeError, IndexError):  # a built-in, or *arguments
        return f"argument {number + 1}"


@contextmanager
def _own_settings() -> Iterator[None]:
    """Compute as torch does by default, and set back whatever the learner's code sets."""
    dtype, threads = torch.get_default_dtype(), torch.get_num_threads()
    strict = torch.get_deterministic_debug_mode()
    torch.set_default_dtype(torch.float32)
    try:
        with warnings.catch_warnings(action="ignore"):  # torch's words on odd answers help no learner
            yield
    finally:
        torch.set_default_dtype(dtype)
        torch.set_num_threads(threads)
        torch.set_deterministic_debug_mode(strict)


def _restored() -> str:
    """Put back what the learner's code replaced in the modules of the checks; the first such name, or none."""
    replaced = ""
    for module, names in _originals.items():
        for name, value in names.items():
            if vars(module).get(name) is not value:
                replaced = replaced or name
                setattr(module, name, value)
    return replaced


def is_unwritten(yours: object) -> bool:
    """Whether the learner's function or class still holds a placeholder, or does nothing at all."""
    if isinstance(yours, Elsewhere):
        return yours.unwritten
    members = vars(yours if inspect.isclass(yours) else type(yours)).values()
    for part in [yours] if inspect.isroutine(yours) else filter(inspect.isfunction, members):
        try:
            if PLACEHOLDER.search(inspect.getsource(part)):
                return True
        except (OSError, TypeError):  # no source to read: a built-in, or a function typed into a bare prompt
            continue
    code = getattr(yours, "__code__", None)
    return code is not None and all(
        step.opname in ("RESUME", "NOP") or (step.opname in RETURNS and step.argval in (None, ...))
        for step in dis.get_instructions(code)
    )


def _speaks_of_a_placeholder(error: BaseException) -> bool:
    """Whether it comes from computing with `...`, or from the learner's own `raise NotImplementedError`."""
    if isinstance(error, NotImplementedError):
        *_, (frame, number) = traceback.walk_tb(error.__traceback__)
        return linecache.getline(frame.f_code.co_filename, number).strip().startswith("raise")
    return isinstance(error, TypeError | AttributeError) and "'ellipsis'" in str(error)


def _told(error: BaseException, judge: Judge | None) -> str:
    """One sentence about an exception: its message, and the deepest line that the learner wrote."""
    try:
        said = shorten(f"{type(error).__name__}: {error}".split("\n")[0], 300)
    except Exception:  # an exception of the learner's own may fail at telling itself
        said = type(error).__name__
    own = ""
    for frame, number in traceback.walk_tb(error.__traceback__):
        code = frame.f_code
        if (judge is None or code is not judge.__code__) and _is_learners(code.co_filename):
            own = (
                f" (line {number}, in {code.co_name}: {linecache.getline(code.co_filename, number).strip()})"
            )
    return f"Your code stopped with {said}{own}." if own else f"Your answer could not be used: {said}."


def _is_learners(filename: str) -> bool:
    path = Path(filename)
    installed = "site-packages" in path.parts or any(folder in path.parents for folder in OURS)
    ours = installed or path.name.startswith(("checks_and_hints", "judging_"))  # a judge may have helpers
    return not (ours or filename.startswith("<frozen"))
