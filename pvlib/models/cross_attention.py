"""Window cross-attention: landmarks ask, the image answers (equations 1 and 2).

After Mao et al., POSTER++ (2025), which follows the global-query attention of GC ViT (Hatamizadeh et al.,
2023). One window covers the whole map of a level, so there is nothing to partition.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pvlib.models.transformer import DropPath, Mlp, attend


def relative_position_index(window: int) -> Tensor:
    """For each pair of cells of a window, the row of the bias table that belongs to their offset.

    Shape: (window², window²), int64; values in 0 ... (2 window - 1)² - 1 (Liu et al., Swin, 2021).
    """
    if torch.get_default_device().type == "meta":  # for arithmetic there, torch imports its compiler: seconds
        return torch.empty(window**2, window**2, dtype=torch.int64)
    cells = torch.cartesian_prod(torch.arange(window), torch.arange(window))  # (window², 2): row, column
    offset = cells[:, None] - cells[None, :] + (window - 1)  # (window², window², 2), each ≥ 0
    return offset[..., 0] * (2 * window - 1) + offset[..., 1]


class WindowCrossAttention(nn.Module):
    """F = softmax(q kᵀ/√d + b) v with q from landmarks, k and v from the image (equations 1 and 2).

    The queries are the landmark map itself, cut into heads: no projection. Keys and values come from one
    linear layer on the image tokens; b is a learnt bias for each head and each offset between two cells.

    Shape: image tokens (batch, N, channels), landmark tokens (batch, N, channels) -> (batch, N, channels),
    with N = window².
    """

    position_index: Tensor

    def __init__(self, channels: int, head_dim: int, window: int):
        super().__init__()
        self.head_dim = head_dim
        self.key_value = nn.Linear(channels, 2 * channels)
        self.project = nn.Linear(channels, channels)
        self.position_bias = nn.Parameter(torch.zeros((2 * window - 1) ** 2, channels // head_dim))
        nn.init.trunc_normal_(self.position_bias, std=0.02)
        self.register_buffer("position_index", relative_position_index(window), persistent=False)

    def forward(self, image_tokens: Tensor, landmark_tokens: Tensor) -> Tensor:
        key, value = (
            self.split_heads(half) for half in self.key_value(image_tokens).chunk(2, dim=-1)
        )  # each (batch, heads, N, head_dim)
        query = self.split_heads(landmark_tokens).to(key.dtype)  # (batch, heads, N, head_dim)
        # embedding, not indexing: its gradient adds up in one order, so that two runs agree to the last bit
        bias = F.embedding(self.position_index, self.position_bias)  # (N, N, heads)
        answer = attend(query, key, value, bias.permute(2, 0, 1))  # (batch, heads, N, head_dim)
        return self.project(answer.transpose(1, 2).flatten(2))  # (batch, N, channels)

    def split_heads(self, tokens: Tensor) -> Tensor:
        return tokens.unflatten(-1, (-1, self.head_dim)).transpose(1, 2)  # (batch, heads, N, head_dim)


class NoAttention(nn.Module):
    """Nobody asks: nothing is added to the image tokens, (batch, N, channels) both."""

    def forward(self, image_tokens: Tensor, landmark_tokens: Tensor) -> Tensor:
        return torch.zeros_like(image_tokens)


class CrossAttentionLevel(nn.Module):
    """Fuse one level: normalise, attend, then a feed-forward layer, both with layer scale and drop-path.

    As released, the shortcut is the *normalised* image map. ``scale_attention`` and ``scale_mlp`` are the
    layer scales γ₁ and γ₂. Without ``asked`` it is a feed-forward layer alone.

    Shape: image map and landmark map (batch, channels, M, M) each -> (batch, M, M, channels).
    """

    def __init__(
        self,
        channels: int,
        head_dim: int,
        window: int,
        drop_path: float,
        layer_scale: float,
        asked: bool = True,
    ):
        super().__init__()
        self.norm = nn.LayerNorm(channels)
        self.attention = WindowCrossAttention(channels, head_dim, window) if asked else NoAttention()
        self.scale_attention = nn.Parameter(torch.full((channels,), layer_scale))
        self.norm_mlp = nn.LayerNorm(channels)
        self.mlp = Mlp(channels)
        self.scale_mlp = nn.Parameter(torch.full((channels,), layer_scale))
        self.drop_path = DropPath(drop_path)

    def forward(self, image_map: Tensor, landmark_map: Tensor) -> Tensor:
        tokens = self.norm(image_map.flatten(2).transpose(1, 2))  # (batch, M², channels)
        landmark_tokens = landmark_map.flatten(2).transpose(1, 2)  # (batch, M², channels)
        attended = self.attention(tokens, landmark_tokens)
        tokens = tokens + self.drop_path(self.scale_attention * attended)
        tokens = tokens + self.drop_path(self.scale_mlp * self.mlp(self.norm_mlp(tokens)))
        return tokens.unflatten(1, image_map.shape[-2:])  # (batch, M, M, channels)
