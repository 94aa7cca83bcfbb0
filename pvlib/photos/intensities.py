"""How strongly a network sees each expression in a face, and what its head's draws make of that.

An intensity is the mean over draws of the logits of softmax(z), z ~ N(μ, diag σ²), and its spread the 5 % and
95 % quantiles of the same draws. The spread is what the head's σ makes of the logits, and no more: trained as
published, σ is not an uncertainty of the face. Every other head gives its answer, without spread.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from pvlib.errors import CourseError
from pvlib.runs.trained import TrainedNetwork

LEVEL = 0.9
MOST_SAMPLES = 50_000  # of a crowd's faces these take a gigabyte
MOST_SEED = 2**63 - 1  # what PyTorch's generators take
SPREAD_CAVEAT = (
    "The spread is that of the head's own draws (its σ). It does not say how sure one may be about the face: "
    "docs/results/ferplus-tiny.md measures that."
)


@dataclass(frozen=True, kw_only=True)
class Intensities:
    """What a network says of N faces.

    Attributes:
        names: the K expressions.
        mean: (N, K), rows sum to 1.
        low, high: quantiles of the draws that hold 90 % between them, (N, K); None for other heads than a variational one.
    """

    names: tuple[str, ...]
    mean: Tensor
    low: Tensor | None = None
    high: Tensor | None = None

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
        CourseError: a number of draws or a seed that cannot be, faces of another kind, or a network that answers
            with what is no number.
    """
    check_sampling(samples, seed)
    if faces.shape[1:] != trained.face_shape:
        raise CourseError(
            f"this network takes faces of shape {trained.face_shape}, not {tuple(faces.shape[1:])}"
        )
    images = trained.network_input(faces)  # (N, 3, side, side)
    if trained.network.size.head != "variational":
        mean = _finite(trained.network(images)).softmax(dim=1)
        return Intensities(names=trained.expressions, mean=mean)
    distribution = trained.network.distribution(images)
    noise = torch.randn(
        samples, len(faces), len(trained.expressions), generator=torch.Generator().manual_seed(seed)
    )
    logits = _finite(distribution.mean + distribution.stddev * noise)
    draws = logits.softmax(dim=2)  # (samples, N, K)
    tail = (1 - LEVEL) / 2
    quantiles = torch.tensor([tail, 1 - tail])
    # face by face: quantile() refuses what a whole crowd would hand it
    low, high = torch.stack([torch.quantile(draws[:, n], quantiles, dim=0) for n in range(len(faces))], dim=1)
    return Intensities(names=trained.expressions, mean=draws.mean(dim=0), low=low, high=high)


def check_sampling(samples: int, seed: int) -> None:
    """Refuse a number of draws or a seed that cannot be used, before anything is read."""
    if not 2 <= samples <= MOST_SAMPLES:
        raise CourseError(f"a spread needs 2 to {MOST_SAMPLES:,} samples, not {samples:,}")
    if not 0 <= seed <= MOST_SEED:
        raise CourseError(f"a seed lies between 0 and {MOST_SEED}, not at {seed}")


def _finite(logits: Tensor) -> Tensor:
    if not logits.isfinite().all():
        raise CourseError(
            "the network answers with what is no number: its weights hold NaN, infinite or huge numbers, so its "
            "training diverged or its file is damaged; choose other --weights"
        )
    return logits
