"""Recipes: published numbers arrive in the pipeline, and a bad value is refused by name."""

import math
from dataclasses import replace

import pytest
import torch

from pvlib.data.recipes import RECIPES, Recipe, recipe
from pvlib.data.transforms import normalise
from pvlib.errors import CourseError


def faces(batch=6, side=48, channels=1):
    torch.manual_seed(5)
    return torch.randint(0, 256, (batch, channels, side, side), dtype=torch.uint8)


@pytest.mark.parametrize("name", RECIPES)
@pytest.mark.parametrize(("channels", "side"), [(1, 48), (3, 100)])
def test_every_recipe_gives_network_input_for_grey_and_colour_faces(name, channels, side):
    chosen = recipe(name)
    for pipeline in (chosen.training(), chosen.evaluation()):
        given = pipeline(faces(2, side, channels))
        assert given.shape == (2, 3, chosen.output_size, chosen.output_size)
        assert given.dtype == torch.float32
        assert given.isfinite().all()


def test_the_released_recipes_are_those_of_qcs_and_dcs():
    rafdb, affectnet, ferplus = (recipe(name, "released") for name in ("rafdb", "affectnet", "ferplus"))
    assert (rafdb.resize, rafdb.jitter, rafdb.erasing_area) == (224, (0.2, 0.2, 0.2, 0.1), (0.02, 0.1))
    assert (affectnet.resize, affectnet.rotation, affectnet.erasing_area) == (236, 12, (0.03, 0.1))
    assert ferplus.resize in (232, 234)
    assert (ferplus.rotation, ferplus.erasing_area) == (10, (0.02, 0.1))
    assert {chosen.output_size for chosen in (rafdb, affectnet, ferplus)} == {224}


def test_the_papers_recipes_jitter_by_a_fifth_and_only_rafdb_is_neither_turned_nor_cropped():
    papers = {name: recipe(name, "paper") for name in ("rafdb", "affectnet", "ferplus")}
    assert {chosen.jitter[:3] for chosen in papers.values()} == {(0.2, 0.2, 0.2)}
    moved = {name for name, chosen in papers.items() if chosen.rotation > 0 and chosen.resize > 224}
    assert moved == {"affectnet", "ferplus"}


def test_a_recipe_with_everything_off_is_evaluation():
    images = faces()
    still = Recipe(output_size=48, resize=48)
    torch.testing.assert_close(still.training()(images), still.evaluation()(images))
    torch.testing.assert_close(still.evaluation()(images), normalise(images).contiguous())


def test_another_output_size_keeps_all_proportions():
    small = recipe("affectnet", "released").at(48)
    assert small.output_size == 48
    assert small.resize / 48 == pytest.approx(236 / 224)
    images = torch.zeros(4000, 1, 8, 8)
    room = small.geometry_step().draw(len(images))["crop"]
    assert room.max() == pytest.approx(12 * 48 / 224, rel=0.01)


def test_released_holes_are_the_mean_colour_and_ours_are_noise():
    white = torch.full((40, 1, 48, 48), 255, dtype=torch.uint8)
    only_erasing = {"flip": 0, "rotation": 0, "jitter": (0, 0, 0, 0), "zoom": 0, "shift": 0, "erasing": 1}
    mean = replace(recipe("ferplus", "released").at(48), resize=48, **only_erasing).training()(white)
    noise = replace(recipe("photograph"), **only_erasing).training()(white)
    outside = normalise(white[:1])[0, :, 0, 0]  # what white becomes
    for given in (mean, noise):
        holes = (given - outside.view(1, 3, 1, 1)).abs().amax(dim=1) > 1e-4  # (40, 48, 48)
        assert 0.015 < holes.float().mean() < 0.1
        values = given.permute(0, 2, 3, 1)[holes]  # (pixels, 3)
        if given is mean:
            assert (values == 0).all()
        else:
            brightness = values * torch.tensor([0.229, 0.224, 0.225]) + torch.tensor([0.485, 0.456, 0.406])
            assert abs(brightness.mean() - 0.5) < 0.02  # uniform noise has mean 1/2
            assert abs(brightness.var() - 1 / 12) < 0.01  # and variance 1/12


@pytest.mark.parametrize(("field", "value"), [
    ("rotation", -1), ("rotation", 181), ("rotation", math.nan), ("rotation", "10"), ("rotation", True),
    ("zoom", math.inf), ("zoom", 1.0), ("shift", -0.1), ("flip", 2), ("flip", None), ("erasing", 1.1),
    ("erasing", math.nan), ("resize", 223), ("resize", math.inf), ("resize", math.nan),
    ("output_size", 0), ("output_size", 48.5), ("output_size", True), ("output_size", 10**6),
    ("jitter", 0.2), ("jitter", (0.2, 0.2)), ("jitter", (0.2, 0.2, 0.2, 0.6)),
    ("jitter", (-0.1, 0, 0, 0)), ("jitter", (0, math.nan, 0, 0)), ("jitter", (0, 0, "0.2", 0)),
    ("erasing_area", (0.2, 0.1)), ("erasing_area", (0.1, 1.5)), ("erasing_area", (math.nan, 0.1)),
    ("erasing_area", [0.1, 0.2]), ("erasing_fill", "black"), ("padding", "mirror"), ("padding", ["zeros"]),
    ("name", 3),
])  # fmt: skip
def test_a_value_that_makes_no_sense_is_refused_by_name(field, value):
    with pytest.raises(CourseError, match=rf"Recipe\.{field}"):
        Recipe(**{field: value})


@pytest.mark.parametrize(("arguments", "nearest"), [
    (("ferplus", "realeased"), "ferplus:released"), (("rafbd",), "rafdb:paper"),
    (("photo",), "photograph"), (("drawn", "paper"), "drawn"), (("",), ""),
])  # fmt: skip
def test_an_unknown_recipe_is_refused_with_the_nearest_name(arguments, nearest):
    with pytest.raises(CourseError, match=f'did you mean "{nearest}'):
        recipe(*arguments)
