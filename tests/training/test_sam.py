"""Sharpness-aware minimisation against its formula and a plain, slow version of it."""

import math
from dataclasses import replace

import pytest
import torch
from small import CONFIG, new_network, run, weights
from torch import nn

from pvlib.training.sam import uphill


def quadratic(start, curvature):
    weight = nn.Parameter(torch.tensor(start))
    (0.5 * (torch.tensor(curvature) * weight**2).sum()).backward()
    return weight


def test_the_weights_stand_rho_uphill_and_then_back_where_they_were():
    weight = quadratic([3.0, 4.0], [1.0, 1.0])  # the gradient is the weight itself, of length 5
    with uphill([weight], 0.05):
        assert torch.allclose(weight, torch.tensor([3.03, 4.04]))
        assert weight.grad is None
    assert weight.tolist() == [3.0, 4.0]


def test_the_length_is_measured_over_all_weights_together():
    first, second = quadratic([3.0], [1.0]), quadratic([4.0], [1.0])
    with uphill([first, second], 0.5):
        assert first.item() == pytest.approx(3.3)
        assert second.item() == pytest.approx(4.4)


def test_a_factor_in_the_gradient_changes_nothing():
    plain, scaled = quadratic([3.0, 4.0], [1.0, 2.0]), quadratic([3.0, 4.0], [1.0, 2.0])
    scaled.grad *= 65536.0  # as float16's scaling does
    with uphill([plain], 0.05), uphill([scaled], 0.05):
        assert torch.equal(plain, scaled)


@pytest.mark.parametrize("bad", [math.inf, math.nan])
def test_a_gradient_that_is_no_number_moves_nothing(bad):
    weight = quadratic([3.0, 4.0], [1.0, 1.0])
    weight.grad[0] = bad
    with uphill([weight], 0.05):
        assert weight.tolist() == [3.0, 4.0]


def test_weights_come_back_when_the_second_pass_fails():
    weight = quadratic([3.0, 4.0], [1.0, 1.0])
    with pytest.raises(RuntimeError), uphill([weight], 0.05):
        raise RuntimeError
    assert weight.tolist() == [3.0, 4.0]


def test_a_weight_without_gradient_is_left_out():
    still, moved = nn.Parameter(torch.ones(2)), quadratic([3.0, 4.0], [1.0, 1.0])
    with uphill([still, moved], 0.05):
        assert still.tolist() == [1.0, 1.0]


def test_training_takes_the_gradient_uphill_and_the_step_from_below():
    # With SGD in place of AdamW one step on ½ a w² goes from w to w - η a (w + ρ sign(a w)).
    a, w, rho, eta = 2.0, 3.0, 0.1, 0.01
    weight = nn.Parameter(torch.tensor(w))
    optimizer = torch.optim.SGD([weight], eta)
    (0.5 * a * weight**2).backward()
    with uphill([weight], rho):
        (0.5 * a * weight**2).backward()
    optimizer.step()
    assert weight.item() == pytest.approx(w - eta * a * (w + rho))


def test_the_second_pass_draws_fresh_noise_or_the_same():
    fresh, same = replace(CONFIG, sam=0.05, epochs=1), replace(CONFIG, sam=0.05, sam_noise="same", epochs=1)
    seen = {}
    for config in (fresh, same):
        network, noise = new_network(), []
        original = network.head.distribution

        def remember(features, original=original, noise=noise):
            distribution = original(features)
            state = torch.get_rng_state()
            noise.append(torch.randn(3).tolist())
            torch.set_rng_state(state)
            return distribution

        network.head.distribution = remember
        run(config=config, network=network)
        seen[config.sam_noise] = noise
    assert len(seen["same"]) == 2 * 4  # two passes of four steps
    assert seen["same"][0::2] == seen["same"][1::2]
    assert all(
        first != second for first, second in zip(seen["fresh"][0::2], seen["fresh"][1::2], strict=True)
    )


def test_what_the_objective_draws_for_all_processes_is_fresh_or_the_same_too():
    seen = {"fresh": [], "same": []}

    class Remembering(type(CONFIG.objective)):
        def __call__(self, logits, target, distribution=None):
            seen[how].append(torch.randn(3).tolist())
            return super().__call__(logits, target, distribution)

    for how in seen:
        still = replace(
            CONFIG, epochs=1, sam=0.05, sam_noise=how, noise="per_sample", objective=Remembering()
        )
        run(config=still)
    assert len(seen["same"]) == 2 * 4  # two passes of four steps
    assert seen["same"][0::2] == seen["same"][1::2]
    assert not any(
        first == second for first, second in zip(seen["fresh"][0::2], seen["fresh"][1::2], strict=True)
    )


def test_sam_changes_where_training_ends():
    plain, sharp = (
        run(config=replace(CONFIG, epochs=1))[0],
        run(config=replace(CONFIG, epochs=1, sam=0.05))[0],
    )
    assert not torch.equal(weights(plain), weights(sharp))
