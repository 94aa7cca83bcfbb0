"""What a teacher decides about a class: classroom.yaml and roster.csv in the class's folder.

Both are read here and nowhere else; whatever is wrong in them is named by file, key or row, and the next step.
"""

import csv
import hashlib
import re
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field

from poster_var_course.classroom.assignment import assignment, exercises_of
from poster_var_course.order import LessonEntry, read_order
from pvlib.errors import CourseError, shown
from pvlib.files import write_whole
from pvlib.training.plain_yaml import read_yaml
from pvlib.training.settings import WrongKeyError, from_values, settings

CLASSROOM, ROSTER = "classroom.yaml", "roster.csv"
COLUMNS = ("id", "first_name", "last_name", "email", "lms_id")
STUDENT_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")  # it names folders, on every system
TAKEN = {"library", "unknown"}  # folders beside those of the students
SEEDS = 1_000_000

Points = Annotated[float, Field(ge=0, le=1000)]
Kind = TypeVar("Kind")
PerCent = Annotated[float, Field(ge=0, le=100)]


@settings
class Late:
    """What a submission after the deadline loses.

    Attributes:
        policy: "none", "zero" (no points), or "per_day".
        per_cent: of the points reached, lost with each day that has begun; for "per_day".
        floor: per cent of the points reached that are left in any case; for "per_day".
    """

    policy: Literal["none", "zero", "per_day"] = "none"
    per_cent: PerCent = 10.0
    floor: PerCent = 0.0

    def penalty(self, score: float, seconds: float) -> float:
        """The points that are lost by so many seconds after the deadline."""
        if self.policy == "none" or seconds <= 0:
            return 0.0
        days = -(-seconds // 86_400)
        lost = 100.0 if self.policy == "zero" else min(days * self.per_cent, 100.0 - self.floor)
        return score * lost / 100


@settings
class LessonSettings:
    """One lesson of the term: its deadline, points other than the usual ones, and more time for some.

    Attributes:
        deadline: "2026-11-03 23:59" in the class's time zone; null for none.
        points: by exercise, as "raters.target: 3".
        more_time: another deadline for a student, by id.
        column: its name in the table for the learning platform; null for number and title.
    """

    deadline: str | None = None
    points: dict[str, Points] = field(default_factory=dict)
    more_time: dict[str, str] = field(default_factory=dict)
    column: str | None = None


@settings
class Grading:
    """What one answer may take while it is judged, and how many are judged at a time."""

    workers: Annotated[int, Field(ge=1, le=256)] = 2
    seconds: Annotated[float, Field(gt=0, le=3600)] = 20.0
    memory_mib: Annotated[int, Field(ge=256)] = 2048


@settings
class Table:
    """The table for the learning platform: its form, and which column of the roster names a student there."""

    platform: Literal["moodle", "canvas"] = "moodle"
    id: Literal["id", "email", "lms_id"] = "email"


@settings
class Classroom:
    """What stands in classroom.yaml beside the lessons."""

    title: str
    time_zone: str
    salt: Annotated[str, Field(min_length=8)]
    late: Late = field(default_factory=Late)
    grading: Grading = field(default_factory=Grading)
    table: Table = field(default_factory=Table)


@dataclass(frozen=True, kw_only=True)
class Student:
    """One row of the roster, the seed that all of this student's copies have, and one that only the grading knows."""

    id: str
    first_name: str
    last_name: str
    email: str
    lms_id: str
    seed: int
    hidden_seed: int


@dataclass(frozen=True, kw_only=True)
class Course:
    """A class: its folder, its settings, its students by id, and its lessons in order.

    Attributes:
        own: what was decided about each lesson, by its word.
    """

    folder: Path
    settings: Classroom
    students: dict[str, Student]
    entries: tuple[LessonEntry, ...]
    own: dict[str, LessonSettings]

    def entry(self, word: str) -> LessonEntry:
        """The lesson of this name or number; CourseError names those of the class."""
        for entry in self.entries:
            if word in (entry.word, entry.name, str(entry.number), f"{entry.number:02d}"):
                return entry
        known = ", ".join(entry.word for entry in self.entries)
        raise CourseError(f"{shown(word)}: no lesson of this class; {CLASSROOM} has {known}")

    def student(self, name: str) -> Student:
        """The student of this id; CourseError says where the ids stand."""
        if name not in self.students:
            raise CourseError(
                f"{shown(name)}: no student of this class; the ids stand in {self.folder / ROSTER}"
            )
        return self.students[name]

    def deadline(self, word: str, student: str | None = None) -> datetime | None:
        """The moment (UTC) until which a lesson is on time, for this student if one is named; None for no end."""
        own = self.own[word]
        text = own.more_time.get(student or "", own.deadline)
        return self.moment(text) if text else None

    def moment(self, text: str) -> datetime:
        """A date and a time of day in the class's time zone, as UTC."""
        moment = datetime.fromisoformat(text)
        if len(text.strip()) <= len("2026-11-03"):
            raise ValueError("a date without a time")
        zone = ZoneInfo(self.settings.time_zone)
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


def read_course(folder: Path, lessons: Path) -> Course:
    """Read a class's folder.

    Args:
        folder: holds classroom.yaml and roster.csv.
        lessons: the folder of the course's lessons.

    Raises:
        CourseError: naming file, key or row of what is wrong there.
    """
    path = folder / CLASSROOM
    classroom, chosen, lines = read_classroom(folder)
    known = {entry.word: entry for entry in read_order(lessons)}
    if not isinstance(chosen, dict) or not chosen or (set(chosen) - set(known)):
        raise CourseError(
            f"{path}, lessons: write the names of lessons as keys; there are {', '.join(known)}"
        )
    course = Course(
        folder=folder.resolve(),
        settings=classroom,
        students=_read_roster(folder / ROSTER, classroom.salt),
        entries=tuple(entry for word, entry in known.items() if word in chosen),
        own={
            word: _filled(LessonSettings, own or {}, f"lessons.{word}.", path, lines)
            for word, own in chosen.items()
        },
    )
    for word, own in course.own.items():
        if unknown := set(own.more_time) - set(course.students):
            raise CourseError(f"{path}, lessons.{word}.more_time: no student {min(unknown)} in {ROSTER}")
        for text in filter(None, [own.deadline, *own.more_time.values()]):
            try:
                course.moment(text)
            except ValueError:
                raise CourseError(
                    f"{path}, lessons.{word}: {shown(text)} is no date with a time; write one such as 2026-11-03 23:59"
                ) from None
    return course


def read_classroom(folder: Path) -> tuple[Classroom, Any, dict[str, int]]:
    """classroom.yaml of a class's folder: its settings, what stands under `lessons` as it is, and the lines of keys."""
    path = folder / CLASSROOM
    if not path.exists():
        raise CourseError(f"{path}: there is none; pvlib classroom init {folder} writes one")
    values, lines = read_yaml(path)
    if missing := {"title", "time_zone", "salt"} - set(values if isinstance(values, dict) else ()):
        raise CourseError(
            f"{path}: {min(missing)} is missing; pvlib classroom init in another folder shows them all"
        )
    chosen = values.pop("lessons", None)
    classroom = _filled(Classroom, values, "", path, lines)
    try:
        ZoneInfo(classroom.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise CourseError(
            f"{path}, time_zone: {shown(classroom.time_zone)} is unknown; write one such as Europe/Berlin"
        ) from None
    return classroom, chosen, lines


def _filled(kind: type[Kind], values: Any, prefix: str, path: Path, lines: dict[str, int]) -> Kind:
    try:
        return from_values(kind, values, where=str(path))
    except WrongKeyError as error:
        line = lines.get(prefix + error.key)
        raise CourseError(f"{path}, {f'line {line}, ' if line else ''}{prefix}{error}") from None


def seed_of(student: str, salt: str) -> int:
    """A student's own seed: it follows from the id alone, not from the place in the roster."""
    digest = hashlib.sha256(f"{salt}\0{student}".encode()).digest()
    return 1 + int.from_bytes(digest[:8]) % (SEEDS - 1)


def _read_roster(path: Path, salt: str) -> dict[str, Student]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            head = file.readline()
            file.seek(0)
            rows = csv.DictReader(file, delimiter=";" if head.count(";") > head.count(",") else ",")
            return _students(rows, path, salt)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CourseError(f"{path}: cannot be read ({error}); save it as CSV in UTF-8") from None


def _students(rows: "csv.DictReader[str]", path: Path, salt: str) -> dict[str, Student]:
    students: dict[str, Student] = {}
    if missing := [column for column in COLUMNS[:3] if column not in (rows.fieldnames or ())]:
        raise CourseError(f"{path}: no column {', '.join(missing)}; the first row is {','.join(COLUMNS)}")
    for row in rows:
        values = {column: (row.get(column) or "").strip() for column in COLUMNS}
        where, name = f"{path}, row {rows.line_num}", values["id"]
        if not any(values.values()):
            continue
        if not STUDENT_ID.fullmatch(name) or name.casefold() in TAKEN:
            raise CourseError(
                f'{where}: the id "{shown(name)}" must be letters, digits, dots and dashes; it names a folder'
            )
        if name.casefold() in {known.casefold() for known in students}:
            raise CourseError(f'{where}: the id "{name}" stands twice')
        students[name] = Student(
            **values, seed=seed_of(name, salt), hidden_seed=seed_of(f"{name}\0hidden", salt)
        )
    if not students:
        raise CourseError(f"{path}: names no student; each row is {','.join(COLUMNS)}")
    seeds = [student.seed for student in students.values()]
    if len(set(seeds)) < len(seeds):
        raise CourseError(f"{path}: two students have the same seed by chance; change salt in {CLASSROOM}")
    return students


def write_example(folder: Path, lessons: Path) -> None:
    """Write a commented classroom.yaml and an example of a roster; one that is there already stays as it is."""
    first = datetime.now(UTC).date() + timedelta(days=14)
    chosen = (
        "\n".join(
            [
                f"  {entry.word}:  # {entry.title}",
                f"    deadline: {first + timedelta(days=7 * number)} 23:59",
                "    points:",
                *(
                    f"      {one.id}: {one.points:g}  # {one.title}"
                    for one in exercises_of(assignment(entry, {}))
                ),
            ]
        )
        for number, entry in enumerate(read_order(lessons))
    )
    _, _, zone = Path("/etc/localtime").resolve().as_posix().partition("/zoneinfo/")
    text = Path(__file__).with_name("example.yaml").read_text(encoding="utf-8")
    filled = text.format(lessons="\n".join(chosen), salt=secrets.token_hex(8), time_zone=zone or "UTC")
    roster = f"{','.join(COLUMNS)}\nanna.mueller,Anna,Müller,anna.mueller@example.org,10001\n"
    roster += "ben.okoro,Ben,Okoro,ben.okoro@example.org,10002\n"
    for name, content in ((CLASSROOM, filled), (ROSTER, roster)):
        if not (folder / name).exists():
            write_whole(folder / name, content)
