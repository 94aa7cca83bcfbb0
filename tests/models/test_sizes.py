"""Sizes are data: what follows from them, and which are refused."""

import json
import math
import re
from dataclasses import asdict, fields, replace

import pytest

from pvlib.errors import CourseError, shown
from pvlib.models import LandmarkSize, Size, paper, tiny
from pvlib.models.heads import SETTINGS
from pvlib.models.sizes import LATER, without_variational_parts


@pytest.mark.parametrize(("build", "message"), [
    (lambda: Size(image_size=100), "image_size must be a multiple of 16, not 100"),
    (lambda: LandmarkSize(input_size=100), "input_size must be a multiple of 16, not 100"),
    (lambda: Size(head="vae"), 'heteroscedastic, not "vae"'),
    (lambda: Size(head="point", latent=4), "Size.latent is a setting of the latent or decoder head"),
    (lambda: Size(head="latent", latent=0), "Size.latent must be like 16, from 1 to 4096, not 0"),
    (lambda: Size(head="heteroscedastic", rank=True), "Size.rank must be like 2"),
    (lambda: Size(channels=(64, 100, 256)), "100 is not a multiple of head_dim = 32"),
    (lambda: Size(embed_dim=100), "embed_dim = 100 is not a multiple of encoder_heads = 8"),
])  # fmt: skip
def test_a_size_that_cannot_be_built_is_refused_by_its_field(build, message):
    with pytest.raises(CourseError, match=re.escape(message)):
        build()


ENDLESS: list = []
for _ in range(60):
    ENDLESS = [ENDLESS, ENDLESS]
NOT_A_NUMBER_OF = [0, -1, 2**63, 10**9, 1.5, True, "8", None, [], math.nan, math.inf, ENDLESS]
NOT_A_SMALL_NUMBER = [math.nan, math.inf, -1e-9, 2.0**64, 2**64, True, "0.1", None, []]
NOT_NUMBERS = [[], [8] * 4, 8, None, {}, "888", [8, 8, 2**63], [8, 8, "8"], [8, 8, True], [[8], 8, 8]]


@pytest.mark.parametrize(("field", "values"), [
    *((field, NOT_A_NUMBER_OF) for field in ("image_size", "head_dim", "embed_dim", "encoder_heads")),
    ("encoder_depth", [-1, 51, 2**63, 1.5, True, "8", None, [], math.nan]),
    *((field, NOT_A_SMALL_NUMBER) for field in ("layer_scale", "linear_std")),
    *((field, NOT_NUMBERS) for field in ("channels", "units", "drop_path", "landmark.stages", "landmark.depths")),
    *((field, [0, 1, None, "yes", []]) for field in ("layer_embedding", "squeeze_excite", "landmark.points")),
    ("queries", ["landmark", "", 1, None, ["none"]]),
    ("excite_reduction", [0, -1, 5, 2**63, 1.5, True, None]),
    ("head", ["vae", "", 1, None, ["point"], "\x1b[2J" * 10_000]),
    ("landmark", [None, [], 7, {}, "full", {"input_size": 48}]),
    ("landmark.input_size", [10**9, 2**63, 0, -16, 1.5, True, None]),
    ("unheard_of", [1]),
    ("landmark.\x1b[2J" + "x" * 10_000, [1]),
], ids=lambda value: value[:20] if isinstance(value, str) else "")  # fmt: skip
def test_a_stranger_s_size_is_refused_by_its_field_in_one_short_line(field, values):
    for value in values:
        stored = json.loads(json.dumps(asdict(paper())))
        *outer, name = field.split(".")
        (stored[outer[0]] if outer else stored)[name] = value
        with pytest.raises(CourseError, match="(?i)" + re.escape(shown(name)[:10])) as refusal:
            Size.from_json(stored)
        assert str(refusal.value).isprintable()
        assert len(str(refusal.value)) < 300


@pytest.mark.parametrize("name", sorted({entry.name for entry in fields(Size)} - {*SETTINGS, *LATER}))
def test_a_field_that_is_missing_is_never_guessed(name):  # but those that came later
    stored = json.loads(json.dumps(asdict(paper())))
    del stored[name]
    with pytest.raises(CourseError, match=rf"Size\.{name} is missing"):
        Size.from_json(stored)


SIZES = [paper(), tiny(), tiny(64, LandmarkSize(drift=True)), without_variational_parts(paper())]


@pytest.mark.parametrize("size", SIZES)
def test_a_size_goes_through_json_and_back(size):
    stored = json.loads(json.dumps(asdict(size)))
    assert Size.from_json(stored) == size
    for later in LATER:
        del stored[later]
    del stored["landmark"]["drift"]  # which older files lack: it is of training alone
    assert Size.from_json(stored) == replace(size, landmark=replace(size.landmark, drift=False))
