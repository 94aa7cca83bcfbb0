"""Our PReLU is torch's: same values, same gradients, whatever the memory format."""

import pytest
import torch
from torch import nn

from pvlib.models.prelu import PReLU


def gradients(layer: nn.Module, maps: torch.Tensor, upstream: torch.Tensor) -> list[torch.Tensor]:
    layer.weight.data.copy_(torch.linspace(-0.5, 1.5, 5))
    layer, maps = layer.to(maps.dtype), maps.clone().requires_grad_()
    output = layer(maps)
    return [output, *torch.autograd.grad(output, [maps, layer.weight], upstream)]


@pytest.mark.parametrize("memory_format", [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float32, 1e-5), (torch.bfloat16, 2e-2)])
def test_values_and_gradients_are_those_of_torch_even_at_zero(memory_format, dtype, tolerance):
    maps, upstream = torch.randn(2, 3, 5, 4, 6).to(dtype)
    maps[:, :, 0] = 0
    maps = maps.contiguous(memory_format=memory_format)
    ours, theirs = (gradients(layer(5), maps, upstream) for layer in (PReLU, nn.PReLU))
    for found, expected in zip(ours, theirs, strict=True):
        torch.testing.assert_close(found, expected, rtol=tolerance, atol=tolerance)


def test_under_autocast_the_slopes_still_get_a_float32_gradient():
    layer = PReLU(2)
    with torch.autocast("cpu", torch.bfloat16):
        output = layer(torch.full((1, 2, 1, 1), -2.0, dtype=torch.bfloat16))
    assert output.dtype == torch.bfloat16
    output.sum().backward()
    assert layer.weight.grad.dtype == torch.float32
    assert torch.equal(layer.weight.grad, torch.tensor([-2.0, -2.0]))  # ∂(a x)/∂a = x
