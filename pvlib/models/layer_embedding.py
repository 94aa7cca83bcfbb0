"""Marking each token with the level it came from (equation 3)."""

import torch
from torch import Tensor, nn


class LayerEmbedding(nn.Module):
    """Add the learnable row e_i to every token of level i (equation 3); zero at first, as released.

    Shape: a list of ``levels`` tensors (batch, tokens_i, channels) -> the same shapes.
    """

    def __init__(self, levels: int, channels: int):
        super().__init__()
        self.rows = nn.Parameter(torch.zeros(levels, 1, channels))

    def forward(self, tokens_of_levels: list[Tensor]) -> list[Tensor]:
        return [tokens + row for tokens, row in zip(tokens_of_levels, self.rows, strict=True)]
