"""``pvlib data sheet``: the README's pictures of the drawn faces."""

import pytest
from PIL import Image
from typer.testing import CliRunner

from drawnfaces import sheets
from pvlib.cli import app


@pytest.fixture
def small(monkeypatch):
    tiny = sheets.compound_sheet(sheets.PEOPLE[:1], size=32)
    monkeypatch.setitem(sheets.SHEETS, "compounds", lambda: tiny)


def test_the_sheet_is_written_where_it_was_asked_for(tmp_path, small):
    result = CliRunner().invoke(app, ["data", "sheet", "compounds", "--out", str(tmp_path / "all.png")])
    assert result.exit_code == 0, result.output
    with Image.open(tmp_path / "all.png") as picture:
        assert picture.width >= 5 * 32


def test_another_kind_of_file_is_refused_before_drawing(tmp_path):
    result = CliRunner().invoke(app, ["data", "sheet", "compounds", "--out", str(tmp_path / "all.gif")])
    assert result.exit_code == 1
    assert ".png" in result.output + result.stderr
    assert not any(tmp_path.iterdir())
