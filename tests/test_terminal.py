"""What a stranger's file says can neither steer the terminal nor flood it, and no encoding ends a command."""

import io
import os
import subprocess
import sys

import pytest
from rich.table import Table
from typer.testing import CliRunner

from pvlib.cli import app
from pvlib.errors import CourseError
from pvlib.terminal import LONGEST_MESSAGE, Terminal, line_for_user, printable, say_error

ATTACK = "\x1b[2J\x1b]0;title\x07\x9b31m\u202eevil\r"


@pytest.mark.parametrize(("text", "shown"), [
    ("plain · ½ 😀 naïve", "plain · ½ 😀 naïve"),
    ("two\nlines\tand a tab", "two\nlines\tand a tab"),
    ("\x1b[2J", r"\x1b[2J"),
    ("\x9b", r"\x9b"),
    ("\u202e", r"\u202e"),
    (os.fsdecode(b"Jos\xe9.jpg"), r"Jos\xe9.jpg"),
    ("\ud800", r"\ud800"),
    ("👨\u200d👩", "👨\u200d👩"),
])  # fmt: skip
def test_a_character_that_would_steer_the_terminal_is_shown_as_its_code(text, shown):
    assert printable(text) == shown
    printable(text).encode()  # so that any file takes it


def test_a_console_obeys_none_of_what_it_prints():
    file = io.StringIO()
    console = Terminal(file=file, force_terminal=False, width=200)
    table = Table("column", title=ATTACK)
    table.add_row(ATTACK)
    console.print(ATTACK)
    console.print(table)
    console.say(ATTACK)
    assert not set(file.getvalue()) & {"\x1b", "\x07", "\x9b", "\u202e", "\r"}
    assert file.getvalue().count("evil") == 4


def test_an_error_is_one_line_that_keeps_its_beginning_and_its_end(capsys):
    value = "x" * 100_000
    say_error(CourseError(f'faces.yaml: "{value}" is no number\n{ATTACK} {"y " * 50_000}write 3 instead'))
    line = capsys.readouterr().err
    assert line.startswith('error: faces.yaml: "xxx')
    assert line.endswith("characters)\n")
    assert "write 3 instead" in line
    assert len(line) < LONGEST_MESSAGE + 100
    assert line.count("\n") == 1
    assert "\x1b" not in line


@pytest.mark.parametrize(("error", "told"), [
    (FileNotFoundError(2, "No such file or directory", "a.txt"), "a.txt: No such file"),
    (OSError(36, "File name too long", "x" * 300), "File name too long"),
    (OSError(28, "No space left on device"), "No space left"),
    (MemoryError(), "not enough memory"),
    (RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried"), "not enough memory"),
    (RecursionError("maximum recursion depth exceeded"), "nested too deeply"),
    (ValueError("a bug"), None),
    (BrokenPipeError(32, "Broken pipe"), None),
])  # fmt: skip
def test_what_a_user_can_mend_has_a_line_and_a_bug_has_none(error, told):
    line = line_for_user(error)
    assert line is None if told is None else told in line


@pytest.mark.parametrize("name", ["train", "evaluate", "predict"])
def test_a_file_name_that_is_too_long_ends_in_one_line(name, tmp_path):
    result = CliRunner().invoke(app, [name, str(tmp_path / ("x" * 300 + ".yaml"))])
    assert result.exit_code == 1
    assert "too long" in result.stderr
    assert result.stderr.count("\n") == 1


COMMAND = """
from pvlib.cli import app

@app.command()
def speak(): print(1_000 * '✔ σ 漢 \\udce9\\n')

@app.command()
def fail(): raise ValueError('✔ \\x1b[2J' + 100_000 * 'z')

app()
"""


def start(name):
    command = [sys.executable, "-c", COMMAND, name]
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}  # the least that any output takes
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)


def test_no_encoding_of_the_output_ends_a_command():
    with start("speak") as speaking:
        out, err = speaking.communicate()
    assert (speaking.returncode, err) == (0, b"")
    assert b"\\u2714" in out
    assert b"\\udce9" in out


def test_a_bug_shows_its_traceback_without_escapes_and_without_end():
    with start("fail") as failing:
        _, err = failing.communicate()
    assert failing.returncode == 1
    assert err.startswith(b"Traceback")
    assert b"ValueError" in err
    assert b"\x1b" not in err
    assert len(err) < 100_000


def test_an_output_that_closes_early_ends_a_command_without_a_word():
    with start("speak") as speaking:
        speaking.stdout.close()
        assert speaking.stderr.read() == b""
