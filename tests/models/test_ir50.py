"""The image pyramid: units, widths and shortcuts of IR-50."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from pvlib.models.ir50 import ImagePyramid, ImprovedResidualUnit

GOLDEN = Path(__file__).resolve().parent.parent / "golden" / "poster_pp_7.npz"


def silent(unit: ImprovedResidualUnit) -> ImprovedResidualUnit:
    """A unit whose residual branch answers zero, so that only the shortcut is left."""
    torch.nn.init.zeros_(unit.conv2.weight)
    return unit.eval()


def test_a_unit_of_the_same_width_adds_to_its_input():
    maps = torch.randn(2, 4, 6, 6)
    assert torch.equal(silent(ImprovedResidualUnit(4, 4, stride=1))(maps), maps)


def test_a_strided_unit_of_the_same_width_adds_to_every_second_pixel():
    maps = torch.randn(2, 4, 6, 6)
    assert torch.equal(silent(ImprovedResidualUnit(4, 4, stride=2))(maps), maps[..., ::2, ::2])


def test_a_unit_that_widens_adds_to_a_strided_projection():
    unit = silent(ImprovedResidualUnit(4, 8, stride=2))
    maps = torch.randn(2, 4, 6, 6)
    projected = torch.einsum("bchw,oc->bohw", maps[..., ::2, ::2], unit.shortcut[0].weight[..., 0, 0])
    torch.testing.assert_close(unit(maps), projected / (1 + 1e-5) ** 0.5, atol=1e-5, rtol=1e-5)


def test_the_residual_branch_normalises_before_its_first_convolution():
    unit = ImprovedResidualUnit(3, 3, stride=1).train()
    maps = 4 + 7 * torch.randn(8, 3, 5, 5)
    per_channel = maps - maps.mean(dim=(0, 2, 3), keepdim=True)
    normed = per_channel / (per_channel.square().mean(dim=(0, 2, 3), keepdim=True) + 1e-5).sqrt()
    hidden = F.conv2d(normed, unit.conv1.weight, padding=1)
    hidden = torch.where(hidden > 0, hidden, 0.25 * hidden)  # PReLU starts at ¼
    hidden = F.conv2d(hidden, unit.conv2.weight, padding=1)
    hidden = F.batch_norm(hidden, None, None, training=True)
    torch.testing.assert_close(unit(maps), maps + hidden, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize(("side", "expected"), [(112, (56, 28, 14)), (48, (24, 12, 6))])
def test_each_level_is_half_as_wide_as_the_one_before(side, expected):
    with torch.device("meta"):
        maps = ImagePyramid((64, 128, 256), (3, 4, 14))(torch.empty(2, 3, side, side))
    widths = zip((64, 128, 256), expected, strict=True)
    assert [tuple(level.shape) for level in maps] == [(2, width, s, s) for width, s in widths]


def test_at_paper_size_it_has_the_parameters_of_the_released_backbone_without_its_dead_layer():
    golden = np.load(GOLDEN)
    shapes = dict(zip(golden["keys"].tolist(), map(json.loads, golden["shapes"].tolist()), strict=True))
    statistics = ("running_mean", "running_var", "num_batches_tracked")
    expected = sum(
        int(np.prod(shape))
        for key, shape in shapes.items()
        if key.startswith(("ir_back.input_layer", "ir_back.body")) and not key.endswith(statistics)
    )
    with torch.device("meta"):
        pyramid = ImagePyramid((64, 128, 256), (3, 4, 14))
    assert sum(parameter.numel() for parameter in pyramid.parameters()) == expected
