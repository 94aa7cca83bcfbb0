"""What the golden values do not tell of the two backbones: a unit's arithmetic in training, other sizes."""

import pytest
import torch
import torch.nn.functional as F

from pvlib.models.ir50 import ImagePyramid, ImprovedResidualUnit
from pvlib.models.mobilefacenet import MobileFaceNet, StridedDepthwise
from pvlib.models.sizes import LandmarkSize, narrow_landmarks


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


@pytest.mark.parametrize(("size", "least", "most"), [  # millions; 1.007 are published
    (LandmarkSize(), 1.0065, 1.0075),
    (LandmarkSize(input_size=64), 0.9, 1.0075),
    (narrow_landmarks(48), 0.05, 0.15),
])  # fmt: skip
def test_the_landmark_branch_has_its_parameters_and_the_maps_that_its_size_foretells(size, least, most):
    with torch.device("meta"):
        network = MobileFaceNet(size)
        maps = network.pyramid(torch.empty(1, 3, size.input_size, size.input_size))
    assert least < sum(parameter.numel() for parameter in network.parameters()) / 1e6 < most
    assert [level.shape[1] for level in maps] == list(size.channels)
    assert [level.shape[-1] for level in maps] == list(size.maps)


def test_a_strided_depthwise_convolution_computes_its_gradient_in_float32():
    conv = StridedDepthwise(4, 4, 3, stride=2, padding=1, groups=4, bias=False)
    maps = torch.randn(2, 4, 6, 6, dtype=torch.bfloat16, requires_grad=True)
    with torch.autocast("cpu", torch.bfloat16):
        output = conv(maps)
        assert conv(maps.detach()).dtype == torch.bfloat16
    expected = F.conv2d(maps.float(), conv.weight, stride=2, padding=1, groups=4)
    assert output.dtype == torch.float32
    torch.testing.assert_close(output, expected)
