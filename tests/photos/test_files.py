"""Photos come upright and in RGB, and a face is cut out exactly where the box says."""

import numpy as np
import pytest
import torch
from PIL import Image

from pvlib.errors import CourseError
from pvlib.photos.boxes import Box, cut, whole
from pvlib.photos.files import find_photos, read_photo


@pytest.fixture
def photo() -> Image.Image:
    pixels = np.random.default_rng(0).integers(0, 256, (60, 80, 3), dtype=np.uint8)
    return Image.fromarray(pixels)


def test_a_box_of_the_wanted_size_gives_the_very_pixels(photo):
    face = cut(photo, Box(20, 10, 32), 32)
    expected = np.asarray(photo)[10:42, 20:52].transpose(2, 0, 1)
    assert torch.equal(face, torch.from_numpy(expected.copy()))


def test_beyond_the_edges_the_photo_is_mirrored(photo):
    face = cut(photo, Box(-8, 40, 40), 40)
    mirrored = np.pad(np.asarray(photo), ((0, 40), (8, 0), (0, 0)), mode="symmetric")[40:80, 0:40]
    assert torch.equal(face, torch.from_numpy(mirrored.transpose(2, 0, 1).copy()))


def test_a_box_between_pixels_is_cut_between_pixels():
    ramp = Image.fromarray(np.tile(np.arange(0, 200, 2, dtype=np.uint8), (100, 1))).convert("RGB")
    face = cut(ramp, Box(10.5, 20.5, 50), 25)
    # 25 pixels, each the mean of a slope of 2 a pixel around its middle: 10.5 + 2i + 1, less half a pixel
    expected = 2 * (10.5 + 2 * torch.arange(25) + 1 - 0.5)
    torch.testing.assert_close(face[0, 12].float()[1:-1], expected[1:-1], atol=1, rtol=0)


def test_grey_faces_have_one_channel_of_the_usual_weights():
    red = Image.new("RGB", (40, 40), (200, 0, 0))
    face = cut(red, Box(0, 0, 40), 8, channels=1)
    assert face.shape == (1, 8, 8)
    assert (face == round(0.299 * 200)).all()
    assert whole(Image.new("RGB", (80, 60))) == Box(10, 0, 60)


def test_a_photo_is_turned_upright_as_its_camera_says(photo, tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held turned: stored rows run from right to left
    photo.transpose(Image.Transpose.ROTATE_90).save(tmp_path / "turned.png", exif=exif)
    assert np.array_equal(np.asarray(read_photo(tmp_path / "turned.png")), np.asarray(photo))


def test_a_folder_stands_for_its_pictures_and_no_photo_comes_twice(tmp_path):
    for name in ("b.jpg", "a.PNG", ".hidden.png"):
        (tmp_path / name).touch()
    photos, left_out = find_photos([tmp_path, tmp_path / "b.jpg"])
    assert (photos, left_out) == ([tmp_path / "a.PNG", tmp_path / "b.jpg"], [])


def test_what_of_a_folder_is_not_read_is_said(tmp_path):
    for name in ("a.jpg", "b.HEIC", "c.heic", "d.nef", "notes.txt"):
        (tmp_path / name).touch()
    (tmp_path / "holidays").mkdir()
    (sentence,) = find_photos([tmp_path]).left_out
    assert "2 HEIC not read. HEIC (iPhone): save as JPEG" in sentence
    assert "1 RAW not read. RAW (of a camera): save as JPEG" in sentence
    assert "1 other file not read (.txt)" in sentence
    assert sentence.endswith("folders in it are not looked into: holidays")


def test_a_missing_photo_and_a_folder_without_one_are_named(tmp_path):
    with pytest.raises(CourseError, match=r"no photo .*none\.jpg"):
        find_photos([tmp_path / "none.jpg"])
    (tmp_path / "b.HEIC").touch()
    with pytest.raises(CourseError, match=r"no picture in this folder \(1 HEIC not read\. HEIC \(iPhone\)"):
        find_photos([tmp_path])
