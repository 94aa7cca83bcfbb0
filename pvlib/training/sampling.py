"""Which training faces an epoch sees, and in which order: all of them, or rare expressions more often."""

from typing import Annotated

import torch
from pydantic import Field
from torch import Tensor

from pvlib.errors import CourseError
from pvlib.training.settings import settings


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
