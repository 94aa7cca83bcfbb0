"""Make notebooks/NN_name.ipynb, which a learner opens, from lessons/NN_name.py, which an author edits.

The convention of a lesson source
=================================

One file a lesson, `lessons/NN_name.py`, in jupytext's percent format: prose cells start with
`# %% [markdown]` (every line of prose is a comment), code cells with `# %%`. No YAML head is needed; the
notebook's metadata is set here. A magic is written as a comment: `# %matplotlib inline`.

Cell header
    `# %% id="gaussian-kl" tags=["parameters"]`; both keys are optional. An id (a-z, 0-9, dashes; unique in
    the lesson) is what run reports and error messages call the cell, and it stays when the text changes:
    give one to every cell that can fail or that a reader may link to. Without it the id is a hash of the
    cell's own text. `jupyter={"source_hidden": true}` folds a long plotting cell away.

Parameters
    Exactly one code cell tagged `parameters`, holding nothing but `name = literal` lines and comments,
    always with `profile = "reduced"` and `seed = 0`. Whatever follows from a parameter is computed in a
    later cell, because an injected value arrives after this cell has run.

Solutions
    Lines between `### BEGIN SOLUTION` and `### END SOLUTION` (same cell, each on its own line) are what the
    learner shall write. In the learner's notebook they become one line at BEGIN's indentation::

        ...  # write your lines here

    `### BEGIN SOLUTION placeholder: answer = ...` gives `answer = ...  # write your lines here` instead.
    Both versions of every cell must be valid Python, and the whole notebook must run to its end unsolved:
    later cells use `pvlib`, never the learner's function. That the learner's version equals `pvlib`'s is
    asserted by the check, not by a bare `assert`.

Checks and hints
    `from pvlib.course.checks import check, hint`, then `check("01.gaussian_kl", gaussian_kl)` with the
    learner's own object. Unwritten work is met with "not written yet", wrong work with what was expected,
    what came, and a hint; neither stops the notebook. The checks of lesson 01 live in
    pvlib/course/checks/lesson01.py; how to write one stands in `pvlib.course.checks`.

Metrics
    `from pvlib.course import record`, then `record(accuracy=0.93)`: shown in the notebook and collected by
    `pvlib run`.

No `raises-exception` tags: a cell that shows a failure catches it. The notebook has no outputs, the kernel
`python3`, and the same bytes on every machine; `pvlib lessons build` writes it, `pvlib lessons check` names
the stale ones, and `build(path, solved=True)` keeps the solutions for tests and for teachers.
"""

from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from pvlib.course.source import read_lesson, with_solution, without_solution
from pvlib.errors import CourseError
from pvlib.files import atomic_write

METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def build(source: Path, *, solved: bool = False) -> NotebookNode:
    """The notebook of one lesson source, without its solutions unless `solved`."""
    lesson = read_lesson(Path(source))
    version = with_solution if solved else without_solution
    cells = []
    for cell in lesson.cells:
        make = new_code_cell if cell.kind == "code" else new_markdown_cell
        metadata = cell.metadata | ({"tags": list(cell.tags)} if cell.tags else {})
        cells.append(make(version(cell.text), id=cell.id, metadata=metadata))
    notebook = new_notebook(cells=cells, metadata=METADATA, nbformat_minor=5)
    nbformat.validate(notebook)
    return notebook


def notebook_text(source: Path, *, solved: bool = False) -> str:
    """The exact text of the .ipynb file that `build` describes."""
    return nbformat.writes(build(source, solved=solved)) + "\n"


def build_all(lessons: Path, notebooks: Path) -> list[Path]:
    """Write the notebook of every lesson that is missing or stale, and return the written files.

    All sources are read and checked before the first file is touched.
    """
    texts = _texts(lessons, notebooks)
    written = [path for path, text in texts.items() if _content(path) != text]
    for path in written:
        with atomic_write(path) as temporary:
            temporary.write_text(texts[path], encoding="utf-8", newline="\n")
    return written


def stale(lessons: Path, notebooks: Path) -> list[Path]:
    """Notebooks that are missing, differ from what the generator makes, or have no lesson any more."""
    texts = _texts(lessons, notebooks)
    outdated = [path for path, text in texts.items() if _content(path) != text]
    return outdated + sorted(path for path in notebooks.glob("[0-9][0-9]_*.ipynb") if path not in texts)


def lesson_sources(lessons: Path) -> list[Path]:
    """Every lesson source in order; raises CourseError if there is none."""
    sources = sorted(lessons.glob("[0-9][0-9]_*.py"))
    if not sources:
        raise CourseError(f"{lessons}: no lesson (NN_name.py) here; run this in the repository of the course")
    return sources


def _texts(lessons: Path, notebooks: Path) -> dict[Path, str]:
    return {notebooks / f"{source.stem}.ipynb": notebook_text(source) for source in lesson_sources(lessons)}


def _content(path: Path) -> str | None:
    return path.read_bytes().decode("utf-8", errors="replace") if path.exists() else None
