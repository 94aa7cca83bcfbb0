"""A class of thirty for the classroom's tools: blank, perfect, mistaken and hostile submissions, and what each must get.

    pvlib classroom init term
    python -m lessons.simulated_class enrol term              # a roster of thirty
    pvlib classroom release --dir term
    python -m lessons.simulated_class answer term downloads   # their notebooks, named as platforms name them
    pvlib classroom collect --dir term downloads
    pvlib classroom grade --dir term
    python -m lessons.simulated_class compare term            # gradebook and verdicts against what must come

The mistakes are the recorded wrong answers of lessons/*/test_answers.py: each is given by some student.
"""

import ast
import inspect
import json
import sys
import textwrap
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook

from poster_var_course.classroom.assignment import Exercise, exercises_of, grade_id
from poster_var_course.order import LessonEntry, find_lessons, read_order
from poster_var_course.source import with_solution

BLANK, PERFECT, MISTAKEN, HOSTILE = 3, 3, 18, 6
PLAN = "simulated_class.json"
TABLES = ("RIGHT", "WRONG", "EXAMPLES", "OURS")

# Hostile answers: each takes the place of a lesson's first answer; the others are right and must get their points.
ANSWERS = {
    "loops": "while True: pass",
    "dies": "import ctypes; ctypes.string_at(0)",
    "exits": "import os; os._exit(0)",
    "exits with success": "import sys; sys.exit(0)",
    "forks": "import os\nwhile True: os.fork()",
    "fills the memory": "kept = []\nwhile True: kept.append(bytearray(10**8))",
    "fills the disk": "open('/tmp/simulated-class-fills-the-disk', 'wb').write(bytes(10**9))",
    "prints a gigabyte": "for _ in range(10**6): print('x' * 1000)",
    "replaces torch": "import torch; torch.allclose = torch.equal = lambda *a, **k: True; {name} = lambda *a: 0",
    "replaces pvlib": "import pvlib.losses as l; l.cross_entropy = None; {name} = lambda *a: 0",
    "replaces the check": (
        "import poster_var_course.checks as c, poster_var_course.checks.mechanism as m\n"
        "c.check = m.run_check = m.tell = lambda *a, **k: None; {name} = lambda *a: 0"
    ),
    "reads the instructor's files": "{name} = lambda *a: open('{folder}/source/{lesson}/{lesson}.ipynb').read()",
    "reads the gradebook": "{name} = lambda *a: open('{folder}/gradebook.db', 'rb').read()",
    "asks the network": "import urllib.request; urllib.request.urlopen('http://127.0.0.1:9')",
    "looks into frames": "import sys\ndef {name}(*a):\n    f = sys._getframe()\n    while f: f = f.f_back\n    return 0",
    "is not Python": "def {name}(:",
    "hides behind a name": "class {name}: __call__ = print",
}


