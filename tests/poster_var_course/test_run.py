"""The runner, on tiny lessons and real kernels: refuse early, name what fails, skip what is done."""

import importlib.metadata
import json
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import replace
from functools import partial
from types import SimpleNamespace

import nbformat
import psutil
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from poster_var_course.build import build_all
from poster_var_course.limits import DEFAULTS
from poster_var_course.records import Identity, recorded
from poster_var_course.run import told
from pvlib.errors import CourseError

PARAMETERS = """# %% tags=["parameters"]
profile = "reduced"
seed = 0
factor = 1.5

"""


def cell(name, *lines):
    return PARAMETERS + "\n".join([f'# %% id="{name}"', *lines, ""])


def shows(data):
    return cell("show", "from IPython.display import display", f"display({data!r}, raw=True)")


GOOD = (
    PARAMETERS
    + """# %% id="derive"
import os, random, sys
from poster_var_course import guess, record, reveal
twice = 2 * factor
guess("good.twice", "How much is it twice?", low=0, high=10)

# %% id="write-answer"
### BEGIN SOLUTION placeholder: answer = ...
answer = 42
### END SOLUTION
solved = answer is not ...

# %% id="measure"
random.seed(seed)
record(draw=random.random(), twice=twice, solved=solved)
record(data=os.path.expanduser("~/data"), words="-".join({"a", "b", "c", "d"}))
record(strict=os.environ["PVLIB_STRICT_CHECKS"])
reveal("good.twice", twice)
"""
)
DYING = cell("last-cell", "import os", "os._exit(0)")
SLOW = cell("endless", "import time", "time.sleep(600)")
PAUSING = cell("pause", "import os, time", 'while os.path.exists("pause"):', "    time.sleep(0.1)")


@pytest.fixture(scope="module")
def series(tmp_path_factory, course):
    """One run of a good lesson and of two that fail, where a foreign kernel claims the name python3."""
    folder = tmp_path_factory.mktemp("series")
    foreign = folder / "jupyter" / "kernels" / "python3"
    foreign.mkdir(parents=True)
    spec = {"argv": ["/bin/false", "{connection_file}"], "display_name": "foreign", "language": "python"}
    (foreign / "kernel.json").write_text(json.dumps(spec))
    made = course(folder, good=GOOD, dying=DYING, slow=SLOW)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JUPYTER_PATH", str(folder / "jupyter"))
        made.records = made.run(given=["seed=7", "factor=4"], timeout=3)
    return made


def test_every_failing_lesson_is_named_with_its_cell_and_the_others_finish(series):
    good, dying, slow = series.records
    assert (good.status, good.error) == ("done", None)
    assert (dying.status, slow.status) == ("failed", "failed")
    said = "dead kernel in cell last-cell (import os): its kernel died (it ended itself with exit status 0)"
    assert told(dying.error) == said
    assert "timeout in cell endless (import time): ran longer than 3 s" in told(slow.error)


def test_the_record_says_what_ran_with_what_and_what_came_out(series):
    written = json.loads((series.out / "01_good.json").read_text())
    metrics = written["metrics"]
    random.seed(7)
    assert metrics["draw"] == random.random()  # at full precision
    assert metrics["twice"] == 8.0  # it is derived after the parameters
    assert metrics["data"] == "~/data"  # a record names nobody's folder
    assert written["parameters"] == {"profile": "reduced", "seed": 7, "factor": 4.0}
    assert written["seed"] == 7
    assert written["predictions"] == {"good.twice": {"guess": None, "truth": 8.0}}
    assert {"python", "pvlib", "torch", "torchvision"} <= set(written["versions"])
    assert written["packages"]["papermill"] == importlib.metadata.version("papermill")
    keys = ("device", "threads", "processor", "cores", "memory_mib", "platform", "git")
    assert all(written[key] for key in keys)
    assert 0 < written["seconds"] < 600
    assert written["peak_memory_mib"] > 20  # no Python kernel is smaller
    assert len(written["source_sha256"]) == 64


