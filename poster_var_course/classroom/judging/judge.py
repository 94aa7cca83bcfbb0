"""Give every exercise of a submission its verdict, whatever the answers do; many submissions in parallel."""

import ast
import functools
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import nbformat

from poster_var_course.checks.mechanism import ToldError, remark_on, run_check
from poster_var_course.checks.shown import Result
from poster_var_course.classroom.judging.sessions import JudgingLimits, Remote, Session, Zygote
from poster_var_course.order import find_lessons, packaged_notebooks, read_order
from pvlib.pool import in_processes
from pvlib.terminal import printable, shorten

SHOWN = 2_000  # characters that a verdict keeps of what an answer printed
ONLY_KNOWN = "Right for the numbers of your own copy, and not for others."
OURS = ("pvlib", "lessons", "poster_var_course", "drawnfaces")


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A code cell of a submission: its id and its text."""

    id: str
    source: str


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """A check, the cell with the learner's answer, and the names that the check is called with."""

    id: str
    cell: str
    names: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Submission:
    """A student's code cells of one lesson, in order, with the exercises to judge.

    Attributes:
        student: the id.
        lesson: its word.
        seed: of the student's copy, whose numbers the checks in it show.
        hidden_seed: another one, which nobody but the judge has: an answer made of known numbers fails there.
        cells: the code.
        exercises: what is judged.
    """

    student: str
    lesson: str
    seed: int
    hidden_seed: int
    cells: tuple[Cell, ...]
    exercises: tuple[Exercise, ...]


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What an exercise's answer is worth: passed, wrong, unwritten, or stopped (it took too much, or ended itself).

    Attributes:
        id: of the check.
        status: one of these four.
        message: what was expected and what came.
        hint: which mistake it is, where that is known.
        printed: what the answer printed, cut short.
        seconds: on the clock.
        remark: what a teacher should look at, or nothing.
        open: what this system could not close to the answer, of "files", "network" and "processes".
    """

    id: str
    status: str
    message: str = ""
    hint: str = ""
    printed: str = ""
    seconds: float = 0.0
    remark: str = ""
    open: tuple[str, ...] = ()


def judge_class(
    submissions: Sequence[Submission], *, library: Path, workers: int = 2, limits: JudgingLimits | None = None
) -> Iterator[tuple[Submission, tuple[Verdict, ...]]]:
    """Yield each submission with its verdicts, in order.

    Args:
        submissions: of any students and lessons.
        library: folder that holds the course's packages without solutions; answers can read nothing else of ours.
        workers: how many are judged at a time.
        limits: for each answer.
    """
    words = sorted({one.lesson for one in submissions})
    judge = functools.partial(_judge, library, tuple(words), limits or JudgingLimits())
    return zip(submissions, in_processes(judge, submissions, workers), strict=True)


@functools.lru_cache(maxsize=1)
def _zygote(library: Path, words: tuple[str, ...]) -> Zygote:
    """This worker's process of loaded modules; it ends with the worker, whose end of the socket it watches."""
    lessons = find_lessons()
    modules = {
        "torch._dynamo": None
    }  # an optimizer's first step brings it, in seconds that no answer should pay
    for entry in read_order(lessons):
        if entry.word in words:
            modules[f"lessons.{entry.word}.checks_and_hints"] = None
            modules |= dict.fromkeys(imports_of(packaged_notebooks(lessons) / f"{entry.name}.ipynb"))
    return Zygote(library, list(modules))


def imports_of(notebook: Path) -> list[str]:
    """The modules that the cells of one of our own notebooks import."""
    found = []
    for cell in nbformat.read(notebook, as_version=4).cells:
        if cell.cell_type == "code":
            for line in ast.parse(cell.source).body:
                if isinstance(line, ast.Import):
                    found += [alias.name for alias in line.names]
                elif isinstance(line, ast.ImportFrom) and line.module:
                    found.append(line.module)
    return found


def _judge(
    library: Path, words: tuple[str, ...], limits: JudgingLimits, submission: Submission
) -> tuple[Verdict, ...]:
    def fresh_process() -> Session:
        try:
            return _zygote(library, words).open(limits, submission.seed)
        except OSError:  # the system, or an answer on a system that closes little, has ended it
            _zygote.cache_clear()
            return _zygote(library, words).open(limits, submission.seed)

    return tuple(_verdict(fresh_process, submission, exercise) for exercise in submission.exercises)


def _verdict(fresh_process: Callable[[], Session], submission: Submission, exercise: Exercise) -> Verdict:
    start = time.monotonic()
    remark = ""
    with fresh_process() as session:
        try:
            yours = session.load(cells_for(submission, exercise), exercise.names)
            remark = _remark(yours)
            result = run_check(exercise.id, *yours, seed=submission.seed)
            if result.passed:
                result = run_check(exercise.id, *yours, seed=submission.hidden_seed)
                if not result.passed:
                    result = replace(result, message=f"{ONLY_KNOWN} {result.message}")
        except ToldError as told:  # the cell itself failed
            result = Result(exercise.id, "", told.status, told.message, told.hint)
        printed, closed = session.printed, session.closed
        hint = result.hint or (remark_on(session.changed) if session.changed else "")
    return Verdict(
        id=exercise.id,
        status=result.status,
        message=shorten(printable(result.message), SHOWN),
        hint=shorten(printable(hint), SHOWN),
        printed=shorten("\n".join(map(printable, printed.splitlines())), SHOWN),
        seconds=time.monotonic() - start,
        remark=remark,
        open=tuple(part for part in ("files", "network", "processes") if closed and part not in closed),
    )


def cells_for(submission: Submission, exercise: Exercise) -> list[tuple[str, str, bool]]:
    """The cells that an answer may build on, (label, text, whether it is its own): those up to its own.

    Of the others only what makes names runs (`confined`), so that an endless loop in one exercise costs no other.
    """
    cells: list[tuple[str, str, bool]] = []
    for cell in submission.cells:
        cells.append((cell.id, cell.source, cell.id == exercise.cell))
        if cell.id == exercise.cell:
            break
    return cells


def _remark(yours: Sequence[Remote | None]) -> str:
    modules = [one.module for one in yours if one is not None and one.module.partition(".")[0] in OURS]
    return f"The answer is a function of the course itself, from {modules[0]}." if modules else ""
