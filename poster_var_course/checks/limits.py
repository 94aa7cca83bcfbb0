"""End an answer that loops or takes all the memory, with a kind word instead of a dead kernel."""

import _thread
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psutil

SECONDS = 30.0
MEMORY = 2 * 2**30  # bytes more than when the check began


class LimitError(Exception):
    """The answer took more time or memory than a check gives it."""


@contextmanager
def limited() -> Iterator[None]:
    """Run the block within `SECONDS` and `MEMORY`; LimitError says which of them it passed.

    A watching thread interrupts the main thread as Ctrl-C does, on every system; where the system knows a limit to
    a process's memory (Linux), one single huge request is refused as well.
    """
    ended, passed = threading.Event(), []
    process = psutil.Process()
    before = process.memory_info().rss

    def watch() -> None:
        waited = 0.0
        while not ended.wait(0.1):
            waited += 0.1
            if waited > SECONDS:
                passed.append(f"it was still running after {SECONDS:g} seconds. Does a loop never end?")
            elif process.memory_info().rss - before > MEMORY:
                passed.append(
                    f"it used more than {MEMORY / 2**30:g} GiB of memory. Does something grow without end?"
                )
            while passed and not ended.is_set():
                _thread.interrupt_main()
                ended.wait(1.0)  # and again, should the answer catch everything

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        with _interrupts(), _no_huge_requests():
            yield
    except KeyboardInterrupt:
        ended.set()
        if not passed:
            raise  # the learner's own Ctrl-C
        raise LimitError(passed[0]) from None
    except MemoryError:
        raise LimitError("it asked for more memory than a check gives. Is a shape far too large?") from None
    finally:
        ended.set()
        watcher.join()


@contextmanager
def _interrupts() -> Iterator[None]:
    """Heed interrupts where the process was started to ignore them, as a shell's background jobs are."""
    handler = signal.getsignal(signal.SIGINT)
    if handler is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        if handler is signal.SIG_IGN:
            signal.signal(signal.SIGINT, handler)


@contextmanager
def _no_huge_requests() -> Iterator[None]:
    """Refuse requests of memory far above the limit, which could end the process before anybody is asked."""
    if sys.platform != "linux":
        yield
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    room = psutil.Process().memory_info().vms + 2 * MEMORY
    resource.setrlimit(
        resource.RLIMIT_AS, (room if hard == resource.RLIM_INFINITY else min(room, hard), hard)
    )
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
