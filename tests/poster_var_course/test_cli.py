"""The command line: one line for what a user caused, a status that scripts can trust, an instant help."""

import subprocess
import sys

import pytest
from typer.testing import CliRunner

import pvlib
from poster_var_course.cli import app

LESSON = """# %% tags=["parameters"]
profile = "reduced"
seed = 0
epochs = 1

# %% id="work"
print(epochs)
"""


@pytest.fixture
def repository(tmp_path, monkeypatch, write_lessons):
    write_lessons(tmp_path / "lessons", tiny=LESSON)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def call(*words):
    return CliRunner().invoke(app, list(words))


def test_the_version_is_the_librarys_and_help_waits_for_neither_torch_nor_jupyter():
    result = call("--version")
    assert result.exit_code == 0
    assert result.output.startswith(f"pvlib {pvlib.__version__}")
    code = "import sys, poster_var_course.cli; print({'torch', 'papermill', 'nbformat', 'IPython'} & set(sys.modules))"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "set()"


def test_an_unknown_parameter_is_one_line_on_stderr_and_starts_nothing(repository):
    call("lessons", "build")
    result = call("run", "-p", "epoch=1")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr == "error: no parameter epoch in lesson 01_tiny; did you mean epochs?\n"
    assert not (repository / "runs").exists()


def test_lessons_build_writes_and_lessons_check_names_what_is_stale(repository):
    assert call("lessons", "check").exit_code == 1
    assert call("lessons", "build").exit_code == 0
    assert call("lessons", "check").exit_code == 0

    (repository / "lessons" / "tiny" / "lesson.py").write_text(LESSON.replace("epochs = 1", "epochs = 2"))
    result = call("lessons", "check")
    assert result.exit_code == 1
    assert "01_tiny.ipynb" in result.stderr


def test_run_ends_with_the_place_of_the_report_names_what_failed_and_a_second_run_skips(
    repository, write_lessons
):
    write_lessons(repository / "lessons", tiny=LESSON, broken=LESSON)
    call("lessons", "build")
    (repository / "notebooks" / "02_broken.ipynb").write_text("{")
    first = call("run", "-p", "epochs=3")
    assert first.exit_code == 1
    assert "failed: 02_broken" in first.stderr
    assert "not a readable notebook" in first.stdout
    report = repository / "runs" / "course" / "report.html"
    assert first.stdout.splitlines()[-1] == f"Report: {report}"
    assert report.exists()
    second = call("run", "1", "-p", "epochs=3")
    assert second.exit_code == 0
    assert "up to date" in second.stdout
