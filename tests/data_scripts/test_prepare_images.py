"""The scripts of RAF-DB and AffectNet: whom to ask, the report, one line for an error."""

import argparse
import importlib.util
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pvlib.data.packing.command import run
from pvlib.data.prepared import load_prepared

SCRIPTS = Path(__file__).resolve().parents[2] / "data_scripts"


@pytest.fixture
def script(request):
    path = SCRIPTS / f"prepare_{request.param}.py"
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def write_images(root, count, side=32):
    """Class folders of RAF-DB and the new layout of AffectNet, in two folders with the same faces."""
    (root / "affectnet" / "train_set" / "images").mkdir(parents=True)
    (root / "affectnet" / "train_set" / "annotations").mkdir()
    for number in range(count):
        image = Image.fromarray(np.random.default_rng(number).integers(0, 256, (side, side, 3), np.uint8))
        path = root / "rafdb" / "train" / str(number % 7 + 1) / f"train_{number:05}_aligned.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        image.save(path)
        image.save(root / "affectnet" / "train_set" / "images" / f"{number}.jpg")
        np.save(
            root / "affectnet" / "train_set" / "annotations" / f"{number}_exp.npy", np.array(str(number % 7))
        )
    return root


@pytest.mark.parametrize(("script", "pieces"), [
    ("rafdb", ("whdeld.cn/RAF", "Shan Li", "e-mail", "list_patition_label.txt", "train/1")),
    ("affectnet", ("mohammadmahoor.com/databases/affectnet", "licence", "training.csv", "train_set")),
], indirect=["script"])  # fmt: skip
def test_help_says_whom_to_ask_and_under_which_terms(script, capsys, pieces):
    with pytest.raises(SystemExit) as ended:
        script.main(["--help"])
    assert ended.value.code == 0
    text = capsys.readouterr().out
    for piece in (*pieces, "non-commercial", "repository", "Do not pass", "--workers", "--size", "--strict"):
        assert piece in text


@pytest.mark.parametrize("script", ["rafdb", "affectnet"], indirect=True)
def test_the_script_writes_the_file_and_prints_the_report(script, tmp_path, capsys):
    source = write_images(tmp_path, 28) / script.__name__.removeprefix("prepare_")
    out = tmp_path / "data" / "faces.safetensors"
    assert script.main([str(source), str(out), "--workers", "1", "--size", "32"]) == 0
    printed = capsys.readouterr().out
    assert "For what is missing: ask" in printed
    assert f"Written to {out}." in printed
    faces = load_prepared(out, "train")
    assert faces.images.shape[1:] == (3, 32, 32)
    # of 28 faces in 7 classes RAF-DB holds out (4 + 5) // 10 = 0 a class
    assert len(faces) == 28


@pytest.mark.parametrize("script", ["rafdb", "affectnet"], indirect=True)
def test_an_error_is_one_line_and_status_1_and_nothing_is_written(script, tmp_path, capsys):
    out = tmp_path / "data" / "faces.safetensors"
    assert script.main([str(tmp_path), str(out)]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert f"{tmp_path} does not hold" in captured.err
    assert not out.parent.exists()


@pytest.mark.parametrize("script", ["rafdb", "affectnet"], indirect=True)
def test_strict_makes_a_damaged_image_an_error(script, tmp_path, capsys):
    source = write_images(tmp_path, 14) / script.__name__.removeprefix("prepare_")
    broken = sorted(source.rglob("*.jpg"))[3]
    broken.write_bytes(broken.read_bytes()[:500])
    out = tmp_path / "faces.safetensors"
    assert script.main([str(source), str(out), "--workers", "1", "--strict"]) == 1
    assert f"{broken} is damaged" in capsys.readouterr().err
    assert script.main([str(source), str(out), "--workers", "1"]) == 0
    assert f"images that cannot be read: 1 ({broken} is damaged" in capsys.readouterr().out


def test_an_interrupted_run_says_that_nothing_was_changed(tmp_path, capsys):
    def interrupted(*arguments, **options):
        raise KeyboardInterrupt

    options = argparse.Namespace(folder=tmp_path, file=tmp_path / "a.safetensors", size=16)
    assert run(interrupted, options) == 130
    assert f"{options.file} is as it was before" in capsys.readouterr().err
