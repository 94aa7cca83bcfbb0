"""How much an archive may become: against archives made to fill a disk."""

import os
import shutil
from pathlib import Path

from pvlib.errors import CourseError

RATIO = 50  # photographs hardly compress, tables of pixels three times; a bomb, a thousand times
_ALWAYS = 64 << 20  # bytes that any archive may become
_ENTRY = 4096  # bytes that the smallest file takes on a disk
_SPARE = 64 << 20  # bytes that stay free on the disk
_LOOK = 16 << 20  # look at the disk again after so many bytes


class Budget:
    """Counts what is unpacked, and ends it before it becomes too much.

    Args:
        archive: the archive; its size sets the limit.
        folder: where the files go; its disk must have room.
        limit: bytes that may come out; None means 50 times the archive's size, but 64 MiB at least.
    """

    def __init__(self, archive: Path, folder: Path, limit: int | None):
        self.limit = max(_ALWAYS, RATIO * os.path.getsize(archive)) if limit is None else limit
        self.folder = folder
        self.entries = self.files = self.bytes = 0
        self._next_look = 0

    def expect(self, entries: int, size: int) -> None:
        """Refuse at once what an archive's own table of contents says is too much."""
        self._compare(entries * _ENTRY + size)
        self._need(max(size, entries * _ENTRY))

    def add_entry(self) -> None:
        self.entries += 1
        self._compare(self.entries * _ENTRY + self.bytes)

    def add_bytes(self, count: int) -> None:
        self.bytes += count
        self._compare(self.entries * _ENTRY + self.bytes)
        if self.bytes >= self._next_look:
            self._next_look = self.bytes + _LOOK
            self._need(0)

    def _compare(self, size: int) -> None:
        if size > self.limit:
            raise CourseError(
                f"it would become more than {_gib(self.limit)} GiB, which no set of faces of its size does; "
                f"if you trust it, allow more with --limit GIB"
            )

    def _need(self, size: int) -> None:
        free = shutil.disk_usage(self.folder).free
        if free < size + _SPARE:
            raise CourseError(
                f"it needs more room than the {_gib(free)} GiB that are free on the disk of {self.folder}: "
                f"make room there, or choose another folder"
            )


def _gib(size: int) -> str:
    return f"{size / (1 << 30):,.1f}"
