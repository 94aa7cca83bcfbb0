"""From a notebook that was handed in to answers that can be judged; whatever is odd about it becomes a remark.

Nothing here raises because of what a student's file holds: an unreadable file has no answers. A student's cells are put
into the released notebook, without their outputs, which prove nothing; the lesson's own cells are the release's.
"""

import json
import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from poster_var_course.build import OURS
from poster_var_course.classroom.assignment import RECALL_ID, Exercise, exercises_of, personal
from poster_var_course.classroom.collect import MOMENT, MOST_BYTES
from poster_var_course.classroom.judging import Cell, Submission
from poster_var_course.classroom.judging import Exercise as Judged
from poster_var_course.classroom.settings import Course, Student
from poster_var_course.classroom.traces import Traces, traces_of

# HTML, links, and TeX that makes links: with a space behind, none of them acts in the teacher's browser
ACTIVE = re.compile(r"<(?=[A-Za-z/!?])|\](?=[(\[:])|\\(?=(?:href|require|class|style|cssId)\b)")
MOST_CELLS, LONGEST_CELL = 5_000, 200_000


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What was found in a file that counts.

    Attributes:
        submission: for the judge.
        notebook: the released notebook with the student's answers.
        file: the kept original.
        moment: when it was handed in (UTC).
        remarks: one sentence each, for teacher and student.
        traces: what its outputs tell beside the answers: predictions and minutes.
    """

    submission: Submission
    notebook: NotebookNode
    file: Path
    moment: datetime
    remarks: tuple[str, ...]
    traces: Traces


def version_that_counts(course: Course, word: str, student: str) -> tuple[Path, datetime] | None:
    """The last file before the deadline, or the last of all if each is late; None if nothing was handed in."""
    folder = course.folder / "collected" / student / word
    found: list[tuple[datetime, Path]] = []
    for path in folder.glob("*/*"):
        found.append((_moment_of(path), path))
    deadline = course.deadline(word, student)
    on_time = [one for one in found if not deadline or one[0] <= deadline]
    if not found:
        return None
    moment, path = max(on_time or found)
    return path, moment


def is_set_aside(course: Course, word: str, student: str, file: Path) -> bool:
    """Whether a kept file came after the deadline and does not count, because another one came before it."""
    deadline, counting = course.deadline(word, student), version_that_counts(course, word, student)
    return bool(deadline and counting and counting[1] <= deadline and _moment_of(file) > deadline)


def read_submission(course: Course, word: str, student: Student, release: NotebookNode) -> Reading | None:
    """Read what counts of a student's files of a lesson; None if nothing was handed in."""
    found = version_that_counts(course, word, student.id)
    if found is None:
        return None
    path, moment = found
    notebook = personal(release, student.id, student.seed)
    exercises = exercises_of(release)
    content, remarks = _content(path)
    theirs = _matched(content, notebook)
    remarks += _remarks_on(content, theirs, notebook, student)
    cells: list[Cell] = []
    for cell in notebook.cells:
        exercise = next((one for one in exercises if one.cell == cell.id), None)
        if cell.id == RECALL_ID and theirs.texts[cell.id]:
            cell.source = ACTIVE.sub(r"\g<0> ", theirs.texts[cell.id][-1])
        if cell.cell_type != "code":
            continue
        if exercise:
            cell.source, remark = _answer(exercise, cell.source, theirs)
            remarks += [remark] if remark and theirs.is_of_this_lesson else []
            # what a student wrote directly below may help the answer, too: it comes first
            cells += _own(theirs.own_below[cell.id], len(cells))
        cells.append(Cell(id=cell.id, source=cell.source))
        if not exercise:
            cells += _own(theirs.own_below[cell.id], len(cells))
    return Reading(
        submission=Submission(
            student=student.id,
            lesson=word,
            seed=student.seed,
            hidden_seed=student.hidden_seed,
            cells=tuple(cells),
            exercises=tuple(Judged(id=one.id, cell=one.cell, names=one.names) for one in exercises),
        ),
        notebook=notebook,
        file=path,
        moment=moment,
        remarks=tuple(remarks),
        traces=traces_of(content),
    )


