"""A grader judges every answer as what it is, whatever the answer does: one row an answer, with the words it gets."""

import subprocess
import sys
import textwrap
import zipfile
from pathlib import Path

import psutil
import pytest
import torch

from poster_var_course.classroom.judging import Cell, Exercise, JudgingLimits, Submission, judge_class
from poster_var_course.classroom.judging.wire import WireError, decode, encode
from pvlib.errors import CourseError

REPOSITORY = Path(__file__).resolve().parents[2]
LIMITS = JudgingLimits(seconds=5, memory_mib=512, printed=100_000)
SETUP = "import ctypes, math, os, socket, subprocess, sys\nimport numpy as np\nimport torch"
RIGHT = "return torch.special.entr(t).sum(-1).mean()"
WALK = """\
frame = sys._getframe()
while frame:
    if "{}" in frame.f_locals:
        {}
    frame = frame.f_back
return torch.tensor(0.5)"""
ON_LINUX = {  # what only Linux keeps closed
    "reads the solutions": (
        f"return open({str(REPOSITORY / 'lessons/raters/lesson.py')!r}).read()",
        "wrong",
        "Permission denied",
    ),
    "looks at other students": (f"return os.listdir({str(REPOSITORY)!r})", "wrong", "Permission denied"),
    "writes a file": ("open('/tmp/x', 'w').write('x')", "wrong", "Permission denied"),
    "starts a program": ("return subprocess.run(['ls'])", "wrong", "Error"),
    "asks the network": ("return socket.create_connection(('127.0.0.1', 9), 1)", "wrong", "Error"),
    "kills the grader": ("os.kill(os.getppid(), 9)\nreturn 1", None, ""),
}
ANSWERS = {
    "right": (RIGHT, "passed", ""),
    "right, in half precision": (f"{RIGHT}.half()", "passed", ""),
    "right, by numpy": (f"{RIGHT}.numpy()[()]", "passed", ""),
    "wrong, and known": (f"{RIGHT} / math.log(2)", "wrong", "That is in bits"),
    "knows its own numbers": (
        f"floor.calls = getattr(floor, 'calls', 0) + 1\nif floor.calls == 1: {RIGHT}\nreturn t.sum()",
        "wrong", "not for others",
    ),
    "unwritten": ("...  # write your lines here", "unwritten", ""),
    "no return": ("torch.special.entr(t)", "wrong", "is `return` missing"),
    "not Python": ("return (", "wrong", "SyntaxError"),
    "raises": ("return unknown", "wrong", "(line 2, in floor: return unknown)"),
    "loops": ("while True: pass", "stopped", "still running after 5 seconds"),
    "loops in its error": ("raise type('E', (Exception,), {'__str__': lambda e: floor(t)})()", "wrong", "E"),
    "ends the process": ("os._exit(0)", "stopped", "ended the process"),
    "exits with success": ("sys.exit(0)", "wrong", "SystemExit"),
    "crashes": ("ctypes.string_at(0)", "stopped", "ended the process"),
    "takes all memory": ("return torch.ones(10**11)", "wrong", "memory"),
    "grows": ("kept = []\nwhile True: kept.append(bytearray(10**7))", None, ""),
    "prints without end": ("while True: print('x' * 1000)", "stopped", "printed more than 100,000"),
    "forks": ("while True: os.fork()", None, ""),
    "replaces torch": ("torch.allclose = lambda *a, **k: True\nreturn t.sum()", "wrong", "expected 1."),
    "replaces the check": (
        "from poster_var_course.checks import expectations\nexpectations._allclose = lambda *a, **k: True\nreturn t.sum()",
        "wrong", "expected 1.",
    ),
    "is its own comparison": (
        "return t.sum().as_subclass(type('T', (torch.Tensor,), {'__torch_function__': lambda *a: True}))", "wrong", "",
    ),
    "looks for the expected value": (WALK.format("expected", "return frame.f_locals['expected']"), "wrong", "got 0.5"),
    "forges a message": (WALK.format("talk", "frame.f_locals['talk'].sendall(b'x' * 99)"), "stopped", "larger than"),
    "gives what cannot be sent": ("return object()", "wrong", "got object"),
    "changes what it is given": ("s = (-t * t.log()).nansum(-1).mean()\nt.zero_()\nreturn s", "passed", "You changed t"),
}  # fmt: skip


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """The course's packages as students get them."""
    folder = tmp_path_factory.mktemp("library")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=REPOSITORY, check=True, capture_output=True)
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as archive:
        archive.extractall(folder)
    return folder


def submission(text, exercise="raters.floor", names=("floor",), cells=()):
    written = (*cells, Cell(id="setup", source=SETUP), Cell(id="answer", source=text))
    judged = (Exercise(id=exercise, cell="answer", names=names),)
    return Submission(
        student="s", lesson=exercise.partition(".")[0], seed=7, hidden_seed=8, cells=written, exercises=judged
    )


