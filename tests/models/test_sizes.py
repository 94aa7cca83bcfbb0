"""Sizes are data: what follows from them, and which are refused."""

import re
from dataclasses import FrozenInstanceError, replace

import pytest

from pvlib.errors import CourseError
from pvlib.models import LandmarkSize, Size, paper, tiny
from pvlib.models.sizes import without_variational_parts


def test_the_paper_s_windows_and_tokens():
    assert paper().windows == (28, 14, 7)
    assert paper().tokens == 147
    assert paper().landmark.maps == (28, 14, 7)
    assert [width // paper().head_dim for width in paper().channels] == [2, 4, 8]


@pytest.mark.parametrize("side", [32, 48, 64, 112])
def test_windows_follow_from_the_image(side):
    size = tiny(side)
    assert size.windows == (side // 4, side // 8, side // 16)
    assert size.tokens == 3 * (side // 16) ** 2
    assert size.landmark.maps == size.windows  # the narrow branch sees the image as it is


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: Size(image_size=100), "image_size must be a multiple of 16, not 100"),
        (lambda: tiny(50), "must be a multiple of 16, not 50"),
        (lambda: Size(image_size=0), "image_size"),
        (lambda: LandmarkSize(input_size=100), "input_size must be a multiple of 16, not 100"),
        (lambda: LandmarkSize(input_size=-16), "input_size"),
        (lambda: Size(head="vae"), 'head must be "variational" or "point", not "vae"'),
        (lambda: Size(channels=(64, 100, 256)), "100 is not a multiple of head_dim = 32"),
        (lambda: Size(embed_dim=100), "embed_dim = 100 is not a multiple of encoder_heads = 8"),
    ],
)
def test_a_size_that_cannot_be_built_is_refused_by_its_field(build, message):
    with pytest.raises(CourseError, match=re.escape(message)):
        build()


def test_a_size_cannot_change_after_it_was_checked():
    with pytest.raises(FrozenInstanceError):
        paper().image_size = 100


def test_poster_pp_differs_from_poster_var_in_four_fields():
    baseline = without_variational_parts(paper())
    assert baseline == replace(
        paper(), head="point", layer_embedding=False, embed_activation=False, fusion_norm=False
    )
    assert baseline != paper()
