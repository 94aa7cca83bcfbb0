"""One image, looked at once: its hashes, its size and mode, and a small grey picture for comparing.

Runs in worker processes, so it needs no torch. What counts as readable is decided by ``pvlib.data.pictures``,
which prepares the same files: an image that passes here is not refused there.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from pvlib.data.pictures import open_picture
from pvlib.errors import CourseError

SIDE = 48
_ENDINGS = {
    "JPEG": (".jpg", ".jpeg"),
    "PNG": (".png",),
    "BMP": (".bmp",),
    "GIF": (".gif",),
    "TIFF": (".tif", ".tiff"),
    "WEBP": (".webp",),
}


@dataclass(frozen=True)
class Picture:
    """What one image holds.

    Attributes:
        file_hash: SHA-256 of the file's bytes, 32 bytes.
        pixel_hash: BLAKE2b of the face's pixels, 16 bytes; alike for a grey picture stored as RGB.
        small: the face in grey, uint8, (48, 48).
        size: width and height of the whole picture.
        mode: Pillow's word for the kind of pixels, such as "L" or "RGB".
        misnamed: the format, where it is another than the name's ending says, else "".
    """

    file_hash: bytes
    pixel_hash: bytes
    small: np.ndarray
    size: tuple[int, int]
    mode: str
    misnamed: str


def look_at(path: str, box: tuple[int, int, int, int] | None = None) -> Picture | str:
    """Return what the file shows (within ``box``: left, top, right, bottom), or the reason why it cannot be read.

    Whatever the file is, this neither raises nor waits, and takes a bounded amount of memory.
    """
    try:
        opened = open_picture(path, box)
    except CourseError as error:
        return " ".join(str(error).split())
    pixels = np.asarray(opened.face)  # (H, W, 3)
    right_ending = Path(path).suffix.casefold() in _ENDINGS[opened.form]
    return Picture(
        file_hash=hashlib.sha256(opened.content).digest(),
        pixel_hash=_hash(pixels),
        small=_shrink(opened.face),
        size=opened.size,
        mode=opened.mode,
        misnamed="" if right_ending else opened.form,
    )


def look_at_pixels(pixels: np.ndarray) -> Picture:
    """As :func:`look_at`, for pixels in memory: uint8, (H, W) or (H, W, 3); its file hash is all zeros."""
    mode = "L" if pixels.ndim == 2 else "RGB"
    size = (pixels.shape[1], pixels.shape[0])
    return Picture(bytes(32), _hash(pixels), _shrink(Image.fromarray(pixels)), size, mode, "")


def _hash(pixels: np.ndarray) -> bytes:
    if pixels.ndim == 3 and (pixels == pixels[:, :, :1]).all():
        pixels = pixels[:, :, 0]  # grey
    shape = repr(pixels.shape).encode()
    return hashlib.blake2b(shape + np.ascontiguousarray(pixels).tobytes(), digest_size=16).digest()


def _shrink(picture: Image.Image) -> np.ndarray:
    grey = picture.convert("L")
    return np.asarray(grey if grey.size == (SIDE, SIDE) else grey.resize((SIDE, SIDE), Image.Resampling.BOX))
