"""`pvlib data show`, as a person types it, and the page that it draws."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image
from typer.testing import CliRunner

from pvlib.cli import app
from pvlib.data.drawn import draw_faces
from pvlib.data.labelled_folder import load_some_images
from pvlib.data.recipes import RECIPES, Recipe, recipe
from pvlib.data.transforms import normalise
from pvlib.errors import CourseError
from pvlib.figures.recipes import amounts, as_pixels, only, recipe_sheet, step_sheet


def call(*arguments):
    return CliRunner().invoke(app, ["data", "show", *(str(argument) for argument in arguments)])


@pytest.fixture
def folder(tmp_path):
    """Six pictures in two class folders, each of one grey: 10, 20 ... 60."""
    for number in range(6):
        path = tmp_path / "faces" / ("happy" if number < 3 else "sad") / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("L", (60, 60), 10 * (number + 1)).save(path)
    return tmp_path / "faces"


def test_a_page_of_drawn_faces_is_written_and_named(tmp_path):
    result = call("drawn", "--count", 2, "--out", tmp_path / "page.png")
    assert result.exit_code == 0, result.output
    assert str(tmp_path / "page.png") in result.output
    assert "rotation up to ±3°" in result.output  # the recipe that suits drawn faces
    with Image.open(tmp_path / "page.png") as page:
        assert page.width > 1000


def test_the_same_seed_draws_the_same_page_and_another_does_not(tmp_path):
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        assert call("drawn", "--count", 1, "--seed", seed, "--out", tmp_path / f"{name}.png").exit_code == 0
    first, again, other = (np.asarray(Image.open(tmp_path / f"{name}.png")) for name in "abc")
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_a_folder_of_images_and_each_step_alone(folder, tmp_path):
    result = call(folder, "--recipe", "ferplus:released", "--steps", "--out", tmp_path / "steps.png")
    assert result.exit_code == 0, result.output
    assert "crop, flip, rotation, erasing" in result.output


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
    arguments, culprit, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    result = call(*arguments)
    assert result.exit_code == 1
    assert culprit in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_the_images_of_a_folder_are_named_by_the_folder_in_which_they_lie(folder):
    faces = load_some_images(folder, count=10, seed=0)
    assert faces.names == ("happy", "sad")
    assert faces.images.shape == (6, 3, 60, 60)
    for name, image, label in zip(faces.ids, faces.images, faces.labels, strict=True):
        assert (image == 10 * (int(name[0]) + 1)).all()
        assert label == (int(name[0]) >= 3)
    assert len(load_some_images(folder, count=2, seed=0)) == 2


def test_a_damaged_image_is_named(folder):
    (folder / "sad" / "5.png").write_bytes(b"no picture")
    with pytest.raises(CourseError, match=r"5\.png"):
        load_some_images(folder, count=6, seed=0)


def test_network_input_comes_back_as_the_pixels_it_was():
    image = torch.randint(0, 256, (1, 3, 9, 9), dtype=torch.uint8)
    shown = as_pixels(normalise(image)[0])
    np.testing.assert_allclose(shown, image[0].permute(1, 2, 0).numpy() / 255, atol=1e-5)


@pytest.mark.parametrize("name", RECIPES)
def test_the_steps_of_a_recipe_one_by_one_add_up_to_it(name):
    whole, merged = (
        recipe(name),
        Recipe(output_size=recipe(name).output_size, resize=recipe(name).output_size),
    )
    for step in amounts(whole):
        alone = only(whole, step)
        assert list(amounts(alone)) == [step]
        if alone.resize != alone.output_size:
            merged = replace(merged, resize=alone.resize)
        for field in ("flip", "rotation", "zoom", "shift", "erasing"):
            merged = replace(merged, **{field: getattr(merged, field) + getattr(alone, field)})
        merged = replace(merged, jitter=tuple(map(sum, zip(merged.jitter, alone.jitter, strict=True))))
    kept = {field: getattr(whole, field) for field in ("name", "erasing_area", "erasing_fill", "padding")}
    assert replace(merged, **kept) == whole


def test_a_sheet_has_a_row_a_face_with_its_stored_pixels_and_its_target():
    faces = draw_faces(2, 5)
    figure, description = recipe_sheet(faces, recipe("photograph"))
    assert "2 faces" in description
    rows = [figure.axes[:9], figure.axes[9:]]
    for row, image, target in zip(rows, faces.images, faces.target, strict=True):
        stored = row[0].images[0].get_array()
        assert np.array_equal(np.asarray(stored)[:, :, 0], image[0].numpy())
        assert [bar.get_width() for bar in row[-1].patches] == pytest.approx(target.tolist())


def test_a_sheet_leaves_the_callers_random_state_alone():
    faces = draw_faces(1, 5)
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    step_sheet(faces, recipe("rafdb"))
    assert torch.equal(torch.rand(1), expected)


def test_a_sheet_without_a_face_is_refused():
    with pytest.raises(CourseError, match="no face"):
        recipe_sheet(draw_faces(0, 5), recipe("drawn"))
