"""Whatever is planted in a release is found, and what learners get holds nothing of it."""

import base64
import html
import io
import json
import re
import shutil
import subprocess
import zipfile
import zlib
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_output

from poster_var_course.classroom.fingerprints import solutions
from poster_var_course.classroom.leaks import find_leaks, secrets_of
from pvlib.errors import CourseError

REPOSITORY = Path(__file__).resolve().parents[2]
LESSONS = REPOSITORY / "lessons"
SOLUTION = re.search(
    r"### BEGIN SOLUTION\n( +counts = .*?)\n +### END", (LESSONS / "raters/lesson.py").read_text(), re.DOTALL
)[1]
COMMENT = "\n".join(f"# {line}" for line in SOLUTION.replace('"', "'").splitlines())
PACKED = base64.b64encode(zlib.compress(SOLUTION.encode())).decode()


@pytest.fixture(scope="module")
def secrets():
    return secrets_of(LESSONS)


@pytest.fixture
def leaks_of(secrets):
    return lambda release: find_leaks(release, lessons=LESSONS, secrets=secrets)


def zipped(name, content):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(name, content)
    return stream.getvalue()


def in_output(cell, notebook):
    lines = html.escape(SOLUTION).splitlines()
    cell.outputs = [
        new_output("display_data", {"text/html": "<br>\n".join(f"<b>{line}</b>" for line in lines)})
    ]


def in_widget_state(cell, notebook):
    notebook.metadata["widgets"] = {"state": {"a": {"value": json.dumps([SOLUTION])}}}


PLANTED = {
    "source": lambda cell, notebook: cell.update(source=f"{cell.source}\n{COMMENT}"),
    "outputs": in_output,
    "metadata": lambda cell, notebook: cell.metadata.update(note=[f"{x}\n" for x in SOLUTION.splitlines()]),
    "attachments": lambda cell, notebook: cell.update(
        cell_type="markdown", attachments={"a.png": {"image/png": PACKED}}
    ),
    "widgets": in_widget_state,
}


@pytest.mark.parametrize("place", PLANTED)
def test_a_solution_in_a_notebook_is_found_and_its_place_is_named(place, leaks_of, tmp_path):
    notebook = nbformat.read(REPOSITORY / "notebooks/02_the_bound.ipynb", as_version=4)
    cell = next(cell for cell in notebook.cells if cell.id == "smoothing")
    PLANTED[place](cell, notebook)
    (tmp_path / "a.ipynb").write_text(json.dumps(notebook))
    (leak,) = leaks_of(tmp_path / "a.ipynb")
    assert leak.what == "the solution of raters.target"
    assert place in leak.where
    assert place == "widgets" or "(smoothing)" in leak.where


CARD = (LESSONS / "raters/teacher.md").read_text().partition("**Answers to the whys**")[2].encode()
FILES = {
    "page.html": html.escape(f"<pre>{SOLUTION}</pre>").encode(),
    "inner.zip": zipped("b.zip", zipped("c.md", "> " + SOLUTION.replace("\n", "\n> "))),
    "a.whl": zipped("lessons/raters/figures.py", (LESSONS / "raters/figures.py").read_text() + COMMENT),
    "b.whl": zipped("lessons/raters/lesson.py", "pass"),
    "picture.png": b"\x89PNG\r\n\x1a\n\0\0\0\xff" + zlib.compress(SOLUTION.encode()) + b"\xfe\xff",
    "notes.txt": CARD[:300],
    "state.json": json.dumps({"nbgrader": CARD.decode()[:300]}).encode(),
    "solved.ipynb": b"### BEGIN HIDDEN TESTS",
    "hint.md": b"return (votes + prior) / (votes.sum(dim=1, keepdim=True) + prior.sum())",
    "gradebook.db": b"SQLite format 3\0 some names",
    "test_answers.cpython-311.pyc": b"\0\0some words of bytecode",
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_gives_something_away_is_found(name, leaks_of, tmp_path):
    (tmp_path / name).write_bytes(FILES[name])
    assert [leak.path.partition("!")[0] for leak in leaks_of(tmp_path)] == [name]


@pytest.mark.parametrize("trace", ["deleted file", "lost commit", "message"])
def test_what_was_committed_once_is_found(trace, leaks_of, tmp_path):
    def git(*words):
        author = ["-c", "user.name=a", "-c", "user.email=a@b"]
        subprocess.run(["git", *author, *words], cwd=tmp_path, check=True, capture_output=True)

    git("init")
    git("commit", "--allow-empty", "-m", SOLUTION if trace == "message" else "empty")
    if trace != "message":
        (tmp_path / "a.md").write_text(COMMENT)
        git("add", ".")
        git("commit", "-m", "oh")
        git("gc")  # into a pack
        git("rm", "a.md")
    if trace == "deleted file":
        git("commit", "-m", "away")
    if trace == "lost commit":
        git("reset", "--hard", "HEAD~1")
        shutil.rmtree(tmp_path / ".git/logs")
    (leak,) = (leak for leak in leaks_of(tmp_path) if "git history" in leak.where)
    assert leak.what == "the solution of raters.target"


def test_the_notebooks_and_the_librarys_own_modules_give_nothing_away(leaks_of):
    for name in ("notebooks", "lessons/raters/teachers.py", "lessons/raters/checks_and_hints.py"):
        release = REPOSITORY / name
        assert [leak for leak in leaks_of(release) if release.is_dir()] == []


def test_a_part_that_cannot_be_looked_into_is_no_clean_release(leaks_of, tmp_path):
    packed = b"nothing"
    for number in range(12):
        packed = zipped(f"{number}.zip", packed)
    (tmp_path / "a.zip").write_bytes(packed)
    (leak,) = leaks_of(tmp_path)
    assert "cannot be looked into" in leak.what


LESSON = """# %% tags=["parameters"]
profile, seed = "reduced", 0
# %%
def double(x):
    ### BEGIN SOLUTION
    return x.add(x) if x.dtype.is_floating_point else 2 * x
    ### END SOLUTION
check("a.double", double)
# %%
{more}
"""


@pytest.mark.parametrize(
    ("more", "library", "words"),
    [
        ("def other(x):\n    return x.add(x) if x.dtype.is_floating_point else 2 * x", "", "already have it"),
        (
            "",
            "def double(x):\n    return x.add(x) if x.dtype.is_floating_point else 2 * x",
            "which learners have",
        ),
    ],
)
def test_a_solution_that_is_public_without_saying_so_is_refused(more, library, words, tmp_path):
    for name, text in {"lesson.py": LESSON.format(more=more), "steps.py": library}.items():
        (tmp_path / "lessons" / "a").mkdir(parents=True, exist_ok=True)
        (tmp_path / "lessons" / "a" / name).write_text(text)
    (tmp_path / "lessons" / "order.toml").write_text('[a]\nnumber = 1\ntitle = "A"\n')
    (tmp_path / "README.md").touch()
    with pytest.raises(CourseError, match=words):
        solutions(tmp_path / "lessons")
