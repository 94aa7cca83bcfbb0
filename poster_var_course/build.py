"""Make notebooks/NN_word.ipynb, which a learner opens, from lessons/word/lesson.py, which an author edits.

How a lesson is written stands in lessons/README.md. A notebook has fixed cell ids, no outputs, a hash of its own
text (so that a learner's work is told from a stale notebook and never written over), and the same bytes on every
machine.
"""

import hashlib
import json
import re
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from poster_var_course.formulas import check_formulas
from poster_var_course.glossary import as_list, mark_first_uses, read_glossary
from poster_var_course.order import LessonEntry, read_order
from poster_var_course.parameters import notebook_parameters
from poster_var_course.source import read_lesson, with_solution, without_solution
from pvlib.errors import CourseError
from pvlib.files import atomic_write

METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python", "file_extension": ".py", "mimetype": "text/x-python"},
}
WHICH_PVLIB = """\
# The course's library is called pvlib, and so is a package about solar energy. Which one is here?
from importlib.util import find_spec
from pathlib import Path

found = getattr(find_spec("pvlib"), "origin", None)
if not found or "POSTER-Var" not in Path(found).read_text(encoding="utf-8"):
    raise ImportError(
        f"this kernel's pvlib is {found or 'missing'}, not the course's library: start the lessons with "
        "make lab, or choose the kernel of the course's own environment"
    )"""
OURS = "poster_var_course"  # the key of our own entry in a notebook's metadata


def build(entry: LessonEntry, *, solved: bool = False) -> NotebookNode:
    """The notebook of one lesson, without its solutions unless `solved`."""
    version = with_solution if solved else without_solution
    source = read_lesson(entry)
    prose, words = mark_first_uses(_prose(entry, source), read_glossary(entry.folder.parent))
    texts = iter(prose)
    cells = [
        new_code_cell(version(cell.source), id=cell.id, metadata=cell.metadata)
        if cell.cell_type == "code"
        else new_markdown_cell(next(texts), id=cell.id, metadata=cell.metadata)
        for cell in source
    ]
    if words:
        cells.append(new_markdown_cell(as_list(words), id="words"))
    notebook_parameters(entry.word, new_notebook(cells=cells))
    after_parameters = 1 + next(
        i for i, cell in enumerate(cells) if "parameters" in cell.metadata.get("tags", ())
    )
    folded = {"jupyter": {"source_hidden": True}}
    cells.insert(after_parameters, new_code_cell(WHICH_PVLIB, id="which-pvlib", metadata=folded))
    notebook = new_notebook(cells=cells, metadata=METADATA, nbformat_minor=5)
    notebook.metadata[OURS] = {"lesson": entry.word, "sha256": text_sha256(notebook)}
    nbformat.validate(notebook)
    return notebook


def notebook_text(entry: LessonEntry, *, solved: bool = False) -> str:
    """The exact text of the .ipynb file that `build` describes."""
    return nbformat.writes(build(entry, solved=solved)) + "\n"


def build_all(lessons: Path, notebooks: Path) -> tuple[list[Path], list[Path]]:
    """Write the notebook of every lesson that is missing or stale, but never over somebody's own text.

    All sources are read and checked before the first file is touched.

    Returns:
        the notebooks that were written, and those that hold somebody's own text and stayed.
    """
    texts = _texts(lessons, notebooks)
    outdated = [path for path, text in texts.items() if _content(path) != text]
    kept = [path for path in outdated if path.exists() and not is_untouched(path)]
    written = [path for path in outdated if path not in kept]
    for path in written:
        with atomic_write(path) as temporary:
            temporary.write_text(texts[path], encoding="utf-8", newline="\n")
    return written, kept


def stale(lessons: Path, notebooks: Path) -> list[Path]:
    """Notebooks that are missing or differ from what the generator makes."""
    return [path for path, text in _texts(lessons, notebooks).items() if _content(path) != text]


def is_untouched(path: Path) -> bool:
    """Whether a notebook still holds the text that some generator wrote, whatever its outputs are."""
    try:
        notebook = nbformat.reads(path.read_text(encoding="utf-8"), as_version=4)
        return bool(notebook.metadata[OURS]["sha256"] == text_sha256(notebook))
    except Exception:  # nbformat lets errors of json, of jsonschema and its own through; all mean: not ours
        return False


def text_sha256(notebook: NotebookNode) -> str:
    """A hash of what a learner may have changed: the cells' kinds and texts, not their outputs."""
    cells = [[cell.cell_type, cell.source.replace("\r\n", "\n")] for cell in notebook.cells]
    return hashlib.sha256(json.dumps(cells).encode()).hexdigest()


def _prose(entry: LessonEntry, source: list[NotebookNode]) -> list[str]:
    """The Markdown cells of a lesson with their placeholders filled in; each formula is known to be one."""
    links = {
        f"{{link:{other.word}}}": f"[{other.number:02d} · {other.title.split(':')[0]}]({other.name}.ipynb)"
        for other in read_order(entry.folder.parent)
    }
    placeholders = {"{number}": f"{entry.number:02d}", "{title}": entry.title, **links}
    prose = []
    for cell in source:
        if cell.cell_type == "markdown":
            text = without_solution(cell.source)
            for placeholder, value in placeholders.items():
                text = text.replace(placeholder, value)
            if unknown := re.search(r"{link:[^}]*}", text):
                raise CourseError(f"cell {cell.id}: {unknown[0]} names no lesson of the order")
            check_formulas(text, f"lesson {entry.word}, cell {cell.id}")
            prose.append(text)
    return prose


def _texts(lessons: Path, notebooks: Path) -> dict[Path, str]:
    return {notebooks / f"{entry.name}.ipynb": notebook_text(entry) for entry in read_order(lessons)}


def _content(path: Path) -> str | None:
    """The text of a file, its line ends as they were before git changed them for Windows."""
    if not path.exists():
        return None
    return path.read_bytes().decode("utf-8", errors="replace").replace("\r\n", "\n")
