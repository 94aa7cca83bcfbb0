"""Reading tar archives, where the standard library's reader believes too much.

`tarfile` is asked for the entries only; the files are written by ``target``. What its ``filter="data"`` leaves
open, and is closed here:

- it lets links inside the folder pass, and several ways around its check of them became known
  (CVE-2025-4138, CVE-2025-4330, CVE-2025-4517): no symbolic link is made at all;
- a header may ask for gigabytes of memory, or send the reader backwards for ever (CVE-2025-8194): the stream
  below gives at most 1 MiB at a time and only goes forwards;
- a damaged header, and a file that is cut off between two entries, count as the archive's end: here the end
  must be the block of zeros, and the compressed stream must be whole.
"""

import bz2
import gzip
import lzma
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from pvlib.data.archives.target import Target
from pvlib.errors import CourseError

DECOMPRESSORS = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ\x00": lzma.open}
_MOST_AT_ONCE = 1 << 20
_HEADERS = 64 << 20  # bytes of a stream beyond what its files may hold


def unpack_tar(archive: Path, target: Target, password: bytes | None) -> None:
    """Give the entries of a tar archive to ``target``; tar knows no password, so that is not looked at.

    Raises:
        CourseError: the archive is damaged, or holds what is not allowed.
    """
    with archive.open("rb") as file:
        start = file.read(8)
        file.seek(0)
        opener = next((opener for magic, opener in DECOMPRESSORS.items() if start.startswith(magic)), None)
        stream = _Forward(file if opener is None else opener(file), 2 * target.budget.limit + _HEADERS)
        for entry in _entries(stream):
            _unpack(entry, stream, target)
        if stream.last != bytes(tarfile.BLOCKSIZE):
            raise CourseError("it is damaged or cut short, as its end mark is missing: fetch it again")
        while stream.read(_MOST_AT_ONCE):  # to the check sum of the compressed stream
            pass


def _entries(stream: "_Forward") -> Iterator[tarfile.TarInfo]:
    try:
        archive = tarfile.open(fileobj=stream, mode="r:")  # noqa: SIM115 (the caller closes the file)
        while (entry := archive.next()) is not None:
            archive.members = []  # a list of a million entries that nobody reads
            yield entry
    except CourseError:
        raise
    except (tarfile.TarError, ValueError, OverflowError, RecursionError, IndexError) as error:
        raise CourseError(f"it is damaged or cut short ({str(error)[:100]}): fetch it again") from error


def _unpack(entry: tarfile.TarInfo, stream: "_Forward", target: Target) -> None:
    if entry.isdir():
        target.add_folder(entry.name)
    elif entry.islnk():
        target.copy_file(entry.name, entry.linkname)
    elif entry.isreg() and not entry.issparse() and entry.size >= 0:
        stream.seek(entry.offset_data)
        target.add_file(entry.name, _Part(stream, entry.size), entry.size)
    else:
        kind = "symbolic link" if entry.issym() else "device, pipe or file of an unknown kind"
        raise CourseError(f"{entry.name[:80]!a} is a {kind}, which no set of faces needs")


class _Forward:
    """A stream that is read in small pieces, only forwards, and not beyond a limit."""

    def __init__(self, raw: BinaryIO, limit: int):
        self.raw, self.limit = raw, limit
        self.position, self.last = 0, b""

    def read(self, size: int) -> bytes:
        if not 0 <= size <= _MOST_AT_ONCE:
            raise CourseError("it is damaged: a header asks for more than any header holds")
        pieces = []
        try:
            while size and (piece := self.raw.read(size)):
                pieces.append(piece)
                size -= len(piece)
        except Exception as error:  # each decompressor has its own; all mean the same
            raise CourseError(f"it is damaged or cut short ({str(error)[:100]}): fetch it again") from error
        self.last = b"".join(pieces)
        self.position += len(self.last)
        if self.position > self.limit:
            raise CourseError("it becomes far larger than its files: it is made to fill a disk")
        return self.last

    def tell(self) -> int:
        return self.position

    def seek(self, position: int) -> None:
        if position < self.position:
            raise CourseError("it is damaged: a header leads backwards")
        while self.position < position:
            if not self.read(min(_MOST_AT_ONCE, position - self.position)):
                raise CourseError("it is cut short: fetch it again")


class _Part:
    """The next ``size`` bytes of a stream as a file."""

    def __init__(self, stream: _Forward, size: int):
        self.stream, self.left = stream, size

    def read(self, size: int) -> bytes:
        piece = self.stream.read(min(size, self.left))
        self.left -= len(piece)
        return piece
