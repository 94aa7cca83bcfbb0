"""Run a network over faces and measure what it says."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor
from torchmetrics.functional.classification import (
    multiclass_accuracy,
    multiclass_calibration_error,
    multiclass_confusion_matrix,
)

from pvlib.data.faces import Faces
from pvlib.data.transforms import normalise
from pvlib.errors import CourseError
from pvlib.losses import cross_entropy
from pvlib.models import Poster
from pvlib.training.engine import autocast


@dataclass(frozen=True)
class Prediction:
    """What a network says of N faces, beside what is known of them.

    Attributes:
        mean: logits, (N, K); for a variational head the means μ.
        sigma: standard deviations of the logits, (N, K); None for a point head.
        target: label distributions, (N, K).
        names: the K class names.
    """

    mean: Tensor
    sigma: Tensor | None
    target: Tensor
    names: tuple[str, ...]

    @cached_property
    def probabilities(self) -> Tensor:
        """softmax(μ), (N, K)."""
        return self.mean.softmax(dim=1)

    @property
    def labels(self) -> Tensor:
        """The most probable class of each target, (N,)."""
        return self.target.argmax(dim=1)

    @property
    def accuracy(self) -> float:
        """Share of faces whose most probable class is the target's, 0-1."""
        return self._accuracy("micro").item()

    @property
    def mean_class_accuracy(self) -> float:
        """Mean recall over the classes that occur, 0-1: every expression counts the same."""
        present = torch.bincount(self.labels, minlength=len(self.names)) > 0
        return self._accuracy("none")[present].mean().item()

    @property
    def negative_log_likelihood(self) -> float:
        """−Σ_c t_c log softmax(μ)_c, averaged over faces, in nats."""
        return cross_entropy(self.mean, self.target).item()

    @property
    def calibration_error(self) -> float:
        """Expected calibration error over 15 equal bins (Guo et al. 2017), 0-1."""
        return multiclass_calibration_error(
            self.probabilities, self.labels, num_classes=len(self.names), n_bins=15
        ).item()

    @property
    def mean_sigma(self) -> float | None:
        """Mean σ over faces and classes; None for a point head."""
        return None if self.sigma is None else self.sigma.mean().item()

    @property
    def confusion(self) -> Tensor:
        """Counts, (K, K): row true class, column predicted class."""
        return multiclass_confusion_matrix(self.probabilities, self.labels, num_classes=len(self.names))

    def _accuracy(self, average: str) -> Tensor:
        return multiclass_accuracy(
            self.probabilities, self.labels, num_classes=len(self.names), average=average
        )

    def without(self, names: Sequence[str]) -> "Prediction":
        """Leave classes out: of the faces (by their label) and of the answers a network may give.

        Raises:
            CourseError: for a name that is no class, or when fewer than two classes or no face is left.
        """
        unknown = [name for name in names if name not in self.names]
        if unknown:
            raise CourseError(f'no class is called "{unknown[0]}"; there are {", ".join(self.names)}')
        kept = [column for column, name in enumerate(self.names) if name not in names]
        rows = torch.isin(self.labels, torch.tensor(kept))  # (N,)
        if len(kept) < 2 or not rows.any():
            raise CourseError(f"without {', '.join(names)} there is nothing left to tell apart")
        return Prediction(
            mean=self.mean[rows][:, kept],
            sigma=None if self.sigma is None else self.sigma[rows][:, kept],
            target=self.target[rows][:, kept] / self.target[rows][:, kept].sum(dim=1, keepdim=True),
            names=tuple(self.names[column] for column in kept),
        )

    def summary(self) -> dict[str, float]:
        """The numbers above by name, for a table or a JSON record."""
        values = {
            "accuracy": self.accuracy,
            "mean_class_accuracy": self.mean_class_accuracy,
            "negative_log_likelihood": self.negative_log_likelihood,
            "calibration_error": self.calibration_error,
        }
        return values if self.sigma is None else {**values, "mean_sigma": self.mean_sigma}


@torch.no_grad()
def predict(
    network: Poster,
    faces: Faces,
    *,
    batch_size: int = 256,
    device: str | torch.device = "cpu",
    precision: str = "fp32",
) -> Prediction:
    """Return what ``network`` says of ``faces``; its training mode is restored afterwards.

    Args:
        precision: "fp32", or "bf16" for autocast to bfloat16.
    """
    was_training = network.training
    network.eval().to(device)
    means, sigmas = [], []
    for images in faces.images.split(batch_size):
        with autocast(device, precision):
            features = network.forward_features(normalise(images.to(device)))
            if network.size.head == "variational":
                distribution = network.head.distribution(features)
                means.append(distribution.mean.cpu())
                sigmas.append(distribution.stddev.cpu())
            else:
                means.append(network.head(features).float().cpu())
    network.train(was_training)
    return Prediction(
        mean=torch.cat(means),
        sigma=torch.cat(sigmas) if sigmas else None,
        target=torch.as_tensor(faces.target),
        names=faces.names,
    )
