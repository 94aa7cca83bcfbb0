"""Which training faces an epoch sees, in which order; cut into steps, and a step's faces cut among processes."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import torch
from pydantic import Field
from torch import Tensor

from pvlib.data.faces import Faces
from pvlib.data.network_input import network_input
from pvlib.errors import CourseError
from pvlib.training.positions import seed_changes, seed_order
from pvlib.training.settings import settings

if TYPE_CHECKING:
    from pvlib.training.config import TrainConfig


@settings
class Sampling:
    """How the faces of an epoch are drawn.

    Attributes:
        balance: 0 takes every face once. With a larger exponent as many faces are drawn with replacement, each
            with probability proportional to n ** -balance, where n is the number of faces of its class; so a
            class has a share proportional to n ** (1 - balance): 0.5 square roots, 1 equal shares.
        per_class: draw this many faces of every class anew each epoch, as the released code does on AffectNet
            with 5,000. Without replacement; a class with fewer faces comes round again before any of its
            faces comes a second time.

    Raises:
        CourseError: naming the field that makes no sense, or when both are given.
    """

    balance: Annotated[float, Field(ge=0, le=1)] = 0.0
    per_class: Annotated[int, Field(ge=1, le=1_000_000)] | None = None

    def __post_init__(self) -> None:
        if self.balance and self.per_class is not None:
            raise CourseError("balance and per_class exclude each other: give one of them")

    def order(self, labels: Tensor) -> Tensor:
        """Return the positions of one epoch's faces in the order of training, int64.

        Draws from torch's global random state. As long as ``labels``, (N,), or ``per_class`` times the number
        of classes that occur.
        """
        if self.per_class is not None:
            classes = [(labels == label).nonzero()[:, 0] for label in labels.unique()]
            drawn = torch.cat([_in_rounds(members, self.per_class) for members in classes])
            return drawn[torch.randperm(len(drawn))]
        if self.balance == 0:
            return torch.randperm(len(labels))
        counts = torch.bincount(labels)  # (classes,)
        weight = counts.double() ** -self.balance  # a class without faces is never asked for
        return torch.multinomial(weight[labels], len(labels), replacement=True)

    def faces(self, labels: Tensor) -> int:
        """Return how many faces an epoch has."""
        return len(labels) if self.per_class is None else self.per_class * len(labels.unique())


def _in_rounds(members: Tensor, count: int) -> Tensor:
    """``count`` of the members, in rounds that take each of them once."""
    rounds = -(-count // len(members))
    return torch.cat([members[torch.randperm(len(members))] for _ in range(rounds)])[:count]


@dataclass(frozen=True, kw_only=True)
class Batches:
    """The training faces as this process sees them.

    Attributes:
        faces: all of them, in every process.
        rows: int64, positions in ``faces`` of those that are trained on.
        config: says how many make a step, their order and their random changes.
        process: which of the ``processes`` this is; each takes the same share of every step's faces.
        device: where the changes are computed and the batch ends up.
    """

    faces: Faces
    rows: Tensor
    config: "TrainConfig"
    process: int
    processes: int
    device: torch.device

    @property
    def steps(self) -> int:
        """Steps of an epoch; a last, smaller batch is left out."""
        return self.config.sampling.faces(self.faces.labels[self.rows]) // self.config.batch_size

    def order(self, epoch: int) -> Tensor:
        """Return which faces each step takes, (steps, faces of a step); the same in every process."""
        seed_order(self.config.seed, epoch)
        order = self.rows[self.config.sampling.order(self.faces.labels[self.rows])]
        return order[: self.steps * self.config.batch_size].view(self.steps, -1)

    def own(self, rows: Tensor) -> Tensor:
        """Return this process's share of something that has one row for each face of a step."""
        return rows.chunk(self.processes)[self.process]

    def load(self, chosen: Tensor, epoch: int, step: int) -> tuple[Tensor, Tensor]:
        """Return a step's own input, (own faces, 3, H, H), and its label distributions, (own faces, classes)."""
        own = self.own(chosen)
        seed_changes(self.config.seed, epoch, step, self.process)
        to_network_input = network_input if self.config.recipe is None else self.config.recipe.training()
        images = to_network_input(self.faces.images.index_select(0, own).to(self.device))
        return images, self.faces.target[own].to(self.device)
