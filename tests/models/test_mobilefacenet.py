"""The landmark branch: shapes, size and shortcuts of MobileFaceNet."""

import pytest
import torch

from pvlib.models.mobilefacenet import Bottleneck, LandmarkPoints, LandmarkPyramid, MobileFaceNet
from pvlib.models.sizes import LandmarkSize, narrow_landmarks


def parameters(module: torch.nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


def test_at_paper_size_it_has_1_007_million_parameters():
    with torch.device("meta"):
        assert round(parameters(MobileFaceNet(LandmarkSize())) / 1e6, 3) == 1.007


def test_the_three_taps_have_the_published_shapes():
    with torch.device("meta"):
        maps = LandmarkPyramid(LandmarkSize())(torch.empty(2, 3, 112, 112))
    assert [tuple(level.shape) for level in maps] == [(2, 64, 28, 28), (2, 128, 14, 14), (2, 512, 7, 7)]


@pytest.mark.parametrize(
    "size", [LandmarkSize(), LandmarkSize(input_size=64), narrow_landmarks(48), narrow_landmarks(64)]
)
def test_the_size_foretells_its_maps(size):
    with torch.device("meta"):
        maps = LandmarkPyramid(size)(torch.empty(1, 3, size.input_size, size.input_size))
    assert [level.shape[1] for level in maps] == list(size.channels)
    assert [level.shape[-1] for level in maps] == list(size.maps)


def test_a_narrow_branch_has_about_a_tenth_of_a_million_parameters():
    with torch.device("meta"):
        assert 0.05e6 < parameters(MobileFaceNet(narrow_landmarks(48))) < 0.15e6


def test_a_bottleneck_of_stride_1_adds_to_its_input_and_one_of_stride_2_does_not():
    maps = torch.randn(2, 4, 6, 6)
    for stride in (1, 2):
        block = Bottleneck(4, 4, hidden=8, stride=stride).eval()
        torch.nn.init.zeros_(block.project.conv.weight)
        expected = maps if stride == 1 else torch.zeros(2, 4, 3, 3)
        assert torch.equal(block(maps), expected)


def test_the_projection_of_a_bottleneck_is_linear_and_its_middle_is_depthwise():
    block = Bottleneck(4, 6, hidden=8, stride=2)
    assert not hasattr(block.project, "activation")
    assert block.depthwise.conv.weight.shape == (8, 1, 3, 3)


def test_points_read_each_channel_over_the_whole_map():
    """One depthwise convolution as large as the map is a weighted sum per channel."""
    points = LandmarkPoints(channels=3, map_size=2).eval()
    maps = torch.randn(2, 3, 2, 2)
    sums = (maps * points.depthwise.conv.weight[:, 0]).sum(dim=(2, 3)) / (1 + 1e-5) ** 0.5  # (2, 3)
    expected = (sums @ points.linear.weight.T / (1 + 1e-5) ** 0.5).view(2, 68, 2)
    torch.testing.assert_close(points(maps), expected)
