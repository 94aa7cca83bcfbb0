"""What is done so far, on disk: a preparation that was killed goes on where it stopped.

A text file of JSON lines. The first one says what is prepared from what; each later one is a finished chunk.
A last line that was cut short does not count.
"""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pvlib.data.packing.filling import Filled
from pvlib.errors import CourseError

try:
    import fcntl
except ImportError:  # not on Windows; there nothing keeps two preparations of one file apart
    fcntl = None


class Journal:
    """The open journal; use it as a context manager.

    Args:
        path: the file; made where it does not exist.
        identity: what is prepared from what, JSON values.
        remedy: what the user can do about a journal with another identity.
        afresh: forget what the journal says, once it is clear that nobody else is at work.

    Attributes:
        done: chunk -> what became of it, as far as the journal knows.

    Raises:
        CourseError: the journal belongs to something else, or another process has it open.
    """

    def __init__(self, path: Path, identity: dict[str, Any], remedy: str, afresh: bool = False):
        self.done: dict[int, Filled] = {}
        self._handle = path.open("a+b")
        try:
            self._lock(path)
            if afresh:
                self._handle.truncate(0)
            self._read(path, json.loads(json.dumps(identity)), remedy)
        except BaseException:
            self._handle.close()
            raise

    def __enter__(self) -> "Journal":
        return self

    def __exit__(self, *error: object) -> None:
        self._handle.close()

    def add(self, chunk: int, filled: Filled) -> None:
        """Remember a finished chunk."""
        self.done[chunk] = filled
        self._append({"chunk": chunk, **asdict(filled), "digests": filled.digests.hex()})

    def _lock(self, path: Path) -> None:
        if fcntl is None:
            return
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CourseError(
                f"{path.parent} is in use: another preparation of this file is running"
            ) from error

    def _read(self, path: Path, identity: dict[str, Any], remedy: str) -> None:
        self._handle.seek(0)
        lines = self._handle.read().splitlines(keepends=True)
        good = 0
        if lines and (before := _value(lines[0])) is not None:
            if before != identity:
                known = before if isinstance(before, dict) else {}
                different = [key for key in identity if known.get(key) != identity[key]]
                raise CourseError(
                    f"{path.parent} was begun with another {' and '.join(different) or 'program'}: {remedy}"
                )
            good = len(lines[0])
            for line in lines[1:]:
                try:
                    self.done |= _chunk(_value(line))
                except (KeyError, TypeError, ValueError, AttributeError):  # what follows counts no more
                    break
                good += len(line)
        self._handle.truncate(good)
        if not good:
            self._append(identity)

    def _append(self, entry: dict[str, Any]) -> None:
        self._handle.write(json.dumps(entry).encode() + b"\n")
        self._handle.flush()


def _value(line: bytes) -> Any:
    """A whole line's content; None for one that was cut short."""
    try:
        return json.loads(line) if line.endswith(b"\n") else None
    except ValueError:
        return None


def _chunk(entry: Any) -> dict[int, Filled]:
    problems = {int(position): text for position, text in entry["problems"].items()}
    return {int(entry["chunk"]): Filled(bytes.fromhex(entry["digests"]), problems)}
