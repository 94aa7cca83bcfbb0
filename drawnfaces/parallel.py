"""Many workers draw one range: processes that are started afresh, so that it works on every system.

Faces depend on their number alone, so the chunks, drawn in any order and handed back in theirs, are what one
worker would have drawn, bit for bit.
"""

import os
import signal
from collections import deque
from collections.abc import Generator, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context

import numpy as np

from drawnfaces.errors import DrawingError
from drawnfaces.numbered import DrawingOptions, draw_range

_CHUNK_PIXELS = 2**22  # of a chunk: large enough to hide the sending, small enough for even progress
_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def draw_chunks(
    options: DrawingOptions, start: int, count: int, workers: int = 1
) -> Generator[dict[str, np.ndarray], None, None]:
    """Yield the faces ``start`` to ``start + count - 1`` in order, as stacks of a few hundred at most.

    Memory stays bounded: at most two chunks a worker wait to be fetched.

    Raises:
        DrawingError: when a worker died, for example because the calling script lacks its
            ``if __name__ == "__main__":`` guard, which Python's fresh processes need.
    """
    length = min(256, max(1, _CHUNK_PIXELS // (options.size**2 * (3 if options.colour else 1))))
    length = max(1, min(length, -(-count // workers)))
    firsts = range(start, start + count, length)
    jobs = ((first, min(length, start + count - first)) for first in firsts)
    if workers == 1 or len(firsts) < 2:
        yield from (draw_range(options, *job) for job in jobs)
        return
    waiting: deque[Future[dict[str, np.ndarray]]] = deque()
    with (
        _single_threaded(),
        ProcessPoolExecutor(
            min(workers, len(firsts)), get_context("spawn"), initializer=_leave_interrupts_to_the_caller
        ) as pool,
    ):
        try:
            for job in jobs:
                waiting.append(pool.submit(draw_range, options, *job))
                if len(waiting) >= 2 * workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        except BrokenProcessPool as error:
            raise DrawingError(
                "a drawing process ended early: in a script, call draw_faces below "
                'if __name__ == "__main__":, or use workers=1; else the machine may lack memory'
            ) from error
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _leave_interrupts_to_the_caller() -> None:
    """Ctrl-C reaches every process; the caller alone should react, and end the others."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def _single_threaded() -> Iterator[None]:
    """Let processes started in this block use one thread each: more would only compete."""
    before = {name: os.environ.get(name) for name in _ONE_THREAD}
    os.environ.update(dict.fromkeys(_ONE_THREAD, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
