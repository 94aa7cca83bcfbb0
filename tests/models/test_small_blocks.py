"""Equations 3 and 4 number by number: layer embedding and squeeze-and-excitation."""

import torch
from torch import nn

from pvlib.models.layer_embedding import LayerEmbedding
from pvlib.models.squeeze_excite import SqueezeExcite


def test_row_i_is_added_to_every_token_of_level_i():
    embedding = LayerEmbedding(3, 4)
    nn.init.normal_(embedding.rows)
    tokens = [torch.randn(2, 5, 4), torch.randn(2, 3, 4), torch.randn(2, 1, 4)]
    for level, after in enumerate(embedding(tokens)):
        assert torch.equal(after, tokens[level] + embedding.rows[level, 0])


def test_gate_of_zero_weights_halves_every_channel():
    block = SqueezeExcite(4)
    nn.init.zeros_(block.gate.weight)
    nn.init.zeros_(block.gate.bias)
    features = torch.randn(2, 4)
    assert torch.equal(block(features), features / 2)  # σ(0) = ½, whatever the hidden layer says


def test_the_gate_follows_equation_4_number_by_number():
    block = SqueezeExcite(3).double()
    x = torch.randn(3, dtype=torch.float64)
    w1, b1, w2, b2 = block.hidden.weight, block.hidden.bias, block.gate.weight, block.gate.bias
    for i in range(3):
        inner = b2[i] + sum(
            w2[i, j] * max(0.0, (b1[j] + sum(w1[j, k] * x[k] for k in range(3))).item()) for j in range(3)
        )
        torch.testing.assert_close(block(x[None])[0, i], x[i] / (1 + torch.exp(-inner)))
