"""How strongly a network sees each expression in a face, and what its head's draws make of that (lesson 13).

An intensity is the mean over draws of the logits of softmax(z), z ~ N(μ, diag σ²), and its spread the 5 % and
95 % quantiles of the same draws. The spread is what the head's σ makes of the logits, and no more: trained as
published, σ is not an uncertainty of the face (lesson 11). A point head has no draws, and so no spread.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from pvlib.errors import CourseError
from pvlib.evaluation.passes import Passage
from pvlib.models.shipped import TrainedNetwork

LEVEL = 0.9
SPREAD_CAVEAT = (
    "The spread is that of the head's own draws (its σ). It does not say how sure one may be about the face: "
    "docs/results/ferplus-tiny.md measures that."
)


@dataclass(frozen=True)
class Intensities:
    """What a network says of N faces.

    Attributes:
        names: the K expressions.
        mean: (N, K), rows sum to 1.
        low, high: quantiles of the draws that hold 90 % between them, (N, K); None for a point head.
    """

    names: tuple[str, ...]
    mean: Tensor
    low: Tensor | None
    high: Tensor | None

    def __len__(self) -> int:
        return len(self.mean)

    def expression(self, face: int) -> str:
        """Name of the strongest expression of one face."""
        return self.names[int(self.mean[face].argmax())]

    def as_json(self, face: int) -> dict[str, dict[str, float | None]]:
        """Return name -> mean, low, high of one face."""
        return {
            name: {
                "mean": float(self.mean[face, k]),
                "low": None if self.low is None else float(self.low[face, k]),
                "high": None if self.high is None else float(self.high[face, k]),
            }
            for k, name in enumerate(self.names)
        }


@torch.no_grad()
def read_intensities(
    trained: TrainedNetwork, faces: Tensor, *, samples: int = 200, seed: int = 0
) -> Intensities:
    """Let the network look at faces cut as it knows them.

    Args:
        faces: uint8, (N, channels, face_size, face_size).
        samples: draws of the logits for a variational head.
        seed: of the draws; the caller's random state is left alone.

    Raises:
        CourseError: fewer than two draws, or faces of another kind.
    """
    if samples < 2:
        raise CourseError(f"a spread needs at least 2 samples, not {samples}")
    shape = (trained.channels, trained.face_size, trained.face_size)
    if faces.shape[1:] != shape:
        raise CourseError(f"this network takes faces of shape {shape}, not {tuple(faces.shape[1:])}")
    images = Passage(input_size=trained.input_size).to_network_input(faces)  # (N, 3, side, side)
    if trained.network.size.head != "variational":
        return Intensities(trained.names, trained.network(images).softmax(dim=1), None, None)
    distribution = trained.network.distribution(images)
    noise = torch.randn(
        samples, len(faces), len(trained.names), generator=torch.Generator().manual_seed(seed)
    )
    draws = (distribution.mean + distribution.stddev * noise).softmax(dim=2)  # (samples, N, K)
    tail = (1 - LEVEL) / 2
    low, high = torch.quantile(draws, torch.tensor([tail, 1 - tail]), dim=0)
    return Intensities(trained.names, draws.mean(dim=0), low, high)
