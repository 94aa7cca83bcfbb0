"""Sharpness-aware minimisation against its formula and a plain, slow version of it."""

import contextlib
import math
from dataclasses import replace

import pytest
import torch
from small import CONFIG, new_network, run
from torch import nn

from pvlib.training.sam import sam_ascent


def quadratic(start, curvature):
    weight = nn.Parameter(torch.tensor(start))
    (0.5 * (torch.tensor(curvature) * weight**2).sum()).backward()
    return weight


def test_the_weights_stand_rho_uphill_and_then_back_where_they_were_even_if_the_second_pass_fails():
    for failing in (False, True):
        weight = quadratic([3.0, 4.0], [1.0, 1.0])  # the gradient is the weight itself, of length 5
        with contextlib.suppress(RuntimeError), sam_ascent([weight], 0.05):
            assert torch.allclose(weight, torch.tensor([3.03, 4.04]))
            assert weight.grad is None
            if failing:
                raise RuntimeError
        assert weight.tolist() == [3.0, 4.0]


def test_the_length_is_measured_over_all_weights_that_have_a_gradient():
    still = nn.Parameter(torch.ones(2))
    first, second = quadratic([3.0], [1.0]), quadratic([4.0], [1.0])
    with sam_ascent([first, still, second], 0.5):
        assert (first.item(), second.item()) == pytest.approx((3.3, 4.4))
        assert still.tolist() == [1.0, 1.0]


def test_a_factor_in_the_gradient_changes_nothing():
    plain, scaled = quadratic([3.0, 4.0], [1.0, 2.0]), quadratic([3.0, 4.0], [1.0, 2.0])
    scaled.grad *= 65536.0  # as float16's scaling does
    with sam_ascent([plain], 0.05), sam_ascent([scaled], 0.05):
        assert torch.equal(plain, scaled)


@pytest.mark.parametrize("bad", [math.inf, math.nan])
def test_a_gradient_that_is_no_number_moves_nothing(bad):
    weight = quadratic([3.0, 4.0], [1.0, 1.0])
    weight.grad[0] = bad
    with sam_ascent([weight], 0.05):
        assert weight.tolist() == [3.0, 4.0]


def test_training_takes_the_gradient_sam_ascent_and_the_step_from_below():
    # With SGD in place of AdamW one step on ½ a w² goes from w to w - η a (w + ρ sign(a w)).
    a, w, rho, eta = 2.0, 3.0, 0.1, 0.01
    weight = nn.Parameter(torch.tensor(w))
    optimizer = torch.optim.SGD([weight], eta)
    (0.5 * a * weight**2).backward()
    with sam_ascent([weight], rho):
        (0.5 * a * weight**2).backward()
    optimizer.step()
    assert weight.item() == pytest.approx(w - eta * a * (w + rho))


def test_the_second_pass_draws_fresh_noise():
    network, noise = new_network(), []
    original = network.head.distribution

    def remember(features):
        distribution = original(features)
        state = torch.get_rng_state()
        noise.append(torch.randn(3).tolist())
        torch.set_rng_state(state)
        return distribution

    network.head.distribution = remember
    run(config=replace(CONFIG, sam=0.05, epochs=1), network=network)
    assert len(noise) == 2 * 4  # two passes of four steps
    assert len({tuple(numbers) for numbers in noise}) == 8