def floor(body):
    return submission("def floor(t):\n" + textwrap.indent(body, "    "))


def test_every_answer_is_judged_as_what_it_is(library):
    rows = ANSWERS | (ON_LINUX if sys.platform == "linux" else {})
    work = [floor(body) for body, _, _ in rows.values()]
    work += [
        submission(
            f"def floor(t):\n    {RIGHT}\nprint(faces)", cells=[Cell(id="other", source="while True: pass")]
        ),
        submission("floor_of = 1"),
        submission("from lessons.raters.teachers import floor_of as floor"),
        submission("def step(n, o, x, t):\n    pass", "first_training.training_step", ("step",)),
        submission(HEAD, "variational_head.variational_head", ("Head",)),
        submission(HEAD + "\nHead = Head(2, 3)", "variational_head.variational_head", ("Head",)),
        submission(BOUND, "the_bound.elbo", ("elbo",)),
        submission(
            "def f(m, v, e):\n    return m + (v / 2).exp().detach() * e",
            "reparameterization.reparameterize",
            ("f",),
        ),
    ]
    found = [verdicts[0] for _, verdicts in judge_class(work, library=library, workers=1, limits=LIMITS)]
    others = {}
    for (name, (_, status, words)), verdict in zip(rows.items(), found, strict=False):
        said = f"{verdict.message} {verdict.hint}"
        wanted = verdict.status != "passed" if status is None else verdict.status == status
        if not wanted or words not in said:
            others[name] = verdict
    assert not others
    extra, missing, own, step, head, instance, bound, cut = found[len(rows) :]
    assert [one.status for one in (extra, own, step, head, bound)] == ["passed"] * 2 + ["unwritten"] + [
        "passed"
    ] * 2
    assert "name 'floor' is not defined" in missing.message
    assert "lessons.raters.teachers" in own.remark
    assert "class itself" in instance.hint
    assert "graph was cut" in cut.hint
    next(one for one in psutil.Process().children() if any("zygote" in word for word in one.cmdline())).kill()
    again = [work[0], *work[-6:]]
    assert [one.status for _, (one,) in judge_class(again, library=library, workers=1, limits=LIMITS)] == [
        one.status for one in [found[0], *found[-6:]]
    ]


HEAD = """\
class Head(torch.nn.Module):
    def __init__(self, features, classes):
        super().__init__()
        self.mean, self.log_variance = torch.nn.Linear(features, classes), torch.nn.Linear(features, classes)
    def forward(self, x):
        mean = self.mean(x)
        return mean + (self.log_variance(x) / 2).exp() * torch.randn_like(mean) if self.training else mean"""
BOUND = """\
HALF = 0.5
def elbo(mean, log_variance, log_joint, noise):
    z = mean + (HALF * log_variance).exp() * noise
    return log_joint(z).mean() + HALF * (math.log(2 * math.pi) + 1 + log_variance)"""


def test_a_folder_without_the_library_is_told(tmp_path):
    with pytest.raises(CourseError, match=f"{tmp_path}.*classroom release"):
        list(judge_class([floor(RIGHT)], library=tmp_path, workers=1))


@pytest.mark.parametrize(
    "value",
    [
        None, ..., True, 3, 0.5, "text", [1, (2, None)], {"a": torch.ones(2, 3), 1: []}, torch.tensor(1.5).bfloat16(),
        torch.zeros(0, 2), torch.eye(2).to_sparse(), torch.ones(2, requires_grad=True),
    ],
    ids=str,
)  # fmt: skip
def test_a_value_survives_the_way_there(value):
    there = decode(encode(value))
    if isinstance(value, torch.Tensor):
        assert (there.dtype, there.requires_grad) == (value.dtype, value.requires_grad)
        assert torch.equal(there, value.to_dense())
    else:
        assert repr(there) == repr(value)


@pytest.mark.parametrize(
    "message",
    [
        b"", b"\0" * 7 + b"\x02{}", b"\xff" * 9, b"\0" * 7 + b"\x04nope", encode([torch.ones(4)])[:-1],
        b"\0" * 7 + bytes([200]) + b"[" * 200, encode(torch.ones(4)).replace(b"[4]", b"[9]"),
    ],
)  # fmt: skip
def test_bytes_that_are_no_message_are_refused(message):
    with pytest.raises(WireError):
        decode(message)


def test_a_value_too_large_or_too_deep_is_refused():
    deep = []
    for _ in range(30):
        deep = [deep]
    for value in (torch.zeros(2**26), deep, 2**70, object()):
        with pytest.raises(WireError):
            encode(value)
