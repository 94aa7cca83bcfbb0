"""What the golden values do not tell of the landmark branch: its other sizes, its gradient in bfloat16."""

import pytest
import torch
import torch.nn.functional as F

from pvlib.models.mobilefacenet import MobileFaceNet, StridedDepthwise
from pvlib.models.sizes import LandmarkSize, narrow_landmarks


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
    # of one type, too
    torch.testing.assert_close(output, F.conv2d(maps.float(), conv.weight, stride=2, padding=1, groups=4))
