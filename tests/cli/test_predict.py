"""`pvlib predict`, as a person types it."""

import json
import os
import shutil
import sys

import pytest
from PIL import Image
from skimage import data

from pvlib.data.labels import AFFECTNET7, AFFECTNET8, FERPLUS, RAFDB
from pvlib.models import poster_pp, poster_var, tiny
from pvlib.photos import face_finder
from pvlib.photos.boxes import Box
from pvlib.runs import trained as runs_trained
from pvlib.runs.trained import TrainedNetwork, save_trained


@pytest.fixture
def weights(tmp_path):
    network, path = poster_var(8, tiny()).eval(), tmp_path / "net.safetensors"
    save_trained(path, TrainedNetwork(network=network, class_names=FERPLUS, face_size=48, channels=1))
    return path


@pytest.fixture
def photo(tmp_path):
    Image.fromarray(data.astronaut()).crop((130, 40, 310, 220)).save(tmp_path / "collins.png")
    return tmp_path / "collins.png"


@pytest.fixture
def finds(monkeypatch):
    """Let the search find given boxes in every photo."""

    def use(*boxes):
        monkeypatch.setattr(face_finder, "find_faces", lambda photo: list(boxes))

    return use


def test_the_weights_that_ship_see_a_smile_in_a_portrait(succeed, photo):
    result = succeed("predict", photo, "--format", "json")
    answer = json.loads(result.stdout)
    (face,) = answer["photos"][0]["faces"]
    assert face["expression"] == "happiness"
    assert face["intensities"]["happiness"]["mean"] > 0.7
    assert "does not say how sure" in answer["spread"]


def test_the_json_holds_every_face_with_numbers_that_fit_together(command, photo, weights, finds):
    finds(Box(40, 20, 100), Box(0, 0, 60))
    result = command("predict", photo, "--weights", weights, "--format", "json", "--samples", 50)
    (seen,) = json.loads(result.stdout)["photos"]
    assert (seen["photo"], seen["width"], seen["height"]) == (str(photo), 180, 180)
    boxes = [{"left": 40, "top": 20, "side": 100}, {"left": 0, "top": 0, "side": 60}]
    assert [face["box"] for face in seen["faces"]] == boxes
    for face in seen["faces"]:
        read = face["intensities"]
        assert tuple(read) == FERPLUS
        assert sum(each["mean"] for each in read.values()) == pytest.approx(1, abs=1e-5)
        assert all(0 <= each["low"] <= each["high"] <= 1 for each in read.values())
        assert face["expression"] == max(read, key=lambda name: read[name]["mean"])


def test_without_a_face_it_says_so_and_how_to_go_on(succeed, photo, weights, finds):
    finds()
    result = succeed("predict", photo, "--weights", weights, "--format", "json")
    assert json.loads(result.stdout)["photos"][0]["faces"] == []
    assert "no face found" in result.stderr
    assert "--whole" in result.stderr


def test_the_text_names_every_expression_and_says_what_the_spread_is_not(
    succeed, photo, weights, finds, tmp_path
):
    finds(*[Box(10 * n, 0, 60) for n in range(6)])
    succeed("predict", photo, "--weights", weights, "--out", tmp_path / "answer.txt")
    text = (tmp_path / "answer.txt").read_text(encoding="utf-8")
    assert all(text.count(name) == 2 for name in FERPLUS)  # two tables: four faces and two
    assert all(f"face {n + 1} at" in text for n in range(6))
    assert "It does not say how sure one may be about the face" in " ".join(text.split())


def test_a_damaged_photo_is_named_without_control_characters_and_the_others_are_read(
    command, photo, weights, finds, tmp_path
):
    finds(Box(40, 20, 100))
    shutil.copy(photo, tmp_path / "a\x1b[2Jb.png")
    (tmp_path / "c\x1b[2Jd.png").write_bytes(b"no picture")
    result = command("predict", *sorted(tmp_path.glob("*2J*"), reverse=True), "--weights", weights)
    assert result.exit_code == 1
    assert "\x1b" not in result.output + result.stderr
    assert r"a\x1b[2Jb.png" in result.stdout
    assert r"c\x1b[2Jd.png" in result.stderr


def test_what_was_read_stays_on_the_screen_when_a_later_photo_cannot_be_read(
    command, photo, weights, tmp_path, monkeypatch
):
    def find_or_fail(picture):
        if picture.width == 60:
            raise MemoryError
        return [Box(0, 0, 60)]

    monkeypatch.setattr(face_finder, "find_faces", find_or_fail)
    Image.open(photo).resize((60, 60)).save(tmp_path / "too_much.png")
    result = command("predict", photo, tmp_path / "too_much.png", photo, "--weights", weights)
    assert result.exit_code == 1
    assert "not enough memory" in result.stderr
    assert "collins.png" in result.stdout


