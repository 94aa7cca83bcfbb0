"""What the moving figure of reparameterization shows at each position of its sliders."""

import torch

from lessons.reparameterization.figures import flow, gradient_spread


def steps_of(moving, slider):
    return {step.label: step.args for step in moving.layout.sliders[slider].steps}


def test_moving_the_mean_shifts_every_sample_and_leaves_the_noise():
    noise = torch.tensor([-1.0, 0.0, 2.0])
    moving, _, _ = flow(noise)
    lines, traces = steps_of(moving, slider=0)["1.50"]
    assert [list(x) for x in lines["x"][2:]] == [[-1, 0, 2], [0.5, 1.5, 3.5]]  # ε, then z = ε + 1.5
    assert traces == (0, 1, 2, 3)  # the panel of μ only


def test_moving_sigma_moves_every_sample_by_its_own_noise():
    moving, _, _ = flow(torch.tensor([-1.0, 0.0, 2.0]))
    lines, traces = steps_of(moving, slider=1)["2.00"]
    assert [list(x) for x in lines["x"][2:]] == [[-1, 0, 2], [-2, 0, 4]]  # z = 2 ε
    assert traces == (4, 5, 6, 7)


def test_the_description_of_the_spreads_names_both_ends_of_every_curve():
    _, alt = gradient_spread([2, 64], {"pathwise": [0.25, 0.02]}, [0.1, 1.0], {"pathwise": [0.01, 0.11]})
    assert all(number in alt for number in ("0.25", "0.02", "0.01", "0.11"))
