"""Unpacking an archive into a folder of its own: everything, or nothing at all."""

import os
import secrets
import shutil
import stat
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pvlib.data.archives.budget import Budget
from pvlib.data.archives.tar import DECOMPRESSORS, unpack_tar
from pvlib.data.archives.target import Target
from pvlib.data.archives.zip import unpack_zip
from pvlib.errors import CourseError
from pvlib.files import explain_write_errors

_SUFFIXES = (".zip", ".tar", ".tgz", ".tbz2", ".txz", ".gz", ".bz2", ".xz", ".7z", ".rar", ".zst", ".001")
_FOREIGN = {b"7z\xbc\xaf\x27\x1c": "7z", b"Rar!\x1a\x07": "rar", b"\x28\xb5\x2f\xfd": "Zstandard"}


@dataclass(frozen=True)
class Unpacked:
    """What came out: number of files and their bytes."""

    folder: Path
    files: int
    bytes: int


def is_archive(path: Path) -> bool:
    """Whether the name is one of an archive, also of a kind that :func:`unpack` does not open."""
    return path.name.casefold().endswith(_SUFFIXES)


def unpack(
    archive: str | Path, folder: str | Path, password: bytes | None = None, limit: int | None = None
) -> Unpacked:
    """Unpack a zip or tar archive (plain, gzip, bzip2 or xz) into a folder that does not exist yet, or is empty.

    Only plain files and folders come out, with this user's usual rights, and never outside of the folder. The
    files go to a temporary folder beside it, which takes its name at the very end: a failed or interrupted
    unpacking leaves nothing behind.

    Args:
        archive: the archive.
        folder: where its files go.
        password: of a zip archive with the traditional encryption.
        limit: bytes that may come out; None means 50 times the archive's size, but 64 MiB at least.

    Raises:
        CourseError: the archive is damaged, cut short, of an unknown kind, or holds anything that a set of
            faces has no need of: links, devices, names that lead elsewhere or mean the same file on some
            systems, or far more than its size; or the password is wrong, or the folder cannot be written.
    """
    archive, folder = Path(archive), Path(folder)
    opener = _opener(archive)
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise CourseError(f"{folder} is there and is no folder: name one that does not exist yet")
    if folder.is_dir() and any(folder.iterdir()):
        raise CourseError(f"{folder} is not empty: name a folder that does not exist yet")
    folder = folder.absolute()
    temporary = folder.with_name(f".{folder.name[:100]}.{secrets.token_hex(4)}")
    made = [parent for parent in folder.parents if not parent.exists()]
    try:
        with explain_write_errors(folder, temporary, "Nothing was unpacked."):
            folder.parent.mkdir(parents=True, exist_ok=True)
            temporary.mkdir()
            budget = Budget(archive, temporary, limit)
            try:
                opener(archive, Target(temporary, budget), password)
            except CourseError as error:
                raise CourseError(f"{archive}: {error}. Nothing was unpacked.") from error
            if folder.is_dir():
                folder.rmdir()  # Windows renames to no folder that is there, be it empty
            os.rename(temporary, folder)
    except BaseException:  # an interruption, too
        shutil.rmtree(temporary, ignore_errors=True)
        for parent in made:
            with suppress(OSError):
                parent.rmdir()
        raise
    return Unpacked(folder, budget.files, budget.bytes)


def _opener(archive: Path) -> Callable[[Path, Target, bytes | None], None]:
    """Tell the kind of an archive from its first bytes."""
    try:
        if not stat.S_ISREG(archive.stat().st_mode):
            raise CourseError(f"{archive} is no file: give an archive")
        with archive.open("rb") as handle:
            start = handle.read(512)
    except OSError as error:
        raise CourseError(
            f"cannot read {archive}: {error.strerror}; check the file and its rights"
        ) from error
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return unpack_zip
    if start.startswith(tuple(DECOMPRESSORS)) or start[257:262] == b"ustar":
        return unpack_tar
    for magic, kind in _FOREIGN.items():
        if start.startswith(magic):
            raise CourseError(
                f"{archive} is a {kind} archive, which only other programs open: unpack it with 7-Zip (7z x), "
                f"then have a look with pvlib data check"
            )
    raise CourseError(
        f"{archive} is no zip or tar archive, or its beginning is damaged: fetch it again (the later parts of "
        f"a divided archive are opened by 7-Zip together with the first one)"
    )
