"""``python -m drawnfaces`` from the command line."""

import shlex

import pytest
from PIL import Image

from drawnfaces import sheets
from drawnfaces.__main__ import main
from drawnfaces.layouts import LAYOUTS
from pvlib.files import atomic_folder


@pytest.mark.parametrize("layout", LAYOUTS)
def test_faces_are_drawn_and_counted(call, tmp_path, layout):
    size = () if layout.startswith("ferplus") else ("--size", 32)
    result = call(main, "draw", tmp_path / "faces", "--layout", layout, "--count", 5, "--seed", 3, *size)
    assert result.exit_code == 0, result.stderr
    assert f"layout {layout}, seed 3" in result.stdout
    assert (tmp_path / "faces" / "truth.safetensors").is_file()


def test_splits_have_counts_of_their_own(call, tmp_path):
    result = call(
        main, "draw", tmp_path / "faces", "--layout", "rafdb", "--train", 3, "--test", 2, "--size", 16
    )
    assert "wrote 3 train, 2 test faces" in result.stdout
    lines = (tmp_path / "faces" / "EmoLabel" / "list_patition_label.txt").read_text().splitlines()
    assert [line.split("_")[0] for line in lines] == ["train"] * 3 + ["test"] * 2


def test_the_readme_notes_the_command(call, tmp_path, monkeypatch):
    words = ["draw", str(tmp_path / "my faces"), "--count", "1"]
    monkeypatch.setattr("sys.argv", ["__main__.py", *words])
    assert call(main, *words).exit_code == 0
    readme = (tmp_path / "my faces" / "README.txt").read_text()
    assert f"python -m drawnfaces {shlex.join(words)}" in readme


def test_proportions_may_be_numbers(call, tmp_path):
    only_anger = ("--proportions", "0,0,0,0,1,0,0,0", "--nuisances", "none", "--ambiguous", 0)
    options = ("--layout", "rafdb-folders", "--train", 4, "--size", 16)
    assert call(main, "draw", tmp_path / "faces", *options, *only_anger).exit_code == 0
    assert {path.parent.name for path in (tmp_path / "faces").rglob("*.jpg")} == {"6"}


@pytest.mark.parametrize(("options", "message"), [
    (("--count", 3, "--train", 3), "not both"),
    (("--proportions", "a,b"), "eight numbers"),
    (("--proportions", "1,1,1,1,1,1,1,1"), "sum to 1"),
    (("--ambiguous", 2), "ambiguous"),
])  # fmt: skip
def test_a_wrong_option_is_one_line_and_nothing_is_written(call, tmp_path, options, message):
    result = call(main, "draw", tmp_path / "faces", *options)
    assert result.exit_code == 1
    [line] = result.stderr.splitlines()
    assert message in line
    assert list(tmp_path.iterdir()) == []


def test_a_full_folder_is_refused_and_force_replaces_only_drawn_faces(call, tmp_path):
    out = tmp_path / "faces"
    assert call(main, "draw", out, "--count", 1).exit_code == 0
    assert "--force" in call(main, "draw", out, "--count", 1).stderr
    assert call(main, "draw", out, "--count", 1, "--force").exit_code == 0
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    assert "no drawn faces" in call(main, "draw", tmp_path / "mine", "--count", 1, "--force").stderr
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "years of work"


def test_interrupting_says_so_and_leaves_nothing(call, tmp_path, monkeypatch):
    def interrupted(*arguments, **options):
        with atomic_folder(arguments[0]):
            raise KeyboardInterrupt

    monkeypatch.setattr("drawnfaces.layouts.write_layout", interrupted)
    assert "interrupted" in call(main, "draw", tmp_path / "faces", "--count", 1).stderr
    assert list(tmp_path.iterdir()) == []


def test_a_contact_sheet_is_a_png_file(call, tmp_path, monkeypatch):
    tiny = sheets.compound_sheet(sheets.PEOPLE[:1], size=32)
    monkeypatch.setitem(sheets.SHEETS, "compounds", lambda: tiny)
    assert ".png" in call(main, "sheet", "compounds", "--out", tmp_path / "all.gif").stderr
    assert not any(tmp_path.iterdir())
    assert call(main, "sheet", "compounds", "--out", tmp_path / "all.png").exit_code == 0
    with Image.open(tmp_path / "all.png") as picture:
        assert picture.width >= 5 * 32
