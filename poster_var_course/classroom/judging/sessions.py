"""The judge's side of a confined process: start it, ask it, and end it when it takes too much."""

import contextlib
import json
import os
import select
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from poster_var_course.checks.beside import Elsewhere, Function
from poster_var_course.checks.expectations import UnwrittenError
from poster_var_course.checks.mechanism import ToldError
from poster_var_course.classroom.judging.confined import send
from poster_var_course.classroom.judging.wire import MOST_BYTES, WireError, decode, encode
from pvlib.errors import CourseError

SYSTEM = (
    "/usr",
    "/lib",
    "/lib64",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/sys/devices/system/cpu",
    "/proc/cpuinfo",
    "/dev/urandom",
    "/dev/null",
    "/System",
    "/Library",
)
TICK = 0.1  # seconds between two looks at a process
START_SECONDS = 120.0


@dataclass(frozen=True, kw_only=True)
class JudgingLimits:
    """What one answer may take: seconds on the clock, memory (MiB), characters that it prints."""

    seconds: float = 25.0
    memory_mib: int = 2048
    printed: int = 1_000_000


class StoppedError(ToldError):
    """An answer took more than it may, or ended its own process."""

    def __init__(self, message: str):
        super().__init__("stopped", message)


class Zygote:
    """A process with the course's library loaded, from which every answer's process is copied. Use as a context.

    Args:
        library: folder that holds pvlib, poster_var_course and lessons, without solutions.
        modules: loaded once, for all answers.

    Raises:
        CourseError: it cannot be started from that folder.
    """

    def __init__(self, library: Path, modules: Sequence[str]):
        self._library = library.resolve()
        if not (self._library / "poster_var_course").is_dir():  # or an answer would run beside the solutions
            raise CourseError(
                f"{library}: the course's library is not there; make it with pvlib classroom release"
            )
        self._folder = tempfile.TemporaryDirectory(prefix="judging-")
        self._control, theirs = socket.socketpair()
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "LD_LIBRARY_PATH") if name in os.environ}
        alone = {
            "PYTHONPATH": str(self._library),
            "OMP_NUM_THREADS": "1",
            "PYTHONNOUSERSITE": "1",
            "HOME": self._folder.name,
        }
        started = [
            sys.executable,
            "-m",
            "poster_var_course.classroom.judging.zygote",
            str(theirs.fileno()),
            *modules,
        ]
        self._process = subprocess.Popen(
            started, cwd=self._folder.name, env=kept | alone, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )  # fmt: skip
        theirs.close()
        self._control.settimeout(START_SECONDS)
        with contextlib.suppress(OSError):
            if self._control.recv(16) == b"ready":
                return
        self._process.kill()
        said = (self._process.communicate()[1] or b"").decode(errors="replace").strip().split("\n")[-1]
        self.__exit__()
        raise CourseError(
            f"{library}: no answer can be judged with the library there: {said or 'it did not start'}"
        )

    def open(self, limits: JudgingLimits, seed: int) -> "Session":
        """A fresh process for one answer; OSError if there is none to be had."""
        ours, theirs = socket.socketpair()
        printed, output = os.pipe()
        readable = [*SYSTEM, sys.prefix, sys.base_prefix, str(self._library)]
        settings = {
            "readable": readable, "memory": limits.memory_mib * 2**20, "seconds": limits.seconds * 2, "seed": seed,
        }  # fmt: skip
        socket.send_fds(self._control, [json.dumps(settings).encode()], [theirs.fileno(), output])
        theirs.close()
        os.close(output)
        return Session(ours, printed, limits)

    def __enter__(self) -> "Zygote":
        return self

    def __exit__(self, *_: object) -> None:
        self._control.close()
        self._process.kill()
        self._process.wait()
        if self._process.stderr:
            self._process.stderr.close()
        self._folder.cleanup()


