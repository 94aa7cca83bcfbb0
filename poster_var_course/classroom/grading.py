"""Grade a class: read what counts, judge each answer, let nbgrader count the points. Resumable at any moment.

verdicts/LESSON/STUDENT.json holds what was found, with a key of everything that it follows from: a submission that is judged
and unchanged is not judged again, and nbgrader counts again only what changed. Manual scores and comments stay.
"""

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.apps import NbGraderAPI

from poster_var_course.classroom.judging import JudgingLimits, judge_class
from poster_var_course.classroom.nbgrader_parts import count_points, enter_class, nbgrader_of, verdict_file
from poster_var_course.classroom.release import LIBRARY, read_release
from poster_var_course.classroom.settings import Course, Student
from poster_var_course.classroom.submission import Reading, read_submission
from poster_var_course.order import LessonEntry
from pvlib.errors import CourseError
from pvlib.files import locked, write_whole


@dataclass(frozen=True, kw_only=True)
class Graded:
    """How many submissions there were, how many of them were judged and counted now, and what nbgrader refused.

    Attributes:
        left_open: what this system could not close to the answers, of "files", "network" and "processes".
    """

    submissions: int
    judged: int
    counted: int
    refused: tuple[str, ...]
    left_open: tuple[str, ...]


def grade(
    course: Course,
    entries: Iterable[LessonEntry],
    students: Iterable[Student],
    progress: Callable[[str, int, int], None] = lambda what, done, total: None,
) -> Graded:
    """Grade these lessons of these students.

    Args:
        course: the class.
        entries: the lessons, which were released.
        students: of the class.
        progress: is told what goes on, how many are done, and how many there are.

    Raises:
        CourseError: a lesson was not released, or another grading of this class goes on.
    """
    students = list(students)
    with locked(course.folder / "verdicts", "a grading"):
        library = course.folder / LIBRARY
        readings = [
            reading
            for entry in entries
            for release in [read_release(course, entry.word)]
            for student in students
            if (reading := read_submission(course, entry.word, student, release))
        ]
        judged, left_open = _judge(course, readings, library, progress)
        enter_class(course)
        refused = []
        todo = [reading for reading in readings if _is_to_count(course, reading)]
        api = nbgrader_of(course.folder)
        for number, reading in enumerate(todo):
            progress("counting points", number, len(todo))
            try:
                _count(course, reading, api)
            except CourseError as error:
                refused.append(str(error))
    return Graded(
        submissions=len(readings),
        judged=judged,
        counted=len(todo) - len(refused),
        refused=tuple(refused),
        left_open=tuple(sorted(left_open)),
    )


def read_verdicts(course: Course, word: str, student: str) -> dict[str, Any] | None:
    """What was found in a student's submission of a lesson; None if it was not graded yet."""
    try:
        found = json.loads(verdict_file(course.folder, word, student).read_text(encoding="utf-8"))
        return found if isinstance(found, dict) else None
    except (OSError, ValueError):
        return None


def _judge(
    course: Course, readings: list[Reading], library: Path, progress: Callable[[str, int, int], None]
) -> tuple[int, set[str]]:
    """Judge what is new or changed and keep each verdict at once; return how many were judged, and what stayed open."""
    settings = course.settings.grading
    limits = JudgingLimits(seconds=settings.seconds, memory_mib=settings.memory_mib)
    records = [
        path.read_bytes() for path in sorted(library.glob("*.dist-info/RECORD"))
    ]  # hashes of all its files
    if not records:
        raise CourseError(f"{library} holds no library to judge with: pvlib classroom release makes it")
    keys = {}
    todo = []
    left_open: set[str] = set()
    for reading in readings:
        one = reading.submission
        key = _sha256(asdict(one), asdict(limits), hashlib.sha256(records[0]).hexdigest())
        keys[one.student, one.lesson] = (key, reading)
        known = read_verdicts(course, one.lesson, one.student)
        if known and known.get("key") == key:
            _keep(course, reading, key, known["verdicts"], known.get("counted", ""))
        else:
            todo.append(one)
    for number, (one, verdicts) in enumerate(
        judge_class(todo, library=library, workers=settings.workers, limits=limits) if todo else ()
    ):
        progress("judging", number, len(todo))
        left_open |= {part for verdict in verdicts for part in verdict.open}
        key, reading = keys[one.student, one.lesson]
        _keep(course, reading, key, [asdict(verdict) for verdict in verdicts], "")
    return len(todo), left_open


def _keep(course: Course, reading: Reading, key: str, verdicts: list[dict[str, Any]], counted: str) -> None:
    one = reading.submission
    content = {
        "key": key,
        "counted": counted,
        "student": one.student,
        "lesson": one.lesson,
        "seed": one.seed,
        "file": reading.file.relative_to(course.folder).as_posix(),
        "moment": reading.moment.isoformat(),
        "remarks": reading.remarks,
        "predictions": reading.traces.predictions,
        "minutes": reading.traces.minutes,
        "verdicts": verdicts,
    }
    write_whole(verdict_file(course.folder, one.lesson, one.student), json.dumps(content, indent=1) + "\n")


def _counted_key(course: Course, reading: Reading) -> str:
    """Everything that the points follow from."""
    one = reading.submission
    known = read_verdicts(course, one.lesson, one.student) or {}
    deadline = course.deadline(one.lesson, one.student)
    return _sha256(
        known.get("key"),
        reading.moment,
        deadline,
        asdict(course.settings.late),
        nbformat.writes(reading.notebook),
    )


def _is_to_count(course: Course, reading: Reading) -> bool:
    one = reading.submission
    known = read_verdicts(course, one.lesson, one.student) or {}
    there = (course.folder / "autograded" / one.student / one.lesson / f"{one.lesson}.ipynb").exists()
    return not there or known.get("counted") != _counted_key(course, reading)


def _count(course: Course, reading: Reading, api: NbGraderAPI) -> None:
    """Hand a submission to nbgrader, which takes the verdicts and counts the points."""
    one = reading.submission
    folder = course.folder / "submitted" / one.student / one.lesson
    write_whole(folder / f"{one.lesson}.ipynb", nbformat.writes(reading.notebook) + "\n")
    write_whole(folder / "timestamp.txt", f"{reading.moment:%Y-%m-%d %H:%M:%S} UTC\n")
    count_points(course, api, one.lesson, one.student, reading.moment)
    path = verdict_file(course.folder, one.lesson, one.student)
    known = json.loads(path.read_text(encoding="utf-8"))
    write_whole(path, json.dumps(known | {"counted": _counted_key(course, reading)}, indent=1) + "\n")


def _sha256(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts, default=str).encode()).hexdigest()
