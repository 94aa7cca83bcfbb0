"""Curves, strokes, light and beards: what the painter's tools promise."""

from dataclasses import replace

import numpy as np
import pytest

from drawnfaces import Camera, Identity, draw_face
from drawnfaces.curves import curve, stroke
from drawnfaces.identity import FACIAL_HAIR

SIZE = 96
BALD = Identity(hair_style="bald")


def _grey(units=None, identity=BALD, **camera):
    return draw_face(units or {}, identity, camera=Camera(**camera), size=SIZE, colour=False)[0].astype(float)


def test_a_curve_goes_through_its_points():
    points = np.array([[0.0, 0.0], [1.0, 2.0], [3.0, 1.0], [4.0, 4.0]])
    np.testing.assert_allclose(curve(points)[::5], points, atol=1e-12)


def test_a_stroke_is_as_wide_in_the_middle_as_asked_and_tapers_to_its_ends():
    outline = stroke([[0.0, 0.0], [1.0, 0.0], [2.0, 0.0]], width=0.3, start=0.5, end=0.0)
    widths = np.abs(outline[: len(outline) // 2, 1] - outline[: len(outline) // 2 - 1 : -1, 1])
    assert widths[0] == pytest.approx(0.15)
    assert widths[len(widths) // 2] == pytest.approx(0.3)
    assert widths[-1] == pytest.approx(0.0)


def test_the_side_towards_the_light_is_brighter_and_the_sides_change_with_the_light():
    left, right = (_grey(light=side, light_strength=1.0)[30:80, 20:76] for side in (-1.0, 1.0))
    assert left[:, :28].mean() > 1.2 * left[:, 28:].mean()
    assert right[:, 28:].mean() > 1.2 * right[:, :28].mean()


@pytest.mark.parametrize("kind", FACIAL_HAIR)
def test_every_beard_darkens_its_place(kind):
    bearded = replace(BALD, beard=1.0, facial_hair=kind)
    darker = _grey() - _grey(identity=bearded)
    place = {"stubble": (80, 30), "moustache": (68, 44), "goatee": (86, 48), "full": (80, 30)}[kind]
    assert darker[place] > 15
    assert np.abs(darker[: SIZE // 3]).max() < 2  # forehead, brows and the eyes' upper halves
