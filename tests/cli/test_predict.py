"""`pvlib predict`, as a person types it."""

import json

import pytest
from PIL import Image
from skimage import data
from typer.testing import CliRunner

from pvlib.cli import app
from pvlib.data.drawn import draw_faces
from pvlib.data.labels import FERPLUS
from pvlib.models import poster_var, tiny
from pvlib.models.shipped import TrainedNetwork, save_trained
from pvlib.photos import face_finder
from pvlib.photos.boxes import Box


def call(*arguments):
    return CliRunner().invoke(app, ["predict", *(str(argument) for argument in arguments)])


@pytest.fixture
def weights(tmp_path):
    save_trained(tmp_path / "net.safetensors", TrainedNetwork(poster_var(8, tiny()).eval(), FERPLUS, 48, 1))
    return tmp_path / "net.safetensors"


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


def test_the_weights_that_ship_see_a_smile_in_a_portrait(photo):
    result = call(photo, "--format", "json")
    assert result.exit_code == 0, result.output
    answer = json.loads(result.stdout)
    (face,) = answer["photos"][0]["faces"]
    assert face["expression"] == "happiness"
    assert face["intensities"]["happiness"]["mean"] > 0.7
    assert "does not say how sure" in answer["spread"]


def test_the_json_holds_every_face_with_numbers_that_fit_together(photo, weights, finds):
    finds(Box(40, 20, 100), Box(0, 0, 60))
    result = call(photo, "--weights", weights, "--format", "json", "--samples", 50)
    (seen,) = json.loads(result.stdout)["photos"]
    assert (seen["photo"], seen["width"], seen["height"]) == (str(photo), 180, 180)
    assert [face["box"] for face in seen["faces"]] == [
        {"left": 40, "top": 20, "side": 100},
        {"left": 0, "top": 0, "side": 60},
    ]
    for face in seen["faces"]:
        read = face["intensities"]
        assert tuple(read) == FERPLUS
        assert sum(each["mean"] for each in read.values()) == pytest.approx(1, abs=1e-5)
        assert all(0 <= each["low"] <= each["high"] <= 1 for each in read.values())
        assert face["expression"] == max(read, key=lambda name: read[name]["mean"])


def test_the_text_names_every_expression_and_says_what_the_spread_is_not(photo, weights, finds, tmp_path):
    finds(*[Box(10 * n, 0, 60) for n in range(6)])
    result = call(photo, "--weights", weights, "--out", tmp_path / "answer.txt")
    assert result.exit_code == 0, result.output
    text = (tmp_path / "answer.txt").read_text(encoding="utf-8")
    assert all(text.count(name) == 2 for name in FERPLUS)  # two tables: four faces and two
    assert all(f"face {n + 1} at" in text for n in range(6))
    assert "It does not say how sure one may be about the face" in " ".join(text.split())


def test_without_a_face_it_says_so_and_how_to_go_on(photo, weights, finds):
    finds()
    result = call(photo, "--weights", weights, "--format", "json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["photos"][0]["faces"] == []
    assert "no face found" in result.stderr
    assert "--whole" in result.stderr


def test_a_cut_face_of_48_pixels_is_read_whole(weights, tmp_path):
    face = draw_faces(1, 9).images[0, 0]
    Image.fromarray(face.numpy()).save(tmp_path / "face.png")
    result = call(tmp_path / "face.png", "--weights", weights, "--whole", "--format", "json")
    (seen,) = json.loads(result.stdout)["photos"][0]["faces"]
    assert seen["box"] == {"left": 0, "top": 0, "side": 48}


def test_a_damaged_photo_is_named_and_the_others_are_read(photo, weights, finds, tmp_path):
    finds(Box(40, 20, 100))
    (tmp_path / "broken.jpg").write_bytes(b"no picture")
    result = call(tmp_path / "broken.jpg", photo, "--weights", weights, "--format", "json")
    assert result.exit_code == 1
    assert "broken.jpg" in result.stderr
    assert len(json.loads(result.stdout)["photos"]) == 1


def test_pictures_of_photos_with_one_name_do_not_replace_each_other(photo, weights, finds, tmp_path):
    finds(Box(40, 20, 100))
    other = tmp_path / "other" / "collins.jpg"
    other.parent.mkdir()
    Image.open(photo).save(other)
    out = tmp_path / "pictures"
    result = call(photo, other, "--weights", weights, "--format", "picture", "--out", out)
    assert result.exit_code == 0, result.output
    assert sorted(entry.name for entry in out.iterdir()) == ["collins-2.png", "collins.png"]
    with Image.open(out / "collins.png") as picture:
        assert picture.width > 1000


@pytest.mark.parametrize(("arguments", "culprit"), [
    (["collins.png", "--format", "picture", "--out", "."], "would replace a photo"),
    (["collins.png", "--format", "picture", "--out", "face.pdf"], "face.pdf"),
    (["collins.png", "net.safetensors", "--format", "picture", "--out", "one.png"], "one.png"),
    (["nowhere.jpg"], "nowhere.jpg"),
    (["collins.png", "--weights", "nowhere.safetensors"], "nowhere.safetensors"),
    (["collins.png", "--weights", "collins.png"], "collins.png"),
])  # fmt: skip
def test_a_mistake_is_named_in_one_line_before_anything_is_written(
    arguments, culprit, photo, weights, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.iterdir()), photo.read_bytes()
    result = call(*arguments)
    assert result.exit_code == 1
    assert culprit in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert (sorted(tmp_path.iterdir()), photo.read_bytes()) == before
