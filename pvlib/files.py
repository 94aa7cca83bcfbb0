"""Writing files so that a crash, a full disk or a refused folder never harms what was there before.

Checkpoints, prepared data sets, notebooks and records all go through :func:`atomic_write`.
"""

import errno
import glob
import os
import re
import secrets
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from safetensors import SafetensorError

from pvlib.errors import CourseError

_NEXT_STEP = {
    errno.ENOSPC: "no room is left on that disk; free some space or choose another folder",
    errno.EDQUOT: "your disk quota is used up; free some space or choose another folder",
    errno.EFBIG: "the file would be larger than this system allows; choose another folder",
    errno.EACCES: "permission is denied; choose a folder that you may write to",
    errno.EPERM: "permission is denied; choose a folder that you may write to",
    errno.EROFS: "that disk is read-only; choose a folder that you may write to",
    errno.EEXIST: "a part of that path is a file, not a folder; choose another folder",
    errno.ENOTDIR: "a part of that path is a file, not a folder; choose another folder",
    errno.ENOENT: "its folder does not exist and cannot be made; choose another folder",
    errno.EISDIR: "it is a folder; give the name of a file",
    errno.ENAMETOOLONG: "the name is too long; choose a shorter one",
}


@contextmanager
def atomic_write(path: str | Path) -> Iterator[Path]:
    """Give a temporary sibling of ``path`` to write to, and put it in place only if all went well.

    Missing parent folders are made. When the block ends, the temporary file is flushed to the disk and
    renamed to ``path`` in one step: readers see the old file or the new one, never half of one. If the
    block raises, or is interrupted, the temporary file is removed and ``path`` stays as it was.

        with atomic_write("runs/run.json") as temporary:
            temporary.write_text(text)

    The temporary file exists (empty) before the block starts, so a folder that cannot be written to is
    found out before any work is done. Its name starts with a dot and keeps the suffix of ``path``.

    Raises:
        CourseError: the disk is full, the folder may not be written to, or the path leads through a
            file; the message names ``path``. Errors that name another file are passed on unchanged.
    """
    path = Path(path)
    temporary = path.with_name(f".{path.stem[:100]}.{secrets.token_hex(4)}{path.suffix}")
    try:
        with _explain_write_errors(path, temporary):
            if path.is_dir():
                raise OSError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary.touch(exist_ok=False)
            mode = temporary.stat().st_mode
            yield temporary
            temporary.chmod(mode)  # safetensors writes files that nobody else may read
            with temporary.open("rb+") as handle:
                os.fsync(handle.fileno())
            os.replace(temporary, path)
            _flush_folder(path.parent)
    finally:
        _remove(temporary)


