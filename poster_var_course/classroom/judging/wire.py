"""Plain values as bytes between the judge and a learner's code; nothing that is read can run, or grow unasked.

A message is a JSON text and the raw bytes of its tensors. Unlike pickle, reading one calls nothing by name, so that
the judge may read what a learner's code has written.
"""

import json
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

MOST_BYTES = 64 * 2**20
MOST_DEPTH = 20
MOST_TEXT = 20_000  # characters of one text
KINDS = {
    str(kind).removeprefix("torch."): kind
    for kind in (
        torch.bool, torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64,
        torch.bfloat16, torch.float16, torch.float32, torch.float64, torch.complex64, torch.complex128,
    )
}  # fmt: skip

Refer = Callable[[object], int]
Resolve = Callable[[int, str], Any]


class WireError(Exception):
    """A value that cannot be sent, or bytes that are no message."""


def encode(value: object, refer: Refer | None = None) -> bytes:
    """The message of a value. `refer` gives a number to an object that is no plain value; without it, WireError."""
    blobs: list[bytes] = []
    told = json.dumps(_plain(value, refer, blobs, 0)).encode()
    message = b"".join([len(told).to_bytes(8, "big"), told, *blobs])
    if len(message) > MOST_BYTES:
        raise WireError(f"a value of {len(message) / 2**20:,.0f} MiB, more than {MOST_BYTES // 2**20}")
    return message


def decode(message: bytes, resolve: Resolve | None = None) -> Any:
    """The value of a message. `resolve` gives the object of a number and the name of its type."""
    try:
        end = 8 + int.from_bytes(message[:8], "big")
        return _value(json.loads(message[8:end]), memoryview(message)[end:], resolve, 0)
    except WireError:
        raise
    except (ValueError, TypeError, KeyError, RecursionError, RuntimeError, OverflowError) as error:
        raise WireError(f"not a readable message ({type(error).__name__})") from None


def _plain(value: object, refer: Refer | None, blobs: list[bytes], depth: int) -> object:
    if depth > MOST_DEPTH:
        raise WireError(f"lists inside lists, more than {MOST_DEPTH} deep")
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, np.ndarray | np.generic):
        single = isinstance(value, np.generic)  # np.float32(0.5), which counts as a number
        return {"kind": "array", "of": _tensor(torch.as_tensor(np.array(value)), blobs), "single": single}
    if isinstance(value, Tensor):
        return _tensor(value, blobs)
    if isinstance(value, int):
        if abs(value) >= 2**63:
            raise WireError("a whole number of more than 64 bits")
        return int(value)
    if isinstance(value, float):
        return float(value)
    if isinstance(value, str):
        return str(value)[:MOST_TEXT]
    if value is Ellipsis:
        return {"kind": "ellipsis"}
    if isinstance(value, list | tuple):
        kind = "tuple" if isinstance(value, tuple) else "list"
        return {"kind": kind, "of": [_plain(part, refer, blobs, depth + 1) for part in value]}
    if isinstance(value, dict):
        pairs = [[_plain(part, refer, blobs, depth + 1) for part in pair] for pair in value.items()]
        return {"kind": "dict", "of": pairs}
    if refer is None:
        raise WireError(f"a value of type {type(value).__name__}")
    return {"kind": "object", "of": refer(value), "type": type(value).__name__[:100]}


def _tensor(value: Tensor, blobs: list[bytes]) -> dict[str, object]:
    dense = value.detach().cpu()
    dense = (dense.to_dense() if dense.layout != torch.strided else dense).contiguous()
    raw = bytes(dense.reshape(-1).view(torch.uint8).numpy()) if dense.numel() else b""
    start = sum(map(len, blobs))
    blobs.append(raw)
    dtype = str(dense.dtype).removeprefix("torch.")
    if dtype not in KINDS:
        raise WireError(f"a tensor of {dtype}")
    return {
        "kind": "tensor", "dtype": dtype, "shape": list(dense.shape), "at": [start, len(raw)], "slope": value.requires_grad,
    }  # fmt: skip


def _value(told: object, blobs: memoryview, resolve: Resolve | None, depth: int) -> Any:
    if depth > MOST_DEPTH:
        raise WireError("too deep")
    if not isinstance(told, dict):
        if isinstance(told, list) or (isinstance(told, int) and abs(told) >= 2**63):
            raise WireError("not a readable message")
        return told
    kind, inner = told["kind"], told.get("of")
    if kind == "tensor":
        return _read_tensor(told, blobs)
    if kind == "array":
        array = _read_tensor(inner, blobs).detach().numpy()
        return array[()] if told["single"] is True else array
    if kind == "ellipsis":
        return ...
    if kind in ("list", "tuple"):
        parts = [_value(part, blobs, resolve, depth + 1) for part in inner]  # type: ignore[union-attr]
        return tuple(parts) if kind == "tuple" else parts
    if kind == "dict":
        pairs = [[_value(part, blobs, resolve, depth + 1) for part in pair] for pair in inner]  # type: ignore[union-attr]
        return {key: value for key, value in pairs}
    if kind == "object" and resolve is not None and isinstance(inner, int):
        return resolve(inner, str(told["type"])[:100])
    raise WireError("a value of an unknown kind")


def _read_tensor(told: Any, blobs: memoryview) -> Tensor:
    dtype, shape, (start, size) = KINDS[told["dtype"]], told["shape"], told["at"]
    if not all(isinstance(n, int) and n >= 0 for n in (*shape, start, size)) or start + size > len(blobs):
        raise WireError("a tensor outside its message")
    if math.prod(shape) * dtype.itemsize != size:
        raise WireError("a tensor whose shape is not its size")
    raw = bytearray(blobs[start : start + size])
    tensor = torch.frombuffer(raw, dtype=dtype).reshape(shape) if size else torch.empty(shape, dtype=dtype)
    slope = told["slope"] is True and (dtype.is_floating_point or dtype.is_complex)
    return tensor.requires_grad_(slope)
