"""``pvlib data draw`` from the command line."""

import shlex

import pytest
from typer.testing import CliRunner

from drawnfaces.layouts import LAYOUTS
from pvlib.cli import app
from pvlib.files import atomic_folder


def run(*arguments):
    return CliRunner().invoke(app, ["data", "draw", *map(str, arguments)])


def error_of(result):
    assert result.exit_code == 1
    assert not result.exception or isinstance(result.exception, SystemExit)
    [line] = [line for line in result.output.splitlines() if line.strip()]
    return line


@pytest.mark.parametrize("layout", LAYOUTS)
def test_faces_are_drawn_and_counted(tmp_path, layout):
    out = tmp_path / "faces"
    size = () if layout.startswith("ferplus") else ("--size", 32)
    result = run(out, "--layout", layout, "--count", 5, "--seed", 3, *size)
    assert result.exit_code == 0, result.output
    assert f"layout {layout}, seed 3" in result.output
    assert (out / "truth.safetensors").is_file()


def test_splits_have_counts_of_their_own(tmp_path):
    result = run(tmp_path / "faces", "--layout", "rafdb", "--train", 3, "--test", 2, "--size", 16)
    assert "wrote 3 train, 2 test faces" in result.output
    lines = (tmp_path / "faces" / "EmoLabel" / "list_patition_label.txt").read_text().splitlines()
    assert [line.split("_")[0] for line in lines] == ["train"] * 3 + ["test"] * 2


def test_the_readme_notes_the_command(tmp_path, monkeypatch):
    arguments = ["data", "draw", str(tmp_path / "my faces"), "--count", "1"]
    monkeypatch.setattr("sys.argv", ["pvlib", *arguments])
    assert run(*arguments[2:]).exit_code == 0
    assert f"pvlib {shlex.join(arguments)}" in (tmp_path / "my faces" / "README.txt").read_text()


def test_proportions_may_be_numbers(tmp_path):
    only_anger = "0,0,0,0,1,0,0,0"
    options = ("--layout", "rafdb-folders", "--train", 4, "--size", 16, "--ambiguous", 0)
    assert (
        run(tmp_path / "faces", *options, "--nuisances", "none", "--proportions", only_anger).exit_code == 0
    )
    assert {path.parent.name for path in (tmp_path / "faces").rglob("*.jpg")} == {"6"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--layout", "rafdb2"), 'did you mean "rafdb"'),
        (("--count", 3, "--train", 3), "not both"),
        (("--count", 0), "at least 1"),
        (("--proportions", "a,b"), "eight numbers"),
        (("--proportions", "0.5,0.5"), "eight numbers"),
        (("--proportions", "1,1,1,1,1,1,1,1"), "sum to 1"),
        (("--nuisances", "wilde"), 'did you mean "wild"'),
        (("--seed", -1), "seed"),
        (("--workers", 0), "workers"),
        (("--ambiguous", 2), "ambiguous"),
    ],
)
def test_a_wrong_option_is_one_line_and_nothing_is_written(tmp_path, options, message):
    assert message in error_of(run(tmp_path / "faces", *options))
    assert list(tmp_path.iterdir()) == []


def test_a_full_folder_is_refused_and_force_replaces_only_drawn_faces(tmp_path):
    out = tmp_path / "faces"
    assert run(out, "--count", 1).exit_code == 0
    assert "--force" in error_of(run(out, "--count", 1))
    assert run(out, "--count", 1, "--force").exit_code == 0
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    assert "no drawn faces" in error_of(run(tmp_path / "mine", "--count", 1, "--force"))
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "years of work"


def test_interrupting_says_so_and_leaves_nothing(tmp_path, monkeypatch):
    def interrupted(*arguments, **options):
        with atomic_folder(arguments[0]):
            raise KeyboardInterrupt

    monkeypatch.setattr("drawnfaces.layouts.write_layout", interrupted)
    assert "interrupted" in error_of(run(tmp_path / "faces", "--count", 1))
    assert list(tmp_path.iterdir()) == []
