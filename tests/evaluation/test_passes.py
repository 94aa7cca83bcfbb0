"""Passes through a tiny network, as it is and with drop-path on."""

from dataclasses import replace

import pytest
import torch
from torch import nn

from pvlib.evaluation.passes import ForwardSettings, deterministic_pass, drop_path_passes
from pvlib.models import poster_var, tiny
from pvlib.models.transformer import DropPath

IMAGES = torch.randint(0, 256, (5, 1, 48, 48), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))


@pytest.fixture
def network():
    return poster_var(3, replace(tiny(48), layer_scale=1.0)).train()


def set_drop_path(network, probability):
    for part in network.modules():
        if isinstance(part, DropPath):
            part.drop_prob = probability


def passes(network, count=4, seed=0):
    return drop_path_passes(network, IMAGES, ForwardSettings(batch_size=8), passes=count, seed=seed)


def plain(network):
    return deterministic_pass(network, IMAGES, ForwardSettings(batch_size=2))[0]


def test_branches_that_are_always_dropped_are_as_good_as_not_there(network):
    set_drop_path(network, 1.0)
    found = passes(network)
    for level in network.levels:
        nn.init.zeros_(level.scale_attention), nn.init.zeros_(level.scale_mlp)
    torch.testing.assert_close(found, plain(network).expand(4, 5, 3), rtol=1e-4, atol=1e-5)


def test_passes_differ_from_each_other_and_between_faces(network):
    found = passes(network, count=50)
    assert found.shape == (50, 5, 3)
    assert (found.std(dim=0) > 0).all()
    # (50, 5): faces whose branches differ from those of the first pass
    dropped = (found - found[0]).abs().sum(dim=2) > 1e-4
    assert dropped.any(dim=1).sum() > dropped.all(dim=1).sum()


def test_each_branch_is_left_out_as_often_as_its_probability_says(network):
    network.levels[1].drop_path.drop_prob = 0.0
    network.levels[2].drop_path.drop_prob = 0.25
    found = (passes(network, count=300) * 1e3).round()
    # two independent branches of the third level: both there in (3/4)² of the passes
    for face in range(5):
        _, counts = torch.unique(found[:, face], dim=0, return_counts=True)
        shares = (counts / 300).sort().values.tolist()
        assert shares == pytest.approx([1 / 16, 3 / 16, 3 / 16, 9 / 16], abs=0.1)


def test_passes_leave_mode_statistics_hooks_and_random_state_alone_even_after_an_error(network):
    before = {name: value.clone() for name, value in network.state_dict().items()}
    state = torch.random.get_rng_state()
    network.image_pyramid.eval()
    passes(network), plain(network)
    with pytest.raises(RuntimeError):
        drop_path_passes(network, IMAGES.expand(5, 2, 48, 48), ForwardSettings(), passes=2, seed=0)
    assert not any(part.training for part in network.image_pyramid.modules())
    assert network.training
    assert all(part.training for part in network.modules() if isinstance(part, DropPath))
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())
    assert torch.equal(torch.random.get_rng_state(), state)
    assert not any(level._forward_pre_hooks for level in network.levels)


def test_passes_follow_their_seed_and_there_are_none_where_nothing_drops(network):
    assert torch.equal(passes(network), passes(network))
    assert not torch.equal(passes(network), passes(network, seed=1))
    assert passes(network, count=0) is None
    set_drop_path(network, 0.0)
    assert passes(network) is None


@pytest.mark.parametrize("precision", ["bf16", "fp16"])
def test_half_precision_says_about_the_same_in_float32(network, precision):
    mean, sigma = deterministic_pass(network, IMAGES, ForwardSettings(precision=precision))
    assert mean.dtype == sigma.dtype == torch.float32
    torch.testing.assert_close(mean, plain(network), rtol=0.1, atol=0.1)
    assert not torch.equal(mean, plain(network))


def test_larger_faces_are_resized_smoothly_where_a_size_is_given(network):
    # a chequerboard of single pixels is grey at half the size; the nearest pixels of it are black alone
    board = torch.tensor([[0, 254], [254, 0]], dtype=torch.uint8).repeat(48, 48)[None, None]  # (1, 1, 96, 96)
    grey = torch.full((1, 1, 48, 48), 127, dtype=torch.uint8)
    smooth, _ = deterministic_pass(network, board, ForwardSettings(input_size=48))
    expected, _ = deterministic_pass(network, grey, ForwardSettings())
    nearest, _ = deterministic_pass(network, board, ForwardSettings())
    torch.testing.assert_close(smooth, expected, rtol=0.02, atol=0.02)
    assert not torch.allclose(smooth, nearest, rtol=0.02, atol=0.02)
