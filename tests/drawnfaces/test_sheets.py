"""Contact sheets show every expression, compound and nuisance, and fit into a repository."""

from dataclasses import replace

import numpy as np
from PIL import Image

from drawnfaces import EXPRESSIONS, Nuisances, sheets
from drawnfaces.numbered import DrawingOptions, draw_numbered

SIZE = 24


def test_the_expression_sheet_has_a_row_an_expression_and_grows_from_left_to_right():
    sheet = np.asarray(sheets.expression_sheet(sheets.PEOPLE[:2], (0.0, 0.5, 1.0), SIZE)).astype(int)
    assert sheet.shape == (len(EXPRESSIONS) * (SIZE + 3) - 3, 84 + 6 * SIZE + 8, 3)
    for k in range(1, len(EXPRESSIONS)):
        row = sheet[k * (SIZE + 3) : k * (SIZE + 3) + SIZE, 84 : 84 + 3 * SIZE]
        rest, half, full = (row[:, i * SIZE : (i + 1) * SIZE] for i in range(3))
        assert 0 < np.abs(half - rest).sum() < np.abs(full - rest).sum()


def test_a_saved_sheet_has_few_colours(tmp_path):
    sheets.save_sheet(sheets.compound_sheet(sheets.PEOPLE[:1], size=32), tmp_path / "sheet.png", colours=32)
    with Image.open(tmp_path / "sheet.png") as saved:
        assert len(saved.convert("RGB").getcolors()) <= 32


def test_every_row_shows_its_nuisance_in_colour_and_grey():
    rows, size, left = (
        {"none": Nuisances(), "mask": Nuisances(mask=1.0)},
        sheets.NUISANCE_SIZE,
        sheets.NUISANCE_LABEL_WIDTH,
    )
    picture = np.asarray(sheets.nuisance_sheet(rows, columns=2, seed=4))
    assert picture.shape == (2 * size + 3, left + 4 * size + 8, 3)
    for row, nuisances in enumerate(rows.values()):
        options = DrawingOptions(seed=4, ambiguous=0.0, nuisances=nuisances)
        colour = draw_numbered(replace(options, size=size, colour=True), 1).image
        grey = draw_numbered(options, 0).image
        strip = picture[row * (size + 3) :][:size, left:]
        np.testing.assert_array_equal(strip[:, size : 2 * size].transpose(2, 0, 1), colour)
        np.testing.assert_array_equal(strip[::2, 2 * size + 8 : 3 * size + 8 : 2, 0], grey[0])
        assert (picture[row * (size + 3) :][:size, :left] < 128).any()  # the row's name
