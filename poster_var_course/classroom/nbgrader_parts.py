"""The parts of nbgrader that the course replaces, and the config that names them (nbgrader_config.py of a class).

nbgrader would execute each submission itself, beside its own files. Here no student's code runs in it: the verdicts come
from `poster_var_course.classroom.judging`, and nbgrader counts them, keeps them, and shows them in its formgrader.
"""

import json
import logging
import os
import re
import sys
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from nbgrader.plugins import BasePlugin
from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    ClearOutput,
    ComputeChecksums,
    LockCells,
    NbGraderPreprocessor,
    SaveAutoGrades,
    SaveCells,
)
from sqlalchemy.exc import SAWarning
from traitlets import Unicode
from traitlets.config import Config

from poster_var_course.checks.shown import AMBER, GREEN, HEADS
from poster_var_course.classroom.assignment import grade_id
from poster_var_course.classroom.settings import Course, Student, read_classroom
from poster_var_course.order import LessonEntry
from poster_var_course.outputs import panel
from poster_var_course.source import without_solution
from pvlib.errors import CourseError

CONFIG = "nbgrader_config.py"
CONFIG_TEXT = """\
# nbgrader and its formgrader read this file when they are started in this folder: jupyter lab
from pathlib import Path

from poster_var_course.classroom.nbgrader_parts import configure

c = get_config()  # noqa: F821 (nbgrader's own)
configure(c, Path(__file__).parent)
# your own settings of nbgrader can stand below
"""
ENDED = {**HEADS, "stopped": "■ Stopped"}


def configure(config: Config, folder: Path) -> None:
    """Let nbgrader work in a class's folder, with the course's parts in place of its own."""
    config.CourseDirectory.root = str(folder.resolve())
    config.GenerateAssignment.preprocessors = [
        LockCells, PutPlaceholders, ClearOutput, CheckCellMetadata, ComputeChecksums, SaveCells,
    ]  # fmt: skip
    config.Autograde.autograde_preprocessors = [
        TakeVerdicts,
        SaveAutoGrades,
        AssignLatePenalties,
        CheckCellMetadata,
    ]
    config.Autograde.create_student = False
    config.TakeVerdicts.folder = str(folder.resolve())
    config.AssignLatePenalties.plugin_class = LatePolicy
    config.LatePolicy.folder = str(folder.resolve())


def nbgrader_of(folder: Path) -> NbGraderAPI:
    """nbgrader's own functions, at work in a class's folder."""
    config = Config()
    configure(config, folder)
    config.NbGraderAPI.log_level = "ERROR"
    config.CourseDirectory.course_id = ""
    logging.getLogger("traitlets").setLevel("ERROR")
    warnings.filterwarnings("ignore", category=SAWarning)  # of nbgrader's own way to add a submission
    return NbGraderAPI(config=config)


def succeed(told: dict[str, Any], what: str) -> None:
    """CourseError with the last error that nbgrader reports, if it failed at `what`."""
    if not told["success"]:
        said = told.get("log") or told["error"]
        errors = re.findall(r"^\s*(?:\w+\.)*(\w+(?:Error|Exception|Entry): .+)$", said, re.MULTILINE)
        raise CourseError(f"nbgrader could not {what}: {(errors or said.splitlines())[-1]}")


@contextmanager
def gradebook_of(folder: Path) -> Iterator[Gradebook]:
    """The class's gradebook; changes are kept at the end of the block."""
    path = os.environ.get("PATH", "")
    # nbgrader calls alembic, which is installed beside this Python, when it makes a gradebook
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), path])
    try:
        opened = Gradebook(f"sqlite:///{folder.resolve() / 'gradebook.db'}", "")
    finally:
        os.environ["PATH"] = path
    with opened as gradebook:
        yield gradebook
        gradebook.db.commit()


def enter_class(course: Course) -> None:
    """Write students and deadlines into the gradebook; assignments that are not released are left out."""
    with gradebook_of(course.folder) as gradebook:
        for student in course.students.values():
            gradebook.update_or_create_student(
                student.id,
                first_name=student.first_name,
                last_name=student.last_name,
                email=student.email,
                lms_user_id=student.lms_id,
            )
        for known in gradebook.assignments:
            if known.name in course.own:
                due = course.deadline(known.name)
                known.duedate = due and due.replace(tzinfo=None)


