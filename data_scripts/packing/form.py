"""The prepared file: a JSON header, then the images and what is known of them, memory-mapped when it is opened.

It is a safetensors file (https://github.com/huggingface/safetensors): eight bytes with the length of a JSON text,
the text, and the tensors one after the other. The library's own writer wants all tensors in memory; so room for
the text is left first, images are appended as they are decoded, and the text is written last.

Tensors: ``images`` uint8 (N, C, S, S); ``labels`` uint8 (N,), a position in the data set's classes; ``split``
uint8 (N,), a position in its splits; ``stands_in`` uint8 (N,), with bit i set where the very same pixels stand
in the i-th split; ``names`` uint8, the image names in UTF-8 with a line feed between them; and the data set's own
columns. Faces stand sorted by split, so a split is a view of the file.
"""

import json
import struct
from typing import BinaryIO

import numpy as np

from data_scripts.packing.report import Report
from pvlib.data.data_set import VERSION, DataSet, format_of

ROOM = 1 << 18  # bytes, for the eight and the text: the report's lists of names are short
_TYPES = {"uint8": "U8", "float32": "F32"}


def leave_room(handle: BinaryIO) -> None:
    """Go to where the images begin."""
    handle.seek(ROOM)


def finish(
    handle: BinaryIO,
    data_set: DataSet,
    images: tuple[int, ...],
    columns: dict[str, np.ndarray],
    report: Report,
) -> None:
    """Write the columns behind the images, whose shape is given, and then the header."""
    text: dict[str, object] = {
        "__metadata__": {"format": format_of(data_set), "version": VERSION, "report": report.to_json()}
    }
    stop = int(np.prod(images, dtype=np.int64))
    text["images"] = {"dtype": "U8", "shape": images, "data_offsets": [0, stop]}
    for name, column in columns.items():
        start, stop = stop, stop + column.nbytes
        text[name] = {
            "dtype": _TYPES[column.dtype.name],
            "shape": column.shape,
            "data_offsets": [start, stop],
        }
        handle.write(column.tobytes())
    encoded = json.dumps(text, ensure_ascii=False).encode()
    if len(encoded) > ROOM - 8:
        raise ValueError(f"the header takes {len(encoded)} bytes of {ROOM - 8}")
    handle.seek(0)
    handle.write(struct.pack("<Q", ROOM - 8) + encoded.ljust(ROOM - 8))
