"""Looking into folders: files by kind, where a data set begins, what lies there unused; in clear words."""

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from pvlib.errors import CourseError
from pvlib.terminal import printable

IMAGE_SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp", ".gif", ".tif", ".tiff", ".webp")
ARCHIVE_SUFFIXES = (".zip", ".tar", ".gz", ".tgz", ".rar", ".7z")
_MOST = 100  # of a level that are looked into for a data set; more are a class or a number each


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


def find_base(root: Path, is_base: Callable[[Path], bool], what: str) -> Path | None:
    """Return ``root``, or the one folder at most three levels below it, that ``is_base``; None without any.

    Raises:
        CourseError: ``root`` is no folder, or two folders of one level are such a base.
    """
    if not root.is_dir():
        raise CourseError(f"there is no folder {root}: give the folder that holds {what}")
    level = [root]
    for _ in range(4):
        found = [folder for folder in level if is_base(folder)]
        if len(found) > 1:
            names = " and ".join(str(folder) for folder in found[:2])
            raise CourseError(f"{root} holds {what} more than once: give one of {names}")
        if found:
            return found[0]
        inner = [folder / name for folder in level[:_MOST] for name in folder_names(folder)[:_MOST]]
        level = [folder for folder in inner if os.access(folder, os.R_OK | os.X_OK)]
    return None


def images_below(folder: Path) -> Iterator[str]:
    """Yield the images in ``folder`` and those below it, as paths from there; links to folders are not followed."""
    for inside, _ in _walk(folder):
        for name in sorted(file_names(folder / inside)):
            yield f"{inside}{name}"


def descend(folder: Path, suffixes: tuple[str, ...] = IMAGE_SUFFIXES) -> Path:
    """Return ``folder``, or the folder further down that alone holds its files, as unpacking may leave it."""
    while not file_names(folder, suffixes) and len(inner := folder_names(folder)) == 1:
        folder = folder / inner[0]
    return folder


def what_is_there(root: Path) -> str:
    """Return what lies in a folder, in a sentence that may end a complaint."""
    files, folders = sorted(_names(root, os.DirEntry.is_file)), folder_names(root)
    if not files and not folders:
        return "The folder is empty"
    parts = [_some("file", files)] if files else []
    parts += [_some("folder", folders)] if folders else []
    packed = next((name for name in files if name.casefold().endswith(ARCHIVE_SUFFIXES)), None)
    hint = f"; unpack {printable(packed)} first, with pvlib data unpack" if packed else ""
    return f"It holds {' and '.join(parts)}{hint}"


def not_read(
    root: Path, used: Iterable[str], is_read: Callable[[str], bool] = lambda path: False
) -> dict[str, tuple[int, str]]:
    """Return which files below ``root`` are not used: "ending in folder" -> their number and one of them.

    Args:
        used: paths of files that are used, or named in a complaint of their own, below ``root``.
        is_read: whether a path, relative to ``root``, is used too.
    """
    before = "" if root == Path() else os.path.join(root, "")
    known = {path.removeprefix(before).replace(os.sep, "/") for path in used}
    found: dict[str, tuple[int, str]] = {}
    for inside, files in _walk(root):
        for name in sorted(files):
            path = f"{inside}{name}"
            if name.startswith(".") or path in known or is_read(path):
                continue
            place = f" in {inside.split('/')[0]}" if inside else ""
            kind = printable(f"{os.path.splitext(name)[1].casefold() or 'other'} files{place}")
            count, example = found.get(kind, (0, printable(path)))
            found[kind] = (count + 1, example)
    return found


def _walk(root: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield each folder at or below ``root``: "" or "some/folder/", and the files in it; hidden ones are left out."""
    for inside, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__")))
        path = Path(inside).relative_to(root).as_posix()
        yield "" if path == "." else f"{path}/", files


def _some(kind: str, names: list[str]) -> str:
    shown = ", ".join(printable(name)[:80] for name in names[:5]) + (", …" if len(names) > 5 else "")
    return f"{len(names):,} {kind}{'s' * (len(names) > 1)} ({shown})"


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