def count_points(course: Course, api: NbGraderAPI, lesson: str, student: str, moment: datetime) -> None:
    """Let nbgrader count a submission, handed in at this moment; CourseError if it cannot."""
    due, own = course.deadline(lesson), course.deadline(lesson, student)
    more = own - due if own and due and own != due else None
    with gradebook_of(course.folder) as gradebook:
        handed_in = moment.astimezone(UTC).replace(tzinfo=None)
        gradebook.update_or_create_submission(lesson, student, timestamp=handed_in, extension=more)
    succeed(api.autograde(lesson, student), f"grade {lesson} of {student}")


def make_feedback(course: Course, entries: Iterable[LessonEntry], students: Iterable[Student]) -> list[Path]:
    """Make nbgrader's page of every graded submission of these lessons and students; return the pages."""
    api = nbgrader_of(course.folder)
    pages = []
    chosen = list(students)
    for entry in entries:
        for student in chosen:
            if (course.folder / "autograded" / student.id / entry.word).is_dir():
                told = api.generate_feedback(entry.word, student.id)
                succeed(told, f"make the feedback of {student.id} on {entry.word}")
                pages.append(course.folder / "feedback" / student.id / entry.word / f"{entry.word}.html")
    return pages


def verdict_file(folder: Path, lesson: str, student: str) -> Path:
    """Where the verdicts on a student's lesson are kept."""
    return folder / "verdicts" / lesson / f"{student}.json"


class PutPlaceholders(NbGraderPreprocessor):
    """Take the solutions out and put the course's own placeholders in, as in the lessons' notebooks."""

    def preprocess_cell(self, cell: NotebookNode, resources: Any, index: int) -> tuple[NotebookNode, Any]:
        if cell.cell_type == "code":
            cell.source = without_solution(cell.source)
        return cell, resources


class TakeVerdicts(NbGraderPreprocessor):
    """Show each graded cell's verdict as its output, from which nbgrader takes the points.

    A passed check gives a result, the number of its points; any other ends in an error, which is worth none. So does a
    missing verdict.
    """

    folder = Unicode(help="of the class").tag(config=True)

    def preprocess(self, notebook: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        where = resources["nbgrader"]
        path = verdict_file(Path(self.folder), where["assignment"], where["student"])
        try:
            verdicts = json.loads(path.read_text(encoding="utf-8"))["verdicts"]
        except OSError:
            verdicts = []
        known = {grade_id(verdict["id"]): verdict for verdict in verdicts}
        for cell in notebook.cells:
            marks = cell.metadata.get("nbgrader", {})
            if cell.cell_type == "code" and marks.get("grade"):
                cell.outputs = _outputs(known.get(marks["grade_id"]), marks["points"])
        return notebook, resources


def _outputs(verdict: dict[str, Any] | None, points: float) -> list[NotebookNode]:
    if verdict is None:
        words = "This exercise was not judged."
        return [new_output("error", ename="NotJudged", evalue=words, traceback=[words])]
    passed = verdict["status"] == "passed"
    lines = [verdict["message"], f"Hint: {verdict['hint']}" if verdict["hint"] else ""]
    data = panel(ENDED[verdict["status"]], list(filter(None, lines)), GREEN if passed else AMBER, {})
    data["text/plain"] = f"{points if passed else 0.0}"  # nbgrader reads the points from here
    shown = [new_output("execute_result", data=data)]
    if verdict["printed"]:
        shown.insert(0, new_output("stream", name="stdout", text=verdict["printed"]))
    return shown


class LatePolicy(BasePlugin):
    """The late policy of classroom.yaml."""

    folder = Unicode(help="of the class").tag(config=True)

    def late_submission_penalty(self, student: str, score: float, seconds: float) -> float:
        """The points that this student loses: nbgrader asks once for each late notebook."""
        classroom, _, _ = read_classroom(Path(self.folder))
        return classroom.late.penalty(score, seconds)
