"""The weights of a level's cross-attention, which the fused form never stores (equation 1)."""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from pvlib.errors import CourseError
from pvlib.evaluation.passes import evaluating
from pvlib.models.cross_attention import WindowCrossAttention
from pvlib.models.poster import Poster


class Attention(NamedTuple):
    """softmax(content + bias) = weights; rows are queries, columns keys, N = window² cells in reading order.

    Attributes:
        weights: of each value, (batch, heads, N, N); every row sums to 1.
        content: q kᵀ/√d, what landmarks and image say, (batch, heads, N, N).
        bias: b, learnt for the offset of two cells and the same for every face, (heads, N, N).
    """

    weights: Tensor
    content: Tensor
    bias: Tensor


@torch.no_grad()
def attention_of(network: Poster, images: Tensor, level: int) -> Attention:
    """Return what the cross-attention of ``level`` (1 is the finest) does with these faces.

    Args:
        images: as the network takes them, (batch, 3, H, H).

    Raises:
        CourseError: for a level that is not there, or a network without attention.
    """
    if level not in (1, 2, 3):
        raise CourseError(f"the network has the levels 1, 2 and 3, not {level!r}")
    attention = network.get_submodule(f"levels.{level - 1}.attention")
    if not isinstance(attention, WindowCrossAttention):
        raise CourseError("this network has no cross-attention")
    seen: list[tuple[Tensor, Tensor]] = []
    hook = attention.register_forward_pre_hook(lambda _attention, inputs: seen.append(inputs))
    try:
        with evaluating(network):
            network.forward_levels(images)
    finally:
        hook.remove()
    image_tokens, landmark_tokens = seen[0]  # (batch, N, channels) each
    key, _ = attention.key_value(image_tokens).chunk(2, dim=-1)
    query, key = attention.split_heads(landmark_tokens), attention.split_heads(key)  # (batch, heads, N, d)
    content = query @ key.transpose(-2, -1) * attention.head_dim**-0.5  # (batch, heads, N, N)
    bias = F.embedding(attention.position_index, attention.position_bias).permute(2, 0, 1)  # (heads, N, N)
    return Attention((content + bias).softmax(dim=-1), content, bias)
