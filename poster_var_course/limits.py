"""What a lesson may use of a machine, and a thread that holds its kernel to it (`pvlib run`)."""

import contextlib
import json
import re
import secrets
import subprocess
import threading
import time
from dataclasses import dataclass, replace

import psutil

from pvlib.errors import CourseError, shown
from pvlib.terminal import printable, shorten

SAMPLING_SECONDS = 0.1
MARK = "PVLIB_RUN"  # an environment variable that a kernel hands on to everything that it starts
ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Seconds of a cell and of the whole lesson, memory, and characters that it shows and that are kept."""

    cell_seconds: float
    lesson_seconds: float
    memory_mib: float
    shown: int = 100_000_000
    kept: int = 1_000_000


_OF_A_LAPTOP = Limits(cell_seconds=600, lesson_seconds=1800, memory_mib=6 * 1024)
DEFAULTS = {
    "quick": _OF_A_LAPTOP,
    "reduced": _OF_A_LAPTOP,
    "full": Limits(
        cell_seconds=6 * 3600,
        lesson_seconds=48 * 3600,
        memory_mib=0.9 * psutil.virtual_memory().total / 2**20,
    ),
}


def limits_of(
    profile: str,
    timeout: float | None = None,
    lesson_timeout: float | None = None,
    memory: float | None = None,
) -> Limits:
    """The profile's limits with the given ones in place; CourseError for a wrong one, or an unknown profile."""
    given = {"--timeout": timeout, "--lesson-timeout": lesson_timeout, "--memory": memory}
    for option, value in given.items():
        if value is not None and not value > 0:
            raise CourseError(f"{option} {value:g}: give a positive number")
    if profile not in DEFAULTS:
        raise CourseError(f"profile {shown(profile)}: there are quick, reduced and full; use --profile")
    limits = DEFAULTS[profile]
    return replace(
        limits,
        cell_seconds=timeout or limits.cell_seconds,
        lesson_seconds=lesson_timeout or limits.lesson_seconds,
        memory_mib=memory or limits.memory_mib,
    )


class KernelWatch:
    """The processes of one kernel: their largest memory, and an end to them all when a limit is passed.

    In the context, and for a kernel that has `environment`. `broken` then says which limit was passed, or that
    somebody has set `stopped`.
    """

    def __init__(self, limits: Limits, stopped: threading.Event) -> None:
        self.peak = 0
        self.broken = ""
        self.process: subprocess.Popen[bytes] | None = None
        self._limits, self._stopped = limits, stopped
        self._mark = secrets.token_hex(8)
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)

    @property
    def environment(self) -> dict[str, str]:
        return {MARK: self._mark}

    def stop(self, why: str) -> None:
        """End the kernel because it passed a limit."""
        self.broken = self.broken or why
        self._end_all()

    def __enter__(self) -> "KernelWatch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()
        self._end_all()  # also what left the kernel's session, and would live on

    def _sample(self) -> None:
        start = time.monotonic()
        while not self._done.wait(SAMPLING_SECONDS):
            if self._stopped.is_set():
                self.stop("the run was stopped")
            if time.monotonic() - start > self._limits.lesson_seconds:
                self.stop(
                    f"the lesson ran longer than {self._limits.lesson_seconds:g} s; allow more with --lesson-timeout"
                )
            if self.process is None:
                continue
            with contextlib.suppress(psutil.Error):  # a process of the tree may end between two calls
                root = psutil.Process(self.process.pid)
                used = sum(one.memory_info().rss for one in [root, *root.children(recursive=True)])
                self.peak = max(self.peak, used)
                if used > self._limits.memory_mib * 2**20:
                    self.stop(
                        f"the lesson took more than {self._limits.memory_mib:,.0f} MiB of memory; "
                        "allow more with --memory"
                    )

    def _end_all(self) -> None:
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error, OSError):
                if process.environ().get(MARK) == self._mark:
                    process.kill()


class OutputBudget:
    """Cuts what a kernel shows: text beyond `kept` characters goes, and beyond `shown` the lesson ends."""

    def __init__(self, limits: Limits, watch: KernelWatch) -> None:
        self._limits, self._watch = limits, watch
        self._shown = self._kept = 0

    def cut(self, message: dict) -> bool:
        """Shorten one message of the kernel in place; False if nothing of it is to be kept."""
        content, kind = message["content"], message["msg_type"]
        room = max(self._limits.kept - self._kept, 0)
        if kind == "stream":
            size = len(content["text"])
            if size > room:
                content["text"] = content["text"][:room] + self._note("text")
            self._kept += min(size, room + 1)
            keep = room > 0
        elif kind == "error":
            size = len(content["evalue"]) + sum(map(len, content["traceback"]))
            content["evalue"] = shortened(content["evalue"])
            content["traceback"] = [shortened(line, 5_000) for line in content["traceback"][-30:]]
            keep = True
        elif "data" in content:
            size = len(json.dumps(content["data"], default=str))
            if size > 5 * self._limits.kept:
                content["data"] = {"text/plain": self._note("an output")}
            keep = True
        else:
            return True
        self._shown += size
        if self._shown > self._limits.shown:
            self._watch.stop(
                f"the lesson showed more than {self._limits.shown:,} characters; does a loop print?"
            )
        return keep

    def _note(self, what: str) -> str:
        return f"\n[{what} was cut here: a lesson keeps {self._limits.kept:,} characters]\n"


def shortened(text: str, length: int = 500) -> str:
    """Text from a notebook for a terminal or a page: no colours, no control characters, and not endless."""
    return printable(shorten(ANSI.sub("", text), length))
