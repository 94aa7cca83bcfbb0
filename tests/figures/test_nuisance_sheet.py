"""The sheet of nuisances shows each alone, on the same people."""

import numpy as np
import pytest

from drawnfaces import Nuisances
from pvlib.data.drawn import draw_faces
from pvlib.errors import CourseError
from pvlib.figures.nuisance_sheet import LABEL_WIDTH, NUISANCE_ROWS, SIZE, nuisance_sheet


def test_every_row_shows_its_nuisance_in_colour_and_grey():
    rows = {"none": Nuisances(), "mask": Nuisances(mask=1.0)}
    picture = np.asarray(nuisance_sheet(rows, columns=2, seed=4))
    assert picture.shape == (2 * SIZE + 3, LABEL_WIDTH + 4 * SIZE + 8, 3)
    for row, nuisances in enumerate(rows.values()):
        options = {"ambiguous": 0.0, "nuisances": nuisances}
        colour = draw_faces(2, seed=4, size=SIZE, colour=True, **options).images.numpy()
        grey = draw_faces(2, seed=4, **options).images.numpy()
        strip = picture[row * (SIZE + 3) :][:SIZE, LABEL_WIDTH:]
        np.testing.assert_array_equal(strip[:, SIZE : 2 * SIZE].transpose(2, 0, 1), colour[1])
        np.testing.assert_array_equal(strip[::2, 2 * SIZE + 8 : 3 * SIZE + 8 : 2, 0], grey[0, 0])
        assert (picture[row * (SIZE + 3) :][:SIZE, :LABEL_WIDTH] < 128).any()  # the row's name


def test_every_nuisance_but_small_framing_has_a_row():
    shown = {name for n in NUISANCE_ROWS.values() for name, value in vars(n).items() if value > 0}
    assert set(vars(Nuisances())) - shown == {"scale", "shift", "light"}


@pytest.mark.parametrize(("rows", "columns"), [({}, 2), ({"none": Nuisances()}, 0)])
def test_an_empty_sheet_is_refused(rows, columns):
    with pytest.raises(CourseError, match="at least one"):
        nuisance_sheet(rows, columns)
