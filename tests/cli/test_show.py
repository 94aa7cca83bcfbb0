"""`pvlib show`, as a person types it."""

import numpy as np
import pytest
from PIL import Image

from pvlib.data.labelled_folder import load_some_images
from pvlib.errors import CourseError


@pytest.fixture
def folder(tmp_path):
    """Six pictures in two class folders, each of one grey: 10, 20 ... 60."""
    for number in range(6):
        path = tmp_path / "faces" / ("happy" if number < 3 else "sad") / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("L", (60, 60), 10 * (number + 1)).save(path)
    return tmp_path / "faces"


def test_a_page_of_drawn_faces_is_written_and_named_and_follows_its_seed(succeed, tmp_path):
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        path = tmp_path / f"{name}.png"
        result = succeed("show", "drawn", "--count", 1, "--seed", seed, "--out", path, charset="utf-8")
        assert str(path) in result.output
        assert "rotation up to ±3°" in result.output  # the recipe that suits drawn faces
    first, again, other = (np.asarray(Image.open(tmp_path / f"{name}.png")) for name in "abc")
    assert first.shape[1] > 1000
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_a_folder_of_images_and_each_step_alone(succeed, folder, tmp_path):
    chosen = ("--recipe", "ferplus:released", "--steps", "--out", tmp_path / "steps.png")
    assert "crop, flip, rotation, erasing" in succeed("show", folder, *chosen).output


@pytest.mark.parametrize(("arguments", "culprit"), [
    (["drawn", "--recipe", "ferplus:realeased"], "ferplus:released"),
    (["drawn", "--recipe", "none"], "none"),
    (["drawn", "--split", "holdout"], "holdout"),
    (["drawn", "--output-size", "0"], "output_size"),
    (["nowhere.safetensors"], "nowhere.safetensors"),
    (["drawn", "--out", "page.gif"], "page.gif"),
    ([".", "--colour"], "--colour"),
    (["."], "no image"),
])  # fmt: skip
def test_a_mistake_ends_in_one_line_that_names_it_and_leaves_no_file(
    refuse, arguments, culprit, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    refuse(culprit, "show", *arguments)
    assert list(tmp_path.iterdir()) == []


def test_the_images_of_a_folder_are_named_by_the_folder_in_which_they_lie_and_a_damaged_one_is_named(folder):
    faces = load_some_images(folder, count=10, seed=0)
    assert faces.names == ("happy", "sad")
    assert faces.images.shape == (6, 3, 60, 60)
    for name, image, label in zip(faces.ids, faces.images, faces.labels, strict=True):
        assert (image == 10 * (int(name[0]) + 1)).all()
        assert label == (int(name[0]) >= 3)
    assert len(load_some_images(folder, count=2, seed=0)) == 2
    (folder / "sad" / "5.png").write_bytes(b"no picture")
    with pytest.raises(CourseError, match=r"5\.png"):
        load_some_images(folder, count=6, seed=0)
