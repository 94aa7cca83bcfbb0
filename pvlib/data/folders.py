"""Looking into folders: file names by kind, and clear words when a folder cannot be read."""

import os
from collections.abc import Callable, Iterable
from pathlib import Path

from pvlib.errors import CourseError

IMAGE_SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp", ".gif", ".tif", ".tiff", ".webp")


def file_names(folder: Path, suffixes: tuple[str, ...] = IMAGE_SUFFIXES) -> set[str]:
    """Return the files in ``folder`` that end in one of ``suffixes`` (any case); hidden ones are left out.

    A folder that does not exist has none.

    Raises:
        CourseError: it cannot be listed.
    """
    return {name for name in _names(folder, os.DirEntry.is_file) if name.casefold().endswith(suffixes)}


def folder_names(folder: Path) -> list[str]:
    """Return the names of the folders in ``folder``, sorted; errors and hidden ones as in `file_names`."""
    return sorted(_names(folder, os.DirEntry.is_dir))


def first_folder(candidates: Iterable[Path]) -> Path | None:
    """Return the first of ``candidates`` that is a folder."""
    return next((folder for folder in candidates if folder.is_dir()), None)


def _names(folder: Path, wanted: Callable[[os.DirEntry], bool]) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            # "._name" and "__MACOSX" are what unpacking a Mac's archive leaves behind
            return [
                entry.name
                for entry in entries
                if not entry.name.startswith((".", "__")) and _is(wanted, entry)
            ]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise CourseError(
            f"cannot list {folder}: {error.strerror}; check the folder and its rights"
        ) from error


def _is(wanted: Callable[[os.DirEntry], bool], entry: os.DirEntry) -> bool:
    try:
        return wanted(entry)
    except OSError:  # a link that leads in a circle is neither file nor folder
        return False
