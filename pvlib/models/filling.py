"""Build the network that stored tensors belong to: compare first, and only then take memory for it."""

import warnings
from collections.abc import Callable, Mapping
from typing import TypeVar

import torch
from torch import Tensor, nn

from pvlib.errors import CourseError, shown

Network = TypeVar("Network", bound=nn.Module)


def build_filled(
    build: Callable[[], Network],
    tensors: Mapping[str, Tensor],
    source: str,
    stored_name: Callable[[str], str] = str,
    exact: bool = True,
) -> Network:
    """Return the network with the numbers of ``tensors``, in evaluation mode.

    Names and shapes are compared with those of a network without memory. So a size that a stranger wrote costs
    nothing until a file is there that is as large.

    Args:
        source: what an error calls the tensors, e.g. their file.
        stored_name: gives the name that a weight of ours has among them.
        exact: refuse another precision, and counters of batches that are missing; else take them, and warn that
            the numbers are read as float32.

    Raises:
        CourseError: naming the key that is missing, unknown, or of another shape or kind of number.
    """
    try:
        with torch.device("meta"):
            own = build().state_dict()
    except CourseError as error:
        raise CourseError(f"{source}: {error}") from error
    names = {key: stored_name(key) for key in own}
    unknown = sorted(set(tensors) - set(names.values()))
    if unknown:
        raise CourseError(
            f'{source}: unknown key "{shown(unknown[0])}" ({len(unknown)} in all): this network has no such part'
        )
    for key, expected in own.items():
        stored = tensors.get(names[key])
        if stored is not None:
            _compare(stored, expected, f'{source}: key "{names[key]}"', exact)
        elif exact or not _is_counter(key):
            raise CourseError(f'{source}: key "{names[key]}" is missing; the file may be cut short or edited')
    other = {str(tensors[names[key]].dtype) for key in own if names[key] in tensors and not _is_counter(key)}
    if other - {"torch.float32"}:
        warnings.warn(
            f"{source}: weights are stored as {', '.join(sorted(other))}, used as float32", stacklevel=3
        )
    network = build()
    network.load_state_dict(
        {key: tensors.get(names[key], value) for key, value in network.state_dict().items()}
    )
    return network.eval()


def _is_counter(key: str) -> bool:
    """Whether it counts the batches that a normalisation saw: no weight, and missing in checkpoints before 2018."""
    return key.endswith("num_batches_tracked")


def _compare(stored: Tensor, expected: Tensor, what: str, exact: bool) -> None:
    if stored.shape != expected.shape:
        raise CourseError(f"{what} has shape {shown(tuple(stored.shape))}, not {tuple(expected.shape)}")
    alike = stored.is_floating_point() == expected.is_floating_point() and not stored.is_complex()
    if not alike or (exact and stored.dtype != expected.dtype):
        raise CourseError(f"{what} holds numbers of type {stored.dtype}, not {expected.dtype}")
