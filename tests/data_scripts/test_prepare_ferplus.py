"""The script is thin: it says where to get the files, prepares them, and turns an error into one line."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pvlib.data.ferplus import load_ferplus

SCRIPT = Path(__file__).resolve().parents[2] / "data_scripts" / "prepare_ferplus.py"


@pytest.fixture
def script():
    spec = importlib.util.spec_from_file_location("prepare_ferplus", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def source(tmp_path):
    """A set of one happy training face."""
    folder = tmp_path / "source"
    (folder / "FER2013Train").mkdir(parents=True)
    Image.fromarray(np.arange(48 * 48, dtype=np.uint16).reshape(48, 48).astype(np.uint8)).save(
        folder / "FER2013Train" / "fer0000000.png"
    )
    (folder / "FER2013Train" / "label.csv").write_text("fer0000000.png,0,10,0,0,0,0,0,0,0,0\n")
    return folder


def test_help_says_where_to_get_the_files_and_under_which_terms(script, capsys):
    with pytest.raises(SystemExit) as ended:
        script.main(["--help"])
    assert ended.value.code == 0
    text = capsys.readouterr().out
    for piece in ("github.com/microsoft/FERPlus", "kaggle.com", "MIT", "research", "--accept-odd-votes"):
        assert piece in text


def test_the_script_writes_the_file_and_prints_the_report(script, source, tmp_path, capsys):
    out = tmp_path / "data" / "ferplus.safetensors"
    assert script.main([str(source), str(out)]) == 0
    printed = capsys.readouterr().out
    assert "No image of the split valid or test is there." in printed
    assert f"Written to {out}." in printed
    assert load_ferplus(out, "train").ids == ("fer0000000.png",)


def test_an_error_is_one_line_and_status_1_and_nothing_is_written(script, source, tmp_path, capsys):
    label = source / "FER2013Train" / "label.csv"
    label.write_text("fer0000000.png,0,11,0,0,0,0,0,0,0,0\n")
    out = tmp_path / "data" / "ferplus.safetensors"
    assert script.main([str(source), str(out)]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert f"{label}, line 1 (fer0000000.png): its votes sum to 11, not 10" in captured.err
    assert not out.exists()
    assert script.main([str(source), str(out), "--accept-odd-votes"]) == 0
