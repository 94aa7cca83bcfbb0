"""The folder that an archive's entries go to, one after the other: checked names, plain files, counted bytes."""

import os
from pathlib import Path
from typing import Protocol

from pvlib.data.archives.budget import Budget
from pvlib.data.archives.names import Names
from pvlib.errors import CourseError

_CHUNK = 1 << 20


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class Target:
    """Writes files and folders below ``folder``, which nobody else knows and which begins empty.

    As no link is ever made there, a checked name cannot lead out of it. The files get the usual rights of
    this user: no set-user-id, nothing executable.
    """

    def __init__(self, folder: Path, budget: Budget):
        self.folder, self.budget = folder, budget
        self._names = Names()

    def add_folder(self, name: str) -> None:
        self.budget.add_entry()
        self.folder.joinpath(*self._names.add(name, folder=True)).mkdir(parents=True, exist_ok=True)

    def add_file(self, name: str, content: Readable, size: int) -> None:
        """Write a file that must have ``size`` bytes.

        Raises:
            CourseError: the name is not allowed, there are fewer or more bytes, or the budget is used up.
        """
        self.budget.add_entry()
        parts = self._names.add(name, folder=False)
        if not parts:
            raise CourseError(f"the name {name!a} is none of a file")
        path = self.folder.joinpath(*parts)
        path.parent.mkdir(parents=True, exist_ok=True)
        written = 0
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666), "wb") as handle:
            while chunk := content.read(_CHUNK):
                self.budget.add_bytes(len(chunk))
                written += len(chunk)
                handle.write(chunk)
        if written != size:
            raise CourseError(f"{name!a} has {written:,} bytes instead of {size:,}: fetch the archive again")
        self.budget.files += 1

    def copy_file(self, name: str, earlier: str) -> None:
        """Write a file like one that came earlier (a hard link, of which a copy is made)."""
        source = self.folder.joinpath(*self._names.find(earlier))
        with source.open("rb") as content:
            self.add_file(name, content, source.stat().st_size)
