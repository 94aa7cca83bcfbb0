"""The generator: what a learner opens follows from the lesson source alone, and never holds a solution."""

from pathlib import Path

import nbformat
import pytest

from pvlib.course.build import build, build_all, notebook_text, stale
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
def source(tmp_path):
    path = tmp_path / "lessons" / "01_twice.py"
    path.parent.mkdir()
    path.write_text(LESSON)
    return path


def ids(path):
    return [cell.id for cell in build(path).cells]


def refusal(path, text):
    path.write_text(text)
    with pytest.raises(CourseError) as caught:
        build(path)
    return str(caught.value)


def test_the_same_source_gives_the_same_bytes(source):
    assert notebook_text(source) == notebook_text(source)


def test_a_built_notebook_is_valid_without_outputs_or_state(source):
    notebook = nbformat.reads(notebook_text(source), as_version=4)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert notebook.metadata.kernelspec.name == "python3"
    assert "widgets" not in notebook.metadata
    assert all(not cell.outputs for cell in notebook.cells if cell.cell_type == "code")


def test_no_solution_leaks_into_the_learners_notebook(source):
    text = notebook_text(source)
    assert "secret" not in text
    assert "6 * 7" not in text
    assert "SOLUTION" not in text


def test_a_solution_becomes_one_placeholder_line_at_its_indentation(source):
    cells = {cell.id: cell.source for cell in build(source).cells}
    assert cells["write-double"] == 'def double(x):\n    """Twice x."""\n    ...  # write your lines here'
    assert "answer = ...  # write your lines here" in cells.values()


def test_the_unsolved_notebook_runs_to_its_end(source):
    space = {}
    for cell in build(source).cells:
        if cell.cell_type == "code":
            exec(cell.source, space)
    assert space["double"](3) is None
    assert space["answer"] is ...


def test_the_solved_notebook_keeps_the_solution_and_drops_the_markers(source):
    space = {}
    for cell in build(source, solved=True).cells:
        assert "SOLUTION" not in cell.source
        if cell.cell_type == "code":
            exec(cell.source, space)
    assert space["double"](3) == 6
    assert space["answer"] == 42


def test_an_edited_cell_leaves_the_ids_of_all_others_alone(source):
    before = ids(source)
    source.write_text(LESSON.replace("# # Twice", "# # Two times").replace("x + x", "2 * x"))
    after = ids(source)
    assert [a == b for a, b in zip(before, after, strict=True)] == [False] + [True] * 5


def test_two_cells_with_the_same_text_have_different_ids(source):
    assert len(set(ids(source))) == 6


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("    ### END SOLUTION\n\n\n# %%", "\n\n# %%", "BEGIN SOLUTION has no END SOLUTION"),
        ("    ### BEGIN SOLUTION\n", "", "has no partner"),
        ("    ### BEGIN SOLUTION\n", "    ### BEGIN SOLUTION: here\n", "misspelt"),
        ('id="write-double"', 'tags=["raises-exception"]', "raises-exception"),
        ('id="write-double"', 'colour="red"', "unknown key colour"),
        ('id="write-double"', 'id="Write Double"', 'the id "Write Double" may hold only'),
        ("secret = x + x", "secret = = x", "not valid Python"),
        ("placeholder: answer = ...", "placeholder: answer = = ...", "without its solution"),
    ],
)
def test_a_broken_cell_is_named_with_its_lesson(source, old, new, words):
    assert old in LESSON
    message = refusal(source, LESSON.replace(old, new, 1))
    assert "lesson 01_twice, cell " in message
    assert words in message


def test_an_id_given_twice_is_refused(source):
    assert "is used twice" in refusal(source, LESSON + '\n# %% id="write-double"\nprint(1)\n')


def test_a_lesson_needs_exactly_one_parameters_cell(source):
    twice = LESSON + '\n# %% tags=["parameters"]\nrate = 1\n'
    assert "has 2 cells tagged parameters" in refusal(source, twice)
    assert "has 0 cells tagged parameters" in refusal(source, LESSON.replace(' tags=["parameters"]', ""))


@pytest.mark.parametrize("line", ["steps = 2 * seed", "import math", "a = b = 1", "seed = 1", "a, b = 1, 2"])
def test_a_parameters_cell_holds_literals_only(source, line):
    message = refusal(source, LESSON.replace("seed = 0\n", f"seed = 0\n{line}\n"))
    assert "lesson 01_twice" in message
    assert "line 3" in message


def test_stale_names_missing_changed_and_orphaned_notebooks(source, tmp_path):
    notebooks = tmp_path / "notebooks"
    made = notebooks / "01_twice.ipynb"
    assert stale(source.parent, notebooks) == [made]
    assert build_all(source.parent, notebooks) == [made]
    assert stale(source.parent, notebooks) == []
    assert build_all(source.parent, notebooks) == []

    made.write_text(made.read_text().replace("same", "other"))
    orphan = notebooks / "02_gone.ipynb"
    orphan.write_text(made.read_text())
    assert stale(source.parent, notebooks) == [made, orphan]


def test_a_broken_lesson_leaves_every_earlier_notebook_whole(source, tmp_path):
    notebooks = tmp_path / "notebooks"
    build_all(source.parent, notebooks)
    before = (notebooks / "01_twice.ipynb").read_bytes()
    source.write_text(LESSON.replace("Twice", "Double"))
    (source.parent / "02_broken.py").write_text("# %%\nprint(1)\n")
    with pytest.raises(CourseError, match="lesson 02_broken"):
        build_all(source.parent, notebooks)
    assert [(path.name, path.read_bytes()) for path in notebooks.iterdir()] == [("01_twice.ipynb", before)]


def test_the_committed_notebooks_are_what_the_lessons_make():
    assert stale(REPOSITORY / "lessons", REPOSITORY / "notebooks") == []
