"""Random numbers and learning rates that depend on the position alone."""

import math
from itertools import product

import pytest
import torch

from pvlib.training import TrainConfig, positions
from pvlib.training.positions import learning_rate_at


def drawn(seeding, *position, **more):
    seeding(*position, **more)
    return tuple(torch.rand(4).tolist())


def test_a_position_draws_the_same_whatever_was_drawn_before_and_others_purposes_and_seeds_others():
    first = drawn(positions.seed_pass, 3, 1, 7)
    torch.rand(1000)
    assert drawn(positions.seed_pass, 3, 1, 7) == first
    places = list(product((0, 1), repeat=4))
    found = [drawn(positions.seed_pass, *place, number=number) for place in places for number in (0, 1)]
    found += [drawn(positions.seed_changes, *place) for place in places]
    found += [drawn(positions.seed_order, *place) for place in product((0, 1), repeat=2)]
    assert len(set(found)) == len(found) == 32 + 16 + 4


@pytest.mark.parametrize(("settings", "epoch", "part", "rate"), [  # epochs = 10, learning_rate = 0.2
    *(({"schedule": "exponential", "decay": 0.9}, 7, part, 0.2 * 0.9**7) for part in (0.01, 0.5, 1.0)),
    ({"schedule": "cosine"}, 0, 0.0, 0.2), ({"schedule": "cosine"}, 5, 0.0, 0.1), ({"schedule": "cosine"}, 9, 1.0, 0.0),
    ({"schedule": "cosine"}, 2, 0.5, 0.1 * (1 + math.sqrt(0.5))),  # cos 45°
    # a warm-up rises in proportion, and the cosine begins after it
    *(({"schedule": "cosine", "warmup": 2}, epoch, part, rate)
      for epoch, part, rate in ((0, 0.5, 0.05), (2, 0.0, 0.2), (6, 0.0, 0.1))),
    *(({"schedule": schedule, "decay": 0.5, "warmup": 0.5}, epoch, part, rate)
      for schedule, late in (("exponential", 0.05), ("constant", 0.2))
      for epoch, part, rate in ((0, 0.25, 0.1), (0, 0.75, 0.2), (2, 0.75, late))),
])  # fmt: skip
def test_the_learning_rate_follows_its_schedule(settings, epoch, part, rate):
    config = TrainConfig(epochs=10, learning_rate=0.2, **settings)
    assert learning_rate_at(epoch, part, config) == pytest.approx(rate, abs=1e-15)
