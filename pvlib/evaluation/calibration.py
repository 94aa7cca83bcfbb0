"""Whether "80 % sure" is right 80 times out of 100: reliability, calibration errors (ECE), temperature.

Guo et al., "On calibration of modern neural networks" (2017); classwise: Nixon et al., "Measuring calibration
in deep learning" (2019), where every class's probability is held against how often that class is the label.
"""

from dataclasses import dataclass

import torch
from scipy.optimize import minimize_scalar
from torch import Tensor

from pvlib.losses import cross_entropy

BINS = 15


@dataclass(frozen=True)
class Reliability:
    """What a reliability diagram shows; B bins of equal width from 0 to 1, each with its lower edge.

    Attributes:
        faces: how many fall into each bin, (B,).
        confidence: their mean confidence, (B,); NaN in an empty bin.
        accuracy: share of them that is right, (B,); NaN in an empty bin.
    """

    faces: Tensor
    confidence: Tensor
    accuracy: Tensor

    def as_json(self) -> list[dict[str, float | int | None]]:
        """Return one row a bin, from 0 upwards."""
        bins = len(self.faces)
        return [
            {
                "low": index / bins,
                "high": (index + 1) / bins,
                "faces": int(faces),
                "confidence": self.confidence[index].item() if faces else None,
                "accuracy": self.accuracy[index].item() if faces else None,
            }
            for index, faces in enumerate(self.faces.tolist())
        ]


def in_bins(values: Tensor, confidence: Tensor, bins: int) -> Tensor:
    """Put each face's value into the column of its confidence's bin, zeros elsewhere: (N,) -> (N, bins).

    Bin b holds b/bins <= confidence < (b+1)/bins; the last also 1 itself. (torchmetrics 1.9 gives confidence 1
    a bin of its own, which differs where a very sure network rounds to 1.)
    """
    edges = torch.linspace(0, 1, bins + 1, dtype=torch.float64)[1:-1]
    column = torch.bucketize(confidence.double().contiguous(), edges, right=True)  # (N,)
    return torch.zeros(len(values), bins, dtype=torch.float64).scatter_(
        1, column[:, None], values.double()[:, None]
    )


def reliability(confidence: Tensor, outcome: Tensor, bins: int = BINS) -> Reliability:
    """Sort faces by confidence, (N,) in 0-1, and compare it with the outcome, (N,) true or false."""
    faces = in_bins(torch.ones(len(confidence)), confidence, bins).sum(dim=0)  # (bins,)
    return Reliability(
        faces=faces.long(),
        confidence=in_bins(confidence, confidence, bins).sum(dim=0) / faces,
        accuracy=in_bins(outcome, confidence, bins).sum(dim=0) / faces,
    )


def fit_temperature(logits: Tensor, target: Tensor) -> float:
    """Return the T > 0 at which softmax(logits / T) is the most likely; logits and target (N, K).

    The only parameter of temperature scaling: it moves all confidences together and no answer. Fit it on
    faces that neither trained the network nor are measured afterwards. Between 0.01 and 100.
    """
    logits, target = logits.double(), target.double()

    def likelihood_lost(log_temperature: float) -> float:
        return cross_entropy(logits * torch.tensor(-log_temperature).exp(), target).item()

    # convex in 1/T, so it has one valley in log T
    found = minimize_scalar(likelihood_lost, bounds=(-4.6, 4.6), method="bounded", options={"xatol": 1e-5})
    return float(torch.tensor(found.x).exp())
