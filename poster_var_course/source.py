"""Read one lesson's source and refuse, by lesson and cell, whatever would break its notebook.

The convention itself is written in lessons/README.md; this module only reads and judges.
"""

import ast
import hashlib
import itertools
import re

import jupytext
from IPython.core.inputtransformer2 import TransformerManager
from nbformat import NotebookNode

from poster_var_course.order import LessonEntry
from poster_var_course.placeholder import PLACEHOLDER_MARK
from pvlib.errors import CourseError

BEGIN = re.compile(r"^(?P<indent>\s*)### BEGIN SOLUTION(?:\s+placeholder:\s*(?P<placeholder>.*\S))?\s*$")
END = re.compile(r"^\s*### END SOLUTION\s*$")
MARKER = re.compile(r"###.*\b(BEGIN|END)\s+SOLUTION", re.IGNORECASE)
KEPT_METADATA = {"tags", "jupyter", "slideshow"}  # `jupyter={"source_hidden": true}` folds a long cell away


def read_lesson(entry: LessonEntry) -> list[NotebookNode]:
    """The cells of a lesson's source, each with its fixed id; CourseError names one that breaks the convention."""
    try:
        notebook = jupytext.reads(entry.source.read_text(encoding="utf-8"), fmt="py:percent")
    except FileNotFoundError:
        raise CourseError(
            f"{entry.source}: there is no source of this lesson; solutions come with a clone of the course, not as a "
            "package"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise CourseError(f"{entry.source}: cannot read this lesson ({error})") from error
    taken: set[str] = set()
    for number, cell in enumerate(notebook.cells, start=1):
        where = f"lesson {entry.word}, cell {number} ({_first_line(cell.source)})"
        if cell.cell_type not in ("code", "markdown"):
            raise CourseError(f"{where}: is a {cell.cell_type} cell; only code and [markdown] are known")
        cell.id = _identifier(cell, taken, where)
        taken.add(cell.id)
        _check_header(cell, where)
        _check_text(cell, f"lesson {entry.word}, cell {number} ({cell.id}: {_first_line(cell.source)})")
    return list(notebook.cells)


def without_solution(text: str) -> str:
    """The learner's version of a cell: each solution becomes one placeholder line at the same indentation."""
    kept: list[str] = []
    hidden = False
    for line in text.splitlines():
        if begin := BEGIN.match(line):
            hidden = True
            kept.append(f"{begin['indent']}{begin['placeholder'] or '...'}  {PLACEHOLDER_MARK}")
        elif END.match(line):
            hidden = False
        elif not hidden:
            kept.append(line)
    return "\n".join(kept)


def with_solution(text: str) -> str:
    """The teacher's version of a cell: the solution stays, the two marker lines go."""
    return "\n".join(line for line in text.splitlines() if not MARKER.search(line))


def literals(text: str, where: str) -> dict[str, object]:
    """The `name = literal` lines of a parameters cell, in order; CourseError at `where` for all else."""
    values: dict[str, object] = {}
    for statement in _parse(text, where).body:
        line = f"{where}, line {statement.lineno}"
        if not isinstance(statement, ast.Assign | ast.AnnAssign) or statement.value is None:
            raise CourseError(f"{line}: a parameters cell holds only lines of the form name = literal")
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        target = targets[0]
        if len(targets) != 1 or not isinstance(target, ast.Name) or target.id in values:
            raise CourseError(f"{line}: each parameter is set once, in a line of its own: name = literal")
        try:
            values[target.id] = ast.literal_eval(statement.value)
        except (ValueError, TypeError, SyntaxError):
            reason = "is not a literal; derive it in a later cell, or an injected value would leave it stale"
            raise CourseError(f"{line}: the value of {target.id} {reason}") from None
    return values


def _check_header(cell: NotebookNode, where: str) -> None:
    for key in ("title", "cell_marker", "lines_to_next_cell"):  # how jupytext remembers the text file
        cell.metadata.pop(key, None)
    if unknown := set(cell.metadata) - KEPT_METADATA:
        raise CourseError(f"{where}: unknown key {', '.join(sorted(unknown))} in its header; use id or tags")
    tags = cell.metadata.get("tags", [])
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        raise CourseError(f'{where}: tags must be a list of words, such as tags=["parameters"]')
    if "raises-exception" in tags:
        raise CourseError(f"{where}: a raises-exception tag would stop the run; catch the error in the cell")


def _check_text(cell: NotebookNode, where: str) -> None:
    opened = None
    for number, line in enumerate(cell.source.splitlines(), start=1):
        if not MARKER.search(line):
            continue
        if cell.cell_type != "code":
            raise CourseError(f"{where}, line {number}: a solution belongs in a code cell")
        if BEGIN.match(line) and opened is None:
            opened = number
        elif END.match(line) and opened is not None:
            opened = None
        else:
            raise CourseError(f"{where}, line {number}: '{line.strip()}' is misspelt or has no partner")
    if opened is not None:
        raise CourseError(f"{where}, line {opened}: BEGIN SOLUTION has no END SOLUTION in the same cell")
    if cell.cell_type == "code":
        _parse(with_solution(cell.source), where)
        _parse(without_solution(cell.source), f"{where}, without its solution")


def _parse(text: str, where: str) -> ast.Module:
    try:
        return ast.parse(TransformerManager().transform_cell(text))
    except SyntaxError as error:
        raise CourseError(f"{where}, line {error.lineno}: not valid Python ({error.msg})") from None


def _identifier(cell: NotebookNode, taken: set[str], where: str) -> str:
    """The given id, or one of the cell's own text, so that a change elsewhere leaves it alone; twins are counted."""
    given = cell.metadata.pop("id", None)
    if given is None:
        stem = f"{cell.cell_type}-{hashlib.sha256(cell.source.encode()).hexdigest()[:8]}"
        twins = (f"{stem}-{number}" for number in itertools.count(2))
        return next(name for name in itertools.chain([stem], twins) if name not in taken)
    if given in taken or not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,63}", str(given)):
        reason = "is used twice" if given in taken else "may hold only a-z, 0-9 and dashes"
        raise CourseError(f'{where}: the id "{given}" {reason}')
    return str(given)


def _first_line(text: str) -> str:
    line = text.strip().split("\n")[0].strip()
    return line if len(line) <= 40 else line[:39] + "…"
