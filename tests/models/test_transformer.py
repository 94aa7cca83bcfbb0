"""The transformer's parts against timm's, bit for bit: names, first values, random numbers, gradients."""

from functools import partial

import pytest
import torch
from torch import nn

from pvlib.models import transformer

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
        runs.append(
            {"answer": answer, "gradient": tokens.grad}
            | {f"gradient of {name}": value.grad for name, value in module.named_parameters()}
            | module.state_dict()
        )
    assert list(runs[0]) == list(runs[1])
    for name, value in runs[0].items():
        assert torch.equal(value, runs[1][name]), name
