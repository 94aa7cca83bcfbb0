"""Unpacking a data set's archive: everything into a new folder, or nothing at all.

``zipfile`` and ``tarfile`` only read. Every file is written here, as a new one inside the folder: no entry can lead
out of it or replace another, and nothing comes out beyond a budget.
"""

import bz2
import gzip
import lzma
import stat
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, cast

from pvlib.errors import CourseError
from pvlib.files import atomic_folder

ARCHIVE_SUFFIXES = (
    ".zip",
    ".tar",
    ".tgz",
    ".tbz2",
    ".txz",
    ".gz",
    ".bz2",
    ".xz",
    ".7z",
    ".rar",
    ".zst",
    ".001",
)
_RATIO, _LEAST = 50, 64 << 20  # photographs hardly shrink, tables of pixels threefold; a bomb, a thousandfold
_ENTRY = 4096  # bytes that the smallest file takes on a disk
_PIECE = 1 << 20  # bytes read at once; no header of an archive is longer
_OPENERS: dict[bytes, Callable[[Any], Any]] = {b"\x1f\x8b": gzip.open, b"BZ": bz2.open, b"\xfd7": lzma.open}
Entry = tuple[str, IO[bytes] | None]  # a name, and the content, which a folder does not have


def unpack(archive: Path, folder: Path, limit: int | None = None) -> tuple[int, int]:
    """Unpack a zip or tar archive (plain, gzip, bzip2 or xz) into a folder that is new or empty.

    Args:
        limit: bytes that may come out; by default 50 times the archive's size, and at least 64 MiB.

    Returns:
        how many files came out, and how many bytes.

    Raises:
        CourseError: the archive is damaged, encrypted or of another kind, or holds a link, a device, a name that
            leads out or comes twice, or more than ``limit``; nothing is left behind then.
    """
    if not archive.is_file():
        raise CourseError(f"{archive} is no file: give an archive")
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise CourseError(f"{folder} is there already: name a folder that does not exist yet")
    try:
        limit = max(_LEAST, _RATIO * archive.stat().st_size) if limit is None else limit
        with atomic_folder(folder) as new, archive.open("rb") as file:
            start = file.read(2)
            file.seek(0)
            raw = _OPENERS[start](file) if start in _OPENERS else file
            entries = _zip_entries(file) if start == b"PK" else _tar_entries(_Stream(raw, 2 * limit + _LEAST))
            return _write(entries, new, limit)
    except CourseError as error:
        raise CourseError(f"{archive} was not unpacked: {error}") from error
    except Exception as error:  # each decompressor has its own; all mean the same
        raise CourseError(
            f"{archive} was not unpacked: it is damaged, cut short, or no zip or tar archive ({str(error)[:100]!a}): "
            f"fetch it again; other kinds, and divided ones, are opened by 7-Zip (7z x)"
        ) from error


def _write(entries: Iterator[Entry], folder: Path, limit: int) -> tuple[int, int]:
    files = size = 0
    for count, (name, content) in enumerate(entries, start=1):
        _compare(count * _ENTRY + size, limit)
        inside = name.replace("\\", "/")
        if inside.startswith("/") or ":" in inside or ".." in inside.split("/"):
            raise CourseError(f"the name {name[:80]!a} leads out of the folder")
        path = folder / inside
        try:
            (path if content is None else path.parent).mkdir(parents=True, exist_ok=True)
            if content is None:
                continue
            with content as source, path.open("xb") as target:
                while piece := source.read(_PIECE):
                    size += target.write(piece)
                    _compare(count * _ENTRY + size, limit)
        except (FileExistsError, NotADirectoryError):
            raise CourseError(f"the name {name[:80]!a} comes twice, or means an earlier one here") from None
        files += 1
    return files, size


def _zip_entries(file: IO[bytes]) -> Iterator[Entry]:
    with zipfile.ZipFile(file) as archive:
        for entry in archive.infolist():
            name = entry.orig_filename  # the other one is cut at a zero byte
            if entry.flag_bits & 1:
                raise CourseError(
                    "it is encrypted: unpack it with 7-Zip (7z x) and the password sent with it"
                )
            if stat.S_IFMT(entry.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
                raise CourseError(f"{name[:80]!a} is a link or device, which no set of faces needs")
            yield name, None if name.endswith(("/", "\\")) else archive.open(entry)


def _tar_entries(stream: "_Stream") -> Iterator[Entry]:
    with tarfile.open(fileobj=cast(IO[bytes], stream), mode="r:") as archive:
        while entry := archive.next():
            archive.members = []  # type: ignore[attr-defined]  # a list of a million entries that nobody reads
            if not (entry.isdir() or entry.isreg()) or entry.issparse() or entry.size < 0:
                raise CourseError(f"{entry.name[:80]!a} is a link or device, which no set of faces needs")
            yield entry.name, None if entry.isdir() else archive.extractfile(entry)
        stream.seek(archive.offset)  # tarfile takes a damaged header, or a cut between two files, for the end
        if stream.read(tarfile.BLOCKSIZE) != bytes(tarfile.BLOCKSIZE):
            raise CourseError("it is damaged or cut short, as its end mark is missing: fetch it again")
        while stream.read(_PIECE):  # to the check sum of the compressed stream
            pass


class _Stream:
    """A stream for ``tarfile`` that gives no more at once than a header needs, and not more than a limit in all."""

    def __init__(self, raw: IO[bytes], limit: int):
        self.raw, self.left = raw, limit
        self.seek, self.tell = raw.seek, raw.tell

    def read(self, size: int) -> bytes:
        if not 0 <= size <= _PIECE:
            raise CourseError("it is damaged: a header asks for more than any header holds")
        self.left -= size
        _compare(-self.left, 0)
        return self.raw.read(size)


def _compare(size: int, limit: int) -> None:
    if size > limit:
        raise CourseError(
            f"it would become more than {limit / 2**30:,.1f} GiB, which no set of faces of its size does; "
            f"if you trust it, allow more with --limit GIB"
        )
