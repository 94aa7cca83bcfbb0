"""Read one lesson's source and refuse, by lesson and cell, whatever would break its notebook.

The convention itself is written in `pvlib.course.build`; this module only reads and judges.
"""

import ast
import hashlib
import re
from dataclasses import dataclass, field

import jupytext
from IPython.core.inputtransformer2 import TransformerManager

from pvlib.course.order import LessonEntry
from pvlib.errors import CourseError

PLACEHOLDER_MARK = "# write your lines here"
BEGIN = re.compile(r"^(?P<indent>\s*)### BEGIN SOLUTION(?:\s+placeholder:\s*(?P<placeholder>.*\S))?\s*$")
END = re.compile(r"^\s*### END SOLUTION\s*$")
MARKER = re.compile(r"###.*\b(BEGIN|END)\s+SOLUTION", re.IGNORECASE)
KEPT_METADATA = {"jupyter", "slideshow"}  # `jupyter={"source_hidden": true}` folds a long cell away


@dataclass(frozen=True)
class Cell:
    """One cell of a lesson: its fixed id, "code" or "markdown", its text with solutions, its tags."""

    id: str
    kind: str
    text: str
    tags: tuple[str, ...] = ()
    metadata: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Lesson:
    """A checked lesson source: `word` is its folder's name."""

    word: str
    cells: tuple[Cell, ...]

    @property
    def parameters(self) -> dict[str, object]:
        """The default of every parameter, by name."""
        cell = next(cell for cell in self.cells if "parameters" in cell.tags)
        return literals(cell.text, f"lesson {self.word}, cell {cell.id}")


def read_lesson(entry: LessonEntry) -> Lesson:
    """Read a lesson's source; CourseError names lesson and cell that break the convention."""
    name, path = entry.word, entry.source
    try:
        notebook = jupytext.reads(path.read_text(encoding="utf-8"), fmt="py:percent")
    except FileNotFoundError:
        raise CourseError(
            f"{path}: there is no source of this lesson; solutions come with a clone of the course, not as a package"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise CourseError(f"{path}: cannot read this lesson ({error})") from error

    cells: list[Cell] = []
    for number, raw in enumerate(notebook.cells, start=1):
        where = f"lesson {name}, cell {number} ({_first_line(raw.source)})"
        if raw.cell_type not in ("code", "markdown"):
            raise CourseError(f"{where}: is a {raw.cell_type} cell; only code and [markdown] are known")
        metadata = dict(raw.metadata)
        given = metadata.pop("id", None)
        tags = metadata.pop("tags", [])
        for key in ("title", "cell_marker", "lines_to_next_cell"):  # how jupytext remembers the text file
            metadata.pop(key, None)
        if unknown := set(metadata) - KEPT_METADATA:
            raise CourseError(
                f"{where}: unknown key {', '.join(sorted(unknown))} in its header; use id or tags"
            )
        if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
            raise CourseError(f'{where}: tags must be a list of words, such as tags=["parameters"]')
        if "raises-exception" in tags:
            raise CourseError(
                f"{where}: a raises-exception tag would stop the run; catch the error in the cell"
            )
        taken = {cell.id for cell in cells}
        if given is not None and (given in taken or not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,63}", str(given))):
            reason = "is used twice" if given in taken else "may hold only a-z, 0-9 and dashes"
            raise CourseError(f'{where}: the id "{given}" {reason}')
        cell = Cell(given or _hashed_id(raw, taken), raw.cell_type, raw.source, tuple(tags), metadata)
        _check_cell(cell, f"lesson {name}, cell {number} ({cell.id}: {_first_line(raw.source)})")
        cells.append(cell)

    parameters = [cell for cell in cells if "parameters" in cell.tags]
    if len(parameters) != 1:
        raise CourseError(
            f"lesson {name}: has {len(parameters)} cells tagged parameters; it needs exactly one"
        )
    literals(parameters[0].text, f"lesson {name}, cell {parameters[0].id}")
    return Lesson(name, tuple(cells))


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


def _check_cell(cell: Cell, where: str) -> None:
    opened = None
    for number, line in enumerate(cell.text.splitlines(), start=1):
        if not MARKER.search(line):
            continue
        if cell.kind != "code":
            raise CourseError(f"{where}, line {number}: a solution belongs in a code cell")
        if BEGIN.match(line) and opened is None:
            opened = number
        elif END.match(line) and opened is not None:
            opened = None
        else:
            raise CourseError(f"{where}, line {number}: '{line.strip()}' is misspelt or has no partner")
    if opened is not None:
        raise CourseError(f"{where}, line {opened}: BEGIN SOLUTION has no END SOLUTION in the same cell")
    if cell.kind == "code":
        _parse(with_solution(cell.text), where)
        _parse(without_solution(cell.text), f"{where}, without its solution")


def _parse(text: str, where: str) -> ast.Module:
    try:
        return ast.parse(TransformerManager().transform_cell(text))
    except SyntaxError as error:
        raise CourseError(f"{where}, line {error.lineno}: not valid Python ({error.msg})") from None


def _hashed_id(raw, taken: set[str]) -> str:
    """An id from the cell's own text, so that a change elsewhere leaves it alone; twins are counted."""
    stem = f"{raw.cell_type}-{hashlib.sha256(raw.source.encode()).hexdigest()[:8]}"
    identifier, twin = stem, 1
    while identifier in taken:
        twin += 1
        identifier = f"{stem}-{twin}"
    return identifier


def _first_line(text: str) -> str:
    line = text.strip().split("\n")[0].strip()
    return line if len(line) <= 40 else line[:39] + "…"
