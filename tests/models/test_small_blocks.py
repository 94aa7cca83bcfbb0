"""Equation 4 number by number: squeeze-and-excitation."""

import torch

from pvlib.models.squeeze_excite import SqueezeExcite


def test_the_gate_follows_equation_4_number_by_number():
    block = SqueezeExcite(3).double()
    x = torch.randn(3, dtype=torch.float64)
    w1, b1, w2, b2 = block.hidden.weight, block.hidden.bias, block.gate.weight, block.gate.bias
    for i in range(3):
        inner = b2[i] + sum(
            w2[i, j] * max(0.0, (b1[j] + sum(w1[j, k] * x[k] for k in range(3))).item()) for j in range(3)
        )
        torch.testing.assert_close(block(x[None])[0, i], x[i] / (1 + torch.exp(-inner)))
