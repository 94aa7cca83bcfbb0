"""The training loop: it learns, it goes on where it stopped, and it says what is wrong."""

from dataclasses import replace

import pytest
import torch
from small import CONFIG, MINUTE, bright_or_dark, freeze_batchnorm, new_network, run, weights

from pvlib.data.transforms import normalise
from pvlib.errors import CourseError
from pvlib.losses import Objective
from pvlib.training.batches import Sampling
from pvlib.training.checkpoints import checkpoint_path, read_state, read_tensors
from pvlib.training.devices import make_fabric
from pvlib.training.state import begin


def test_the_loop_learns_what_is_plain_to_see():
    network, history = run(config=replace(CONFIG, epochs=6, recipe=None))
    faces = bright_or_dark()
    with torch.no_grad():
        said = network(normalise(faces.images)).argmax(dim=1)
    assert (said == faces.labels).float().mean() > 0.95
    assert history[-1].loss < history[0].loss


def test_the_exponential_schedule_multiplies_the_rate_after_each_epoch():
    _, history = run(config=replace(CONFIG, decay=0.5))
    assert [record.learning_rate for record in history] == pytest.approx([3e-3, 1.5e-3, 0.75e-3])


def test_two_runs_with_one_seed_agree_to_the_last_bit_and_leave_the_callers_random_state_alone():
    first = run()[0]  # makes a network, with a seed
    network, state = new_network(), torch.get_rng_state()
    second, _ = run(network=network)
    assert torch.equal(torch.get_rng_state(), state)
    assert torch.equal(weights(first), weights(second))
    assert not torch.equal(weights(first), weights(run(config=replace(CONFIG, seed=6))[0]))


@pytest.mark.parametrize(("options", "said"), [
    ({"network": new_network(classes=3)}, "dark, bright"),
    ({"config": replace(CONFIG, batch_size=100)}, "batch_size = 100"),
    ({"config": replace(CONFIG, sampling=Sampling(per_class=4))}, "an epoch has only 8"),  # of two classes
])  # fmt: skip
def test_what_does_not_fit_together_is_said_before_training(options, said):
    with pytest.raises(CourseError, match=said):
        run(**options)


@pytest.mark.parametrize("drift", [False, True])
def test_a_frozen_landmark_branch_keeps_its_weights_and_moves_statistics_only_where_they_drift(drift):
    network = new_network(replace(MINUTE, landmark=replace(MINUTE.landmark, frozen=True, drift=drift)))
    before = {key: value.clone() for key, value in network.landmark_net.state_dict().items()}
    run(network=network, config=replace(CONFIG, epochs=1))
    weights_now = dict(network.landmark_net.named_parameters())
    for key, value in network.landmark_net.state_dict().items():
        assert torch.equal(value, before[key]) == (key in weights_now or not drift), key


def test_a_resumed_optimizer_keeps_its_moments_in_the_layout_of_the_weights(tmp_path):
    run(tmp_path, replace(CONFIG, epochs=1))
    network = new_network()
    state = begin(network, CONFIG, make_fabric("cpu"))
    state.restore(read_tensors(tmp_path), read_state(tmp_path), checkpoint_path(tmp_path), steps=4)
    for weight in network.parameters():  # the fused kernel walks memory: the layouts must agree
        for moment in ("exp_avg", "exp_avg_sq"):
            assert state.optimizer.state[weight][moment].stride() == weight.stride()


@pytest.mark.parametrize("change", [
    {"objective": Objective(divergence="gaussian", weight=0.01)},
    {"objective": Objective(likelihood="kendall_gal", samples=3)},
    {"precision": "bf16"},
])  # fmt: skip
def test_every_objective_and_precision_trains_float32_weights(change):
    network, history = run(config=replace(CONFIG, epochs=1, **change))
    assert history[0].loss > 0
    assert torch.isfinite(weights(network)).all()
    assert {parameter.dtype for parameter in network.parameters()} == {torch.float32}


def test_parts_of_a_step_add_up_to_the_whole_where_nothing_looks_across_faces():
    still = replace(CONFIG, epochs=1, recipe=None)
    ends = []
    for parts in (1, 4):
        network = freeze_batchnorm(new_network(replace(MINUTE, drop_path=(0.0, 0.0, 0.0), head="point")))
        _, history = run(config=replace(still, accumulate=parts), network=network)
        ends.append((history[0].loss, weights(network)))
    assert ends[0][0] == pytest.approx(ends[1][0], rel=1e-5)
    torch.testing.assert_close(ends[0][1], ends[1][1], rtol=0, atol=1e-3)


def test_a_gradient_limited_far_below_adams_epsilon_hardly_moves_a_weight():
    moved = {}
    for clip in (None, 1e-12):
        network = freeze_batchnorm(new_network())
        before, config = weights(network), replace(CONFIG, epochs=1, weight_decay=0.0, clip=clip)
        moved[clip] = (weights(run(config=config, network=network)[0]) - before).abs().max()
    # AdamW's step is at most rate · g / (√v + 1e-8), so 1e-4 of the rate for the one and about the rate for the other.
    assert moved[1e-12] < 4 * 1e-4 * CONFIG.learning_rate * 1.1
    assert moved[None] > CONFIG.learning_rate
