"""What this lesson lets the learner write, as the course writes it (the network's own parts lie in ``pvlib.models``)."""

import torch
from torch import Tensor

from pvlib.models.cross_attention import relative_position_index as relative_index

__all__ = ["attend", "cost", "relative_index", "split_heads"]


def split_heads(tokens: Tensor, head_dim: int) -> Tensor:
    """Cut the channels of each token into heads: (batch, N, heads · head_dim) -> (batch, heads, N, head_dim)."""
    return tokens.unflatten(-1, (-1, head_dim)).transpose(1, 2)


def attend(query: Tensor, key: Tensor, value: Tensor, bias: Tensor) -> Tensor:
    """softmax(q kᵀ/√d + b) v (equation 1); q, k, v (batch, heads, N, d), b (heads, N, N) -> (batch, heads, N, d)."""
    scores = query @ key.transpose(-2, -1) / query.shape[-1] ** 0.5 + bias
    return torch.softmax(scores, dim=-1) @ value


def cost(window: int, channels: int) -> int:
    """Multiply-adds of one level's cross-attention: window² tokens, three linear maps and two products of N × N."""
    cells = window**2
    return 3 * cells * channels**2 + 2 * cells**2 * channels
