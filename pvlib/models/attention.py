"""softmax(q kᵀ/√d + b) v, the core of equation 1, computed where it is fastest."""

import torch
import torch.nn.functional as F
from torch import Tensor


def attend(query: Tensor, key: Tensor, value: Tensor, bias: Tensor | None = None) -> Tensor:
    """Return softmax(q kᵀ/√d + b) v, or without b where there is none.

    torch's fused form never stores the N x N weights, but its gradient on a CPU is slower than the formula's.

    Shapes: query, key, value (batch, heads, N, d), bias (heads, N, N) -> (batch, heads, N, d).
    """
    if bias is not None:
        bias = bias.to(query.dtype).contiguous()[None]  # dense: it is added to the scores of each image
    if not trains_on_cpu(query):
        return F.scaled_dot_product_attention(query, key, value, attn_mask=bias)
    scores = query * query.shape[-1] ** -0.5 @ key.transpose(-2, -1)  # (batch, heads, N, N)
    if bias is not None:
        scores = scores + bias
    # Autocast would take the scores to float32 and back, which takes longer than the products. The softmax adds in
    # float32 all the same, and both its neighbours are bfloat16.
    with torch.autocast("cpu", enabled=False):
        weights = scores.softmax(dim=-1)
    return weights.to(value.dtype) @ value


def trains_on_cpu(tokens: Tensor) -> bool:
    return tokens.is_cpu and torch.is_grad_enabled()
