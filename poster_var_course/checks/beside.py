"""What of a check runs beside the learner's object: in the lesson here, for a grader in a process of its own.

A grader compares where no learner's code runs (`poster_var_course.classroom.judging`). A check that needs more than the
values that an answer returns, its gradients for example, puts that part into a function marked `beside_answer`.
"""

import functools
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

Function = Callable[..., Any]


class Elsewhere(ABC):
    """A learner's object in another process: its calls, and the functions that run beside it.

    Attributes:
        unwritten: whether the object still holds a placeholder, or does nothing at all.
    """

    unwritten: bool

    @abstractmethod
    def __call__(self, *arguments: object, **named: object) -> Any:
        """Call it there with plain values; what comes back is a plain value, or again an object there."""

    @abstractmethod
    def run(self, function: Function, values: Sequence[object]) -> Any:
        """Call a function marked `beside_answer` there, with this object as its first argument."""


def beside_answer(function: Function) -> Function:
    """Mark `function(yours, *values)` as one that runs where the learner's object `yours` is.

    Its other arguments and its result are plain values: tensors, arrays, numbers, texts, None, and lists, tuples and
    dicts of these. It knows no expected value, since a learner's code may look over its shoulder.
    """

    @functools.wraps(function)
    def call(yours: object, *values: object) -> Any:
        if isinstance(yours, Elsewhere):
            return yours.run(function, values)
        return function(yours, *values)

    call.runs_beside_answer = True  # type: ignore[attr-defined]
    return call


@beside_answer
def value_and_slopes(
    yours: Function, arguments: Sequence[object], by: Sequence[int]
) -> tuple[Any, list[Tensor | None] | None]:
    """Return `yours(*arguments)` and the gradients of its sum by the arguments at the places `by`.

    A gradient that does not arrive is None; all are None together if the value carries no gradient.
    """
    given = [part.detach().clone() if isinstance(part, Tensor) else part for part in arguments]
    wanted: list[Tensor] = [given[place].requires_grad_() for place in by]  # type: ignore[attr-defined]
    value = yours(*given)
    if not isinstance(value, Tensor) or not value.requires_grad:
        return value, None
    return value.detach(), list(torch.autograd.grad(value.sum(), wanted, allow_unused=True))
