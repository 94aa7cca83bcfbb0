"""The token encoder against a ViT written out in full."""

import math

import torch
import torch.nn.functional as F

from pvlib.models.token_encoder import TokenEncoder


def written_out(encoder: TokenEncoder, tokens: torch.Tensor, heads: int) -> torch.Tensor:
    """Pre-norm blocks, equations 1-4 of Dosovitskiy et al. (2021), for one image (tokens, channels)."""
    channels = tokens.shape[-1]
    x = torch.cat([encoder.cls_token[0], tokens]) + encoder.position[0]
    for block in encoder.blocks:
        normed = F.layer_norm(x, (channels,), block.norm1.weight, block.norm1.bias, eps=1e-6)
        query, key, value = (normed @ block.attn.qkv.weight.T + block.attn.qkv.bias).chunk(3, dim=-1)
        answers = []
        for head in range(heads):
            part = slice(head * channels // heads, (head + 1) * channels // heads)
            scores = query[:, part] @ key[:, part].T / math.sqrt(channels // heads)
            answers.append(scores.softmax(dim=-1) @ value[:, part])
        x = x + torch.cat(answers, dim=-1) @ block.attn.proj.weight.T + block.attn.proj.bias
        normed = F.layer_norm(x, (channels,), block.norm2.weight, block.norm2.bias, eps=1e-6)
        hidden = F.gelu(normed @ block.mlp.fc1.weight.T + block.mlp.fc1.bias)
        x = x + hidden @ block.mlp.fc2.weight.T + block.mlp.fc2.bias
    return F.layer_norm(x, (channels,), encoder.norm.weight, encoder.norm.bias, eps=1e-6)[0]


def randomised(tokens: int, channels: int, depth: int, heads: int) -> TokenEncoder:
    encoder = TokenEncoder(tokens, channels, depth, heads).double()
    for parameter in encoder.parameters():
        torch.nn.init.normal_(parameter, std=0.5)
    return encoder


def test_the_encoder_is_a_pre_norm_vit_that_returns_its_cls_row():
    encoder = randomised(tokens=5, channels=8, depth=2, heads=4)
    tokens = torch.randn(3, 5, 8, dtype=torch.float64)
    expected = torch.stack([written_out(encoder, image, heads=4) for image in tokens])
    torch.testing.assert_close(encoder(tokens), expected)


def test_attention_is_fused_except_where_a_cpu_computes_gradients(monkeypatch):
    encoder = randomised(tokens=5, channels=8, depth=2, heads=4)
    tokens = torch.randn(3, 5, 8, dtype=torch.float64)
    calls = []

    def fused(*inputs, **options):
        calls.append(inputs)
        return fused_attention(*inputs, **options)

    fused_attention = F.scaled_dot_product_attention
    monkeypatch.setattr(F, "scaled_dot_product_attention", fused)
    with_graph = encoder(tokens)
    assert not calls
    with torch.no_grad():
        torch.testing.assert_close(encoder(tokens), with_graph)
    assert len(calls) == 2, "one for each block"
