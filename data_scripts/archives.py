"""Unpacking a data set's archive: everything into a new folder, or nothing at all.

``zipfile`` and ``tarfile`` only read. Every file is written here, under a name that means one place inside the
folder on any system: no entry can lead out of it, and nothing comes out beyond a budget.
"""

import bz2
import gzip
import lzma
import re
import stat
import tarfile
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, cast

from pvlib.errors import CourseError
from pvlib.files import atomic_folder

_SUFFIXES = (".zip", ".tar", ".tgz", ".tbz2", ".txz", ".gz", ".bz2", ".xz", ".7z", ".rar", ".zst", ".001")
_RATIO, _LEAST = 50, 64 << 20  # photographs hardly shrink, tables of pixels threefold; a bomb, a thousandfold
_ENTRY = 4096  # bytes that the smallest file takes on a disk
_PIECE = 1 << 20  # bytes read at once; no header of an archive is longer
_OPENERS: dict[bytes, Callable[[Any], Any]] = {b"\x1f\x8b": gzip.open, b"BZ": bz2.open, b"\xfd7": lzma.open}
# what is not a file's name everywhere: control characters, broken encodings, and what Windows refuses
_UNFIT = re.compile(
    r"[\x00-\x1f\x7f-\x9f:\ud800-\udfff]|[. ](/|$)|(^|/)(con|prn|aux|nul|com\d|lpt\d)(\.|/|$)", re.IGNORECASE
)
Entry = tuple[str, IO[bytes] | None]  # a name, and the content, which a folder does not have


def is_archive(path: Path) -> bool:
    """Whether the name is one of an archive, also of a kind that :func:`unpack` does not open."""
    return path.name.casefold().endswith(_SUFFIXES)


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
            if start == b"PK":
                return _write(_zip_entries(file), new, limit)
            raw = _OPENERS[start](file) if start in _OPENERS else file
            return _write(_tar_entries(_Stream(raw, 2 * limit + _LEAST), new), new, limit)
    except CourseError as error:
        raise CourseError(f"{archive} was not unpacked: {error}") from error
    except Exception as error:  # each decompressor has its own; all mean the same
        raise CourseError(
            f"{archive} was not unpacked: it is damaged, cut short, or no zip or tar archive ({str(error)[:100]}): "
            f"fetch it again; other kinds, and divided ones, are opened by 7-Zip (7z x)"
        ) from error


def _write(entries: Iterator[Entry], folder: Path, limit: int) -> tuple[int, int]:
    seen: dict[str, object] = {}
    files = size = 0
    for count, (name, content) in enumerate(entries, start=1):
        _compare(count * _ENTRY + size, limit)
        path = folder / _claimed(name, content is None, seen)
        if content is None:
            path.mkdir(parents=True, exist_ok=True)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        with content as source, path.open("xb") as target:
            while piece := source.read(_PIECE):
                size += target.write(piece)
                _compare(count * _ENTRY + size, limit)
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


def _tar_entries(stream: "_Stream", folder: Path) -> Iterator[Entry]:
    with tarfile.open(fileobj=cast(IO[bytes], stream), mode="r:") as archive:
        while entry := archive.next():
            archive.members = []  # type: ignore[attr-defined]  # a list of a million entries that nobody reads
            if entry.islnk() and (folder / _inside(entry.linkname)).is_file():  # a copy is made of it
                yield entry.name, (folder / _inside(entry.linkname)).open("rb")
            elif not (entry.isdir() or entry.isreg()) or entry.issparse() or entry.size < 0:
                raise CourseError(f"{entry.name[:80]!a} is a link or device, which no set of faces needs")
            else:
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


def _claimed(name: str, is_folder: bool, seen: dict[str, object]) -> str:
    """Return the path inside the folder, where no earlier entry lies on any system."""
    parts = _inside(name).split("/")
    for depth in range(1, len(parts) + 1):
        place = "/".join(parts[:depth])
        key = unicodedata.normalize("NFC", unicodedata.normalize("NFC", place).casefold())
        mine = place if is_folder or depth < len(parts) else object()
        if seen.setdefault(key, mine) != mine:
            raise CourseError(f"the name {name[:80]!a} comes twice, or means an earlier one on some systems")
    return place


def _inside(name: str) -> str:
    """Return a name as a path inside the folder, or refuse it."""
    path = "/".join(part for part in name.replace("\\", "/").split("/") if part != ".")
    if path.startswith("/") or ":" in path[:2] or ".." in path.split("/"):
        raise CourseError(f"the name {name[:80]!a} leads out of the folder")
    if _UNFIT.search(path) or max(map(len, path.encode(errors="replace").split(b"/"))) > 255:
        raise CourseError(f"the name {name[:80]!a} cannot be a file's name on every system")
    return path.strip("/")


def _compare(size: int, limit: int) -> None:
    if size > limit:
        raise CourseError(
            f"it would become more than {limit / 2**30:,.1f} GiB, which no set of faces of its size does; "
            f"if you trust it, allow more with --limit GIB"
        )
