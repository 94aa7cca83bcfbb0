"""Looking at every image of a collection, in several processes, at bounded memory.

The small pictures (2.3 kB each) lie in a temporary file, so that 290,000 of them need no memory.
"""

import multiprocessing
import os
import tempfile
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from itertools import islice

import numpy as np

from pvlib.data.check.collection import Collection
from pvlib.data.check.picture import SIDE, Picture, look_at, look_at_pixels
from pvlib.errors import CourseError
from pvlib.pool import leave_interrupts_to_the_caller

_BATCH = 200
_ALONE = 3_000  # starting processes takes longer than looking at so few


@dataclass
class Scan:
    """What the images of a collection hold, row by row.

    Attributes:
        readable: bool, (N,).
        pixel_hash: (N, 16) bytes.   file_hash: (N, 32) bytes, zeros where the images are no files.
        small: uint8, (N, 48, 48), memory-mapped.
        unreadable: row -> reason.   misnamed: row -> the format that it has.
        sizes: uint32, (N, 2), width and height.
        modes: row's position in ``mode_names``, int16, (N,).
    """

    readable: np.ndarray
    pixel_hash: np.ndarray
    file_hash: np.ndarray
    small: np.ndarray
    sizes: np.ndarray
    modes: np.ndarray
    mode_names: list[str] = field(default_factory=list)
    unreadable: dict[int, str] = field(default_factory=dict)
    misnamed: dict[int, str] = field(default_factory=dict)

    @classmethod
    def empty(cls, count: int) -> "Scan":
        return cls(
            readable=np.zeros(count, bool),
            pixel_hash=np.zeros((count, 16), np.uint8),
            file_hash=np.zeros((count, 32), np.uint8),
            small=_scratch(count),
            sizes=np.zeros((count, 2), np.uint32),
            modes=np.zeros(count, np.int16),
        )

    def enter(self, row: int, picture: Picture | str) -> None:
        if isinstance(picture, str):
            self.unreadable[row] = picture
            return
        self.readable[row] = True
        self.pixel_hash[row] = np.frombuffer(picture.pixel_hash, np.uint8)
        self.file_hash[row] = np.frombuffer(picture.file_hash, np.uint8)
        self.small[row] = picture.small
        self.sizes[row] = picture.size
        if picture.mode not in self.mode_names:
            self.mode_names.append(picture.mode)
        self.modes[row] = self.mode_names.index(picture.mode)
        if picture.misnamed:
            self.misnamed[row] = picture.misnamed


def scan(collection: Collection, workers: int | None, step: Callable[[int], None]) -> Scan:
    """Look at all images.

    Args:
        collection: what to look at.
        workers: processes; None means one a core. As they are started afresh, a script that calls this
            with more than one needs ``if __name__ == "__main__":``.
        step: is told how many more images are done, from time to time.

    Raises:
        CourseError: a process died, as when memory ran out; the message names the files it worked on.
    """
    found = Scan.empty(len(collection))
    if collection.images is not None:
        for row, image in enumerate(collection.images):
            found.enter(row, look_at_pixels(np.asarray(image)))
            if row % _BATCH == _BATCH - 1:
                step(_BATCH)
        step(len(collection) % _BATCH)
        return found
    boxes = collection.boxes or [None] * len(collection)
    tasks = list(zip(collection.files, boxes, strict=True))
    starts = range(0, len(tasks), _BATCH)
    workers = workers or os.cpu_count() or 1
    batches = (tasks[start : start + _BATCH] for start in starts)
    read = (
        map(_read_batch, batches) if workers == 1 or len(tasks) < _ALONE else _in_processes(batches, workers)
    )
    for start, pictures in zip(starts, read, strict=True):
        for row, picture in enumerate(pictures, start):
            found.enter(row, picture)
        step(len(pictures))
    return found


def _read_batch(tasks: list[tuple[str, tuple | None]]) -> list[Picture | str]:
    return [look_at(path, box) for path, box in tasks]


def _in_processes(batches: Iterator[list[tuple]], workers: int) -> Iterator[list[Picture | str]]:
    """Like ``map(_read_batch, batches)``, with a few batches a worker on their way at any time."""
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, context, initializer=leave_interrupts_to_the_caller)
    waiting = deque()
    try:
        for batch in islice(batches, 3 * workers):
            waiting.append((batch, pool.submit(_read_batch, batch)))
        while waiting:
            batch, future = waiting.popleft()
            pictures = future.result()
            for following in islice(batches, 1):
                waiting.append((following, pool.submit(_read_batch, following)))
            yield pictures
    except BrokenProcessPool as error:
        raise CourseError(
            f"a process that reads images died (out of memory?) at one of the {_BATCH} files from "
            f"{batch[0][0]} on or soon after: free some memory, or look with --workers 1"
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)


def _scratch(count: int) -> np.ndarray:
    with tempfile.TemporaryFile(prefix="pvlib-check-") as file:  # the map keeps it alive
        return np.memmap(file, np.uint8, "w+", shape=(max(count, 1), SIDE, SIDE))[:count]
