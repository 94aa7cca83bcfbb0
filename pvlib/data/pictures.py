"""Opening one picture of any kind that web photographs come in: a square of RGB bytes, or a clear refusal.

What is decided here, once for every data set:

- The file's content says what it is (JPEG, PNG, BMP, GIF, TIFF, WebP), not its suffix; of several frames the
  first one counts.
- Grey, black-and-white, palette and CMYK pictures become RGB; transparent parts become black.
- A picture with 16 bits a pixel or more is refused where its range is not known, as is one larger than
  ``LARGEST_SIDE`` or ``MOST_PIXELS``, and a file that ends early or fails its checksum. What a JPEG file with
  a wrong bit in the middle shows cannot be told from what it should show.
- A box is cut from the picture as stored (that is what AffectNet's boxes refer to, as far as can be seen),
  clamped to its edges; then the EXIF orientation turns the cutting upright.
- The cutting is scaled to the square with a triangle filter as wide as the reduction (Pillow's BILINEAR); one
  that has that size already stays as it is, bit for bit.

Needs no torch: the processes that decode images import this module.
"""

import os
import stat
import warnings
from io import BytesIO
from typing import NamedTuple

import numpy as np
from PIL import Image, UnidentifiedImageError

from pvlib.data.other_formats import how_to_read, other_format
from pvlib.errors import CourseError

FORMATS = ("JPEG", "PNG", "BMP", "GIF", "TIFF", "WEBP")
LARGEST_FILE = 64 << 20  # bytes
LARGEST_SIDE = 20_000  # pixels
MOST_PIXELS = 64_000_000
_ORIENTATION = 0x0112
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def read_picture(path: str, size: int, box: tuple[int, int, int, int] | None = None) -> np.ndarray:
    """Return a picture, or the part of it inside ``box``, as a square of ``size`` pixels.

    Args:
        path: the image file.
        size: side of the square.
        box: (left, top, right, bottom) in pixels of the stored picture; it may reach beyond the edges.

    Returns:
        uint8, (3, size, size), RGB.

    Raises:
        CourseError: the file is missing, damaged, no picture, too large or too deep, or the box lies outside
            of the picture; the message names the file.
    """
    opened = open_picture(path, box)
    face = opened.face
    if face.size != (size, size):
        face = face.resize((size, size), Image.Resampling.BILINEAR)
    face = turn_upright(face, opened.orientation)
    return np.ascontiguousarray(np.asarray(face).transpose(2, 0, 1))  # (3, size, size)


def turn_upright(face: Image.Image, orientation: int) -> Image.Image:
    """Turn a picture as its EXIF orientation (1 to 8) says; any other number leaves it as it is."""
    return face.transpose(_UPRIGHT[orientation]) if orientation in _UPRIGHT else face


class Opened(NamedTuple):
    """A picture at its own resolution.

    Attributes:
        face: RGB; the part inside the box, as stored.
        orientation: EXIF's word for how to turn it upright.
        size, form: width and height, and format of the whole picture, as in Pillow.
    """

    face: Image.Image
    orientation: int
    size: tuple[int, int]
    form: str


def open_picture(path: str, box: tuple[int, int, int, int] | None = None) -> Opened:
    """Decode a picture without scaling it; box and errors as in :func:`read_picture`."""
    content = _read_bytes(path)
    if other := other_format(path, content[:12]):
        raise CourseError(f"{path} is not read. {how_to_read(other)}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd metadata and large sizes, which are looked at below
            return _decode(content, path, box)
    except CourseError:
        raise
    except Exception as error:  # Pillow's decoders raise almost anything on a damaged file
        unknown = isinstance(error, UnidentifiedImageError)  # whose own text names an address in memory
        reason = f"of no kind among {', '.join(FORMATS)}" if unknown else str(error) or type(error).__name__
        raise CourseError(
            f"{path} is damaged or no picture ({reason[:200]}): fetch it again or take it out"
        ) from error


def _read_bytes(path: str) -> bytes:
    try:
        about = os.stat(path)
        if not stat.S_ISREG(about.st_mode):
            raise CourseError(f"{path} is no ordinary file: take it out")
        if about.st_size == 0:
            raise CourseError(f"{path} is empty: fetch it again or take it out")
        if about.st_size > LARGEST_FILE:
            raise CourseError(f"{path} has {about.st_size >> 20} MiB: too large for a picture; take it out")
        with open(path, "rb") as handle:
            return handle.read(about.st_size)  # not LARGEST_FILE: Python would make room for all of it
    except (OSError, ValueError) as error:  # ValueError: a name with a zero byte
        raise CourseError(f"cannot read {path}: {getattr(error, 'strerror', None) or error}") from error


def _decode(content: bytes, path: str, box: tuple[int, int, int, int] | None) -> Opened:
    with Image.open(BytesIO(content), formats=FORMATS) as image:
        width, height = image.size
        if max(width, height) > LARGEST_SIDE or width * height > MOST_PIXELS:
            raise CourseError(
                f"{path} is {width}×{height} pixels, more than the {MOST_PIXELS // 1_000_000} million "
                f"(or {LARGEST_SIDE:,} a side) that are read: make it smaller or take it out"
            )
        if image.mode.startswith(("I", "F")):
            raise CourseError(f"{path} has more than 8 bits a pixel: save it again as an 8-bit picture")
        if image.format == "PNG":
            with Image.open(BytesIO(content), formats=("PNG",)) as again:
                again.verify()  # the checksums, which loading alone does not look at
        image.load()
        orientation = _orientation(image)
        width, height = image.size  # Pillow may have turned a TIFF upright by now
        left, top, right, bottom = box or (0, 0, width, height)
        left, top, right, bottom = max(left, 0), max(top, 0), min(right, width), min(bottom, height)
        if right <= left or bottom <= top:
            raise CourseError(f"{path}: the face's box {box} lies outside of the {width}×{height} picture")
        face = _to_rgb(image.crop((left, top, right, bottom)))
        return Opened(face, orientation, (width, height), image.format or "")


def _to_rgb(image: Image.Image) -> Image.Image:
    if image.has_transparency_data:
        image = image.convert("RGBA")
        black = Image.new("RGBA", image.size, (0, 0, 0, 255))
        image = Image.alpha_composite(black, image)
    return image.convert("RGB")


def _orientation(image: Image.Image) -> int:
    """The EXIF orientation, 1 (upright) where there is none; a TIFF is turned by Pillow itself."""
    if image.format == "TIFF":
        return 1
    try:
        return image.getexif().get(_ORIENTATION, 1)
    except Exception:  # damaged metadata do no harm to the pixels
        return 1
