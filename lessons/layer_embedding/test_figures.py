"""The token board shows the orders and the numbers that it is given."""

import torch

from lessons.answer_tests import figure_test, seen
from lessons.layer_embedding.board import board, orders

SHUFFLED = torch.randperm(27, generator=torch.Generator().manual_seed(0)).tolist()
PLACED = orders(SHUFFLED)
EFFECTS = {
    "positions + rows": {name: (2 * number, 0.5 * number, 3 * number) for number, name in enumerate(PLACED)},
    "rows": {name: (0, 1e-6, 7) for name in PLACED},
}


def the_board():
    return board(PLACED, EFFECTS, 100)


test_figures = figure_test(
    (the_board, ["With positions + rows: 8 of 100 answers change", "With rows: 0 of 100", "up to 2."])
)


def test_every_order_holds_every_token_once_and_cells_shuffled_in_levels_stay_there():
    assert all(sorted(order) == list(range(27)) for order in PLACED.values())
    inside = PLACED["cells shuffled in each level"]
    assert [token // 9 for token in inside] == [0] * 9 + [1] * 9 + [2] * 9
    assert inside != PLACED["as trained"]


def test_the_slider_moves_the_tiles_and_the_bars_of_every_setting():
    moving, still, _ = the_board()
    tiles, of_all, of_rows = seen(moving, 1)
    assert list(tiles.text[:9]) == [f"3{cell}" for cell in "abcdefghi"]  # levels 1 and 3 exchanged
    assert list(of_all.x) == [0.02, 0.03]
    assert list(of_rows.text) == ["0 of 100; a logit by ≤ 1e-06", "7 of 100"]
    changes, traces = moving.layout.updatemenus[0].buttons[1].args
    assert (changes["visible"], traces) == ([False, True], (1, 2))
    texts = [cell.get_text().get_text() for cell in still.axes[1].tables[0].get_celld().values()]
    assert "8" in texts
