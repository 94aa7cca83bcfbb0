"""Read the tensors of a foreign checkpoint without running anything that it contains.

A ``.pth`` file is a pickle: a small program that may call any function. The reader here lets that program
build tensors and plain containers only. Foreign *objects* (the authors' ``__main__.RecorderMeter``, a
``Namespace`` of arguments) become inert placeholders; a foreign *call* ends the reading with an error that
names the function, before it happens.
"""

import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import safetensors.torch
import torch
from safetensors import SafetensorError

from pvlib.errors import CourseError

# What a pickled tensor is built from. torch adds its storages by itself.
BUILDERS = {
    ("collections", "OrderedDict"): OrderedDict,
    ("torch._utils", "_rebuild_tensor"): torch._utils._rebuild_tensor,
    ("torch._utils", "_rebuild_tensor_v2"): torch._utils._rebuild_tensor_v2,
    ("torch._utils", "_rebuild_parameter"): torch._utils._rebuild_parameter,
    ("torch", "Size"): torch.Size,
    ("torch", "device"): torch.device,
}
# Modules whose objects are pickled as a call although they only hold data: inert like any other object.
DATA_MODULES = ("numpy", "pathlib", "datetime", "_codecs", "collections")


class HostileCheckpoint(CourseError):  # noqa: N818 - it reads as what it is
    """The file tries to call a function while it is read."""


class _InertType(type):
    """Type of the placeholders; calling one is how a pickle would call the function of that name."""

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        module = cls.foreign_name.rpartition(".")[0]
        if module.split(".")[0] not in DATA_MODULES:
            raise HostileCheckpoint(cls.foreign_name)
        return cls.__new__(cls)


def _inert(foreign_name: str) -> type:
    """Return a class that stands for ``foreign_name``, keeps nothing and does nothing."""

    def nothing(self: Any, *args: Any, **kwargs: Any) -> None:
        return None

    def empty(cls: type, *args: Any, **kwargs: Any) -> Any:
        return object.__new__(cls)

    members = dict.fromkeys(("__setstate__", "__setitem__", "append", "extend", "add"), nothing)
    return _InertType("Skipped", (), {"foreign_name": foreign_name, "__new__": empty, **members})


def _reconstruct(placeholder: type, *_: Any) -> Any:
    """Stand-in for ``copyreg._reconstructor``, by which old pickles make an object of a class."""
    if not isinstance(placeholder, _InertType):
        raise HostileCheckpoint(f"copyreg._reconstructor on {placeholder!r}")
    return placeholder.__new__(placeholder)


class _RestrictedUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in BUILDERS:
            return BUILDERS[module, name]
        if module == "torch" and isinstance(getattr(torch, name, None), torch.dtype):
            return getattr(torch, name)
        if (module, name) in {("copyreg", "_reconstructor"), ("copy_reg", "_reconstructor")}:
            return _reconstruct
        return _inert(f"{module}.{name}")


def _restricted_load(file: Any, **options: Any) -> Any:
    return _RestrictedUnpickler(file, **options).load()


_RESTRICTED_PICKLE = SimpleNamespace(
    __name__="restricted_pickle", Unpickler=_RestrictedUnpickler, load=_restricted_load
)


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
    if path.suffix == ".safetensors":
        try:
            return safetensors.torch.load_file(path)
        except (SafetensorError, OSError) as error:
            raise CourseError(
                f"{path}: not a readable safetensors file ({error}); download it again"
            ) from error
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            if any(name.endswith("constants.pkl") for name in archive.namelist()):
                raise CourseError(f"{path}: a TorchScript program, refused; ask for the plain state dict")
    try:
        return torch.load(path, map_location="cpu", pickle_module=_RESTRICTED_PICKLE, weights_only=False)
    except HostileCheckpoint as error:
        raise CourseError(
            f"{path}: refused, reading it would call {error}; do not open this file with other tools"
        ) from error
    except Exception as error:  # a damaged pickle can raise anything at all
        raise CourseError(
            f"{path}: not a readable PyTorch checkpoint ({type(error).__name__}: {error}); download it again"
        ) from error


def find_state_dict(checkpoint: Any, source: str) -> dict[str, torch.Tensor]:
    """Return the state dict inside a checkpoint of any known form, without ``module.`` prefixes.

    Raises:
        CourseError: naming ``source``, when there is none, or when it is an optimizer's state.
    """
    state = checkpoint
    for wrapper in ("state_dict", "model"):
        if isinstance(state, Mapping) and isinstance(state.get(wrapper), Mapping):
            state = state[wrapper]
    if isinstance(state, Mapping) and {"state", "param_groups"} <= set(state):
        raise CourseError(
            f"{source}: holds the optimizer's state instead of the network's weights "
            '(some released "best" files do, by mistake); use another checkpoint of the same run'
        )
    if not isinstance(state, Mapping) or not any(hasattr(value, "shape") for value in state.values()):
        kind = (
            f"a mapping with keys {list(state)[:5]}" if isinstance(state, Mapping) else type(state).__name__
        )
        raise CourseError(f"{source}: no state dict found in it (it is {kind})")
    return {
        str(key).removeprefix("module."): value for key, value in state.items() if hasattr(value, "shape")
    }
