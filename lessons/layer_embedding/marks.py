"""What the exercises ask for: whether a function reads its tokens as a set, and rows folded into positions."""

from collections.abc import Callable

import torch
from torch import Tensor

ORDERS = 20  # random ones; that all of them leave two tokens where they are has a chance of 1 in a million


def invariant(function: Callable[[Tensor], Tensor], tokens: Tensor) -> bool:
    """Whether `function` gives the same, up to 1e-4, for tokens (faces, N, channels) in any order."""
    before = function(tokens)
    for number in range(ORDERS):
        order = torch.randperm(tokens.shape[1], generator=torch.Generator().manual_seed(number))
        if not torch.allclose(function(tokens[:, order]), before, atol=1e-4):
            return False
    return True


def absorb(rows: Tensor, positions: Tensor, tokens_per_level: int) -> Tensor:
    """Positions that do the work of the rows, too.

    Args:
        rows: (levels, 1, channels).
        positions: (1, 1 + levels · tokens_per_level, channels), the first for CLS.

    Returns positions of the same shape.
    """
    cls = torch.zeros_like(positions[:, :1])
    of_tokens = rows.repeat_interleave(tokens_per_level, dim=0).transpose(0, 1)  # (1, tokens, channels)
    return positions + torch.cat([cls, of_tokens], dim=1)
