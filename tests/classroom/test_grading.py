"""From the copies that are handed out to points, comments, table and page, through the real nbgrader."""

import csv
import json
import os
import re

import nbformat
import pytest

import poster_var_course.cli  # noqa: F401 (adds its commands)
from poster_var_course.build import is_untouched
from poster_var_course.classroom import release
from poster_var_course.classroom.assignment import assignment
from poster_var_course.classroom.grading import grade, read_verdicts
from poster_var_course.classroom.leaks import Leak
from poster_var_course.classroom.nbgrader_parts import gradebook_of, make_feedback
from poster_var_course.classroom.report import write_report
from poster_var_course.classroom.settings import read_course
from poster_var_course.classroom.submission import ACTIVE, read_submission
from poster_var_course.outputs import PREDICTION
from pvlib.errors import CourseError

from .conftest import RIGHT, judge


def grade_all(course):
    return grade(course, course.entries, course.students.values())


def scores(course):
    with gradebook_of(course.folder) as gradebook:
        found = gradebook.assignment_submissions("tiny")
        return {one.student_id: one.score - (one.late_submission_penalty or 0) for one in found}


def test_a_copy_is_personal_and_holds_no_solution(released):
    path = released.folder / "handout" / "ann" / "03_tiny.ipynb"
    cells = {cell.id: cell for cell in nbformat.read(path, as_version=4).cells}
    assert f"seed = {released.students['ann'].seed}\n" in cells["parameters"].source + "\n"
    assert is_untouched(path)
    assert "return" not in path.read_text()
    marks = {name: cell.metadata.get("nbgrader", {}) for name, cell in cells.items()}
    assert {name: mark["points"] for name, mark in marks.items() if mark.get("grade")} == {
        "grade-one": 1, "check-two": 3, "recall-answers": 0,
    }  # fmt: skip
    assert [name for name, mark in marks.items() if mark.get("solution")] == ["one", "two", "recall-answers"]
    assert {name for name, cell in cells.items() if cell.metadata.get("editable", True)} == {
        "one",
        "two",
        "recall-answers",
    }


def test_nothing_is_handed_out_with_a_leak(released, monkeypatch):
    handed_out = sorted((released.folder / "handout").rglob("*"))
    monkeypatch.setattr(
        release, "find_leaks", lambda folder, lessons: [Leak("a.ipynb", "cell one", "the solution")]
    )
    with pytest.raises(CourseError, match=r"nothing was handed out.*a\.ipynb: cell one: the solution"):
        release.release(
            released, released.entries, next((released.folder / "handout" / "library").glob("*.whl"))
        )
    assert sorted((released.folder / "handout").rglob("*")) == handed_out


def test_a_release_that_nbgrader_refuses_leaves_the_old_one(released, hand_in, monkeypatch):
    hand_in("ann", RIGHT)
    grade_all(released)

    def shorter(entry, points):
        notebook = assignment(entry, points)
        notebook.cells = [cell for cell in notebook.cells if cell.id != "hint-one"]
        return notebook

    before = release.read_release(released, "tiny")
    monkeypatch.setattr(release, "assignment", shorter)
    with pytest.raises(CourseError, match="Cannot add or remove cells"):
        release.release(released, released.entries)
    assert release.read_release(released, "tiny") == before


def test_each_command_says_the_next(handed_out, lessons, tmp_path, monkeypatch, succeed):
    monkeypatch.chdir(lessons.parent)
    monkeypatch.setattr(release, "find_leaks", lambda folder, lessons: [])
    monkeypatch.setattr("poster_var_course.classroom.grading.judge_class", judge)
    wheel = next(handed_out.parent.glob("*.whl"))
    term = tmp_path / "term"
    steps = {
        f"init {term}": "pvlib classroom release",
        f"release --dir {term} --wheel {wheel}": "pvlib classroom collect",
        f"collect {term / 'handout'} --dir {term} --at 2026-11-03T20:00": "pvlib classroom grade",
        f"grade --dir {term} tiny ben.okoro": "pvlib classroom report",
        f"feedback --dir {term}": "give each student",
        f"report --dir {term}": "grades.csv",
    }
    for words, following in steps.items():
        said = succeed("classroom", *words.split()).stdout
        assert following in said.splitlines()[-1]
        assert "has passed" not in said
    settings = term / "classroom.yaml"
    settings.write_text(re.sub(r"deadline: \d+", "deadline: 2020", settings.read_text()))
    said = succeed("classroom", "release", "--dir", term, "--wheel", wheel).stdout
    assert "? tiny: its deadline, 2020" in said
    assert "1 handed in" in (term / "report" / "index.html").read_text()


