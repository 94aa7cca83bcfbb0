"""Decoding pictures into their rows of the preallocated file, in this process or in several.

A chunk is read, decoded, hashed and written by one worker, so no pixel travels between processes and the
memory in use is a chunk and a picture per worker, whatever the size of the data set.
"""

import hashlib
import multiprocessing
import os
import threading
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pvlib.data.listing import Item
from pvlib.data.pictures import read_picture
from pvlib.errors import CourseError
from pvlib.pool import leave_interrupts_to_the_caller

CHUNK = 64  # pictures; 2 MB at 100 pixels, 10 MB at 224
DIGEST = 16  # bytes


@dataclass(frozen=True)
class Rows:
    """Where pictures lie in the file: row i has ``size`` bytes from ``first + i * size`` on."""

    path: Path
    first: int
    side: int

    @property
    def size(self) -> int:
        return 3 * self.side * self.side

    def offset(self, row: int) -> int:
        return self.first + row * self.size


@dataclass(frozen=True)
class Filled:
    """What became of a chunk: the digest of every row's bytes, and position -> why it could not be read."""

    digests: bytes
    problems: dict[int, str]


def fill(
    rows: Rows, items: Sequence[Item], chunks: Iterable[int], workers: int
) -> Iterator[tuple[int, Filled]]:
    """Decode the items of ``chunks`` (numbers of ``CHUNK`` items each) into their rows; yield as they finish.

    Raises:
        CourseError: a worker process ended suddenly.
        OSError: the file cannot be written.
    """
    if workers == 1:
        for chunk in chunks:
            yield chunk, _fill_chunk(rows, chunk, _needed(items, chunk))
        return
    pool = ProcessPoolExecutor(
        workers, mp_context=multiprocessing.get_context("spawn"), initializer=_prepare_worker
    )
    waiting: dict[Future[Filled], int] = {}
    try:
        for chunk in chunks:
            waiting[pool.submit(_fill_chunk, rows, chunk, _needed(items, chunk))] = chunk
            if len(waiting) >= 2 * workers:
                yield from _finished(waiting)
        while waiting:
            yield from _finished(waiting)
    except BrokenProcessPool as error:
        raise CourseError(
            "a worker process ended suddenly, often because memory is full: run the same command again with "
            "fewer workers (a program of your own must call this under if __name__ == '__main__')"
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)


def digest(row: bytes | np.ndarray) -> bytes:
    """Return what tells one picture's bytes from another's."""
    return hashlib.blake2b(row, digest_size=DIGEST).digest()


def _needed(items: Sequence[Item], chunk: int) -> list[tuple[str, tuple[int, int, int, int] | None]]:
    return [(item.path, item.box) for item in items[chunk * CHUNK : (chunk + 1) * CHUNK]]


def _finished(waiting: dict[Future[Filled], int]) -> Iterator[tuple[int, Filled]]:
    done, _ = wait(waiting, return_when=FIRST_COMPLETED)
    for future in done:
        yield waiting.pop(future), future.result()


def _fill_chunk(
    rows: Rows, chunk: int, pictures: list[tuple[str, tuple[int, int, int, int] | None]]
) -> Filled:
    images = np.zeros((len(pictures), 3, rows.side, rows.side), np.uint8)
    problems = {}
    for position, (path, box) in enumerate(pictures):
        try:
            images[position] = read_picture(path, rows.side, box)
        except CourseError as error:
            problems[position] = str(error)
    with rows.path.open("rb+", buffering=0) as handle:
        handle.seek(rows.offset(chunk * CHUNK))
        write_whole(handle, images)
    return Filled(b"".join(digest(image) for image in images), problems)


def write_whole(handle, content: bytes | np.ndarray) -> None:
    """Write all of ``content`` to an unbuffered file, which may take it in parts."""
    left = memoryview(content).cast("B")
    while left:
        left = left[handle.write(left) :]


def _prepare_worker() -> None:
    """End with the parent, even where it was killed; leave Ctrl-C to it."""
    leave_interrupts_to_the_caller()
    parent = multiprocessing.parent_process()

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
