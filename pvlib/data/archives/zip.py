"""Reading zip archives; what the standard library leaves open is closed here or in ``target``.

`zipfile` cuts names at a zero byte, makes plain files of links, and (before Python 3.11.8) reads entries that
overlap, the trick by which 10 MB become 281 TB. Of encryptions it knows the traditional one only.
"""

import stat
import zipfile
from pathlib import Path

from pvlib.data.archives.target import Target
from pvlib.errors import CourseError

_KNOWN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
_AES = 99


def unpack_zip(archive: Path, target: Target, password: bytes | None) -> None:
    """Give the entries of a zip archive to ``target``.

    Raises:
        CourseError: the archive is damaged, encrypted in another way than with ``password``, or holds what is
            not allowed.
    """
    with _open(archive) as file:
        entries = file.infolist()
        if sum(entry.compress_size for entry in entries) > archive.stat().st_size:
            raise CourseError("its entries overlap: it is made to fill a disk")
        target.budget.expect(len(entries), sum(entry.file_size for entry in entries))
        for entry in entries:
            name = entry.orig_filename  # the other one is cut at a zero byte
            kind = stat.S_IFMT(entry.external_attr >> 16)
            if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
                link = "symbolic link" if stat.S_ISLNK(kind) else "device or pipe"
                raise CourseError(f"{name[:80]!a} is a {link}, which no set of faces needs")
            if name.endswith(("/", "\\")):
                target.add_folder(name)
            else:
                target.add_file(name, _Content(file, entry, password), entry.file_size)


def needs_password(archive: Path) -> bool:
    """Whether the file is a zip archive with an encrypted entry."""
    if not zipfile.is_zipfile(archive):
        return False
    with _open(archive) as file:
        return any(entry.flag_bits & 1 for entry in file.infolist())


def _open(archive: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(archive)
    except Exception as error:  # of a damaged table of contents, any
        raise CourseError(f"it is damaged or cut short ({str(error)[:100]}): fetch it again") from error


class _Content:
    """The bytes of one entry, opened at the first reading."""

    def __init__(self, file: zipfile.ZipFile, entry: zipfile.ZipInfo, password: bytes | None):
        self.file, self.entry, self.password = file, entry, password
        self.stream = None

    def read(self, size: int) -> bytes:
        name, encrypted = ascii(self.entry.orig_filename[:80]), bool(self.entry.flag_bits & 1)
        if self.entry.compress_type == _AES:
            raise CourseError(
                f"{name} is encrypted with AES, which only other programs open: use 7-Zip (7z x)"
            )
        if self.entry.compress_type not in _KNOWN:
            raise CourseError(
                f"{name} is compressed in a way that only other programs know: use 7-Zip (7z x)"
            )
        if encrypted and not self.password:
            raise CourseError(
                "it needs a password, which its owners send with it: give it with --password-file"
            )
        try:
            self.stream = self.stream or self.file.open(self.entry, pwd=self.password)
            return self.stream.read(size)
        except Exception as error:  # each decompressor has its own; all mean the same
            reason = "the password is wrong, or " if encrypted else ""
            raise CourseError(f"{reason}{name} is damaged ({str(error)[:100]}): fetch it again") from error
