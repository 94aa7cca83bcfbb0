"""A class of three students and one lesson of two exercises, in temporary folders; answers are judged by a double."""

import json
import shutil
import zipfile

import nbformat
import pytest

from poster_var_course.classroom import grading, release
from poster_var_course.classroom.judging import Verdict
from poster_var_course.classroom.settings import read_course

LESSON = """# %% [markdown]
# # {number} · {title}
# %% id="parameters" tags=["parameters"]
profile = "reduced"
seed = 0
# %% id="setup"
from poster_var_course import guess
from poster_var_course.checks import check, hint
guess("tiny.size", "How large is it?", low=0, high=10)
# %% [markdown]
# > **Exercise 1** · 2 minutes · warm-up · Say one.
# %% id="one"
def one():
    ### BEGIN SOLUTION
    return 1
    ### END SOLUTION


check("tiny.one", one)
# %% id="hint-one"
hint("tiny.one")
# %% [markdown]
# > **Exercise 2** · 2 minutes · core · stretch. Say two.
# %% id="two"
def two():
    ### BEGIN SOLUTION
    return 2
    ### END SOLUTION
# %% id="check-two"
check("tiny.two", two)
# %% [markdown]
# ## Ten questions to recall
"""
CLASSROOM = """
title: Test
time_zone: Europe/Berlin
salt: "12345678"
lessons:
  tiny:
    deadline: 2026-11-03 23:59
    more_time: {cem: 2026-11-10 23:59}
late: {policy: per_day, per_cent: 10, floor: 50}
"""
ROSTER = """id,first_name,last_name,email,lms_id
ann,Anna,Müller,ann@example.org,12345
bea,Bea,O'Neill,bea@example.org,222
cem,Cem,Yılmaz,=cem@example.org,333
"""
RIGHT = {"one": "def one():\n    return 1", "two": "def two():\n    return 2"}


@pytest.fixture(scope="session")
def lessons(tmp_path_factory):
    folder = tmp_path_factory.mktemp("course") / "lessons"
    (folder / "tiny").mkdir(parents=True)
    (folder / "tiny" / "lesson.py").write_text(LESSON)
    (folder / "order.toml").write_text('[tiny]\nnumber = 3\ntitle = "Tiny: a try"\n')
    return folder


@pytest.fixture
def course(tmp_path, lessons):
    return read_course(write_class(tmp_path / "term"), lessons)


def write_class(term):
    term.mkdir()
    (term / "classroom.yaml").write_text(CLASSROOM)
    (term / "roster.csv").write_text(ROSTER)
    return term


@pytest.fixture(scope="session")
def handed_out(tmp_path_factory, lessons):
    """The folder of the class with its lesson handed out."""
    folder = tmp_path_factory.mktemp("handed_out")
    wheel = folder / "course-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("course-1.0.dist-info/RECORD", "")
    term = write_class(folder / "term")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(release, "find_leaks", lambda folder, lessons: [])
        course = read_course(term, lessons)
        release.release(course, course.entries, wheel)
    return term


@pytest.fixture
def released(handed_out, lessons, tmp_path, monkeypatch):
    """A copy of that class, whose answers are judged by a double."""
    monkeypatch.setattr(grading, "judge_class", judge)
    shutil.copytree(handed_out, tmp_path / "released")
    return read_course(tmp_path / "released", lessons)


def judge(submissions, **_):
    """A double of the judge, which runs nothing: an answer is right if it says `return` and the exercise's number."""
    for one in submissions:
        texts = {cell.id: cell.source for cell in one.cells}
        verdicts = []
        for number, exercise in enumerate(one.exercises, start=1):
            text = texts[exercise.cell]
            status = "passed" if f"return {number}" in text else "unwritten" if "..." in text else "wrong"
            hint = "Say the number." if status == "wrong" else ""
            verdicts.append(Verdict(id=exercise.id, status=status, message="<b>No</b>.", hint=hint))
        yield one, tuple(verdicts)


@pytest.fixture
def hand_in(released):
    """hand_in(student, {cell: text}, day="03", change=None): collect a copy with these answers, handed in at noon."""

    def put(student, answers, day="03", change=None):
        notebook = nbformat.read(released.folder / "handout" / student / "03_tiny.ipynb", as_version=4)
        for cell in notebook.cells:
            cell.source = answers.get(cell.id, cell.source)
        content = json.loads(nbformat.writes(notebook))
        text = json.dumps(change(content) or content) if change else json.dumps(content)
        path = released.folder / "collected" / student / "tiny" / f"202611{day}T120000Z_{day}" / "tiny.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(text)
        return path

    return put