def write_whole(path: str | Path, text: str) -> None:
    """Write a text file all at once, see :func:`atomic_write`."""
    with atomic_write(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def remove_abandoned(path: str | Path) -> None:
    """Remove the temporary files that writers of ``path`` left behind because they were killed.

    Only for a path that nobody else is writing at this moment.
    """
    path = Path(path)
    for left in path.parent.glob(
        f".{glob.escape(path.stem[:100])}.{'[0-9a-f]' * 8}{glob.escape(path.suffix)}"
    ):
        _remove(left)


@contextmanager
def only_writer(path: str | Path) -> Iterator[None]:
    """Let nobody else write ``path`` while the block runs, and clear what killed writers of it left behind.

    Raises:
        CourseError: another process writes it (naming its id), or its folder cannot be written to.
    """
    path = Path(path)
    if path.is_dir():
        raise CourseError(f"cannot write {path}: {_NEXT_STEP[errno.EISDIR]}. Nothing was changed.")
    with _locked(path, path.with_name(f".{path.name[:100]}.lock"), f"{path} is being written already"):
        remove_abandoned(path)
        yield


@contextmanager
def locked(folder: Path, what: str) -> Iterator[None]:
    """Hold ``folder`` for this process alone while the block runs; missing folders are made.

    Args:
        what: the work that goes on there, for the message, e.g. "a training".

    Raises:
        CourseError: another process holds it (naming its id), or the folder cannot be written to.
    """
    with _locked(folder, folder / ".lock", f"{folder}: {what} goes on there already"):
        yield


@contextmanager
def _locked(path: Path, lock: Path, taken: str) -> Iterator[None]:
    """Hold the file ``lock`` of ``path``, which is there while the block runs; ``taken`` begins the complaint.

    The system itself keeps the lock, so one whose process was killed is free at once. Folders that were made for
    the lock and are still empty afterwards are removed.
    """
    made = [each for each in lock.parents if not os.path.lexists(each)]
    with _explain_write_errors(path, lock):
        lock.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        if not _take_lock(descriptor) or not _is_at(descriptor, lock):
            holder = os.pread(descriptor, 20, 0).decode("ascii", "replace") if sys.platform != "win32" else ""
            raise CourseError(
                f"{taken} (process {holder or 'unknown'}); wait for its end, or choose another place"
            )
        os.truncate(descriptor, 0)
        os.write(descriptor, str(os.getpid()).encode())
        try:
            yield
        finally:
            _remove(lock)
            for each in made:
                _remove_if_empty(each)
    finally:
        os.close(descriptor)


@contextmanager
def atomic_folder(path: str | Path, replace: bool = False) -> Iterator[Path]:
    """Give a temporary sibling folder to fill, and rename it to ``path`` only if all went well.

    Missing parent folders are made. If the block raises, or is interrupted, the temporary folder is removed
    and ``path`` stays as it was.

    Args:
        replace: let the new folder take the place of a ``path`` that holds something.

    Raises:
        CourseError: ``path`` holds something and ``replace`` is off, or is a file, or as ``atomic_write``.
    """
    path = Path(path).absolute()
    if path.is_dir() and not replace and any(path.iterdir()):
        raise CourseError(f"{path} holds something already: choose another folder, or --force to replace it")
    temporary, old = (path.with_name(f".{path.name[:100]}.{secrets.token_hex(4)}") for _ in range(2))
    try:
        with _explain_write_errors(path, temporary):
            if path.exists() and not path.is_dir():
                raise OSError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(path))
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary.mkdir()
            yield temporary
            if path.exists():
                os.replace(path, old)
            os.replace(temporary, path)
            _flush_folder(path.parent)
    finally:
        if old.exists() and not path.exists():  # interrupted between the two renamings
            os.replace(old, path)
        for left in (temporary, old):
            shutil.rmtree(left, ignore_errors=True)


def _take_lock(descriptor: int) -> bool:
    """Whether the system gives this process the lock of an open file; it ends with the file's last holder."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno in (errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS)  # a file system without locks
    return True


def _is_at(descriptor: int, path: Path) -> bool:
    """Whether an open file is still the one at ``path``, not one that its holder has removed meanwhile."""
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(path))
    except OSError:
        return False


@contextmanager
def _explain_write_errors(path: Path, inside: Path) -> Iterator[None]:
    """Turn errors of writing ``path``, by way of the file or folder ``inside``, into one clear message."""
    try:
        yield
    except (OSError, SafetensorError) as raised:
        error = raised if isinstance(raised, OSError) else _system_error(raised)
        if error is None or not _is_about(error, path, inside):
            raise
        reason = _NEXT_STEP.get(error.errno or 0, f"{error.strerror or error}; choose another folder")
        raise CourseError(f"cannot write {path}: {reason}. Nothing was changed.") from raised


def _system_error(error: SafetensorError) -> OSError | None:
    """The system's error inside one of safetensors, which tells its number in the text only."""
    number = re.search(r"\(os error (\d+)\)", str(error))
    return OSError(int(number[1]), os.strerror(int(number[1]))) if number else None


def _is_about(error: OSError, path: Path, inside: Path) -> bool:
    """Whether the error comes from writing ``path``, not from some other file opened in the block."""
    if error.filename is None:  # a failed write or flush carries no name
        return error.errno in _NEXT_STEP
    culprit = Path(os.fsdecode(error.filename))
    return culprit in (path, inside) or culprit in path.parents or inside in culprit.parents


def _remove(temporary: Path) -> None:
    try:
        temporary.unlink(missing_ok=True)
    except OSError:  # the folder itself went away or was never one: there is nothing to remove
        return


def _remove_if_empty(folder: Path) -> None:
    try:
        folder.rmdir()
    except OSError:  # it holds something
        return


def _flush_folder(folder: Path) -> None:
    """Make the rename itself survive a power cut, where the system can open folders."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
