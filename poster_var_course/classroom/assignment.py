"""A lesson as an nbgrader assignment: which cells a student writes, which are graded, and how a personal copy differs.

An exercise cell is a solution cell; the `check(…)` below it is the autograded cell with the points; the recall questions get
one cell for answers that a teacher reads, without points. All else is locked. nbgrader names a cell by its grade id:
the cell's own id, or "grade-name" of the check `word.name`.
"""

import ast
import copy
import re
from collections.abc import Mapping
from dataclasses import dataclass

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from poster_var_course.build import OURS, build, text_sha256
from poster_var_course.order import LessonEntry
from poster_var_course.source import MARKER, read_lesson
from pvlib.errors import CourseError

RECALL = re.compile(r"^## Ten questions", re.MULTILINE)
RECALL_ID = "recall-answers"
RECALL_TEXT = "**Your answers to the ten questions** (your teacher reads them; they give no points):\n\n1. "
POINTS = {"stretch": 3, "hard": 3, "warm-up": 1, "easy": 1, "core": 2, "medium": 2}  # the first that is found
USUAL = 2
SEED = re.compile(r"^seed\s*=[^#\n]*", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """A graded exercise: its check's id, the id of the cell with the answer, and the names that the check is called with.

    Attributes:
        points: for a right answer.
        title: what the lesson calls it, "Exercise 2".
    """

    id: str
    cell: str
    names: tuple[str, ...]
    points: float
    title: str


def grade_id(check: str) -> str:
    """What nbgrader calls the graded cell of this check; its ids have no dots."""
    return f"grade-{check.partition('.')[2]}"


def assignment(entry: LessonEntry, points: Mapping[str, float]) -> NotebookNode:
    """The teacher's version of a lesson: with its solutions, and with nbgrader's marks.

    Args:
        entry: the lesson, from a clone, since solutions are in no package.
        points: for some exercises by id; the others have what their difficulty says.

    Raises:
        CourseError: a check that stands beside other lines or belongs to no exercise, or points of an unknown exercise.
    """
    notebook = build(entry)
    marked = {cell.id: cell.source for cell in read_lesson(entry)}
    cells: list[NotebookNode] = []
    said, open_exercise = "", False  # the last text, and whether an exercise above waits for its check
    for cell in notebook.cells:
        where = f"lesson {entry.word}, cell {cell.id}"
        if cell.cell_type == "markdown":
            said = cell.source
            cells.append(_marked(cell, locked=True))
            if RECALL.search(cell.source):
                cells.append(_marked(new_markdown_cell(RECALL_TEXT, id=RECALL_ID), points=0, solution=True))
            continue
        is_exercise = bool(MARKER.search(marked.get(cell.id, "")))
        rest, check = _split(marked[cell.id] if is_exercise else cell.source, where)
        if is_exercise:
            open_exercise = True
            cells.append(_marked(new_code_cell(rest, id=cell.id, metadata=cell.metadata), solution=True))
        elif check is None:
            # a personal seed goes into the parameters: no lock that nbgrader compares, but nobody edits them either
            parameters = "parameters" in cell.metadata.get("tags", ())
            cells.append(_kept(cell) if parameters else _marked(cell, locked=True))
        if check is not None:
            if not open_exercise or (rest.strip() and not is_exercise):
                raise CourseError(
                    f"{where}: check(…) is the last line of its exercise's cell, or alone in the next one"
                )
            identifier, names = check
            graded = new_code_cell(
                f'check("{identifier}", {", ".join(names)})',
                id=grade_id(identifier) if is_exercise else cell.id,
            )
            worth = points.get(identifier, _usual_points(said))
            cells.append(_marked(graded, grade_id(identifier), points=float(worth)))
            open_exercise = False
    notebook.cells = cells
    known = [exercise.id for exercise in exercises_of(notebook)]
    if unknown := set(points) - set(known):
        raise CourseError(
            f"lesson {entry.word} has no exercise {min(unknown)} to give points for; it has {', '.join(known)}"
        )
    return notebook


def exercises_of(notebook: NotebookNode) -> tuple[Exercise, ...]:
    """The graded exercises of an assignment, in order."""
    found, cell, title = [], "", ""
    for each in notebook.cells:
        marks = each.metadata.get("nbgrader", {})
        if each.cell_type == "markdown" and (titled := re.search(r"\*\*(Exercise[^*]*)\*\*", each.source)):
            title = titled[1]
        elif marks.get("solution"):
            cell = each.id
        elif marks.get("grade"):
            _, check = _split(each.source, each.id)
            assert check is not None
            found.append(
                Exercise(id=check[0], cell=cell, names=check[1], points=float(marks["points"]), title=title)
            )
    return tuple(found)


def personal(release: NotebookNode, student: str, seed: int) -> NotebookNode:
    """A student's own copy of a released notebook: another seed among the parameters, and the name in the metadata."""
    own = copy.deepcopy(release)
    for cell in own.cells:
        if "parameters" in cell.metadata.get("tags", ()):
            cell.source = SEED.sub(f"seed = {seed}", cell.source, count=1)
    # a hash of the copy's own text, so that work in it is told from an untouched copy
    own.metadata[OURS] = release.metadata[OURS] | {
        "student": student,
        "seed": seed,
        "sha256": text_sha256(own),
    }
    return own


def _split(source: str, where: str) -> tuple[str, tuple[str, tuple[str, ...]] | None]:
    """A cell's text without the check in its last line; and that check's id and names."""
    *_, last = [None, *ast.parse(source).body]
    call = last.value if isinstance(last, ast.Expr) else None
    if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "check"):
        return source, None
    lines = source.splitlines()
    if call.end_lineno != len(lines):
        raise CourseError(f"{where}: nothing stands behind check(…), not even a comment")
    match call.args:
        case [ast.Constant(value=str(identifier)), *given] if not call.keywords:
            names = tuple(name.id for name in given if isinstance(name, ast.Name))
            if names and len(names) == len(given):
                return "\n".join(lines[: call.lineno - 1]).rstrip(), (identifier, names)
    raise CourseError(f'{where}: write check("word.exercise", name), with names alone behind the id')


def _usual_points(said: str) -> int:
    """The points of an exercise by what its text says: "**Exercise 2** · 5 minutes · core · …"."""
    facts = re.search(r"\*\*Exercise[^*]*\*\*((?:\s*·[^·.]*)*)", said)
    return next((value for word, value in POINTS.items() if facts and word in facts[1]), USUAL)


def _marked(
    cell: NotebookNode,
    name: str | None = None,
    *,
    solution: bool = False,
    locked: bool = False,
    points: float | None = None,
) -> NotebookNode:
    """The cell with nbgrader's metadata (its schema 3)."""
    grade = {} if points is None else {"points": points}
    cell.metadata["nbgrader"] = {
        "schema_version": 3, "grade": points is not None, "solution": solution, "task": False,
        "locked": locked or (points is not None and not solution), "grade_id": name or cell.id, **grade,
    }  # fmt: skip
    return cell


def _kept(cell: NotebookNode) -> NotebookNode:
    cell.metadata |= {"editable": False, "deletable": False}
    return cell
