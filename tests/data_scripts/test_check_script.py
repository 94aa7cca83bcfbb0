"""The script says one page, plain where there is no terminal, and its status is the verdict."""

import json

import pytest
from PIL import Image

from data_scripts.check import main
from pvlib.data.drawn import draw_faces


@pytest.fixture
def faces(tmp_path):
    root = tmp_path / "set"
    for i, face in enumerate(draw_faces(6, seed=3).images[:, 0].numpy()):
        folder = root / ("train" if i % 2 else "test") / "happy"
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(face).save(folder / f"{i}.png")
    return root


def test_a_good_set_is_called_ready_with_status_0(faces, call):
    result = call(main, faces)
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1] == "ready to use"
    assert "find_near_duplicates.py" in result.stdout


def test_the_page_is_plain_text_of_one_page_where_there_is_no_terminal(faces, call):
    (faces / "train" / "happy" / "[bold]x\x1b[2J.png").write_bytes(b"no image")
    result = call(main, faces)
    assert "\x1b" not in result.stdout
    assert "[bold]x\\x1b[2J.png" in result.stdout
    assert len(result.stdout.splitlines()) < 60


def test_json_holds_every_name_and_the_verdict(faces, tmp_path, call):
    for number in range(9):
        (faces / "train" / "happy" / f"broken{number}.png").write_bytes(b"x")
    result = call(main, faces, "--json", tmp_path / "page.json")
    assert result.exit_code == 1  # nine of 15 are broken
    page = json.loads((tmp_path / "page.json").read_text())
    assert len(page["unreadable"]) == 9
    assert page["faces"] == {"train": 3, "test": 3}
    assert page["usable"] is False
