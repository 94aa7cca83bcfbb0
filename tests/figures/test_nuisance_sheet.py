"""The sheet of nuisances shows each alone, on the same people."""

import numpy as np
import pytest

from pvlib.data.drawn import Nuisances, draw_faces
from pvlib.errors import CourseError
from pvlib.figures.nuisance_sheet import NUISANCE_ROWS, nuisance_sheet


def test_every_row_is_named_and_shows_its_nuisance_in_colour_and_grey():
    rows = {"none": Nuisances(), "mask": Nuisances(mask=1.0)}
    figure = nuisance_sheet(rows, columns=2, size=100, seed=4)
    [axes] = figure.axes
    assert [text.get_text() for text in axes.texts] == ["none", "mask"]
    picture = np.asarray(axes.images[0].get_array())
    for row, nuisances in enumerate(rows.values()):
        options = {"ambiguous": 0.0, "nuisances": nuisances}
        colour = draw_faces(2, seed=4, size=100, colour=True, **options).images.numpy()
        grey = draw_faces(2, seed=4, **options).images.numpy()
        top = 100 * row
        np.testing.assert_array_equal(picture[top : top + 100, 100:200].transpose(2, 0, 1), colour[1])
        np.testing.assert_array_equal(picture[top + 2 : top + 98 : 2, 208:304:2, 0], grey[0, 0])


def test_every_nuisance_but_small_framing_has_a_row():
    shown = {name for n in NUISANCE_ROWS.values() for name, value in vars(n).items() if value > 0}
    assert set(vars(Nuisances())) - shown == {"scale", "shift", "light"}


@pytest.mark.parametrize(("rows", "columns"), [({}, 2), ({"none": Nuisances()}, 0)])
def test_an_empty_sheet_is_refused(rows, columns):
    with pytest.raises(CourseError, match="at least one"):
        nuisance_sheet(rows, columns)
