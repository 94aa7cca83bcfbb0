"""What a teacher reads on Monday: a table that the learning platform imports, and one page of what the class learnt.

The page opens from the disk and asks nothing of another host; whatever students wrote is escaped in it.
"""

import csv
import io
import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import jinja2

from poster_var_course.classroom.results import STATUSES, Lesson, results_of
from poster_var_course.classroom.settings import Course, Student
from poster_var_course.order import LessonEntry
from pvlib.files import write_whole

MOODLE_NAMES = {"email": "Email address", "id": "Username", "lms_id": "ID number"}
WORDS = {"passed": "right", "wrong": "not yet right", "unwritten": "not written", "stopped": "stopped"}


def write_report(course: Course, entries: Sequence[LessonEntry]) -> list[Path]:
    """Write grades.csv, index.html and class_predictions.json into the class's folder report/; return them.

    The predictions are in the form that `reveal` reads: beside a notebook, they are shown with the answers.
    """
    lessons = results_of(course, entries)
    folder = course.folder / "report"
    page = jinja2.Environment(
        loader=jinja2.PackageLoader("poster_var_course.classroom", "."),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
    )
    text = page.get_template("report.html.jinja").render(
        course=course,
        lessons=lessons,
        totals={name: _total(lessons, name) for name in course.students},
        highest=sum(lesson.highest for lesson in lessons),
        statuses=STATUSES,
        words=WORDS,
        now=datetime.now(ZoneInfo(course.settings.time_zone)),
    )
    guesses = {name: said for lesson in lessons for name, said in lesson.guesses.items() if said}
    written = {
        "grades.csv": _table(course, lessons),
        "index.html": text,
        "class_predictions.json": json.dumps(guesses, indent=1, ensure_ascii=False) + "\n",
    }
    for name, content in written.items():
        write_whole(folder / name, content)
    return [folder / name for name in written]


def _total(lessons: Sequence[Lesson], student: str) -> float:
    return sum(lesson.points.get(student, 0.0) for lesson in lessons)


def _table(course: Course, lessons: Sequence[Lesson]) -> str:
    """One row a student, one column a lesson, and the total, as Moodle or Canvas imports it."""
    table = course.settings.table
    names = [course.own[lesson.entry.word].column or _column(lesson.entry) for lesson in lessons]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    if table.platform == "canvas":
        writer.writerow(["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *names, "Final Points"])
        possible = [_number(lesson.highest) for lesson in lessons]
        highest = _number(sum(lesson.highest for lesson in lessons))
        writer.writerow(["    Points Possible", "", "", "", "", *possible, highest])
    else:
        writer.writerow([MOODLE_NAMES[table.id], "First name", "Last name", *names, "Course total"])
    for student in course.students.values():
        points = [_points(lesson, student) for lesson in lessons]
        first, last = _plain(student.first_name), _plain(student.last_name)
        whose = [getattr(student, table.id), first, last]
        if table.platform == "canvas":
            whose = [f"{last}, {first}", student.lms_id, student.id, student.email, ""]
        writer.writerow([*whose, *points, _number(_total(lessons, student.id))])
    return text.getvalue()


def _points(lesson: Lesson, student: Student) -> str:
    """The points; 0 for nothing handed in after the deadline, and an empty field as long as there is time."""
    if student.id in lesson.points:
        return _number(lesson.points[student.id])
    return "0" if student.id in lesson.missing else ""


def _column(entry: LessonEntry) -> str:
    return f"{entry.number:02d} {entry.title.split(':')[0]}"


def _plain(name: str) -> str:
    """A name that no spreadsheet takes for a formula."""
    return f"'{name}" if name[:1] in ("=", "+", "-", "@") else name


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
