"""The generator: what a learner opens follows from the lesson source alone, and never holds a solution."""

import re
from pathlib import Path

import nbformat
import pytest

from poster_var_course.build import build, build_all, notebook_text, stale
from poster_var_course.order import read_order
from pvlib.errors import CourseError

REPOSITORY = Path(__file__).resolve().parents[2]
HEAD = """# %% [markdown]
# # Twice

# %% tags=["parameters"]
profile = "reduced"
seed = 0
"""
LESSON = (
    HEAD
    + '''
# %% id="write-double"
def double(x):
    """Twice x."""
    ### BEGIN SOLUTION
    secret = x + x
    return secret
    ### END SOLUTION


# %%
### BEGIN SOLUTION placeholder: answer = ...
answer = 6 * 7
### END SOLUTION

# %%
print("same")

# %%
print("same")
'''
)


@pytest.fixture
def lessons(tmp_path, write_lessons):
    return write_lessons(tmp_path / "lessons", twice=LESSON)


@pytest.fixture
def entry(lessons):
    return read_order(lessons)[0]


END, PARAMETERS = 'print("same")\n', ' tags=["parameters"]'
TWICE = f'{END}\n# %% id="write-double"\nprint(1)\n'
NO_LITERALS = ["steps = 2 * seed", "import math", "a = b = 1", "seed = 1", "a, b = 1, 2"]


@pytest.mark.parametrize(("old", "new", "words"), [
    ("    ### END SOLUTION\n\n\n# %%", "\n\n# %%", "BEGIN SOLUTION has no END SOLUTION"),
    ("    ### BEGIN SOLUTION\n", "", "has no partner"),
    ("    ### BEGIN SOLUTION\n", "    ### BEGIN SOLUTION: here\n", "misspelt"),
    ('id="write-double"', 'tags=["raises-exception"]', "raises-exception"),
    ('id="write-double"', 'colour="red"', "unknown key colour"),
    ('id="write-double"', 'id="Write Double"', 'the id "Write Double" may hold only'),
    ("secret = x + x", "secret = = x", "not valid Python"),
    ("placeholder: answer = ...", "placeholder: answer = = ...", "without its solution"),
    (END, TWICE, "is used twice"),
    (END, f"{END}\n# %%{PARAMETERS}\nrate = 1\n", "2 cells are tagged parameters"),
    (PARAMETERS, "", "0 cells are tagged parameters"),
    *(("seed = 0\n", f"seed = 0\n{line}\n", "line 3") for line in NO_LITERALS),
])  # fmt: skip
def test_a_broken_cell_is_named_with_its_lesson(entry, old, new, words):
    assert old in LESSON
    entry.source.write_text(LESSON.replace(old, new, 1))
    with pytest.raises(CourseError) as caught:
        build(entry)
    assert ("lesson twice" if "tagged" in words else "lesson twice, cell ") in str(caught.value)
    assert words in str(caught.value)


def test_a_built_notebook_is_valid_without_outputs_state_or_solutions_and_always_the_same(entry):
    text = notebook_text(entry)
    assert text == notebook_text(entry)
    assert "secret" not in text
    assert "6 * 7" not in text
    notebook = nbformat.reads(text, as_version=4)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert notebook.metadata.kernelspec.name == "python3"
    assert "widgets" not in notebook.metadata
    assert all(not cell.outputs for cell in notebook.cells if cell.cell_type == "code")
    cells = {cell.id: cell.source for cell in notebook.cells}
    assert cells["write-double"] == 'def double(x):\n    """Twice x."""\n    ...  # write your lines here'
    assert "answer = ...  # write your lines here" in cells.values()


@pytest.mark.parametrize(("solved", "doubled", "answer"), [(False, None, ...), (True, 6, 42)])
def test_both_notebooks_run_to_their_end_and_the_solved_one_keeps_the_solution(
    entry, solved, doubled, answer
):
    space = {}
    for cell in build(entry, solved=solved).cells:
        assert "SOLUTION" not in cell.source
        if cell.cell_type == "code":
            exec(cell.source, space)
    assert (space["double"](3), space["answer"]) == (doubled, answer)


