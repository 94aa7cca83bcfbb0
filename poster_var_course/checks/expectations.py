"""What a check may demand of an answer; each failure says what was expected and what came."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import torch
from torch import Tensor

# What decides is taken when this module is loaded, before any answer can put something else in its place.
_allclose, _isclose, _as_tensor = torch.allclose, torch.isclose, torch.as_tensor


class UnwrittenError(Exception):
    """The answer, or a part of it, is None or still the placeholder: `value`."""

    def __init__(self, value: object):
        super().__init__()
        self.value = value


class WrongAnswerError(Exception):
    """The answer is wrong: `message` says how, `hint` (may be empty) names the mistake behind it."""

    def __init__(self, message: str, hint: str = ""):
        super().__init__(message)
        self.message, self.hint = message, hint


def expect(condition: object, message: str, hint: str = "") -> None:
    """Demand that `condition` holds; `message` says what was expected and what came."""
    if not bool(condition):
        raise WrongAnswerError(message, hint)


def expect_shape(got: object, shape: Sequence[int], what: str, hint: str = "") -> None:
    """Demand a tensor of this shape; `what` completes the sentence "For ..., expected shape ..."."""
    tensor = _tensor(got, what)
    if tuple(tensor.shape) != tuple(shape):
        raise WrongAnswerError(f"{what}: expected shape {tuple(shape)}, got {tuple(tensor.shape)}.", hint)


def expect_close(
    got: object,
    expected: Tensor | float,
    what: str,
    *,
    mistakes: Iterable[tuple[Tensor | float, str]] = (),
    hint: str = "",
    rtol: float = 1e-4,
    atol: float = 1e-5,
) -> None:
    """Demand these numbers in this shape.

    `mistakes` pairs what a typical wrong answer would give with the hint that helps then; `hint` is for
    all other wrong values. The dtype is free, since it is rarely what an exercise is about.
    """
    tensor, target = _tensor(got, what), _as_tensor(expected).detach().double().cpu()
    dtype = getattr(got, "dtype", None)
    if isinstance(dtype, torch.dtype) and dtype.is_floating_point:  # half precision is no mistake
        rtol, atol = (max(limit, 4 * torch.finfo(dtype).eps) for limit in (rtol, atol))
    if _same(tensor, target, rtol, atol):
        return
    matching = next(
        (text for wrong, text in mistakes if _same(tensor, _tensor(wrong, what), rtol, atol)), hint
    )
    if tensor.shape != target.shape:
        raise WrongAnswerError(
            f"{what}: expected shape {tuple(target.shape)}, got {tuple(tensor.shape)}.", matching
        )
    if not tensor.isfinite().all() and target.isfinite().all():
        raise WrongAnswerError(
            f"{what}: expected {_shown(target)}, got NaN or infinity: {_shown(tensor)}.", matching
        )
    if target.numel() <= 6:
        raise WrongAnswerError(f"{what}: expected {_shown(target)}, got {_shown(tensor)}.", matching)
    far = (tensor - target).abs().flatten().argmax()
    place = tuple(int(i) for i in torch.unravel_index(far, target.shape))
    there = f"expected {_shown(target[place])}, got {_shown(tensor[place])}"
    different = int((~_isclose(tensor, target, rtol=rtol, atol=atol)).sum())
    raise WrongAnswerError(
        f"{what}: {different} of {target.numel()} values differ; at {list(place)} {there}.", matching
    )


def expect_gradients(
    slopes: Sequence[Tensor | None] | None, expected: Tensor, inputs: Mapping[str, Tensor], hint: str
) -> None:
    """Demand of `slopes`, as `value_and_slopes` gives them, that they are those of `expected` by the named inputs."""
    if slopes is None:
        raise WrongAnswerError("Expected a result that carries a gradient.", hint)
    rights = torch.autograd.grad(expected.sum(), tuple(inputs.values()))
    for name, slope, right in zip(inputs, slopes, rights, strict=True):
        expect(slope is not None, f"Expected a gradient for {name}, got none.", hint)
        expect_close(slope, right, f"For the gradient with respect to {name}", hint=hint)


def _tensor(value: object, what: str) -> Tensor:
    for part in value if isinstance(value, list | tuple) else (value,):
        if part is None or part is Ellipsis:
            raise UnwrittenError(part)
    try:
        tensor = _as_tensor(value.copy() if isinstance(value, np.ndarray) else value).detach()
        return tensor.to_dense().double().cpu() if tensor.is_sparse else tensor.double().cpu()
    except (TypeError, ValueError, RuntimeError):
        raise WrongAnswerError(
            f"{what}: expected a tensor or a number, got {type(value).__name__}."
        ) from None


def _same(left: Tensor, right: Tensor, rtol: float, atol: float) -> bool:
    return left.shape == right.shape and _allclose(left, right, rtol=rtol, atol=atol, equal_nan=True)


def _shown(tensor: Tensor) -> str:
    if tensor.ndim == 0:
        return f"{tensor.item():.5g}"
    text = ", ".join(f"{value:.5g}" for value in tensor.flatten()[:6].tolist())
    return f"[{text}{', …' if tensor.numel() > 6 else ''}]"