def _broken_json(text: str) -> str:
    return text[: len(text) // 2]


def _without_first_answer(notebook: NotebookNode, cell: str) -> None:
    notebook.cells = [one for one in notebook.cells if one.id != cell]


def _renamed(notebook: NotebookNode, cell: str) -> None:
    for one in notebook.cells:
        if one.id == cell:
            one.id, one.metadata = "mine", {}


def _doubled(notebook: NotebookNode, cell: str) -> None:
    at = next(i for i, one in enumerate(notebook.cells) if one.id == cell)
    notebook.cells.insert(at + 1, NotebookNode(notebook.cells[at] | {"source": "# nothing here"}))


def _wrong_kernel(notebook: NotebookNode, cell: str) -> None:
    notebook.metadata["kernelspec"] = {"name": "julia-1.9", "display_name": "Julia", "language": "julia"}


def _forged_output(notebook: NotebookNode, cell: str) -> None:
    """The first answer is taken back, and its check's output says that it has passed."""
    for one in notebook.cells:
        if one.id == cell:
            one.source = "..."
        if one.cell_type == "code" and one.source.startswith("check("):
            data = {
                "application/vnd.pvlib.check+json": {"id": "x", "status": "passed"},
                "text/plain": "✔ Passed",
            }
            one.outputs = [nbformat.v4.new_output("display_data", data=data)]


def _other_points(notebook: NotebookNode, cell: str) -> None:
    for one in notebook.cells:
        if one.metadata.get("nbgrader", {}).get("grade"):
            one.metadata.nbgrader.points = 1000.0
        if one.id == cell:
            one.source = "..."


# What is done to a whole notebook, and whether its first answer is lost by that.
NOTEBOOKS: dict[str, tuple[Callable[[NotebookNode, str], None], bool]] = {
    "deletes a cell": (_without_first_answer, True),
    "renames a cell": (_renamed, False),  # found by its check, and remarked on
    "doubles a cell": (_doubled, False),
    "names a wrong kernel": (_wrong_kernel, False),
    "forges an output": (_forged_output, True),
    "gives itself points": (_other_points, True),
}
FILES: dict[str, Callable[[str], str]] = {
    "is broken JSON": _broken_json,
    "is empty": lambda text: "",
    "is no notebook": lambda text: "{}",
}


@dataclass(frozen=True)
class Expected:
    """What an exercise of a student must get: its points or none, and words of the verdict."""

    student: str
    lesson: str
    exercise: str
    passed: bool
    words: str
    kind: str


def students() -> list[str]:
    kinds = ["blank"] * BLANK + ["perfect"] * PERFECT + ["mistaken"] * MISTAKEN + ["hostile"] * HOSTILE
    return [f"{kind}{number:02d}" for number, kind in enumerate(kinds, start=1)]


def enrol(folder: Path) -> None:
    """Write a roster of thirty into a class's folder."""
    rows = [
        f"{name},{name.title()},Example,{name}@example.org,{1000 + i}" for i, name in enumerate(students())
    ]
    (folder / "roster.csv").write_text("\n".join(["id,first_name,last_name,email,lms_id", *rows]) + "\n")


def answer(folder: Path, downloads: Path) -> None:
    """Fill in everybody's copies and write them as a platform's download, and what they must get beside the roster."""
    downloads.mkdir(parents=True, exist_ok=True)
    plan: list[Expected] = []
    for entry in read_order(find_lessons()):
        released = folder / "source" / entry.word / f"{entry.word}.ipynb"
        if not released.exists():  # the class leaves this lesson out
            continue
        source = nbformat.read(released, as_version=4)
        exercises = exercises_of(source)
        right = {cell.id: with_solution(cell.source) for cell in source.cells}
        wrong = wrong_answers(entry)
        for number, student in enumerate(students()):
            copy = nbformat.read(folder / "handout" / student / f"{entry.name}.ipynb", as_version=4)
            text, expected = _answered(
                copy, entry, student, number, exercises, right, wrong, folder.resolve()
            )
            plan += expected
            name = f"Example_{student}_{1000 + number}_assignsubmission_file_{entry.name}.ipynb"
            (downloads / name).write_text(text, encoding="utf-8")
    (folder / PLAN).write_text(json.dumps([asdict(one) for one in plan], indent=1))


def _answered(
    copy: NotebookNode, entry: LessonEntry, student: str, number: int, exercises: tuple[Exercise, ...],
    right: dict[str, str], wrong: dict[str, list[tuple[str, str]]], folder: Path,
) -> tuple[str, list[Expected]]:  # fmt: skip
    """The text of a student's notebook, and what it must get."""
    cells = {cell.id: cell for cell in copy.cells}
    results = {exercise.id: (True, "", "right") for exercise in exercises}
    kind = student.rstrip("0123456789")
    if kind == "blank":
        results = dict.fromkeys(results, (False, "", "blank"))
    else:
        for exercise in exercises:
            cells[exercise.cell].source = right[exercise.cell]
    if kind == "mistaken":
        for exercise in exercises:
            known = wrong[exercise.id.partition(".")[2]]
            text, words = known[(number - BLANK - PERFECT) % len(known)]
            cells[exercise.cell].source = f"{text}\n{exercise.names[0]} = recorded()"
            results[exercise.id] = (False, words, "mistaken")
    text = ""
    if kind == "hostile":
        first = exercises[0]
        tricks = [*ANSWERS, *NOTEBOOKS, *FILES]
        trick = tricks[((number - BLANK - PERFECT - MISTAKEN) * 6 + entry.number) % len(tricks)]
        if trick in ANSWERS:
            given = {"name": first.names[0], "folder": folder, "lesson": entry.word}
            cells[first.cell].source = ANSWERS[trick].format(**given)
            results[first.id] = (False, "", trick)
        elif trick in NOTEBOOKS:
            change, lost = NOTEBOOKS[trick]
            change(copy, first.cell)
            results[first.id] = (not lost, "", trick)
        else:
            text = FILES[trick](json.dumps(copy))
            results = dict.fromkeys(results, (False, "", trick))
            return text, [Expected(student, entry.word, key, *value) for key, value in results.items()]
    return json.dumps(copy), [  # by nbformat a doubled id would be mended
        Expected(student, entry.word, key, *value) for key, value in results.items()
    ]


def wrong_answers(entry: LessonEntry) -> dict[str, list[tuple[str, str]]]:
    """The recorded wrong answers of a lesson by exercise: a text that defines `recorded`, which returns it, and words."""
    module = import_module(f"lessons.{entry.word}.test_answers")
    tree = ast.parse(inspect.getsource(module))
    before = [line for line in tree.body if not _is_of_the_tests(line)]
    found: dict[str, list[tuple[str, str]]] = {}
    for line in tree.body:
        if isinstance(line, ast.Assign) and getattr(line.targets[0], "id", "") == "WRONG":
            assert isinstance(line.value, ast.List)
            for row in line.value.elts:
                assert isinstance(row, ast.Tuple)
                exercise, text, words = row.elts
                # in a function of its own, where no name of the exercise is in the way of its helpers
                start = textwrap.indent(ast.unparse(ast.Module(before, [])), "    ")
                program = f"def recorded():\n{start}\n    return {ast.unparse(text)}\n\n"
                found.setdefault(ast.literal_eval(exercise), []).append((program, ast.literal_eval(words)))
    return found


def _is_of_the_tests(line: ast.stmt) -> bool:
    if isinstance(line, ast.ImportFrom):
        return line.module == "lessons.answer_tests"
    if isinstance(line, ast.Import):
        return line.names[0].name == "pytest"
    if isinstance(line, ast.Assign):
        names = {getattr(one, "id", "") for one in ast.walk(line)}
        return bool(names & {*TABLES, "answer_tests", "TESTS"})
    return isinstance(line, ast.FunctionDef) and line.name.startswith("test_")


def compare(folder: Path) -> int:
    """Print whatever is not as it must be, in the verdicts and in nbgrader's gradebook; return how many."""
    plan = [Expected(**one) for one in json.loads((folder / PLAN).read_text())]
    differences = 0
    with Gradebook(f"sqlite:///{(folder / 'gradebook.db').resolve()}") as book:
        for one in plan:
            path = folder / "verdicts" / one.lesson / f"{one.student}.json"
            verdicts = {each["id"]: each for each in json.loads(path.read_text())["verdicts"]}
            verdict = verdicts[one.exercise]
            submission = book.find_submission_notebook(one.lesson, one.lesson, one.student)
            grade = next(g for g in submission.grades if g.name == grade_id(one.exercise))
            wanted = grade.max_score if one.passed else 0.0
            said = f"{verdict['message']} {verdict['hint']}"
            if (
                (verdict["status"] == "passed") != one.passed
                or grade.score != wanted
                or one.words not in said
            ):
                differences += 1
                print(f"{one}\n  points {grade.score} of {grade.max_score}, {verdict}")
    print(
        f"{len(plan)} answers of {len({one.student for one in plan})} students; {differences} are not as they must be"
    )
    return differences


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["enrol", folder]:
            enrol(Path(folder))
        case ["answer", folder, downloads]:
            answer(Path(folder), Path(downloads))
        case ["compare", folder]:
            sys.exit(bool(compare(Path(folder))))
        case _:
            sys.exit(__doc__)
