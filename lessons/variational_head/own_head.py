"""A learner's head, however it is written, with what an objective asks of a head besides logits."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.distributions import Independent

from pvlib.models.heads import HeadSample
from pvlib.models.heads.variational import diagonal_normal


class Encoder:
    """Mean and log-variance of a head: of two linear layers that read the features, or of the halves of one.

    The first is the mean, unless the head's answer at test is the second, or a later layer of it.

    Attributes:
        layers: the linear layers that read the features, two of one width or one of twice that.
        later: its other linear layers.
    """

    def __init__(self, head: nn.Module, features: int):
        self.layers = self.layers_of(head, features)
        self.later = [one for one in head.modules() if isinstance(one, nn.Linear) and one not in self.layers]
        self.swapped = False
        probe = torch.linspace(-1, 1, 2 * features).view(2, features)
        mode = head.training
        with torch.no_grad():
            answer = head.eval()(probe)
            _, second = self(probe)
            said = [second] + [layer(second) for layer in self.later if layer.in_features == second.shape[1]]
        head.train(mode)
        same = [
            isinstance(answer, Tensor) and one.shape == answer.shape and one.allclose(answer) for one in said
        ]
        self.swapped = any(same)

    @staticmethod
    def layers_of(head: nn.Module, features: int) -> list[nn.Linear]:
        """The linear layers that read the features."""
        return [one for one in head.modules() if isinstance(one, nn.Linear) and one.in_features == features]

    def __call__(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Return mean and log-variance, (batch, z) each."""
        outputs = [layer(features) for layer in self.layers]
        first, second = outputs if len(outputs) == 2 else outputs[0].chunk(2, dim=-1)
        return (second, first) if self.swapped else (first, second)


class OwnHead(nn.Module):
    """A head that only has ``forward``, as an objective can use it.

    Shape: (batch, features) -> (batch, classes): what the head itself gives in its mode.
    """

    def __init__(self, head: nn.Module, features: int):
        super().__init__()
        self.own: Any = head
        self.encoder = Encoder(head, features)

    def forward(self, features: Tensor) -> Tensor:
        return self.own(features)

    def distribution(self, features: Tensor) -> Independent:
        """Return what the head samples from."""
        return diagonal_normal(*self.encoder(features))

    def sample(self, features: Tensor) -> HeadSample:
        """Return one sample of the logits, and the distribution that a divergence looks at."""
        return HeadSample(self.own(features), self.distribution(features))
