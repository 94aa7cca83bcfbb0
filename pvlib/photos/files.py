"""Photos of any kind as upright RGB pictures, and which of a folder's files are photos."""

import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from PIL import Image

from pvlib.data.folders import file_names, folder_names
from pvlib.data.other_formats import how_to_read, other_format
from pvlib.data.pictures import open_picture, turn_upright
from pvlib.errors import CourseError


class Found(NamedTuple):
    """The photos that files and folders name, and sentences on what of a folder is left out."""

    photos: list[Path]
    left_out: list[str]


def find_photos(sources: Sequence[Path]) -> Found:
    """Look for photos: files are taken as they are, of a folder the pictures directly in it.

    Raises:
        CourseError: a source does not exist, or a folder holds no picture.
    """
    photos: list[Path] = []
    left_out: list[str] = []
    for source in sources:
        if source.is_dir():
            inside = file_names(source)
            others = _what_is_not_read(source, inside)
            if not inside:
                raise CourseError(f"{source}: no picture in this folder{f' ({others})' if others else ''}")
            if others:
                left_out.append(f"{source}: {others}")
            photos += [source / name for name in sorted(inside)]
        elif source.exists():
            photos.append(source)
        else:
            raise CourseError(f"there is no photo {source}")
    return Found(list(dict.fromkeys(photos)), left_out)


def read_photo(path: str | Path) -> Image.Image:
    """Return a photo in RGB, turned upright as its EXIF data say; transparent parts are black.

    Raises:
        CourseError: the file is missing, damaged, or no picture.
    """
    opened = open_picture(os.fspath(path))
    return turn_upright(opened.face, opened.orientation)


def _what_is_not_read(folder: Path, pictures: set[str]) -> str:
    """ "2 HEIC photos not read: …; folders below are not looked into: holidays"."""
    others = file_names(folder, ("",)) - pictures
    formats = Counter(form for name in others if (form := other_format(name)))
    parts = [f"{count} {form} not read. {how_to_read(form)}" for form, count in sorted(formats.items())]
    if rest := len(others) - formats.total():
        suffixes = sorted({Path(name).suffix for name in others if not other_format(name)})
        parts.append(f"{rest} other {'file' if rest == 1 else 'files'} not read ({', '.join(suffixes)[:80]})")
    if below := folder_names(folder):
        parts.append(f"folders in it are not looked into: {', '.join(below)[:200]}")
    return "; ".join(parts)
