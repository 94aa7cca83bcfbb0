"""What an objective gets of one pass through a head."""

from collections.abc import Callable
from typing import Any, NamedTuple

from torch import Tensor
from torch.distributions import Independent

SAMPLES, RATE, RECONSTRUCTION = "samples", "rate", "reconstruction"


class HeadSample(NamedTuple):
    """One sample of the logits, and what else of that pass a loss may ask for.

    A head's ``offers`` names what there is: "samples" (more than one), "rate" (a divergence), "reconstruction".

    Attributes:
        logits: (batch, classes).
        distribution: q(z | face), diagonal normals with event shape (z,): what a divergence looks at.
        draw: from S to S samples of the logits of the same faces, (S, batch, classes); None where the logits
            are z themselves.
        reconstruction: squared error of the features that a decoder rebuilds from z, mean over the batch.
    """

    logits: Tensor
    distribution: Independent | None = None
    draw: Callable[[int], Tensor] | None = None
    reconstruction: Tensor | None = None

    @property
    def more(self) -> dict[str, Any]:
        """What there is beside logits and distribution, so that a loss which asks for no more takes no more."""
        extra = {"draw": self.draw, "reconstruction": self.reconstruction}
        return {name: value for name, value in extra.items() if value is not None}