def test_points_are_counted_once_and_manual_ones_stay(released, hand_in, lessons):
    hand_in("ann", RIGHT)
    hand_in("bea", {"one": "def one():\n    return 7", "two": RIGHT["two"]}, day="05")  # in the second day
    hand_in("cem", RIGHT, day="05")  # with more time
    done = grade_all(released)
    assert (done.submissions, done.judged, done.counted, done.refused) == (3, 3, 3, ())
    assert scores(released) == {"ann": 4.0, "bea": pytest.approx(3 * 0.8), "cem": 4.0}
    done = grade_all(released)
    assert (done.judged, done.counted) == (0, 0)
    with gradebook_of(released.folder) as gradebook:
        gradebook.find_grade("grade-one", "tiny", "tiny", "bea").manual_score = 0.5
        gradebook.find_comment("one", "tiny", "tiny", "bea").manual_comment = "Nearly."
    hand_in(
        "bea", RIGHT | {"one": "def one():\n    return 8"}, day="06"
    )  # a later version counts, all being late
    path = released.folder / "classroom.yaml"
    path.write_text(path.read_text().replace("per_cent: 10", "per_cent: 20"))
    released = read_course(released.folder, lessons)
    done = grade_all(released)
    assert (done.judged, done.counted) == (1, 3)
    assert scores(released)["bea"] == pytest.approx(3.5 * 0.5)  # three days of 20 % end at the floor
    (page,) = make_feedback(released, released.entries, [released.students["bea"]])
    assert "Nearly." in page.read_text()
    assert "Say the number." in page.read_text()


def test_a_late_copy_beside_one_on_time_is_named(released, hand_in, lessons, monkeypatch, succeed):
    monkeypatch.chdir(lessons.parent)
    hand_in("bea", RIGHT, day="02")
    copies = [released.folder / "handout" / name / "03_tiny.ipynb" for name in ("ann", "bea", "cem")]
    words = ["collect", *map(str, copies), "--dir", str(released.folder), "--at", "2026-11-05 12:00"]
    said = [line for line in succeed("classroom", *words).stdout.splitlines() if "beside the copy" in line]
    assert [line.partition(", tiny")[0].rpartition(" ")[2] for line in said] == [
        "bea"
    ]  # ann has one, cem more time


def test_points_that_are_not_released_are_named(released, hand_in, lessons, monkeypatch, succeed):
    monkeypatch.chdir(lessons.parent)
    hand_in("ann", RIGHT)
    words = ("classroom", "grade", "--dir", str(released.folder))
    path = released.folder / "classroom.yaml"
    path.write_text(path.read_text().replace("    more_time", "    points: {tiny.two: 3}\n    more_time"))
    assert "pvlib classroom release tiny" not in succeed(*words).output  # the usual points, spelt out
    path.write_text(path.read_text().replace("tiny.two: 3", "tiny.two: 5"))
    assert "pvlib classroom release tiny" in " ".join(succeed(*words).output.split())
    assert scores(released) == {"ann": 4.0}


def test_the_last_version_before_the_deadline_counts(released, hand_in):
    hand_in("ann", {}, day="02")
    hand_in("ann", RIGHT, day="03")
    hand_in("ann", {}, day="04")
    grade_all(released)
    assert scores(released) == {"ann": 4.0}


def read(course):
    return read_submission(course, "tiny", course.students["ann"], release.read_release(course, "tiny"))


def cells_of(content):
    return {cell["id"]: cell for cell in content["cells"]}


def delete(content):
    content["cells"] = [cell for cell in content["cells"] if cell["id"] not in ("two", "setup")]


def rename(content):
    cells_of(content)["one"]["id"] = "other"  # nbgrader's own name is still there
    cells_of(content)["two"]["metadata"] = {}


def duplicate(content):
    two = cells_of(content)["two"]
    content["cells"] += [two | {"id": "copy", "source": "def two():\n    return 2  # again"}]


def elsewhere(content):
    cells = cells_of(content)
    new = {"cell_type": "code", "id": "new", "metadata": {}, "outputs": [], "source": cells["two"]["source"]}
    cells["two"]["source"] = "def two():\n    ...  # write your lines here"
    content["cells"].insert(2, new)


def forge(content):
    cells = cells_of(content)
    cells["grade-one"]["source"] = "1"
    cells["grade-one"]["outputs"] = [{"output_type": "execute_result", "data": {"text/plain": "1.0"}}]
    cells["setup"]["source"] = "import os; os._exit(0)"
    cells["one"]["source"] = "def one():\n    return 'one'"


