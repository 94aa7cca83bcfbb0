"""The head of a safetensors file whose images are already in place.

safetensors' own writer wants all tensors in memory. The form is simple (https://github.com/huggingface/
safetensors): eight bytes with the length of a JSON text, the text, filled up with spaces as it may be, and the
tensors one after the other. So room for the text is left first, and it is written last.
"""

import json
import struct

import numpy as np

from pvlib.data.listing import DataSet

VERSION = "1"
ROOM = 1 << 18  # bytes, for the eight and the text: the report's lists of names are short
_TYPES = {"uint8": "U8", "float32": "F32"}


def format_of(data_set: DataSet) -> str:
    """Return the word by which a prepared file says whose faces it holds."""
    return f"pvlib {data_set.name}"


def header(tensors: dict[str, tuple[np.dtype, tuple[int, ...]]], metadata: dict[str, str]) -> bytes:
    """Return the first ``ROOM`` bytes of a file that then holds ``tensors`` (type and shape), in their order.

    Raises:
        ValueError: the metadata do not fit.
    """
    text: dict[str, object] = {"__metadata__": metadata}
    start = 0
    for name, (dtype, shape) in tensors.items():
        stop = start + dtype.itemsize * int(np.prod(shape, dtype=np.int64))
        text[name] = {"dtype": _TYPES[dtype.name], "shape": shape, "data_offsets": [start, stop]}
        start = stop
    encoded = json.dumps(text, ensure_ascii=False).encode()
    if len(encoded) > ROOM - 8:
        raise ValueError(f"the header takes {len(encoded)} bytes of {ROOM - 8}")
    return struct.pack("<Q", ROOM - 8) + encoded.ljust(ROOM - 8)
