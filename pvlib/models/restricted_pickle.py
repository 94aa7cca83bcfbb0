"""Unpickle tensors and plain containers; call nothing else, whatever the pickle asks for.

A pickle is a small program that may import and call any function. Like torch's own weights-only reader
(``torch/_weights_only_unpickler.py``) this one looks names up in a fixed table and never imports; calls
only what the table holds; and lets BUILD, APPEND and SETITEM touch nothing but fresh containers. Unlike
it, an *object* of a foreign class (the authors' ``__main__.RecorderMeter``, a ``Namespace`` of arguments)
is skipped instead of refused: an inert placeholder takes its place, and its state is dropped.

The machine is Python's own ``pickle._Unpickler``, not the C one, for two reasons: single instructions can
be replaced, and its memo is a dictionary (the C one is an array, of which ten hostile bytes ask 32 GB).
"""

import _compat_pickle
import io
import math
import pickle
import struct
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, ClassVar, NoReturn

import torch
from torch import Tensor

from pvlib.errors import shown

STORAGE_DTYPES = {
    "FloatStorage": torch.float32,
    "DoubleStorage": torch.float64,
    "HalfStorage": torch.float16,
    "BFloat16Storage": torch.bfloat16,
    "LongStorage": torch.int64,
    "IntStorage": torch.int32,
    "ShortStorage": torch.int16,
    "CharStorage": torch.int8,
    "ByteStorage": torch.uint8,
    "UntypedStorage": torch.uint8,
    "BoolStorage": torch.bool,
}

# Constructors of plain data that pickles call; what they would build is skipped like a foreign object.
SKIPPED_CALLS = {
    *(f"numpy.{core}.multiarray.{name}" for core in ("core", "_core") for name in ("_reconstruct", "scalar")),
    *(f"numpy.{core}.numeric._frombuffer" for core in ("core", "_core")),
    "numpy.dtype",
    "numpy.ndarray",
    "_codecs.encode",
    *(f"builtins.{name}" for name in ("bytearray", "complex", "frozenset", "range", "set", "slice")),
    *(f"collections.{name}" for name in ("Counter", "defaultdict", "deque")),
    *(f"datetime.{name}" for name in ("date", "datetime", "time", "timedelta", "timezone")),
    *(
        f"{module}.{name}Path"
        for module in ("pathlib", "pathlib._local")
        for name in ("Posix", "Windows", "PurePosix", "PureWindows", "")
    ),
    "torch.device",
    "torch.serialization._get_layout",
}


_MOST_DIMENSIONS = 25


class HostileCall(Exception):  # noqa: N818 - it reads as what it is
    """The pickle asks to call a function; carries its name, and ``checkpoint_reader`` says it to the user."""


class Skipped:
    """An object of a foreign class, of which only the class's name is kept."""

    def __init__(self, class_name: str):
        self.class_name = class_name


class _Foreign:
    """A name in a pickle that belongs to nothing we build: a class, or a function waiting to be called."""

    def __init__(self, name: str):
        self.name = name


def _tensor(storage: Tensor, offset: int, size: tuple, stride: tuple, *_: Any) -> Tensor:
    """``torch._utils._rebuild_tensor_v2`` with a flat tensor as storage, whose end as_strided guards.

    Strides of zero could make any number of elements of one, and whoever reads them pays.
    """
    sensible = len(size) <= _MOST_DIMENSIONS and all(type(side) is int and 0 <= side < 2**48 for side in size)
    if not sensible or math.prod(size) > storage.numel():
        raise pickle.UnpicklingError(
            f"a tensor of size {shown(size)} in a storage of {storage.numel()} numbers"
        )
    return torch.as_strided(storage, tuple(size), tuple(stride), storage.storage_offset() + offset)


# Whatever a pickle may call. None of them keeps or calls what it is given, and all are ours: setting an
# attribute on one could never change torch itself.
BUILDERS: dict[str, Callable[..., Any]] = {
    "collections.OrderedDict": lambda pairs=(): OrderedDict((_key(key), value) for key, value in pairs),
    "torch.Size": lambda sizes=(): tuple(sizes),
    "torch._utils._rebuild_tensor": _tensor,
    "torch._utils._rebuild_tensor_v2": _tensor,
    # a state dict needs the numbers; hooks and attributes stay behind
    "torch._utils._rebuild_parameter": lambda data, *_: data,
    "torch._utils._rebuild_parameter_with_state": lambda data, *_: data,
}


def _key(key: Any) -> Any:
    """The key itself, unless its hash walks into it: nested tuples would cost unbounded time and stack.

    Nor large whole numbers, of which one can have any number with the same hash.
    """
    simple = isinstance(key, (str, float, bytes, type(None), Skipped, _Foreign))
    small = isinstance(key, int) and key.bit_length() < 61
    return key if simple or small else Skipped(type(key).__name__)


def storage_key(key: Any) -> str:
    """The key of a storage, which is text: anything else may cost unbounded time when it is looked up."""
    if not isinstance(key, str):
        raise pickle.UnpicklingError(f"a storage whose key is {shown(key)}, not text")
    return key


def _call(function: Any, arguments: Any) -> Any:
    """What REDUCE and its relatives come to: build, skip or refuse."""
    name = function.name if isinstance(function, _Foreign) else f"an object of type {type(function).__name__}"
    if name in BUILDERS:
        return BUILDERS[name](*arguments)
    if name in SKIPPED_CALLS:
        return Skipped(name)
    raise HostileCall(name)