@pytest.mark.parametrize(
    ("change", "statuses", "said"),
    [
        (delete, ["passed", "unwritten"], "the lesson's own were used. The cell of Exercise 2 (two) is missing."),
        (rename, ["passed", "passed"], ""),
        (duplicate, ["passed", "passed"], "is there 2 times"),
        (elsewhere, ["passed", "passed"], "stood in a cell of the student's own"),
        (forge, ["wrong", "passed"], "that are changed: 2"),
        (lambda content: content["metadata"]["kernelspec"].update(language="R"), ["passed", "passed"], "another language"),
        (lambda content: {"cells": "none"}, ["unwritten"] * 2, "no notebook that can be read"),
        (lambda content: [[]], ["unwritten"] * 2, "no notebook that can be read"),
        (lambda content: {"cells": [7, {"source": [1]}]}, ["unwritten"] * 2, "None of this lesson's cells"),
        (lambda content: cells_of(content)["one"].update(source="x" * 300_000), ["wrong", "passed"], ""),
        (lambda content: cells_of(content)["one"].update(source="return 1 \ud800"), ["passed", "passed"], ""),
    ],
)  # fmt: skip
def test_an_odd_notebook_is_graded_as_what_it_is(released, hand_in, change, statuses, said):
    hand_in("ann", RIGHT, change=change)
    found = read(released)
    ((_, verdicts),) = judge([found.submission])
    assert [one.status for one in verdicts] == statuses
    assert said in " ".join(found.remarks)


def test_a_forged_notebook_stops_nothing_and_gets_its_points(released, hand_in):
    hand_in("ann", RIGHT, change=forge)
    hand_in("bea", RIGHT).write_text("{")
    hand_in("cem", RIGHT)
    assert grade_all(released).refused == ()
    assert scores(released) == {"ann": 3, "bea": 0, "cem": 4}
    assert "no notebook" in read_verdicts(released, "tiny", "bea")["remarks"][0]


def test_a_file_of_another_kind_has_no_answers(released, hand_in):
    path = hand_in("ann", RIGHT)
    for content in (b"", b"[" * 100_000, b"\xff\xfe", b'{"cells": []}'):
        path.write_bytes(content)
        found = read_submission(
            released, "tiny", released.students["ann"], release.read_release(released, "tiny")
        )
        assert len(read(released).remarks) == 1
    with path.open("wb") as file:
        os.truncate(file.fileno(), 65 << 20)
    found = read_submission(
        released, "tiny", released.students["ann"], release.read_release(released, "tiny")
    )
    assert "larger than 64 MiB" in found.remarks[0]


@pytest.mark.parametrize(
    "text", ["<img src=x>", "[x](javascript:y)", "[x]: javascript:y", r"$\href{javascript:y}{x}$"]
)
def test_no_text_of_a_student_acts_in_a_browser(text):
    from nbconvert.filters import markdown2html

    shown = markdown2html(ACTIVE.sub(r"\g<0> ", text + "\n\n[x]"))
    assert not {"<img", "href=", r"\href"} & {part for part in ("<img", "href=", r"\href") if part in shown}


def test_table_page_and_gradebook_agree(released, hand_in, lessons):
    def guessed(value):
        shown = {
            "data": {PREDICTION: {"id": "tiny.size", "guess": value, "truth": 9}},
            "output_type": "display_data",
        }
        return lambda content: cells_of(content)["setup"].update(outputs=[shown])

    hand_in("ann", RIGHT, change=guessed(4))
    hand_in(
        "cem", RIGHT | {"recall-answers": "<script>alert(1)</script>"}, change=guessed({"<b>": "no number"})
    )
    grade_all(released)
    table, page, predictions = write_report(released, released.entries)
    rows = list(csv.reader(table.read_text().splitlines()))
    assert rows[0] == ["Email address", "First name", "Last name", "03 Tiny", "Course total"]
    assert [row[3:] for row in rows[1:]] == [["4", "4"], ["0", "0"], ["4", "4"]]
    text = page.read_text()
    assert "2 right,  0 not yet right" in re.sub(r"<[^>]*>", "", text)
    assert "ann, cem" in text  # the same answers
    assert "<script" not in text
    assert "http" not in text
    assert json.loads(predictions.read_text()) == {"tiny.size": [4]}
    assert "Answer: 9." in text
    path = released.folder / "classroom.yaml"
    path.write_text(path.read_text() + "table: {platform: canvas, id: lms_id}\n")
    table, *_ = write_report(read_course(released.folder, lessons), released.entries)
    rows = list(csv.reader(table.read_text().splitlines()))
    assert rows[1] == ["    Points Possible", "", "", "", "", "4", "4"]
    assert rows[2] == ["Müller, Anna", "12345", "ann", "ann@example.org", "", "4", "4"]