def test_every_lesson_leaves_a_valid_notebook_a_page_and_a_row_of_the_report_and_nothing_else(series):
    names = ("01_good", "02_dying", "03_slow")
    for name in names:
        nbformat.validate(nbformat.read(series.out / f"{name}.ipynb", as_version=4))
        assert "</html>" in (series.out / f"{name}.html").read_text()
    assert "This run stopped" in (series.out / "02_dying.html").read_text()
    report = (series.out / "report.html").read_text()
    assert report.count('<th scope="row">') == 3
    assert report.count("✔ done") == 1
    assert report.count("✘ failed") == 2
    assert 'href="01_good.html"' in report
    results = {f"{name}.{ending}" for name in names for ending in ("ipynb", "html", "json")}
    assert {path.name for path in series.out.iterdir()} == results | {"report.html"}


def test_a_done_lesson_is_skipped_and_a_failed_one_runs_again(series):
    (series.lessons / "dying" / "lesson.py").write_text(PARAMETERS + '# %% id="last-cell"\n1 / 1\n')
    build_all(series.lessons, series.notebooks)
    before = (series.out / "01_good.ipynb").stat().st_mtime_ns
    good, mended = series.run("1", "2", given=["seed=7", "factor=4"])
    assert (series.out / "01_good.ipynb").stat().st_mtime_ns == before
    assert good == series.records[0]
    assert mended.status == "done"


def test_a_learner_runs_unsolved_and_the_solved_run_is_strict_and_draws_the_same_again(series, tmp_path):
    learners = series.records[0].metrics
    assert (learners["solved"], learners["strict"]) == (False, "0")
    (solved,) = series.run("01_good", solved=True, given=["seed=7", "factor=4"], out=tmp_path / "solved")
    assert solved.metrics == learners | {"solved": True, "strict": "1"}


HOSTILE = {
    "crash": cell("crash", "import os, signal", "os.kill(os.getpid(), signal.SIGSEGV)"),
    "hungry": cell("eat", "import time", "b = [bytearray(2**26) for _ in range(16)]", "time.sleep(60)"),
    # slowly enough that the limit of memory is far when the limit of output is reached, on a busy machine too
    "endless_print": cell("print", "import time", "while not time.sleep(0.001): print('x' * 10_000)"),
    "long_error": cell("raise", "raise ValueError('\\x1b[2Jwords ' + 'x' * 500_000)"),
    "metrics_list": shows({"application/vnd.pvlib.metrics+json": [1]}),
    "no_picture": shows({"image/png": 5, "text/plain": "five"}),
    "leaves_a_child": cell(
        "leave",
        "import os, subprocess, sys",
        "code = 'import os, time; os.setsid(); print(os.getpid(), flush=True); time.sleep(300)'",
        "started = subprocess.Popen([sys.executable, '-c', code], stdout=subprocess.PIPE)",
        "from poster_var_course import record",
        "record(pid=int(started.stdout.readline()))",
        "print('begin' + 'x' * 2_000_000 + 'end')",
    ),
}


@pytest.fixture(scope="module")
def hostile(tmp_path_factory, course):
    """One series of lessons that each do harm in another way, with limits that are quickly reached."""
    made = course(tmp_path_factory.mktemp("hostile"), **HOSTILE)
    small = replace(DEFAULTS["reduced"], memory_mib=700, shown=2_500_000, kept=100_000)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(DEFAULTS, "reduced", small)
        records = made.run()
    made.records = {record.lesson[3:]: record for record in records}
    return made


@pytest.mark.skipif(os.name == "nt", reason="needs signals and sessions")
@pytest.mark.parametrize(("lesson", "said"), [
    ("crash", "dead kernel in cell crash (import os, signal): its kernel died (ended by SIGSEGV"),
    ("hungry", "limit in cell eat (import time): the lesson took more than 700 MiB of memory"),
    ("endless_print", "limit in cell print (import time): the lesson showed more than 2,500,000 characters"),
    ("long_error", "error in cell raise (raise ValueError('\\x1b[2Jwords ' + 'x' * 500_000)): ValueError: words xxx"),
    ("metrics_list", "output: cell show shows metrics that are none: [1]"),
    ("no_picture", "5 is not valid"),
])  # fmt: skip
def test_whatever_a_lesson_does_it_fails_by_name_and_the_series_goes_on(hostile, lesson, said):
    error = hostile.records[lesson].error
    assert said in told(error)
    assert len(error["message"]) < 1000
    assert hostile.records["leaves_a_child"].status == "done"
    assert f"_{lesson}.html" in (hostile.out / "report.html").read_text()
    for ending in ("ipynb", "html"):
        (written,) = hostile.out.glob(f"[0-9][0-9]_{lesson}.{ending}")
        assert written.stat().st_size < 2_000_000


