import pytest
import torch
from torch import nn

from pvlib.models.squeeze_excite import SqueezeExcite


def test_gate_of_zero_weights_halves_every_channel():
    block = SqueezeExcite(4)
    nn.init.zeros_(block.gate.weight)
    nn.init.zeros_(block.gate.bias)
    features = torch.randn(2, 4)
    assert torch.equal(block(features), features / 2)  # σ(0) = ½, whatever the hidden layer says


@pytest.mark.parametrize(("bias", "factor"), [(50.0, 1.0), (-50.0, 0.0), (1.0986123, 0.75)])
def test_the_gate_lies_between_closed_and_open(bias, factor):
    block = SqueezeExcite(4)
    nn.init.zeros_(block.gate.weight)
    nn.init.constant_(block.gate.bias, bias)  # σ(ln 3) = ¾
    features = torch.randn(2, 4)
    torch.testing.assert_close(block(features), factor * features)


def test_the_gate_follows_equation_4_number_by_number():
    block = SqueezeExcite(3).double()
    x = torch.randn(3, dtype=torch.float64)
    w1, b1, w2, b2 = block.hidden.weight, block.hidden.bias, block.gate.weight, block.gate.bias
    for i in range(3):
        inner = b2[i] + sum(
            w2[i, j] * max(0.0, (b1[j] + sum(w1[j, k] * x[k] for k in range(3))).item()) for j in range(3)
        )
        torch.testing.assert_close(block(x[None])[0, i], x[i] / (1 + torch.exp(-inner)))


def test_the_hidden_layer_is_not_reduced():
    assert sum(parameter.numel() for parameter in SqueezeExcite(10).parameters()) == 2 * (10 * 10 + 10)
