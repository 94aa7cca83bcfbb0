"""Read the tensors of a foreign checkpoint file without running anything that it contains.

``torch.load`` refuses such files (``weights_only=True`` stops at the authors' ``__main__.RecorderMeter``) or
runs them. So the two layouts that ``torch.save`` writes are read here: a zip archive, or, before PyTorch
1.6, one pickle after another with raw numbers behind. Every pickle in them goes through
:mod:`pvlib.models.restricted_pickle`, and no storage may be larger than the bytes that the file really has.
"""

import io
import pickle
import zipfile
from pathlib import Path
from typing import Any

import safetensors.torch
import torch
from torch import Tensor

from pvlib.errors import CourseError, shown
from pvlib.models.restricted_pickle import HostileCall, RestrictedUnpickler, storage_key

LEGACY_MAGIC = 0x1950A86A20F9469CFC6C  # torch.serialization.MAGIC_NUMBER


class _NotACheckpoint(Exception):  # noqa: N818 - a reason, turned into a CourseError that names the file
    """Why a file is none, in words that end a sentence."""


def read_checkpoint(path: str | Path) -> Any:
    """Return what ``path`` holds (tensors on the CPU), with foreign objects replaced by placeholders.

    Args:
        path: a ``.safetensors`` file, or anything that ``torch.save`` wrote, under whatever ending.

    Raises:
        CourseError: naming the file, when it is missing, is no checkpoint, is cut short, or tries to run
            code (then also naming the function that it would have called).
    """
    path = Path(path)
    if not path.is_file():
        raise CourseError(f"{path}: no such checkpoint file")
    try:
        if path.suffix == ".safetensors":
            return safetensors.torch.load_file(path)
        return _read_zip(path) if zipfile.is_zipfile(path) else _read_legacy(path)
    except HostileCall as error:
        raise CourseError(
            f"{path}: refused, reading it would call {shown(str(error))}; do not open this file with other tools"
        ) from error
    except _NotACheckpoint as error:
        raise CourseError(f"{path}: {error}") from error
    except Exception as error:  # a damaged pickle or archive can raise anything at all
        reason = f"{type(error).__name__}: {shown(str(error), 200)}"
        raise CourseError(f"{path}: not a readable checkpoint ({reason}); download it again") from error


def _empty_storage(dtype: torch.dtype, size: int, available: int) -> Tensor:
    """A flat tensor for ``size`` numbers, once the file is known to have that many bytes."""
    if not isinstance(size, int) or not 0 <= size * dtype.itemsize <= available:
        raise pickle.UnpicklingError(f"a storage of {size} numbers, but only {available} bytes are there")
    return torch.empty(size, dtype=dtype)


def _bytes_of(storage: Tensor) -> memoryview:
    return storage.view(torch.uint8).numpy().data


def _read_zip(path: Path) -> Any:
    """The layout since PyTorch 1.6: NAME/data.pkl, and NAME/data/KEY for each storage."""
    with zipfile.ZipFile(path) as archive:
        records = {entry.filename.partition("/")[2]: entry for entry in archive.infolist()}
        if "constants.pkl" in records or any(name.startswith("code/") for name in records):
            raise _NotACheckpoint("a TorchScript program, refused; ask for the plain state dict")
        if "data.pkl" not in records:
            raise _NotACheckpoint("a zip archive, but none that torch.save wrote; unpack it first")
        if sum(entry.file_size for entry in archive.infolist()) > path.stat().st_size:
            raise _NotACheckpoint(
                "refused, it would unpack to more than its size; torch.save never compresses"
            )
        if "byteorder" in records and archive.read(records["byteorder"]) != b"little":
            raise _NotACheckpoint("written on a big-endian machine, which is not supported; save it again")
        storages: dict[str, Tensor] = {}

        def load_storage(dtype: torch.dtype, key: str, size: int) -> Tensor:
            if key not in storages:
                entry = records[f"data/{key}"]
                storages[key] = _empty_storage(dtype, size, entry.file_size)
                _bytes_of(storages[key])[:] = archive.read(entry)[: storages[key].nbytes]
            return storages[key].view(dtype)

        return RestrictedUnpickler(io.BytesIO(archive.read(records["data.pkl"])), load_storage).load()


def _read_legacy(path: Path) -> Any:
    """The layout before PyTorch 1.6: magic number, version, machine, content, storage keys, then numbers."""
    file = io.BytesIO(path.read_bytes())
    available = path.stat().st_size
    try:
        magic = RestrictedUnpickler(file).load()
    except HostileCall:
        raise
    except Exception as error:
        if file.getvalue().startswith(b"PK"):
            raise _NotACheckpoint("a zip archive that is cut short; download it again") from error
        raise _NotACheckpoint("not a checkpoint (neither a zip archive nor a pickle)") from error
    if magic != LEGACY_MAGIC:
        raise _NotACheckpoint("a pickle, but none that torch.save wrote")
    for _ in ("protocol version", "system information"):
        RestrictedUnpickler(file).load()
    storages: dict[str, Tensor] = {}

    def load_storage(dtype: torch.dtype, key: str, size: int, view: tuple | None) -> Tensor:
        if key not in storages:
            used = sum(storage.nbytes for storage in storages.values())
            storages[key] = _empty_storage(dtype, size, available - used)
        storage = storages[key].view(dtype)
        return storage if view is None else storage[view[1] : view[1] + view[2]]

    content = RestrictedUnpickler(file, load_storage).load()
    for key in RestrictedUnpickler(file).load():
        storage = storages.pop(storage_key(key))
        count = int.from_bytes(file.read(8), "little")
        if count != len(storage) or file.readinto(_bytes_of(storage)) != storage.nbytes:
            raise _NotACheckpoint("cut short; download it again")
    if storages:
        raise _NotACheckpoint("cut short; download it again")
    return content
