"""The scripts are thin: whom to ask, the report, one line for an error, and nothing written then."""

import argparse
import importlib.util
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from data_scripts.command import prepare
from pvlib.data.prepared import load_prepared

SCRIPTS = Path(__file__).resolve().parents[2] / "data_scripts"
NAMES = ("ferplus", "rafdb", "affectnet")


@pytest.fixture
def script(request):
    path = SCRIPTS / f"prepare_{request.param}.py"
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def write_images(root, count, side=48):
    """The same faces as FER+, as class folders of RAF-DB and in the new layout of AffectNet."""
    annotations = root / "affectnet" / "train_set" / "annotations"
    annotations.mkdir(parents=True)
    rows = []
    for number in range(count):
        image = Image.fromarray(np.random.default_rng(number).integers(0, 256, (side, side, 3), np.uint8))
        for path in (
            root / "ferplus" / "FER2013Train" / f"fer{number:07}.png",
            root / "rafdb" / "train" / str(number % 7 + 1) / f"train_{number:05}_aligned.jpg",
            root / "affectnet" / "train_set" / "images" / f"{number}.jpg",
        ):
            path.parent.mkdir(parents=True, exist_ok=True)
            (image.convert("L") if path.suffix == ".png" else image).save(path)
        np.save(annotations / f"{number}_exp.npy", np.array(str(number % 7)))
        rows.append(f"fer{number:07}.png,0,10,0,0,0,0,0,0,0,0\n")
    (root / "ferplus" / "FER2013Train" / "label.csv").write_text("".join(rows))
    return root


@pytest.mark.parametrize(("script", "pieces"), [
    ("ferplus", ("github.com/microsoft/FERPlus", "kaggle.com", "MIT", "research", "--accept-odd-votes")),
    ("rafdb", ("whdeld.cn/RAF", "Shan Li", "e-mail", "list_patition_label.txt", "train/1", "--workers", "--size")),
    ("affectnet", ("mohammadmahoor.com/databases/affectnet", "licence", "training.csv", "train_set", "--strict")),
], indirect=["script"])  # fmt: skip
def test_help_says_whom_to_ask_and_under_which_terms(script, capsys, pieces):
    with pytest.raises(SystemExit) as ended:
        script.main(["--help"])
    assert ended.value.code == 0
    text = capsys.readouterr().out
    for piece in (*pieces, "repository", "pass"):
        assert piece in text


@pytest.mark.parametrize("script", NAMES, indirect=True)
def test_the_script_writes_the_file_and_prints_the_report(script, tmp_path, capsys):
    name = script.__name__.removeprefix("prepare_")
    source, out = write_images(tmp_path, 28) / name, tmp_path / "data" / "faces.safetensors"
    assert (
        script.main([str(source), str(out)] + ["--workers", "1", "--size", "48"] * (name != "ferplus")) == 0
    )
    printed = capsys.readouterr().out
    assert (
        "No image of the split valid or test" if name == "ferplus" else "For what is missing: ask"
    ) in printed
    assert f"Written to {out}." in printed
    # of 28 faces in 7 classes RAF-DB holds out (4 + 5) // 10 = 0 a class
    assert load_prepared(out, "train").images.shape == (28, 1 if name == "ferplus" else 3, 48, 48)


@pytest.mark.parametrize("script", NAMES, indirect=True)
def test_an_error_is_one_line_and_status_1_and_nothing_is_written(script, tmp_path, capsys):
    out = tmp_path / "data" / "faces.safetensors"
    assert script.main([str(tmp_path), str(out)]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert f"{tmp_path} " in captured.err
    assert not out.parent.exists()


@pytest.mark.parametrize("script", ["ferplus"], indirect=True)
def test_odd_votes_are_accepted_on_request(script, tmp_path, capsys):
    source, out = write_images(tmp_path, 2) / "ferplus", tmp_path / "faces.safetensors"
    label = source / "FER2013Train" / "label.csv"
    label.write_text(label.read_text().replace("10", "11", 1))
    assert script.main([str(source), str(out)]) == 1
    assert f"{label}, line 1 (fer0000000.png): its votes sum to 11, not 10" in capsys.readouterr().err
    assert script.main([str(source), str(out), "--accept-odd-votes"]) == 0


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
    assert prepare(interrupted, options) == 130
    assert f"{options.file} is as it was before" in capsys.readouterr().err
