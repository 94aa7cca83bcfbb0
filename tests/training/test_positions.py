"""Random numbers and learning rates that depend on the position alone."""

import math
from itertools import product

import pytest
import torch

from pvlib.training import TrainConfig, positions
from pvlib.training.positions import learning_rate_at


def drawn(seeding, *position, **more):
    seeding(*position, **more)
    return torch.rand(4).tolist()


def test_the_same_position_draws_the_same_whatever_was_drawn_before():
    first = drawn(positions.seed_pass, 3, 1, 7)
    torch.rand(1000)
    assert drawn(positions.seed_pass, 3, 1, 7) == first


def test_neighbouring_positions_purposes_and_seeds_draw_different_numbers():
    places = product((0, 1), (0, 1), (0, 1), (0, 1))
    all_drawn = [
        drawn(positions.seed_pass, *position, number=number) for position in places for number in (0, 1)
    ]
    all_drawn += [
        drawn(positions.seed_changes, *position) for position in product((0, 1), (0, 1), (0, 1), (0, 1))
    ]
    all_drawn += [drawn(positions.seed_order, *position) for position in product((0, 1), (0, 1))]
    assert len({tuple(numbers) for numbers in all_drawn}) == len(all_drawn) == 32 + 16 + 4


def test_the_exponential_schedule_stays_the_same_within_an_epoch():
    config = TrainConfig(epochs=9, learning_rate=0.004, decay=0.9)
    for part in (0.01, 0.5, 1.0):
        assert learning_rate_at(7, part, config) == 0.004 * 0.9**7


def test_a_cosine_is_at_half_height_in_the_middle_of_the_run_and_zero_at_its_end():
    config = TrainConfig(epochs=10, learning_rate=0.2, schedule="cosine")
    assert learning_rate_at(0, 0.0, config) == 0.2
    assert learning_rate_at(5, 0.0, config) == pytest.approx(0.1)
    assert learning_rate_at(2, 0.5, config) == pytest.approx(0.1 * (1 + math.sqrt(0.5)))  # cos 45°
    assert learning_rate_at(9, 1.0, config) == pytest.approx(0)


def test_a_warm_up_rises_in_proportion_and_the_cosine_begins_after_it():
    config = TrainConfig(epochs=6, learning_rate=0.2, schedule="cosine", warmup=2)
    assert learning_rate_at(2, 0.0, config) == pytest.approx(0.2)
    assert learning_rate_at(4, 0.0, config) == pytest.approx(0.1)
    assert learning_rate_at(0, 0.5, config) == pytest.approx(0.05)


@pytest.mark.parametrize("schedule", ["exponential", "constant"])
def test_half_a_warm_up_is_half_the_rate(schedule):
    config = TrainConfig(epochs=4, learning_rate=0.2, schedule=schedule, decay=0.5, warmup=0.5)
    assert learning_rate_at(0, 0.25, config) == pytest.approx(0.1)
    assert learning_rate_at(0, 0.75, config) == pytest.approx(0.2)
    assert learning_rate_at(2, 0.75, config) == pytest.approx(0.05 if schedule == "exponential" else 0.2)


def test_no_step_of_a_cosine_with_warm_up_has_the_rate_zero():
    config = TrainConfig(epochs=2, schedule="cosine", warmup=1)
    rates = [learning_rate_at(epoch, (step + 0.5) / 4, config) for epoch in range(2) for step in range(4)]
    assert min(rates) > 0
