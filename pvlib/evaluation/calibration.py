"""Whether "80 % sure" is right 80 times out of 100: reliability, calibration errors (ECE), temperature.

Guo et al., "On calibration of modern neural networks" (2017); classwise: Nixon et al., "Measuring calibration
in deep learning" (2019), where every class's probability is held against how often that class is the label.
"""

import torch
from scipy.optimize import minimize_scalar
from torch import Tensor

from pvlib.losses import cross_entropy

BINS = 15


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


def reliability(confidence: Tensor, outcome: Tensor, bins: int = BINS) -> list[dict[str, float | int | None]]:
    """Return what a reliability diagram shows, one row a bin of equal width, from 0 to 1.

    Of the faces in a bin their number, mean confidence and share of true outcomes; the last two None in an empty bin.

    Args:
        confidence: (N,) in 0-1.
        outcome: (N,), true or false.
    """
    ones = torch.ones(len(confidence))
    sums = [in_bins(values, confidence, bins).sum(dim=0).tolist() for values in (ones, confidence, outcome)]
    return [
        {
            "low": index / bins,
            "high": (index + 1) / bins,
            "faces": int(faces),
            "confidence": sure / faces if faces else None,
            "accuracy": right / faces if faces else None,
        }
        for index, (faces, sure, right) in enumerate(zip(*sums, strict=True))
    ]


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
