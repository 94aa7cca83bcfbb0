"""Contact sheets show every expression and compound, and fit into a repository."""

import numpy as np
from PIL import Image

from drawnfaces.expressions import COMPOUNDS
from pvlib.data.labels import FERPLUS
from pvlib.figures.contact_sheets import PEOPLE, arrange, compound_sheet, expression_sheet, save_sheet

SIZE = 24


def test_the_expression_sheet_has_a_row_an_expression_and_grows_from_left_to_right():
    sheet = np.asarray(expression_sheet(PEOPLE[:2], (0.0, 0.5, 1.0), SIZE)).astype(int)
    assert sheet.shape == (len(FERPLUS) * (SIZE + 3) - 3, 84 + 6 * SIZE + 8, 3)
    for k in range(1, len(FERPLUS)):
        row = sheet[k * (SIZE + 3) : k * (SIZE + 3) + SIZE, 84 : 84 + 3 * SIZE]
        rest, half, full = (row[:, i * SIZE : (i + 1) * SIZE] for i in range(3))
        assert 0 < np.abs(half - rest).sum() < np.abs(full - rest).sum()


def test_the_compound_sheet_has_a_place_for_each():
    sheet = compound_sheet(PEOPLE[:1], columns=5, size=SIZE)
    assert sheet.width == 5 * (SIZE + 6) + 6
    assert sheet.height == -(-len(COMPOUNDS) // 5) * (SIZE + 26) + 6


def test_rows_keep_their_order_and_groups_a_gap():
    red, blue = (Image.new("RGB", (SIZE, SIZE), colour) for colour in ("red", "blue"))
    sheet = arrange([("first", [red, blue]), ("second", [blue])], SIZE, group=1)
    assert sheet.getpixel((84 + 5, 5)) == (255, 0, 0)
    assert sheet.getpixel((84 + SIZE + 4, 5)) == (255, 255, 255)
    assert sheet.getpixel((84 + SIZE + 8 + 5, 5)) == sheet.getpixel((84 + 5, SIZE + 8)) == (0, 0, 255)


def test_a_saved_sheet_has_few_colours_and_leaves_nothing_else(tmp_path):
    path = save_sheet(compound_sheet(PEOPLE[:1], size=32), tmp_path / "sheet.png", colours=32)
    with Image.open(path) as saved:
        assert len(saved.convert("RGB").getcolors()) <= 32
    assert [entry.name for entry in tmp_path.iterdir()] == ["sheet.png"]