def test_an_edited_cell_leaves_the_ids_of_all_others_alone_and_no_two_are_the_same(entry):
    before = [cell.id for cell in build(entry).cells]
    assert len(set(before)) == 7
    entry.source.write_text(LESSON.replace("# # Twice", "# # Two times").replace("x + x", "2 * x"))
    after = [cell.id for cell in build(entry).cells]
    assert [a == b for a, b in zip(before, after, strict=True)] == [False] + [True] * 6


def test_prose_may_ask_for_number_title_and_links_and_for_nothing_unknown(entry):
    entry.source.write_text(LESSON.replace("# # Twice", "# # {number} · {title}, {link:twice}"))
    head = build(entry).cells[0].source
    entry.source.write_text(LESSON.replace("Twice", "{link:thrice}"))
    with pytest.raises(CourseError, match=r"{link:thrice} names no lesson"):
        build(entry)
    assert head == "# 01 · The lesson twice: a try, [01 · The lesson twice](01_twice.ipynb)"


@pytest.mark.parametrize(("order", "words"), [
    ("[twice]\nnumber = 1\n", "[twice]: needs number"),
    ('[twice]\nnumber = "1"\ntitle = "a"\n', "[twice]: needs number"),
    ('[a]\nnumber = 1\ntitle = "a"\n[b]\nnumber = 1\ntitle = "b"\n', "number 1 is given twice"),
    ("[twice", "not readable as TOML"),
    ("", "names no lesson"),
])  # fmt: skip
def test_an_order_that_cannot_be_meant_is_refused_by_name(lessons, order, words):
    (lessons / "order.toml").write_text(order)
    with pytest.raises(CourseError, match=f"order.toml.*{re.escape(words)}"):
        read_order(lessons)


def test_stale_names_missing_and_changed_notebooks_but_none_with_line_ends_of_windows(lessons, tmp_path):
    notebooks = tmp_path / "notebooks"
    made = notebooks / "01_twice.ipynb"
    assert stale(lessons, notebooks) == [made]
    assert build_all(lessons, notebooks) == ([made], [])
    assert stale(lessons, notebooks) == []
    assert build_all(lessons, notebooks) == ([], [])
    made.write_bytes(made.read_bytes().replace(b"\n", b"\r\n"))
    assert stale(lessons, notebooks) == []
    made.write_text(made.read_text().replace("same", "other"))
    assert stale(lessons, notebooks) == [made]


def answered(notebook):
    next(cell for cell in notebook.cells if cell.id == "write-double").source += "\n    return x + x"


def noted(notebook):
    notebook.cells.append(nbformat.v4.new_markdown_cell("my notes"))


def run(notebook):
    *_, last = (cell for cell in notebook.cells if cell.cell_type == "code")
    last.outputs, last.execution_count = [nbformat.v4.new_output("stream", text="same\n")], 3


@pytest.mark.parametrize("found", [answered, noted, run, '{"cells": [', "", '{"mine": true}'])
def test_nothing_of_a_learners_is_written_over_and_what_was_only_run_is_brought_up_to_date(
    lessons, entry, tmp_path, found
):
    build_all(lessons, tmp_path)
    path = tmp_path / "01_twice.ipynb"
    notebook = nbformat.read(path, as_version=4)
    if not isinstance(found, str):
        found(notebook)
    path.write_text(found if isinstance(found, str) else nbformat.writes(notebook))
    text = path.read_text()
    entry.source.write_text(LESSON.replace("Twice", "Double"))  # there is something new to write
    assert build_all(lessons, tmp_path) == (([path], []) if found is run else ([], [path]))
    assert (path.read_text() == text) == (found is not run)
    assert ("Double" in path.read_text()) == (found is run)


def test_a_broken_lesson_leaves_every_earlier_notebook_whole(lessons, write_lessons, tmp_path):
    notebooks = tmp_path / "notebooks"
    build_all(lessons, notebooks)
    before = (notebooks / "01_twice.ipynb").read_bytes()
    write_lessons(lessons, twice=LESSON.replace("Twice", "Double"), broken="# %%\nprint(1)\n")
    with pytest.raises(CourseError, match="lesson broken"):
        build_all(lessons, notebooks)
    assert [(path.name, path.read_bytes()) for path in notebooks.iterdir()] == [("01_twice.ipynb", before)]


def test_the_committed_notebooks_are_what_the_lessons_make():
    assert stale(REPOSITORY / "lessons", REPOSITORY / "notebooks") == []