def test_pictures_of_photos_with_one_name_do_not_replace_each_other(succeed, photo, weights, finds, tmp_path):
    finds(Box(40, 20, 100))
    other = tmp_path / "other" / "collins.jpg"
    other.parent.mkdir()
    Image.open(photo).save(other)
    out = tmp_path / "pictures"
    succeed("predict", photo, other, "--weights", weights, "--format", "picture", "--out", out)
    assert sorted(entry.name for entry in out.iterdir()) == ["collins-2.png", "collins.png"]
    with Image.open(out / "collins.png") as picture:
        assert picture.width > 1000


@pytest.mark.parametrize(("classes", "labels", "order"), [
    (7, None, RAFDB), (8, None, AFFECTNET8), (7, "affectnet7", AFFECTNET7), (8, "ferplus", FERPLUS),
])  # fmt: skip
def test_a_released_checkpoint_reads_a_photo_and_says_in_which_order_its_classes_are(
    succeed, classes, labels, order, photo, finds, monkeypatch, tmp_path
):
    finds(Box(40, 20, 100))
    monkeypatch.setattr(runs_trained, "load_released", lambda path: poster_pp(classes, tiny()).eval())
    (tmp_path / "released.pth").write_bytes(b"a checkpoint")
    chosen = [] if labels is None else ["--labels", labels]
    result = succeed("predict", photo, "--weights", tmp_path / "released.pth", *chosen, "--format", "json")
    assert tuple(json.loads(result.stdout)["classes"]) == order
    assert "224×224 pixels in RGB" in json.loads(result.stdout)["input"]
    usual = "rafdb" if classes == 7 else "affectnet8"
    assert f"order of {labels or usual} ({', '.join(order)})" in result.stderr
    assert "--labels" in result.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="other systems' file names are Unicode")
@pytest.mark.parametrize("charset", ["ascii", "cp1252", "cp932"])
@pytest.mark.parametrize("form", ["text", "json", "picture"])
def test_a_name_that_is_no_utf8_and_an_output_that_is_none_do_no_harm(
    succeed, charset, form, photo, weights, finds, tmp_path
):
    finds(Box(40, 20, 100))
    folder, out = tmp_path / "ümlaut σ", tmp_path / "out"
    folder.mkdir()
    shutil.copy(photo, os.path.join(os.fsencode(folder), b"Jos\xe9.png"))
    shutil.copy(photo, folder / "naïve.png")
    words = ("predict", folder, "--weights", weights, "--format")
    succeed(*words, form, "--out", out, charset=charset)
    if form == "picture":
        assert len(list(out.iterdir())) == 2
    else:
        assert r"Jos\xe9.png" in out.read_text(encoding="utf-8").replace("\\\\", "\\")
    shown = json.loads(succeed(*words, "json", charset=charset).stdout)
    names = [photo["photo"] for photo in shown["photos"]]
    assert names == [str(folder / r"Jos\xe9.png"), str(folder / "naïve.png")]


def test_a_face_too_small_to_be_found_is_told_how_large_it_must_be(command, weights, tmp_path):
    Image.new("RGB", (3200, 40), (90, 90, 90)).save(tmp_path / "panorama.png")
    result = command("predict", tmp_path / "panorama.png", "--weights", weights, charset="utf-8")
    assert "3200×40 pixels those that span at least 100" in result.stderr  # 24 of 800 pixels, 4 % wider


@pytest.mark.parametrize(("arguments", "culprit"), [
    (["collins.png", "--weights", "net.safetensors", "--labels", "rafdb"], "names its classes itself"),
    (["collins.png", "--samples", "1000000000"], "1,000,000,000"),
    (["collins.png", "--seed", "99999999999999999999"], "99999999999999999999"),
    (["collins.png", "--out", "net.safetensors/x.txt"], "net.safetensors/x.txt"),
    (["collins.png", "--format", "picture", "--out", "."], "would replace a photo"),
    (["collins.png", "--format", "picture", "--out", "face.pdf"], "face.pdf"),
    (["collins.png", "net.safetensors", "--format", "picture", "--out", "one.png"], "one.png"),
    (["nowhere.jpg"], "nowhere.jpg"),
    (["collins.png", "--weights", "nowhere.safetensors"], "nowhere.safetensors"),
    (["collins.png", "--weights", "collins.png"], "collins.png"),
])  # fmt: skip
def test_a_mistake_is_named_in_one_line_before_anything_is_written(
    refuse, arguments, culprit, photo, weights, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.iterdir()), photo.read_bytes()
    refuse(culprit, "predict", *arguments)
    assert (sorted(tmp_path.iterdir()), photo.read_bytes()) == before