@pytest.mark.parametrize(("kind", "value"), [
    ("check", 5),
    ("check", {"id": [], "status": "passed"}),
    ("check", {"id": "a.b", "status": "excellent"}),
    ("check", ["a.b", "passed"]),
    ("metrics", {"loss": {"a": 1}}),
    ("metrics", {"loss": None}),
    ("metrics", "accuracy = 1"),
    ("prediction", {"id": 3, "guess": 1}),
    ("prediction", {"id": "a.b", "guess": "x" * 10**6}),
])  # fmt: skip
def test_an_output_that_only_claims_to_be_a_result_is_no_record(kind, value):
    shown = new_output("display_data", {f"application/vnd.pvlib.{kind}+json": value})
    notebook = new_notebook(cells=[new_code_cell("", outputs=[shown])])
    with pytest.raises(CourseError):
        recorded(notebook)


@pytest.mark.skipif(os.name == "nt", reason="needs sessions")
def test_a_long_output_is_cut_with_a_line_that_says_so_and_a_child_ends_with_the_lesson(hostile):
    text = next(hostile.out.glob("*_leaves_a_child.ipynb")).read_text()
    assert "begin" in text
    assert "text was cut here: a lesson keeps 100,000 characters" in text
    assert len(text) < 200_000
    pid = hostile.records["leaves_a_child"].metrics["pid"]
    assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_a_lesson_as_a_whole_has_a_time_limit(tmp_path, course):
    made = course(tmp_path, slow=SLOW)
    (record,) = made.run(lesson_timeout=2)
    assert record.error["kind"] == "limit"
    assert "longer than 2 s" in record.error["message"]


@pytest.mark.parametrize(("wanted", "options", "words"), [
    ((), {"given": ["factr=2"]}, "did you mean factor?"),
    ((), {"given": ["seed=none"]}, "expected a whole number"),
    ((), {"given": ["profile=full"]}, "--profile"),
    (("9",), {}, "no single lesson is called 9"),
    (("01_god",), {}, "did you mean 01_good?"),
    ((), {"timeout": 0}, "positive number"),
    ((), {"at_once": 0}, "positive number"),
    ((), {"memory_mib": float("nan")}, "positive number"),
])  # fmt: skip
def test_what_cannot_be_done_is_refused_before_anything_starts(series, tmp_path, wanted, options, words):
    with pytest.raises(CourseError) as caught:
        series.run(*wanted, out=tmp_path / "never", **options)
    assert words in str(caught.value)
    assert not (tmp_path / "never").exists()


def test_an_output_folder_that_is_a_file_or_has_no_room_is_refused(series, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(CourseError, match="cannot write"):
        series.run(out=tmp_path / "file")
    assert (tmp_path / "file").read_text() == "mine"
    monkeypatch.setattr("shutil.disk_usage", lambda path: SimpleNamespace(free=5 * 2**20))
    with pytest.raises(CourseError, match="only 5 MiB free"):
        series.run(out=tmp_path / "full")


BROKEN = {
    "cut": "{",
    "empty": "",
    "old": json.dumps({"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": []}]}),
    "bare": nbformat.writes(nbformat.v4.new_notebook()),
}


def test_a_broken_notebook_is_named_and_the_others_run(tmp_path, course, capsys):
    made = course(tmp_path, **dict.fromkeys(BROKEN, GOOD), good=GOOD)
    for number, (word, text) in enumerate(BROKEN.items(), start=1):
        (made.notebooks / f"{number:02d}_{word}.ipynb").write_text(text)
    (made.notebooks / "05_good-Copy1.ipynb").write_text("{")
    records = made.run()
    assert [record.status for record in records] == ["failed"] * 4 + ["done"]
    assert all("not a readable notebook" in record.error["message"] for record in records[:2])
    assert all("tagged parameters" in record.error["message"] for record in records[2:4])
    assert not any("lessons build" in record.error["message"] for record in records[:4])
    assert "05_good-Copy1.ipynb" in capsys.readouterr().out
    assert "02_empty" in (made.out / "report.html").read_text()


