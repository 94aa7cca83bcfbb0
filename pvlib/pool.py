"""One pool of processes for work that is cut into parts: started afresh, in order, at bounded memory.

Fresh processes ("spawn") work on every system, beside threads and GPUs; a program that calls this with more than
one worker needs ``if __name__ == "__main__":``.
"""

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import TypeVar

from pvlib.errors import CourseError

Task = TypeVar("Task")
Result = TypeVar("Result")
_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def in_processes(function: Callable[[Task], Result], tasks: Iterable[Task], workers: int) -> Iterator[Result]:
    """Yield ``function(task)`` of every task, in order; like ``map``, with a few tasks on their way at any time.

    Args:
        function: one that a fresh process can import.
        tasks: taken as they are needed.
        workers: processes; with 1 all is done in this one.

    Raises:
        CourseError: a process ended suddenly.
    """
    if workers == 1:
        yield from map(function, tasks)
        return
    pool = ProcessPoolExecutor(
        workers, multiprocessing.get_context("spawn"), initializer=_end_with_the_caller_alone
    )
    waiting: deque[Future[Result]] = deque()
    try:
        with _one_thread_each():
            for task in tasks:
                waiting.append(pool.submit(function, task))
                if len(waiting) >= 3 * workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
    except BrokenProcessPool as error:
        raise CourseError(
            "a worker process ended suddenly, often because memory is full: run the same command again with "
            "fewer workers (a program of your own must call this under if __name__ == '__main__')"
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)


def leave_interrupts_to_the_caller() -> None:
    """Ctrl-C reaches every process; the caller alone should react, and end the others."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _end_with_the_caller_alone() -> None:
    """What a worker does first: leave Ctrl-C to the caller, and end when the caller is gone, even killed."""
    leave_interrupts_to_the_caller()
    caller = multiprocessing.parent_process()

    def watch() -> None:
        if caller is not None:
            caller.join()
            os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Let processes started in this block compute with one thread each: more would only compete."""
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