def _moment_of(path: Path) -> datetime:
    """When a kept file was handed in (UTC)."""
    return datetime.strptime(path.parent.name.partition("_")[0], MOMENT).replace(tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class _Theirs:
    """A student's cells: the texts of the lesson's cells, by id, and their own code cells by the lesson's cell above."""

    texts: dict[str, list[str]]
    own_below: dict[str, list[str]]

    @property
    def is_of_this_lesson(self) -> bool:
        return any(self.texts.values())


def _content(path: Path) -> tuple[dict[str, Any], list[str]]:
    """A notebook as plain JSON, and remarks instead of what cannot be read."""
    if path.stat().st_size > MOST_BYTES:
        return {}, [f"The file is larger than {MOST_BYTES >> 20} MiB and was not read."]
    try:
        content = json.loads(path.read_bytes().decode("utf-8-sig"))
        if not isinstance(content["cells"], list):
            raise TypeError("its cells are no list")
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        return {}, [
            f"The file is no notebook that can be read ({type(error).__name__}): is it cut short or damaged?"
        ]
    remarks = []
    if len(content["cells"]) > MOST_CELLS:
        remarks.append(f"The notebook has more than {MOST_CELLS:,} cells; the others were not read.")
    content["cells"] = [cell for cell in content["cells"][:MOST_CELLS] if isinstance(cell, dict)]
    return content, remarks


def _matched(content: dict[str, Any], notebook: NotebookNode) -> _Theirs:
    """Find the lesson's cells by nbgrader's name, else by their own id; all other code is the student's own."""
    ids = {cell.id for cell in notebook.cells}
    names = {
        cell.metadata["nbgrader"]["grade_id"]: cell.id
        for cell in notebook.cells
        if "nbgrader" in cell.metadata
    }
    theirs = _Theirs(texts=defaultdict(list), own_below=defaultdict(list))
    above = notebook.cells[0].id
    for cell in content.get("cells", ()):
        text = _text_of(cell.get("source"))
        marks = _mapping(_mapping(cell.get("metadata")).get("nbgrader"))
        known = names.get(str(marks.get("grade_id"))) or str(cell.get("id"))
        if known in ids:
            above = known
            theirs.texts[known].append(text)
        elif cell.get("cell_type") == "code" and text.strip():
            theirs.own_below[above].append(text)
    return theirs


def _answer(exercise: Exercise, blank: str, theirs: _Theirs) -> tuple[str, str]:
    """The text of an exercise's cell, from all that a student wrote for it, and a remark where that was not simple."""
    name = f"{exercise.title} ({exercise.names[0]})"
    copies = theirs.texts[exercise.cell]
    written = [text for text in copies if text.strip() != blank.strip()]
    defines = re.compile(
        "|".join(rf"^(?:def|class)\s+{one}\b|^{one}\s*(?::[^=\n]*)?=(?!=)" for one in exercise.names),
        re.MULTILINE,
    )
    below = [text for text in theirs.own_below[exercise.cell] if defines.search(text)]
    remark = ""
    if not copies:
        remark = f"The cell of {name} is missing."
    elif len(copies) > 1:
        remark = f"The cell of {name} is there {len(copies)} times; what was written counts, the last most."
    if not written and not below:
        below = [text for texts in theirs.own_below.values() for text in texts if defines.search(text)][-1:]
    if below:
        remark += f"{' ' if remark else ''}The answer to {name} stood in a cell of the student's own."
    return "\n\n\n".join([*written, *below]) or blank, remark


def _remarks_on(
    content: dict[str, Any], theirs: _Theirs, notebook: NotebookNode, student: Student
) -> list[str]:
    remarks: list[str] = []
    if not content:
        return remarks
    kernel = _mapping(_mapping(content.get("metadata")).get("kernelspec"))
    language = kernel.get("language", "python")
    if language != "python":
        remarks.append(f"The notebook has a kernel of another language ({str(language)[:40]!r}).")
    said = _mapping(_mapping(content.get("metadata")).get(OURS))
    if said.get("student", student.id) != student.id:
        remarks.append(f"It is the copy that was handed out to {str(said['student'])[:64]}.")
    if not theirs.is_of_this_lesson:
        return [*remarks, "None of this lesson's cells is in it: is it another notebook?"]
    locked = [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("locked")]
    missing = sum(not theirs.texts[cell.id] for cell in locked)
    changed = sum(
        any(text.strip() != cell.source.strip() for text in theirs.texts[cell.id]) for cell in locked
    )
    for count, what in ((missing, "missing"), (changed, "changed")):
        if count:
            remarks.append(
                f"Cells of the lesson itself that are {what}: {count}; the lesson's own were used."
            )
    return remarks


def _own(texts: list[str], number: int) -> list[Cell]:
    return [Cell(id=f"own-{number + i}", source=text) for i, text in enumerate(texts)]


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text_of(source: object) -> str:
    """A cell's text as any file can hold it; JSON allows a list of lines, and halves of surrogate pairs."""
    lines = source if isinstance(source, list) else [source]
    text = "".join(line for line in lines if isinstance(line, str))
    if len(text) > LONGEST_CELL:
        return f"# this cell was longer than {LONGEST_CELL:,} characters and was not read"
    return text.encode("utf-8", "replace").decode()
