"""The gate between token encoder and head (equation 4)."""

from torch import Tensor, nn


class SqueezeExcite(nn.Module):
    """Reweight each channel by a gate computed from the whole vector: x ⊙ σ(W₂ ReLU(W₁ x)), equation 4.

    Differs from Hu et al. (2018): the input is already one vector per face, so there is nothing to
    squeeze, and the hidden layer keeps the full width; theirs is narrower by ``reduction`` = 16.

    Shape: (batch, channels) -> (batch, channels); every gate lies in (0, 1).
    """

    def __init__(self, channels: int, reduction: int = 1):
        super().__init__()
        self.hidden = nn.Linear(channels, channels // reduction)
        self.gate = nn.Linear(channels // reduction, channels)

    def forward(self, features: Tensor) -> Tensor:
        return features * self.gate(self.hidden(features).relu()).sigmoid()
