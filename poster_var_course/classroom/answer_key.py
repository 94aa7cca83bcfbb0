"""One lesson's answer key, made of what the lesson already holds: tasks, solutions, wrong answers and why they are wrong.

The wrong answers are those of `test_answers.py`, each given to its check, whose hint is the reason. Mistakes that a
check knows beyond these are read from its source. So nothing is written twice, and nothing can go stale.
"""

import ast
import importlib
import re
from dataclasses import dataclass, field
from pathlib import Path

from poster_var_course.build import build
from poster_var_course.checks import run_check
from poster_var_course.order import LessonEntry
from poster_var_course.source import BEGIN, END, read_lesson
from pvlib.errors import CourseError

CHECK = re.compile(r'^check\(\s*"[\w]+\.(\w+)".*', re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """What a teacher needs of one exercise.

    `solution` has the lines of its cells, each with whether it is the learner's to write; `wrong` has answers by
    reason, both in the order of the check.
    """

    name: str
    task: str
    solution: list[tuple[str, bool]]
    wrong: dict[str, list[str]]


@dataclass(kw_only=True)
class AnswerKey:
    """A lesson's exercises, the functions that its recorded wrong answers use, and its ten questions (Markdown)."""

    exercises: list[Exercise] = field(default_factory=list)
    helpers: list[str] = field(default_factory=list)
    questions: str = ""


def answer_key(entry: LessonEntry) -> AnswerKey:
    """Read one lesson's key; CourseError says what of it is not here, as in an installed package."""
    marked = {cell.id: cell.source for cell in read_lesson(entry)}
    recorded = _recorded(entry)
    known = _known(entry.folder / "checks_and_hints.py")
    key, task, solution = AnswerKey(), "", []
    for cell in build(entry, solved=True).cells:
        if cell.cell_type == "markdown":
            task = _task(cell.source) or task
            if "\n## Ten questions" in f"\n{cell.source}":
                key.questions = "## Ten questions" + cell.source.partition("## Ten questions")[2]
        elif cell.id in marked:
            source = marked[cell.id]
            if any(map(BEGIN.match, source.splitlines())):
                solution += _lines(CHECK.sub("", source).rstrip())
            if solution and (check := CHECK.search(source)):
                name = check[1]
                wrong = _reasons(entry.word, name, recorded)
                for reason, value in known.get(name, []):
                    wrong.setdefault(reason, [f"value: {value}"])
                key.exercises.append(Exercise(name=name, task=task, solution=solution, wrong=wrong))
                solution = []
    key.helpers = _helpers(entry, [source for _, _, source in recorded])
    return key


def _task(prose: str) -> str:
    """The quoted block of a Markdown cell that states an exercise, without its marks."""
    block: list[str] = []
    for line in [*prose.splitlines(), ""]:
        if line.startswith(">"):
            block.append(line[1:].removeprefix(" "))
        elif any("**Exercise" in said for said in block):
            return "\n".join(block)
        else:
            block = []
    return ""


def _lines(source: str) -> list[tuple[str, bool]]:
    lines, inside = [], False
    for line in source.splitlines():
        if BEGIN.match(line) or END.match(line):
            inside = bool(BEGIN.match(line))
        else:
            lines.append((line, inside))
    return lines


def _recorded(entry: LessonEntry) -> list[tuple[str, object, str]]:
    """The lesson's table WRONG: exercise, answer, and the answer's own source."""
    path = entry.folder / "test_answers.py"
    try:
        text = path.read_text(encoding="utf-8")
    except OSError:
        raise CourseError(
            f"{path}: there is no such file; answer keys are made in a clone of the course"
        ) from None
    try:
        table = importlib.import_module(f"lessons.{entry.word}.test_answers").WRONG
    except ModuleNotFoundError as error:
        raise CourseError(f"{path}: needs {error.name}; use the environment that make test makes") from error
    written = _assigned(ast.parse(text), "WRONG")
    if not isinstance(written, ast.List) or len(written.elts) != len(table):
        raise CourseError(f"{path}: WRONG must be one list of (exercise, answer, words of its hint)")
    sources = [ast.get_source_segment(text, row.elts[1]) or "" for row in written.elts]  # type: ignore[attr-defined]
    return [(name, yours, _dedented(source)) for (name, yours, _), source in zip(table, sources, strict=True)]


def _reasons(word: str, name: str, recorded: list[tuple[str, object, str]]) -> dict[str, list[str]]:
    wrong: dict[str, list[str]] = {}
    for exercise, yours, source in recorded:
        if exercise == name:
            result = run_check(f"{word}.{name}", yours)
            wrong.setdefault(result.hint or result.message, []).append(source)
    return wrong


def _known(checks: Path) -> dict[str, list[tuple[str, str]]]:
    """By exercise, the (reason, value) that a check compares an answer with: the pairs of its `mistakes`."""
    text = checks.read_text(encoding="utf-8")
    known: dict[str, list[tuple[str, str]]] = {}
    for judge in ast.parse(text).body:
        if isinstance(judge, ast.FunctionDef):
            for decorator in judge.decorator_list:
                if isinstance(decorator, ast.Call) and isinstance(decorator.args[0], ast.Constant):
                    name = str(decorator.args[0].value).partition(".")[2]
                    known[name] = [found for node in ast.walk(judge) if (found := _mistake(node))]
    return known


def _mistake(node: ast.AST) -> tuple[str, str] | None:
    """The reason and the value, as source, of a pair (value, "A sentence.")."""
    match node:
        case ast.Tuple(elts=[value, ast.Constant(value=str(reason))]) if " " in reason:
            return None if isinstance(value, ast.Constant) else (reason, ast.unparse(value))
    return None


def _helpers(entry: LessonEntry, sources: list[str]) -> list[str]:
    """What these sources use of test_answers.py (functions, classes, constants), and what that uses in turn."""
    text = (entry.folder / "test_answers.py").read_text(encoding="utf-8")
    defined = {}
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            defined[node.name] = ast.get_source_segment(text, node) or ""
        elif isinstance(node, ast.Assign):
            names = [
                part.id
                for part in ast.walk(node)
                if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)
            ]
            defined |= dict.fromkeys(names, ast.get_source_segment(text, node) or "")
    used: set[str] = set()
    waiting = set(re.findall(r"\w+", " ".join(sources)))
    while new := (waiting & defined.keys()) - used:
        used |= new
        waiting |= set(re.findall(r"\w+", " ".join(defined[name] for name in new)))
    return list(dict.fromkeys(source for name, source in defined.items() if name in used))


def _assigned(module: ast.Module, name: str) -> ast.expr | None:
    for node in module.body:
        if isinstance(node, ast.Assign) and [getattr(target, "id", "") for target in node.targets] == [name]:
            return node.value
    return None


def _dedented(source: str) -> str:
    """A piece cut out of an indented table: the lines after the first moved to the left."""
    first, *rest = source.splitlines()
    indent = min((len(line) - len(line.lstrip()) for line in rest if line.strip()), default=0)
    return "\n".join([first, *(line[max(0, indent - 4) :] for line in rest)])
