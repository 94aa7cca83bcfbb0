"""Training faces that lie in a memory-mapped file, and what happens when that file goes away.

To read where a mapped file has been cut short, or its disk is gone, kills a process by SIGBUS, which Python
cannot catch. So a run looks at the file before each step, which costs microseconds.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor

from pvlib.errors import CourseError

_MAPS = Path("/proc/self/maps")
_NEXT = "; put the file back as it was, and the same command goes on from the last checkpoint, which is whole"


@dataclass(frozen=True)
class MappedFile:
    """The file that a tensor's memory comes from, as it was when the run started."""

    path: Path
    inode: int
    bytes: int

    def check(self) -> None:
        """Refuse to read on when the file is not what it was.

        Raises:
            CourseError: it was moved, deleted, replaced or cut short.
        """
        try:
            now = os.stat(self.path)
        except OSError as error:
            raise CourseError(
                f"{self.path}: the training faces are gone ({error.strerror}){_NEXT}"
            ) from error
        if now.st_ino != self.inode or now.st_size < self.bytes:
            raise CourseError(
                f"{self.path}: the training faces were replaced or cut short during the run{_NEXT}"
            )


def mapped_file(tensor: Tensor) -> MappedFile | None:
    """Return the file that holds ``tensor``; None where it lies in memory, or the system does not tell (Linux does)."""
    if not _MAPS.exists() or tensor.device.type != "cpu" or not tensor.numel():
        return None
    address = tensor.data_ptr()
    for line in _MAPS.read_text().splitlines():
        span, *_, name = line.split(maxsplit=5)  # of memory without a file, the last is a number
        low, high = (int(end, 16) for end in span.split("-"))
        if low <= address < high and name.startswith("/") and Path(name).is_file():
            now = os.stat(name)
            return MappedFile(Path(name), now.st_ino, now.st_size)
    return None
