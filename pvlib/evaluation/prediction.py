"""What a network says of faces, beside what is known of them, and its first measures."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from torch import Tensor

from pvlib.data.faces import Faces
from pvlib.errors import CourseError
from pvlib.evaluation.passes import ForwardSettings, deterministic_pass, drop_path_passes
from pvlib.evaluation.quality import quality
from pvlib.evaluation.votes import vote_shares
from pvlib.models import Poster
from pvlib.training.failures import enough_memory_for

_FIRST = ("accuracy", "mean_class_accuracy", "negative_log_likelihood", "calibration_error")


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """What a network says of N faces, beside what is known of them.

    Attributes:
        mean: logits, (N, K); for a variational head the means μ.
        sigma: standard deviations of the logits, (N, K); None for every other head than a variational one.
        target: label distributions, (N, K); every row sums to 1.
        names: the K class names.
        votes: each class's share of the raters' votes, (N, K); None where nobody counted votes.
        mixture: the true mixture, (N, K); drawn faces only.
        passes: means μ of several passes with drop-path left on, (T, N, K); None where there were none.
        rows: positions of these faces among those that were given, int64, (N,); None for all, in their order.
        head: name of the network's head.
    """

    mean: Tensor
    sigma: Tensor | None
    target: Tensor
    names: tuple[str, ...]
    votes: Tensor | None = None
    mixture: Tensor | None = None
    passes: Tensor | None = None
    rows: Tensor | None = None
    head: str = "point"

    def __len__(self) -> int:
        return len(self.mean)

    @cached_property
    def probabilities(self) -> Tensor:
        """softmax(μ), (N, K)."""
        return self.mean.softmax(dim=1)

    @property
    def labels(self) -> Tensor:
        """The most probable class of each target, (N,)."""
        return self.target.argmax(dim=1)

    @property
    def mean_sigma(self) -> float | None:
        """Mean σ over faces and classes; None where there is no σ of the logits."""
        return None if self.sigma is None else self.sigma.double().mean().item()

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

        def part(distribution: Tensor) -> Tensor:
            left = distribution[rows][:, kept]  # (n, k)
            total = left.sum(dim=1, keepdim=True)  # (n, 1)
            # raters who voted only for what is left out prefer none of the rest
            return torch.where(total > 0, left / total.clamp(min=1e-12), 1 / len(kept))

        return Prediction(
            mean=self.mean[rows][:, kept],
            sigma=None if self.sigma is None else self.sigma[rows][:, kept],
            target=part(self.target),
            names=tuple(self.names[column] for column in kept),
            votes=None if self.votes is None else part(self.votes),
            mixture=None if self.mixture is None else part(self.mixture),
            passes=None if self.passes is None else self.passes[:, rows][:, :, kept],
            rows=rows.nonzero()[:, 0] if self.rows is None else self.rows[rows],
            head=self.head,
        )

    def summary(self) -> dict[str, float]:
        """Return the first numbers by name, for a table or a JSON record: those that an evaluation gives, too."""
        everyone = torch.ones(1, len(self), dtype=torch.float64)
        numbers = quality(self.mean.double().softmax(dim=1), self.target)(everyone)
        values = {name: numbers[name].item() for name in _FIRST}
        return values if self.mean_sigma is None else {**values, "mean_sigma": self.mean_sigma}


def measure(network: Poster, faces: Faces, **settings: Any) -> dict[str, float]:
    """Return the summary of what ``network`` says of ``faces``, with the settings of :func:`predict`.

    What a run is measured by after every epoch.
    """
    return predict(network, faces, **settings).summary()


def predict(
    network: Poster,
    faces: Faces,
    *,
    passes: int = 0,
    seed: int = 0,
    without: Sequence[str] = (),
    **forward: Any,
) -> Prediction:
    """Return what ``network`` says of ``faces``; its training mode is restored afterwards.

    Args:
        passes: further passes with drop-path left on, see :func:`drop_path_passes`.
        seed: of those passes.
        without: names of classes to leave out, see :meth:`Prediction.without`.
        forward: batch_size, device, precision, input_size, see :class:`pvlib.evaluation.passes.ForwardSettings`.

    Raises:
        CourseError: when there is not enough memory for so many faces at once.
    """
    settings = ForwardSettings(**forward)
    with enough_memory_for(
        f"{settings.batch_size} faces at a time",
        "give fewer (pvlib evaluate: --batch-size; in a training: a smaller train.batch_size or a larger "
        "train.accumulate), or end what else computes there",
    ):
        mean, sigma = deterministic_pass(network, faces.images, settings)
        several = drop_path_passes(network, faces.images, settings, passes=passes, seed=seed)
    total = faces.target.sum(dim=1, keepdim=True)  # (N, 1): FER+'s released targets may sum to less than 1
    prediction = Prediction(
        mean=mean,
        sigma=sigma,
        target=faces.target / total.clamp(min=1e-12),
        names=tuple(faces.names),
        votes=vote_shares(faces),
        mixture=faces.mixture,
        passes=several,
        head=network.size.head,
    )
    return prediction.without(without) if without else prediction
