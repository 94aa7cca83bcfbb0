"""A network's own file: safetensors with a format, and JSON about the network, in the header.

A checksum of the header and of every number lies beside them, so that a flipped bit does not pass for a weight.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import safetensors.torch
import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn

from pvlib.errors import CourseError, shown
from pvlib.files import atomic_write

_FORMAT, _CHECKSUM = "format", "checksum"


def write_weight_file(
    path: str | Path, kind: str, tensors: Mapping[str, Tensor], about: Mapping[str, Any]
) -> None:
    """Write the tensors, with ``kind`` as the format and every value of ``about`` as JSON in the header.

    Raises:
        CourseError: when it cannot be written; a file that was there before stays.
    """
    header = {_FORMAT: kind, **{key: json.dumps(value) for key, value in about.items()}}
    in_memory = {key: value.detach().cpu().contiguous() for key, value in tensors.items()}
    header[_CHECKSUM] = _checksum(header, in_memory)
    with atomic_write(path) as temporary:
        safetensors.torch.save_file(in_memory, temporary, header)


def is_weight_file(path: str | Path, kind: str) -> bool:
    """Whether the file is one of :func:`write_weight_file`, of this kind."""
    try:
        return _header(path).get(_FORMAT) == kind
    except (SafetensorError, OSError):
        return False


@contextmanager
def reading_weight_file(
    path: Path, kind: str, command: str
) -> Iterator[tuple[dict[str, Tensor], dict[str, Any]]]:
    """Give the tensors and what the header says, to a block that builds the network of them.

    Args:
        command: what makes such a file, for the message.

    Raises:
        CourseError: when the file is missing, of another kind or damaged (files of before have no checksum), or
            the block finds that its parts do not fit each other.
    """
    if not path.is_file():
        raise CourseError(f"there is no file {path}; make one with: {command}")
    try:
        header = _header(path)
        if header.get(_FORMAT) != kind:
            raise CourseError(f"{path} is no {kind} file; make one with: {command}")
    except (SafetensorError, OSError) as error:
        raise _damaged(path, error) from error
    try:
        tensors, checksum = safetensors.torch.load_file(path), header.pop(_CHECKSUM, None)
        if checksum not in (None, _checksum(header, tensors)):
            raise CourseError("its content is not what was once written")
        del header[_FORMAT]
        yield tensors, {key: json.loads(value) for key, value in header.items()}
    except Exception as error:  # of a size or a name that makes no sense, anything at all
        raise _damaged(path, error) from error


def fingerprint(network: nn.Module) -> str:
    """Return a SHA-256 of every weight and statistic by name: which network this is, wherever its file lies."""
    return _checksum({}, network.state_dict())


def _checksum(header: Mapping[str, str], tensors: Mapping[str, Tensor]) -> str:
    digest = hashlib.sha256()
    for key, text in sorted(header.items()):
        digest.update(f"{key} {len(text)} {text}".encode())
    for key, value in sorted(tensors.items()):
        digest.update(f"{key} {value.dtype} {tuple(value.shape)}".encode())
        digest.update(value.detach().cpu().contiguous().view(-1).view(torch.uint8).numpy().data)
    return digest.hexdigest()


def _header(path: str | Path) -> dict[str, str]:
    with safe_open(path, framework="pt") as file:
        return dict(file.metadata() or {})


def _damaged(path: Path, error: Exception) -> CourseError:
    return CourseError(f"{path} is damaged or does not describe its network ({shown(str(error), 300)})")
