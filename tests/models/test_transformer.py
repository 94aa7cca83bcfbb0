"""The transformer's parts against timm's, bit for bit, and its attention against the formula."""

from functools import partial
from unittest.mock import Mock

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from pvlib.models import transformer
from pvlib.models.token_encoder import TokenEncoder
from pvlib.models.transformer import attend

CHANNELS, HEADS = 16, 4


def timm_block() -> nn.Module:
    from timm.models.vision_transformer import Block

    return Block(CHANNELS, HEADS, qkv_bias=True, norm_layer=partial(nn.LayerNorm, eps=1e-6))


def timm_drop_path() -> nn.Module:
    from timm.layers import DropPath

    return DropPath(0.3)


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize(("ours", "timms"), [
    (lambda: transformer.Block(CHANNELS, HEADS), timm_block),
    (lambda: transformer.DropPath(0.3), timm_drop_path),
], ids=["block", "drop path"])  # fmt: skip
def test_each_part_is_timm_s_to_the_last_bit(ours, timms, training):
    runs = []
    for build in (timms, ours):
        torch.manual_seed(0)
        module = build().train(training)
        if hasattr(module, "attn"):
            module.attn.fused_attn = False  # what ours does where a CPU computes gradients
        tokens = torch.randn(8, 5, CHANNELS, requires_grad=True)
        answer = module(tokens)
        answer.square().sum().backward()
        slopes = {f"gradient of {name}": value.grad for name, value in module.named_parameters()}
        runs.append({"answer": answer, "gradient": tokens.grad, **slopes, **module.state_dict()})
    assert list(runs[0]) == list(runs[1])
    for name, value in runs[0].items():
        assert torch.equal(value, runs[1][name]), name


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


def test_attention_is_fused_except_where_a_cpu_computes_gradients(monkeypatch):
    encoder = TokenEncoder(tokens=5, channels=8, depth=2, heads=4).double()
    tokens = torch.randn(3, 5, 8, dtype=torch.float64)
    fused = Mock(wraps=F.scaled_dot_product_attention)
    monkeypatch.setattr(F, "scaled_dot_product_attention", fused)
    with_graph = encoder(tokens)
    assert fused.call_count == 0
    with torch.no_grad():
        torch.testing.assert_close(encoder(tokens), with_graph)
    assert fused.call_count == 2, "one for each block"
