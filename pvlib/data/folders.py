"""Looking into folders: files by kind, hidden ones left out."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from pvlib.errors import CourseError

IMAGE_SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp", ".gif", ".tif", ".tiff", ".webp")


def file_names(folder: Path, suffixes: tuple[str, ...] = IMAGE_SUFFIXES) -> set[str]:
    """Return the files in ``folder`` that end in one of ``suffixes`` (any case); hidden ones are left out.

    A folder that does not exist has none.

    Raises:
        CourseError: it cannot be listed.
    """
    return {name for name in names_in(folder, os.DirEntry.is_file) if name.casefold().endswith(suffixes)}


def folder_names(folder: Path) -> list[str]:
    """Return the names of the folders in ``folder``, sorted; errors and hidden ones as in `file_names`."""
    return sorted(names_in(folder, os.DirEntry.is_dir))


def images_below(folder: Path, on_error: Callable[[OSError], None] | None = None) -> Iterator[str]:
    """Yield the images in ``folder`` and those below it, as paths from there; links to folders are not followed.

    ``on_error`` is told of each folder below that cannot be listed.
    """
    for inside, _ in walk(folder, on_error):
        for name in sorted(file_names(folder / inside)):
            yield f"{inside}{name}"


def walk(root: Path, on_error: Callable[[OSError], None] | None = None) -> Iterator[tuple[str, list[str]]]:
    """Yield each folder at or below ``root``: "" or "some/folder/", and the files in it; hidden ones are left out."""
    for inside, folders, files in os.walk(root, onerror=on_error):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__")))
        path = Path(inside).relative_to(root).as_posix()
        yield "" if path == "." else f"{path}/", files


def names_in(folder: Path, wanted: Callable[[os.DirEntry], bool]) -> list[str]:
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
