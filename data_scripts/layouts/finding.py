"""Where a data set begins in a folder, and what lies there unused; in clear words."""

import os
from collections.abc import Callable, Iterable
from pathlib import Path

from data_scripts.archives import ARCHIVE_SUFFIXES
from pvlib.data.folders import IMAGE_SUFFIXES, file_names, folder_names, names_in, walk
from pvlib.errors import CourseError
from pvlib.terminal import printable

_MOST = 100  # of a level that are looked into for a data set; more are a class or a number each


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


def descend(folder: Path, suffixes: tuple[str, ...] = IMAGE_SUFFIXES) -> Path:
    """Return ``folder``, or the folder further down that alone holds its files, as unpacking may leave it."""
    while not file_names(folder, suffixes) and len(inner := folder_names(folder)) == 1:
        folder = folder / inner[0]
    return folder


def what_is_there(root: Path) -> str:
    """Return what lies in a folder, in a sentence that may end a complaint."""
    files, folders = sorted(names_in(root, os.DirEntry.is_file)), folder_names(root)
    if not files and not folders:
        return "The folder is empty"
    parts = [_some("file", files)] if files else []
    parts += [_some("folder", folders)] if folders else []
    packed = next((name for name in files if name.casefold().endswith(ARCHIVE_SUFFIXES)), None)
    hint = f"; unpack {printable(packed)} first, with data_scripts/unpack.py" if packed else ""
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
    for inside, files in walk(root):
        for name in sorted(files):
            path = f"{inside}{name}"
            if name.startswith(".") or path in known or is_read(path):
                continue
            place = f" in {inside.split('/')[0]}" if inside else ""
            kind = printable(f"{os.path.splitext(name)[1].casefold() or 'other'} files{place}")
            count, example = found.get(kind, (0, printable(path)))
            found[kind] = (count + 1, example)
    return found


def _some(kind: str, names: list[str]) -> str:
    shown = ", ".join(printable(name)[:80] for name in names[:5]) + (", …" if len(names) > 5 else "")
    return f"{len(names):,} {kind}{'s' * (len(names) > 1)} ({shown})"
