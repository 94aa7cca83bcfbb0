"""Drawn faces as shapes: 136 landmark numbers a face instead of its pixels, so that a network trains in a second.

Several lessons compare heads, targets or objectives over many seeds. What they compare is the last layer and
its loss; the features may then come from a network that is small and fast. Here it reads the 68 landmarks of
a face, without place and size. Nothing is painted, and nothing is learned about images.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Generator, Tensor, nn

from drawnfaces.numbered import DrawingOptions, truth_of
from pvlib.data.drawn import label_distribution
from pvlib.data.labels import FERPLUS
from pvlib.losses import negative_log_likelihood
from pvlib.models.heads import HeadSample
from pvlib.random_state import own_random_state

WIDTH = 128  # of both hidden layers, so of what a head reads
EPOCHS, BATCH, LEARNING_RATE = 30, 200, 6e-3

Head = Callable[[int, int], nn.Module]  # features, classes -> a module: (batch, features) -> (batch, classes)
Loss = Callable[..., Tensor]  # logits, target, distribution -> scalar, as pvlib.losses.Objective


@dataclass(frozen=True, kw_only=True)
class ShapeFaces:
    """N drawn faces as shapes, with their truth.

    Attributes:
        features: float32, (N, 136); each column standardised by ``centre`` and ``scale``.
        target: float32, (N, 8); the ten raters' votes as a label distribution.
        mixture: float32, (N, 8); the true mixture of expressions.
        votes: uint8, (N, 10); the votes themselves, in the order of ``labels.FERPLUS_VOTES``.
        names: the eight expressions.
        seed: of the drawing.
        numbers: int64, (N,); the faces' numbers under it: ``draw_faces(1, seed, start=number)`` paints one.
        centre, scale: float32, (136,) each; mean and standard deviation of the training faces' shapes.
    """

    features: Tensor
    target: Tensor
    mixture: Tensor
    votes: Tensor
    names: tuple[str, ...]
    seed: int
    numbers: Tensor
    centre: Tensor
    scale: Tensor

    def __len__(self) -> int:
        return len(self.features)

    @property
    def ambiguity(self) -> Tensor:
        """Entropy of the true mixture in nats, (N,)."""
        return torch.special.entr(self.mixture).sum(dim=1)

    def standardise(self, landmarks: Tensor) -> Tensor:
        """Return the features of other faces' landmarks: (M, 68, 2) -> (M, 136)."""
        return (shape_of(landmarks) - self.centre) / self.scale


def shape_faces(
    count: int, seed: int, *, like: ShapeFaces | None = None, start: int = 0, nuisances: str = "studio"
) -> ShapeFaces:
    """Return the shapes of the faces numbered ``start`` to ``start + count - 1`` of a seed.

    They are the faces of ``pvlib.data.drawn.draw_faces`` with the same arguments; 1,000 take about 0.5 s.

    Args:
        like: the training faces, whose mean and standard deviation standardise these too; None for their own.
    """
    options = DrawingOptions(seed=seed, nuisances=nuisances)
    truths = [truth_of(options, number) for number in range(start, start + count)]
    shapes = shape_of(torch.from_numpy(np.stack([truth.landmarks for truth in truths])).float())
    mixture = torch.from_numpy(np.stack([truth.mixture for truth in truths])).float()
    votes = torch.from_numpy(np.stack([truth.votes for truth in truths]))
    centre = shapes.mean(dim=0) if like is None else like.centre
    scale = shapes.std(dim=0) if like is None else like.scale
    return ShapeFaces(
        features=(shapes - centre) / scale,
        target=label_distribution(votes, mixture),
        mixture=mixture,
        votes=votes,
        names=FERPLUS,
        seed=seed,
        numbers=torch.arange(start, start + count),
        centre=centre,
        scale=scale,
    )


def shape_of(landmarks: Tensor) -> Tensor:
    """Landmarks without place and size: (N, 68, 2) -> (N, 136)."""
    centred = landmarks - landmarks.mean(dim=1, keepdim=True)  # (N, 68, 2)
    return (centred / centred.std(dim=(1, 2), keepdim=True)).flatten(1)


class ShapeNetwork(nn.Module):
    """136 shape numbers -> two hidden layers -> a head.

    Shape: (batch, 136) -> (batch, classes): what the head's ``forward`` gives in its mode.
    """

    def __init__(self, head: Head, classes: int):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(136, WIDTH), nn.GELU(), nn.Linear(WIDTH, WIDTH), nn.GELU())
        self.head: Any = head(WIDTH, classes)  # what it offers besides forward is asked below

    def forward(self, shapes: Tensor) -> Tensor:
        return self.head(self.body(shapes))

    def distribution(self, shapes: Tensor) -> torch.distributions.Distribution:
        """What the head samples from, where it has a distribution."""
        return self.head.distribution(self.body(shapes))

    def sample_logits(self, shapes: Tensor) -> HeadSample:
        """Logits as ``forward`` gives them in training, with what else a loss may need of that pass."""
        return self.head.sample(self.body(shapes))


def train_on_shapes(
    head: Head, objective: Loss, faces: ShapeFaces, seed: int, *, epochs: int = EPOCHS
) -> ShapeNetwork:
    """Train one head on top of a small network, with AdamW; a quarter to half a second for 1,000 faces.

    Args:
        head: builds it from the number of features and of classes, e.g. ``VariationalHead``; with ``sample``, as
            all heads of ``pvlib.models.heads`` have it.
        objective: ``pvlib.losses.Objective`` or a function of logits, target and the head's distribution.
        faces: with the target to learn; ``dataclasses.replace(faces, target=...)`` for another.
        seed: of initial weights, order and noise. Of one seed all heads share the hidden layers' initial
            weights and the order of the faces, so differences between heads may be paired.

    Returns:
        the network in evaluation mode. The caller's random state is left alone.
    """
    order = Generator().manual_seed(seed)
    with own_random_state(seed):
        network = ShapeNetwork(head, len(faces.names)).train()
        optimiser = torch.optim.AdamW(network.parameters(), lr=LEARNING_RATE, fused=True)
        schedule = torch.optim.lr_scheduler.ExponentialLR(optimiser, 0.95)
        for _ in range(epochs):
            for batch in torch.randperm(len(faces), generator=order).split(BATCH):
                sample = network.sample_logits(faces.features[batch])
                loss = objective(sample.logits, faces.target[batch], sample.distribution, **sample.more)
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()
            schedule.step()
    return network.eval()


@torch.no_grad()
def evaluate_on_shapes(network: nn.Module, faces: ShapeFaces) -> dict[str, float]:
    """Return the scores of a network's answers, the softmax of its logits; see :func:`score_answers`."""
    return score_answers(network(faces.features).log_softmax(dim=1), faces)


def score_answers(log_probabilities: Tensor, faces: ShapeFaces) -> dict[str, float]:
    """Return how good answers are, given as log-probabilities, (N, 8).

    Returns:
        accuracy: share of faces whose strongest true expression is named.
        nll: −Σ m log p, mean over faces, in nats: m is the true mixture, p the answer.
        kl: KL(m ‖ p), which is ``nll`` less the mixtures' own entropy: 0 for the truth itself.
    """
    right = log_probabilities.argmax(dim=1) == faces.mixture.argmax(dim=1)
    nll = negative_log_likelihood(log_probabilities, faces.mixture)  # (N,)
    return {
        "accuracy": right.double().mean().item(),
        "nll": nll.double().mean().item(),
        "kl": (nll - faces.ambiguity).double().mean().item(),
    }
