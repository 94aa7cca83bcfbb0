"""The page of a recipe shows the stored faces, and every step by itself."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from pvlib.data.drawn import draw_faces
from pvlib.data.recipes import RECIPES, Recipe, recipe
from pvlib.data.transforms import normalise
from pvlib.errors import CourseError
from pvlib.figures.recipes import amounts, as_pixels, only, recipe_sheet, step_sheet


def test_network_input_comes_back_as_the_pixels_it_was():
    image = torch.randint(0, 256, (1, 3, 9, 9), dtype=torch.uint8)
    shown = as_pixels(normalise(image)[0])
    np.testing.assert_allclose(shown, image[0].permute(1, 2, 0).numpy() / 255, atol=1e-5)


@pytest.mark.parametrize("name", RECIPES)
def test_the_steps_of_a_recipe_one_by_one_add_up_to_it(name):
    whole = recipe(name)
    merged = Recipe(output_size=whole.output_size, resize=whole.output_size)
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


def test_a_sheet_leaves_the_callers_random_state_alone_and_one_without_a_face_is_refused():
    faces, state = draw_faces(1, 5), torch.get_rng_state()
    step_sheet(faces, recipe("rafdb"))
    assert torch.equal(torch.get_rng_state(), state)
    with pytest.raises(CourseError, match="no face"):
        recipe_sheet(draw_faces(0, 5), recipe("drawn"))