class Session:
    """One confined process and the conversation with it. Use as a context: leaving it ends the process.

    Attributes:
        printed: what the answer has printed so far, cut at the limit.
        changed: names of the arguments that it changed in place.
        closed: what the process cannot reach, as `confinement.confine` names it.
    """

    def __init__(self, talk: socket.socket, printed: int, limits: JudgingLimits):
        self.printed = ""
        self.changed: set[str] = set()
        self.closed: tuple[str, ...] = ()
        self._talk, self._output, self._limits = talk, printed, limits
        self._end = time.monotonic() + limits.seconds
        self._broken: StoppedError | None = None
        self._shown = 0
        talk.settimeout(START_SECONDS)
        first = bytearray()
        while len(first) < 64 and (part := talk.recv(64 - len(first))):
            first += part
        if len(first) < 64:
            talk.close()
            os.close(printed)
            raise ConnectionError("a process for an answer could not be started")
        self._process = psutil.Process(json.loads(first)["process"])
        self._resident = self._used()

    def load(self, cells: Sequence[tuple[str, str, bool]], names: Sequence[str]) -> "list[Remote | None]":
        """Run cells (label, text, whether it is an exercise), and return the objects that `names` are then."""
        told = self._ask({"do": "load", "cells": [list(cell) for cell in cells], "names": list(names)})
        return [
            one and Remote(self, one["number"], unwritten=one["unwritten"] is True, module=str(one["module"]))
            for one in told
        ]

    def call(self, number: "Remote", arguments: Sequence[object], named: dict[str, object]) -> Any:
        return self._ask({"do": "call", "of": number, "arguments": list(arguments), "named": named})

    def run(self, number: "Remote", function: Function, values: Sequence[object]) -> Any:
        path = f"{function.__module__}:{function.__qualname__}"
        return self._ask({"do": "run", "of": number, "function": path, "values": list(values)})

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(psutil.Error, OSError):
            for one in [self._process, *self._process.children(recursive=True)]:
                one.kill()
        with contextlib.suppress(StoppedError, OSError):
            self._listen(0)  # what it printed last
        self._talk.close()
        os.close(self._output)

    def _ask(self, asked: dict[str, object]) -> Any:
        """Send one request and return the value that answers it.

        Raises:
            ToldError: what the learner's code raised, in words; StoppedError where it was ended.
            UnwrittenError: it returned None or the placeholder.
        """
        if self._broken:
            raise self._broken
        try:
            return self._read(self._exchange(encode(asked, _number_of)))
        except StoppedError as error:
            self._broken = error
            raise

    def _read(self, message: bytes) -> Any:
        try:
            told = decode(message, self._object)
            self.changed |= {str(name) for name in told["changed"]}
            self.closed = tuple(map(str, told["closed"]))
            if "nothing" in told:
                raise UnwrittenError(... if told["nothing"] is ... else None)
            if "told" in told:
                status, words, hint = told["told"]
                raise ToldError("unwritten" if status == "unwritten" else "wrong", str(words), str(hint))
            return told["value"]
        except (WireError, KeyError, TypeError, ValueError):
            raise StoppedError("Your answer broke the conversation with the grader.") from None

    def _object(self, number: int, kind: str) -> "Remote":
        """An object there, of a class that is called like its own: a check may name it in words."""
        named = type(kind if kind.isidentifier() else "object", (Remote,), {})
        return named(self, number, unwritten=False)

    def _exchange(self, message: bytes) -> bytes:
        """Send a message and wait for the next one, with an eye on time, memory, processes and output."""
        try:
            send(self._talk, message)
            head = self._wait_for(8)
            size = int.from_bytes(head, "big")
            if size > MOST_BYTES:
                raise StoppedError("Your answer is larger than a grader reads.")
            return self._wait_for(size)
        except OSError:
            raise StoppedError("Your answer ended the process it ran in.") from None

    def _wait_for(self, count: int) -> bytes:
        parts = bytearray()
        looked = time.monotonic()
        while len(parts) < count:
            if self._listen(TICK):
                part = self._talk.recv(min(count - len(parts), 2**20))
                if not part:
                    raise StoppedError("Your answer ended the process it ran in.")
                parts += part
            if (now := time.monotonic()) - looked > TICK:
                looked = now
                self._look(now)
        return bytes(parts)

    def _listen(self, seconds: float) -> bool:
        """Wait until the process answers, at most so long, and take in what it prints meanwhile."""
        ready, _, _ = select.select([self._talk.fileno(), self._output], [], [], seconds)
        if self._output in ready:
            text = os.read(self._output, 65_536).decode(errors="replace")
            self.printed += text[: max(self._limits.printed - self._shown, 0)]
            self._shown += len(text)
            if self._shown > self._limits.printed:
                self._stop(f"it printed more than {self._limits.printed:,} characters. Does a loop print?")
            if not text and self._talk.fileno() not in ready:  # the process closed its output, and is silent
                time.sleep(min(seconds, TICK))
        return self._talk.fileno() in ready

    def _look(self, now: float) -> None:
        if now > self._end:
            self._stop(f"it was still running after {self._limits.seconds:g} seconds. Does a loop never end?")
        with contextlib.suppress(psutil.Error):
            if self._process.children():
                self._stop("it started other processes.")
            if self._used() - self._resident > self._limits.memory_mib * 2**20:
                self._stop(
                    f"it used more than {self._limits.memory_mib / 1024:g} GiB of memory. Does something grow without end?"
                )

    def _used(self) -> int:
        tree = [self._process, *self._process.children(recursive=True)]
        return sum(one.memory_info().rss for one in tree if one.is_running())

    def _stop(self, why: str) -> None:
        raise StoppedError(f"Your answer was stopped: {why}")


class Remote(Elsewhere):
    """A learner's object in a confined process, by its number there."""

    def __init__(self, session: Session, number: int, *, unwritten: bool, module: str = ""):
        self.session, self.number, self.unwritten, self.module = session, number, unwritten, module

    def __call__(self, *arguments: object, **named: object) -> Any:
        return self.session.call(self, arguments, named)

    def run(self, function: Function, values: Sequence[object]) -> Any:
        return self.session.run(self, function, values)


def _number_of(value: object) -> int:
    if isinstance(value, Remote):
        return value.number
    raise WireError(f"a value of type {type(value).__name__}")
