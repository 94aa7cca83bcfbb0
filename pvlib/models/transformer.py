"""What transformers are made of (Vaswani et al., 2017; Dosovitskiy et al., ViT, 2021; Huang et al., 2016).

Weights have the names, first values and arithmetic of timm's blocks. They are not imported from there because that
takes twice as long as importing torch, and nobody who asks for one face's expression should wait for it.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def attend(query: Tensor, key: Tensor, value: Tensor, bias: Tensor | None = None) -> Tensor:
    """Return softmax(q kᵀ/√d + b) v (the core of equation 1), or without b where there is none.

    torch's fused form never stores the N x N weights, but its gradient on a CPU is slower than the formula's.

    Shapes: query, key, value (batch, heads, N, d), bias (heads, N, N) -> (batch, heads, N, d).
    """
    if bias is not None:
        bias = bias.to(query.dtype).contiguous()[None]  # dense: it is added to the scores of each image
    trains_on_cpu = query.is_cpu and torch.is_grad_enabled()
    if not trains_on_cpu:
        return F.scaled_dot_product_attention(query, key, value, attn_mask=bias)
    scores = query * query.shape[-1] ** -0.5 @ key.transpose(-2, -1)  # (batch, heads, N, N)
    if bias is not None:
        scores = scores + bias
    # Autocast would take the scores to float32 and back, which takes longer than the products. The softmax adds in
    # float32 all the same, and both its neighbours are bfloat16.
    with torch.autocast("cpu", enabled=False):
        weights = scores.softmax(dim=-1)
    return weights.to(value.dtype) @ value


class DropPath(nn.Module):
    """Stochastic depth: in training, leave a branch out for each face with probability ``drop_prob``.

    What stays is divided by 1 − ``drop_prob``, so that the mean is that of evaluation.

    Shape: (batch, ...) -> the same.
    """

    def __init__(self, drop_prob: float):
        super().__init__()
        self.drop_prob = drop_prob

    def forward(self, branch: Tensor) -> Tensor:
        if self.drop_prob == 0 or not self.training:
            return branch
        keep = 1 - self.drop_prob
        one_number_a_face = (branch.shape[0],) + (1,) * (branch.ndim - 1)
        kept = branch.new_empty(one_number_a_face).bernoulli_(keep)  # 0 or 1
        return branch * (kept / keep if keep else kept)


class Mlp(nn.Module):
    """Linear - GELU - linear, four times as wide in between.

    Shape: (batch, tokens, channels) -> the same.
    """

    def __init__(self, channels: int):
        super().__init__()
        self.fc1 = nn.Linear(channels, 4 * channels)
        self.act = nn.GELU()
        self.fc2 = nn.Linear(4 * channels, channels)

    def forward(self, tokens: Tensor) -> Tensor:
        return self.fc2(self.act(self.fc1(tokens)))


class SelfAttention(nn.Module):
    """Every token asks every token: softmax(q kᵀ/√d) v in each head, all three from one linear layer.

    Shape: (batch, tokens, channels) -> the same.
    """

    def __init__(self, channels: int, heads: int):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(channels, 3 * channels)
        self.proj = nn.Linear(channels, channels)

    def forward(self, tokens: Tensor) -> Tensor:
        thirds = self.qkv(tokens).unflatten(-1, (3, self.heads, -1))  # (batch, tokens, 3, heads, d)
        query, key, value = thirds.permute(2, 0, 3, 1, 4).unbind()  # each (batch, heads, tokens, d)
        answer = attend(query, key, value)  # (batch, heads, tokens, d)
        return self.proj(answer.transpose(1, 2).flatten(2))


class Block(nn.Module):
    """Pre-norm: x + attention(norm(x)), then x + MLP(norm(x)).

    Shape: (batch, tokens, channels) -> the same.
    """

    def __init__(self, channels: int, heads: int):
        super().__init__()
        self.norm1 = nn.LayerNorm(channels, eps=1e-6)
        self.attn = SelfAttention(channels, heads)
        self.norm2 = nn.LayerNorm(channels, eps=1e-6)
        self.mlp = Mlp(channels)

    def forward(self, tokens: Tensor) -> Tensor:
        tokens = tokens + self.attn(self.norm1(tokens))
        return tokens + self.mlp(self.norm2(tokens))