def _new_object(class_: Any, arguments: Any) -> Any:
    """NEWOBJ: an empty object of a class, which for a foreign class runs nothing of that class."""
    if not isinstance(class_, _Foreign):
        raise HostileCall(f"an object of type {type(class_).__name__}")
    return BUILDERS[class_.name](*arguments) if class_.name in BUILDERS else Skipped(class_.name)


class RestrictedUnpickler(pickle._Unpickler):
    """Read one pickle; ``load_storage(dtype, key, size, view)`` gives the flat tensor of a persistent id."""

    dispatch: ClassVar[dict[int, Callable]] = dict(pickle._Unpickler.dispatch)
    stack: list[Any]
    append: Callable[[Any], None]
    pop_mark: Callable[[], list[Any]]
    read: Callable[[int], bytes]

    def __init__(self, file: io.BytesIO, load_storage: Callable[..., Tensor] | None = None):
        super().__init__(file, encoding="utf-8", errors="surrogateescape")
        self.load_storage = load_storage
        self.elements_left = file.getbuffer().nbytes

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in _compat_pickle.NAME_MAPPING:  # Python 2's names, which torch.save still writes
            module, name = _compat_pickle.NAME_MAPPING[module, name]
        module = _compat_pickle.IMPORT_MAPPING.get(module, module)
        if module in ("torch", "torch.cuda", "torch.storage") and name in STORAGE_DTYPES:
            return STORAGE_DTYPES[name]
        if module == "torch" and isinstance(vars(torch).get(name), torch.dtype):
            return vars(torch)[name]
        return _Foreign(f"{module}.{name}")

    def persistent_load(self, identity: Any) -> Tensor:
        kind, dtype, key, _location, size, *view = identity
        if kind not in ("storage", b"storage") or not isinstance(dtype, torch.dtype) or not self.load_storage:
            raise pickle.UnpicklingError("a persistent id that is no tensor storage")
        return self.load_storage(dtype, storage_key(key), size, *view)

    def load_reduce(self) -> None:
        arguments = self._arguments(self.stack.pop())
        self.stack[-1] = _call(self.stack[-1], arguments)

    def load_newobj(self) -> None:
        arguments = self._arguments(self.stack.pop())
        self.stack[-1] = _new_object(self.stack[-1], arguments)

    def load_newobj_ex(self) -> None:
        self.stack.pop()  # keyword arguments; no builder takes any
        self.load_newobj()

    def _arguments(self, arguments: Any) -> Any:
        """The arguments of a call, which may copy no more elements in all than the file has bytes.

        Otherwise the same list, handed to every one of many calls, would fill any memory.
        """
        for part in (arguments, *arguments):
            self.elements_left -= len(part) if isinstance(part, (tuple, list, str, dict)) else 0
        if self.elements_left < 0:
            raise pickle.UnpicklingError("calls that copy the same content again and again")
        return arguments

    def load_build(self) -> None:
        self.stack.pop()  # the state: of a placeholder, or attributes that no container of ours needs

    def load_append(self) -> None:
        value = self.stack.pop()
        self._extend([value])

    def load_appends(self) -> None:
        self._extend(self.pop_mark())

    def load_additems(self) -> None:
        self.pop_mark()  # sets hold nothing that a network needs

    def load_setitem(self) -> None:
        value = self.stack.pop()
        self._update([self.stack.pop(), value])

    def load_setitems(self) -> None:
        self._update(self.pop_mark())

    def load_frozenset(self) -> None:
        self.pop_mark()
        self.append(frozenset())

    def load_bytearray8(self) -> None:
        (size,) = struct.unpack("<Q", self.read(8))
        self.append(self.read(size))  # what is there; the original first allocates what is claimed

    def refuse_instruction(self) -> NoReturn:
        raise pickle.UnpicklingError("an instruction that no checkpoint needs")

    def _extend(self, values: list) -> None:
        if type(self.stack[-1]) is list:
            self.stack[-1].extend(values)
        elif not isinstance(self.stack[-1], Skipped):
            raise pickle.UnpicklingError(f"append to {type(self.stack[-1]).__name__}")

    def _update(self, items: list) -> None:
        if type(self.stack[-1]) in (dict, OrderedDict):
            for key, value in zip(items[::2], items[1::2], strict=True):
                self.stack[-1][_key(key)] = value
        elif not isinstance(self.stack[-1], Skipped):
            raise pickle.UnpicklingError(f"set an item of {type(self.stack[-1]).__name__}")

    dispatch[pickle.REDUCE[0]] = load_reduce
    dispatch[pickle.NEWOBJ[0]] = load_newobj
    dispatch[pickle.NEWOBJ_EX[0]] = load_newobj_ex
    dispatch[pickle.BUILD[0]] = load_build
    dispatch[pickle.APPEND[0]] = load_append
    dispatch[pickle.APPENDS[0]] = load_appends
    dispatch[pickle.ADDITEMS[0]] = load_additems
    dispatch[pickle.SETITEM[0]] = load_setitem
    dispatch[pickle.SETITEMS[0]] = load_setitems
    dispatch[pickle.FROZENSET[0]] = load_frozenset
    dispatch[pickle.BYTEARRAY8[0]] = load_bytearray8
    # extension codes bypass find_class, buffers lie outside the pickle, and the others are of protocols 0 and 1
    for _code in (
        pickle.EXT1, pickle.EXT2, pickle.EXT4, pickle.NEXT_BUFFER, pickle.READONLY_BUFFER,
        pickle.PERSID, pickle.INST, pickle.OBJ, pickle.DICT,
    ):  # fmt: skip
        dispatch[_code[0]] = refuse_instruction
