"""Random numbers that depend on the position alone."""

from itertools import product

import pytest
import torch

from pvlib.training import streams


def drawn(seeding, *position, **more):
    seeding(*position, **more)
    return torch.rand(4).tolist()


def test_the_same_position_draws_the_same_whatever_was_drawn_before():
    first = drawn(streams.seed_pass, 3, 1, 7)
    torch.rand(1000)
    assert drawn(streams.seed_pass, 3, 1, 7) == first


def test_neighbouring_positions_purposes_and_seeds_draw_different_numbers():
    positions = product((0, 1), (0, 1), (0, 1), (0, 1))
    all_drawn = [
        drawn(streams.seed_pass, *position, number=number) for position in positions for number in (0, 1)
    ]
    all_drawn += [
        drawn(streams.seed_changes, *position) for position in product((0, 1), (0, 1), (0, 1), (0, 1))
    ]
    all_drawn += [drawn(streams.seed_order, *position) for position in product((0, 1), (0, 1))]
    all_drawn += [drawn(streams.seed_objective, *position) for position in product((0, 1), (0, 1), (0, 1))]
    assert len({tuple(numbers) for numbers in all_drawn}) == len(all_drawn) == 32 + 16 + 4 + 8


def test_a_negative_position_is_an_error_and_not_another_stream():
    with pytest.raises(ValueError, match="non-negative"):
        streams.position_seed(-1, 0)
