"""Learning rates at positions where a formula or common sense gives them."""

import math

import pytest

from pvlib.training import TrainConfig
from pvlib.training.schedules import learning_rate_at


def test_the_exponential_schedule_stays_the_same_within_an_epoch():
    for part in (0.01, 0.5, 1.0):
        assert learning_rate_at(7, part, first=0.004, epochs=9, decay=0.9) == 0.004 * 0.9**7


def test_a_cosine_is_at_half_height_in_the_middle_of_the_run_and_zero_at_its_end():
    config = TrainConfig(epochs=10, learning_rate=0.2, schedule="cosine")
    assert config.learning_rate_at(0, 0.0) == 0.2
    assert config.learning_rate_at(5, 0.0) == pytest.approx(0.1)
    assert config.learning_rate_at(2, 0.5) == pytest.approx(0.1 * (1 + math.sqrt(0.5)))  # cos 45°
    assert config.learning_rate_at(9, 1.0) == pytest.approx(0)


def test_a_warm_up_rises_in_proportion_and_the_cosine_begins_after_it():
    config = TrainConfig(epochs=6, learning_rate=0.2, schedule="cosine", warmup=2)
    assert config.learning_rate_at(2, 0.0) == pytest.approx(0.2)
    assert config.learning_rate_at(4, 0.0) == pytest.approx(0.1)
    assert config.learning_rate_at(0, 0.5) == pytest.approx(0.05)


@pytest.mark.parametrize("schedule", ["exponential", "constant"])
def test_half_a_warm_up_is_half_the_rate(schedule):
    config = TrainConfig(epochs=4, learning_rate=0.2, schedule=schedule, decay=0.5, warmup=0.5)
    assert config.learning_rate_at(0, 0.25) == pytest.approx(0.1)
    assert config.learning_rate_at(0, 0.75) == pytest.approx(0.2)
    assert config.learning_rate_at(2, 0.75) == pytest.approx(0.05 if schedule == "exponential" else 0.2)


def test_no_step_of_a_cosine_with_warm_up_has_the_rate_zero():
    config = TrainConfig(epochs=2, schedule="cosine", warmup=1)
    rates = [config.learning_rate_at(epoch, (step + 0.5) / 4) for epoch in range(2) for step in range(4)]
    assert min(rates) > 0