def waits_for(other, own):
    lines = [f"open('{own}', 'w').close()", f"while not os.path.exists('{other}'):", "    time.sleep(0.05)"]
    return cell("wait", "import os, time", *lines)


def test_two_lessons_run_at_a_time_and_share_the_cores(tmp_path, course, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("poster_var_course.surroundings.device_and_threads", lambda: ("cpu", 4))
    made = course(tmp_path, one=waits_for("second", "first"), other=waits_for("first", "second"))
    records = made.run(at_once=2, timeout=60)
    assert [(record.lesson, record.status, record.threads) for record in records] == [
        ("01_one", "done", 2),
        ("02_other", "done", 2),
    ]


@pytest.mark.skipif(os.name == "nt", reason="needs signals")
def test_a_stopped_series_ends_its_kernels_and_keeps_what_is_finished(tmp_path, course):
    saying = cell("pause", "import os, time", "open(f'{os.getpid()}.pid', 'w').close()", "time.sleep(600)")
    made = course(tmp_path, good=GOOD, pausing=saying, never=GOOD, waiting=saying)
    command = [sys.executable, "-m", "poster_var_course", "run", "--at-once", "2", "--out", str(made.out)]
    heed = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # a shell's background jobs ignore Ctrl-C
    process = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True, preexec_fn=heed)
    deadline = time.monotonic() + 120
    while len(pids := [int(path.stem) for path in tmp_path.glob("*.pid")]) < 2:
        assert time.monotonic() < deadline
        assert process.poll() is None
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=60)[1]
    assert process.returncode == 1
    assert "interrupted; what is finished stays, and the same command goes on from there" in said
    assert not any(psutil.pid_exists(pid) for pid in pids)
    assert {path.name for path in made.out.glob("*")} == {
        "01_good.ipynb",
        "01_good.html",
        "01_good.json",
        "report.html",
    }


@pytest.mark.skipif(os.name == "nt", reason="needs SIGKILL")
def test_a_killed_series_goes_on_where_it_stopped(tmp_path, course):
    made = course(tmp_path, good=GOOD, pausing=PAUSING)
    (tmp_path / "pause").touch()
    code = (
        "import sys, poster_var_course.report, poster_var_course.records as records\n"
        "from poster_var_course import run, surroundings\n"
        "assert 'torch' not in sys.modules\n"  # a series that is up to date need not wait for it
        "records.library_sha256, surroundings.device_and_threads = lambda: 'unedited', lambda: ('none', 1)\n"
        "poster_var_course.main()"
    )
    command = [sys.executable, "-c", code, "run", "--out", str(made.out)]
    process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while not (made.out / "01_good.json").exists() or not list(made.out.glob(".running-*/02*")):
        assert time.monotonic() < deadline
        assert process.poll() is None
        time.sleep(0.1)
    with pytest.raises(CourseError, match=f"a run of lessons goes on there already .process {process.pid}"):
        made.run()
    process.send_signal(signal.SIGKILL)
    process.wait()
    (tmp_path / "pause").unlink()

    first = json.loads((made.out / "01_good.json").read_text())
    good, paused = made.run()
    assert (good.started, good.seconds) == (first["started"], first["seconds"])
    assert (good.status, paused.status) == ("done", "done")
    assert not list(made.out.glob(".running-*"))


def test_a_changed_library_makes_a_done_lesson_out_of_date(series, monkeypatch):
    done = series.records[0]
    same = Identity(done.source_sha256, done.parameters, done.solved)
    assert same.fingerprint == done.fingerprint
    monkeypatch.setattr("poster_var_course.records.library_sha256", lambda: "edited")
    assert Identity(done.source_sha256, done.parameters, done.solved).fingerprint != done.fingerprint
