"""One attention, three ways to compute it: the formula, torch's fused form, and what the encoder asks for."""

import torch
import torch.nn.functional as F

from pvlib.models.attention import attend
from pvlib.models.mobilefacenet import StridedDepthwise


def test_attention_is_the_same_with_and_without_a_graph():
    query, key, value = torch.randn(3, 2, 4, 9, 8)
    bias = torch.randn(4, 9, 9)
    weights = (query @ key.transpose(-2, -1) / 8**0.5 + bias).softmax(dim=-1)  # (2, 4, 9, 9), equation 1
    with torch.no_grad():
        torch.testing.assert_close(attend(query, key, value, bias), weights @ value)
    torch.testing.assert_close(attend(query, key, value, bias.requires_grad_()), weights @ value)


def test_attention_in_bfloat16_differs_from_the_formula_by_rounding_alone():
    query, key, value = torch.randn(3, 2, 4, 49, 32).unbind()
    bias, wanted = torch.randn(4, 49, 49), torch.randn(2, 4, 49, 32)
    inputs = [each.requires_grad_() for each in (query, key, value, bias)]
    exact = attend(*inputs)
    with torch.autocast("cpu", torch.bfloat16):
        rounded = attend(*(each.bfloat16() for each in inputs[:3]), bias)
    assert rounded.dtype == torch.bfloat16
    torch.testing.assert_close(rounded.float(), exact, atol=0.03, rtol=0.03)
    found, expected = (torch.autograd.grad((said * wanted).sum(), inputs) for said in (rounded, exact))
    for one, other in zip(found, expected, strict=True):
        assert one.dtype == torch.float32
        assert (one - other).norm() < 0.02 * other.norm()


def test_a_strided_depthwise_convolution_computes_its_gradient_in_float32():
    conv = StridedDepthwise(4, 4, 3, stride=2, padding=1, groups=4, bias=False)
    maps = torch.randn(2, 4, 6, 6, dtype=torch.bfloat16, requires_grad=True)
    with torch.autocast("cpu", torch.bfloat16):
        output = conv(maps)
        assert conv(maps.detach()).dtype == torch.bfloat16
    expected = F.conv2d(maps.float(), conv.weight, stride=2, padding=1, groups=4)
    assert output.dtype == torch.float32
    torch.testing.assert_close(output, expected)
