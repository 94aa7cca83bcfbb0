"""``python -m drawnfaces`` from the command line."""

import shlex
from types import SimpleNamespace

import pytest
from PIL import Image

from drawnfaces import sheets
from drawnfaces.__main__ import main
from drawnfaces.layouts import LAYOUTS
from pvlib.files import atomic_folder


@pytest.fixture
def run(capsys):
    """run(*words): exit status and what was printed."""

    def call(*words):
        status = main([str(word) for word in words])
        printed = capsys.readouterr()
        return SimpleNamespace(status=status, out=printed.out, err=printed.err)

    return call


@pytest.mark.parametrize("layout", LAYOUTS)
def test_faces_are_drawn_and_counted(run, tmp_path, layout):
    size = () if layout.startswith("ferplus") else ("--size", 32)
    result = run("draw", tmp_path / "faces", "--layout", layout, "--count", 5, "--seed", 3, *size)
    assert result.status == 0, result.err
    assert f"layout {layout}, seed 3" in result.out
    assert (tmp_path / "faces" / "truth.safetensors").is_file()


def test_splits_have_counts_of_their_own(run, tmp_path):
    result = run("draw", tmp_path / "faces", "--layout", "rafdb", "--train", 3, "--test", 2, "--size", 16)
    assert "wrote 3 train, 2 test faces" in result.out
    lines = (tmp_path / "faces" / "EmoLabel" / "list_patition_label.txt").read_text().splitlines()
    assert [line.split("_")[0] for line in lines] == ["train"] * 3 + ["test"] * 2


def test_the_readme_notes_the_command(run, tmp_path, monkeypatch):
    words = ["draw", str(tmp_path / "my faces"), "--count", "1"]
    monkeypatch.setattr("sys.argv", ["__main__.py", *words])
    assert run(*words).status == 0
    readme = (tmp_path / "my faces" / "README.txt").read_text()
    assert f"python -m drawnfaces {shlex.join(words)}" in readme


def test_proportions_may_be_numbers(run, tmp_path):
    only_anger = ("--proportions", "0,0,0,0,1,0,0,0", "--nuisances", "none", "--ambiguous", 0)
    options = ("--layout", "rafdb-folders", "--train", 4, "--size", 16)
    assert run("draw", tmp_path / "faces", *options, *only_anger).status == 0
    assert {path.parent.name for path in (tmp_path / "faces").rglob("*.jpg")} == {"6"}


@pytest.mark.parametrize(("options", "message"), [
    (("--count", 3, "--train", 3), "not both"),
    (("--proportions", "a,b"), "eight numbers"),
    (("--proportions", "1,1,1,1,1,1,1,1"), "sum to 1"),
    (("--ambiguous", 2), "ambiguous"),
])  # fmt: skip
def test_a_wrong_option_is_one_line_and_nothing_is_written(run, tmp_path, options, message):
    result = run("draw", tmp_path / "faces", *options)
    assert result.status == 1
    [line] = result.err.splitlines()
    assert message in line
    assert list(tmp_path.iterdir()) == []


def test_a_full_folder_is_refused_and_force_replaces_only_drawn_faces(run, tmp_path):
    out = tmp_path / "faces"
    assert run("draw", out, "--count", 1).status == 0
    assert "--force" in run("draw", out, "--count", 1).err
    assert run("draw", out, "--count", 1, "--force").status == 0
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    assert "no drawn faces" in run("draw", tmp_path / "mine", "--count", 1, "--force").err
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "years of work"


def test_interrupting_says_so_and_leaves_nothing(run, tmp_path, monkeypatch):
    def interrupted(*arguments, **options):
        with atomic_folder(arguments[0]):
            raise KeyboardInterrupt

    monkeypatch.setattr("drawnfaces.layouts.write_layout", interrupted)
    assert "interrupted" in run("draw", tmp_path / "faces", "--count", 1).err
    assert list(tmp_path.iterdir()) == []


def test_a_contact_sheet_is_a_png_file(run, tmp_path, monkeypatch):
    tiny = sheets.compound_sheet(sheets.PEOPLE[:1], size=32)
    monkeypatch.setitem(sheets.SHEETS, "compounds", lambda: tiny)
    assert ".png" in run("sheet", "compounds", "--out", tmp_path / "all.gif").err
    assert not any(tmp_path.iterdir())
    assert run("sheet", "compounds", "--out", tmp_path / "all.png").status == 0
    with Image.open(tmp_path / "all.png") as picture:
        assert picture.width >= 5 * 32
