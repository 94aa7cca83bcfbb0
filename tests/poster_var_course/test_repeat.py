"""Recorded runs: mailed, repeated, compared; and a learner's own notebook run in the same way."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_notebook, new_output
from typer.testing import CliRunner

from poster_var_course.cli import app
from poster_var_course.comparison import outcomes
from poster_var_course.records import load_record

LESSON = """# %% tags=["parameters"]
profile = "reduced"
factor = 1.5
data = ""

# %% id="measure"
import os
from poster_var_course import guess, record
guess("good.twice", "How much is it twice?", low=0, high=10)
record(twice=2 * factor, threads=int(os.environ["OMP_NUM_THREADS"]), data=data, here=os.getcwd())
"""


@pytest.fixture(scope="module")
def run_and_mail(tmp_path_factory, course):
    """A course in the working folder, and the folder of a run of it, which has been moved since."""
    folder, home = tmp_path_factory.mktemp("course"), tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("HOME", str(home))
        made = course(folder, good=LESSON)
        made.run(given=["factor=4", f"data={home / 'faces'}"])
        shutil.move(made.out, home / "run")
        yield made, home / "run"


@pytest.fixture
def mailed(run_and_mail, tmp_path):
    """The record of that run, in a folder that may be changed."""
    return shutil.copytree(run_and_mail[1], tmp_path / "mail") / "01_good.json"


def change(path, **changes):
    """Change the record in this file; None takes a key away."""
    content = json.loads(path.read_text()) | changes
    path.write_text(json.dumps({key: content[key] for key in content if changes.get(key, 0) is not None}))


def call(*words):
    result = CliRunner().invoke(app, ["run", *map(str, words)], env={"COLUMNS": "200"})
    return result.exit_code, " ".join(result.output.replace("│", " ").split())


def test_a_mailed_run_is_repeated_with_its_parameters_and_threads_and_what_differs_is_named(
    run_and_mail, mailed, tmp_path
):
    record = load_record(mailed)
    assert record.metrics["here"] == "."
    for file in mailed.parent.iterdir():
        assert not [path for path in (run_and_mail[1].parent, Path.cwd()) if str(path) in file.read_text()]
    metrics, packages = record.metrics | {"threads": 3}, record.packages | {"tqdm": "0.1"}
    change(mailed, threads=3, metrics=metrics, packages=packages)
    status, said = call("--from", mailed.parent, "--out", tmp_path / "out")
    assert status == 0, said
    assert f" tqdm 0.1 {record.packages['tqdm']} └" in said  # and nothing else
    assert " 4 equal Report" in said
    again = load_record(tmp_path / "out" / "01_good.json")
    assert (again.threads, again.parameters) == (3, record.parameters)


def test_todays_cells_run_unless_the_recorded_ones_are_asked_for(run_and_mail, mailed, tmp_path):
    notebook = run_and_mail[0].notebooks / "01_good.ipynb"
    before = notebook.read_text()
    notebook.write_text(before.replace("2 * factor", "3 * factor"))
    today, said = call("--from", mailed, "--out", tmp_path / "today")
    recorded, unchanged = call("--from", mailed, "--out", tmp_path / "recorded", "--recorded-source")
    notebook.write_text(before)
    assert (today, recorded) == (1, 0)
    assert "cells that ran" in said
    assert "twice 8 12 outside ± 0.01%" in said
    assert "nothing differs" in unchanged


@pytest.mark.parametrize(("changes", "words"), [
    ({"format": 9}, "format is 9, and this course reads"),
    ({"format": None}, "an earlier course made it"),
    ({"threads": None}, "threads: Field required"),
    ({"metrics": [1]}, "metrics: Input should be a valid dictionary"),
    ({"lesson": "07_gone"}, "lesson is 07_gone, which this course does not have (it has good)"),
    ({"parameters": {"factr": 1}}, "parameters: no parameter factr in lesson 01_good; did you mean factor?"),
    ({"parameters": {"factor": "x"}}, "expected a number, such as 1.5. --recorded-source"),
    ({"parameters": {"profile": "huge"}}, "parameters: profile huge: there are quick, reduced and full"),
    ({"source_sha256": ""}, "source_sha256 is empty"),
    ({"source_sha256": "0", "student": "anna.ipynb"}, "source_sha256 is not that of 01_good.ipynb beside it"),
])  # fmt: skip
def test_a_record_that_cannot_be_repeated_is_refused_by_file_and_key(mailed, tmp_path, changes, words):
    change(mailed, **changes)
    status, said = call("--from", mailed, "--out", tmp_path / "never")
    assert (status, said[: 7 + len(str(mailed))]) == (1, f"error: {mailed}")
    assert words in said
    assert not (tmp_path / "never").exists()


@pytest.mark.parametrize(("options", "words"), [
    (["--from", "{mail}/nothing.json"], "cannot be read"),
    (["--from", "{mail}/01_good.html"], "is no JSON"),
    (["--from", "."], "no record (NN_lesson.json) in this folder"),
    (["--from", "{mail}", "--out", "{mail}"], "would be written over"),
    (["--from", "{mail}", "--profile", "full"], "--from and --profile do not go together"),
    (["--student", "x.ipynb", "--compare", "a", "b"], "--student and --compare do not go together"),
    (["--recorded-source"], "belongs to --from"),
    (["--compare", "{mail}", "x.json"], "x.json: cannot be read"),
])  # fmt: skip
def test_what_does_not_fit_is_one_line(mailed, options, words):
    status, said = call(*(option.format(mail=mailed.parent) for option in options))
    assert (status, said[:7]) == (1, "error: ")
    assert words in said


@pytest.mark.parametrize(("first", "second", "ends", "verdict"), [
    (0.1 + 0.2, 0.1 + 0.2, None, "equal"),
    (0.1 + 0.2, 0.3, [0.2, 0.3], "outside"),  # a range holds to the last bit
    (0.1, 0.3, [0.1, 0.3], "within"),
    (1.0, 1.00009, None, "within"),
    (1.0, 1.00011, None, "outside"),
    ([1.0, 2.0], [1.0, 2.0001], None, "within"),
    ("yes", "no", None, "outside"),
    (1.0, None, None, "missing"),
])  # fmt: skip
def test_a_metric_is_equal_within_its_range_or_rounding_or_outside(mailed, first, second, ends, verdict):
    record = replace(load_record(mailed), metrics={"loss": first})
    other = replace(record, metrics={} if second is None else {"loss": second})
    (row,) = outcomes(record, other, {"loss": ends} if ends else {})
    assert (row.verdict, row.first == row.second) == (verdict, verdict == "equal")


def test_folders_are_compared_lesson_by_lesson_within_the_lessons_own_ranges(run_and_mail, mailed):
    made, mail = run_and_mail
    claims = made.lessons / "good" / "claims.toml"
    change(mailed, metrics=load_record(mailed).metrics | {"twice": 8.5}, checks={"good.twice": "passed"})
    (mailed.parent / "02_other.json").write_text(mailed.read_text().replace("01_good", "02_other"))
    assert call("--compare", mail, mailed.parent)[0] == 1
    change(mailed, checks={})
    claims.write_text("twice = [7, 9]  # about eight\n")
    status, said = call("--compare", mail, mailed.parent)
    assert status == 0, said
    assert "twice 8 8.5 within 7 … 9" in said
    assert "only in B: other" in said
    assert "give two runs of one lesson" in call("--compare", mail, mailed.parent / "02_other.json")[1]


def test_a_learners_own_notebook_runs_as_it_is_wherever_it_lies(run_and_mail, tmp_path):
    notebook = nbformat.read(run_and_mail[0].notebooks / "01_good.ipynb", as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    code[0].source = code[0].source.replace("1.5", "5.0")
    code[-1].outputs = [new_output("stream", text="old")]
    code[-1].source += "\nrecord(mine=open('mine.txt').read())"
    for cell in notebook.cells:
        cell.metadata["nbgrader"] = {"grade": False, "locked": False, "schema_version": 3}
    notebook.metadata.kernelspec.name = "annas"
    del notebook.metadata["poster_var_course"]  # its guess names the lesson, too
    (tmp_path / "mine.txt").write_text("kept")
    file = tmp_path / "Anna (2).ipynb"
    nbformat.write(notebook, file)
    before = file.read_bytes()
    status, said = call("--student", file, "--out", tmp_path / "out")
    record = load_record(tmp_path / "out" / "01_good.json")
    assert (status, record.student, record.parameters["factor"]) == (0, file.name, 5.0), said
    assert (record.metrics["twice"], record.metrics["mine"]) == (10.0, "kept")
    assert file.read_bytes() == before


def test_a_notebook_of_no_lesson_and_a_folder_that_holds_the_original_are_refused(run_and_mail, tmp_path):
    file = tmp_path / "01_good.ipynb"
    shutil.copy(run_and_mail[0].notebooks / file.name, file)
    assert f"{file}: would be written over" in call("--student", file, "--out", tmp_path)[1]
    nbformat.write(new_notebook(), file)
    assert "seems to be of no lesson" in call("--student", file, "--out", tmp_path / "out")[1]
    nbformat.write(new_notebook(metadata={"poster_var_course": {"lesson": "gone"}}), file)
    assert "of the lesson gone, which this course does not have" in call("--student", file)[1]
    assert [path.name for path in tmp_path.iterdir()] == [file.name]
