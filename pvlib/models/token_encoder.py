"""The transformer over the tokens of all levels (Dosovitskiy et al., ViT, 2021)."""

import torch
from torch import Tensor, nn

from pvlib.models.transformer import Block


class TokenEncoder(nn.Module):
    """Prepend a CLS token, add positions, run pre-norm blocks and return the CLS row.

    Differs from the released code in what it leaves out: an unused patch embedding, two unused linear
    layers and an unused convolution in every block. Without ``positions`` the tokens behind CLS are a set: their
    order changes nothing.

    Shape: (batch, tokens, channels) -> (batch, channels).
    """

    position: Tensor

    def __init__(self, tokens: int, channels: int, depth: int, heads: int, positions: bool = True):
        super().__init__()
        self.cls_token = nn.Parameter(torch.zeros(1, 1, channels))
        self.blocks = nn.Sequential(*(Block(channels, heads) for _ in range(depth)))
        self.norm = nn.LayerNorm(channels, eps=1e-6)
        nn.init.trunc_normal_(self.cls_token, std=0.02)
        if positions:
            self.position = nn.Parameter(torch.zeros(1, tokens + 1, channels))
            nn.init.trunc_normal_(self.position, std=0.02)
        else:
            self.register_buffer("position", torch.zeros(1, 1, channels), persistent=False)

    def forward(self, tokens: Tensor) -> Tensor:
        cls = self.cls_token.expand(tokens.shape[0], -1, -1)
        tokens = torch.cat([cls, tokens], dim=1) + self.position  # (batch, 1 + tokens, channels)
        tokens = self.blocks(tokens)  # (batch, 1 + tokens, channels)
        return self.norm(tokens[:, 0])  # (batch, channels)
