"""Execute one notebook through papermill: this interpreter's kernel, a time limit a cell, every end named."""

import logging
import os
import re
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import nbformat
import papermill
import psutil
from ipykernel.kernelspec import get_kernel_dict
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from papermill.exceptions import PapermillExecutionError

PACKAGE_PARENT = Path(__file__).resolve().parents[2]
SAMPLING_SECONDS = 0.1
ANSI = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class Outcome:
    """One execution: `error` is None, or says `kind` (error, timeout, dead kernel), `cell` and `message`."""

    notebook: NotebookNode
    error: dict[str, str] | None
    seconds: float
    peak_memory_mib: float


def execute(
    notebook: NotebookNode,
    output: Path,
    parameters: dict[str, object],
    *,
    folder: Path,
    timeout: float,
    strict_checks: bool,
    on_cell: Callable[[int, str], None],
) -> Outcome:
    """Run all cells with `parameters` injected, saving to `output` as they finish.

    Args:
        folder: where the kernel works; a file that a parameter names is looked for from there.
        timeout: seconds that any one cell may take.
        strict_checks: let an answer check that does not pass stop the notebook.
        on_cell: told the number (from 0) and the name of each cell as it starts.
    """
    environment = {
        "PVLIB_STRICT_CHECKS": "1" if strict_checks else "0",
        "PYTHONHASHSEED": "0",  # sets of words keep their order from run to run
        "PYTHONPATH": os.pathsep.join(filter(None, [str(PACKAGE_PARENT), os.environ.get("PYTHONPATH", "")])),
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    }
    running = "before its first cell"
    memory = PeakMemory()

    def started(cell: NotebookNode, cell_index: int) -> None:
        nonlocal running
        running = cell_name(cell)
        on_cell(cell_index, running)

    error, start = None, time.perf_counter()
    with tempfile.TemporaryFile() as log, memory, _quiet_papermill():
        try:
            papermill.execute_notebook(
                notebook,
                output,
                parameters,
                kernel_name="python3",
                language="python",
                progress_bar=False,
                cwd=folder,
                start_timeout=120,
                execution_timeout=timeout,
                iopub_timeout=60,  # a busy machine delivers a picture late; that is no failure
                kernel_manager_class=_course_kernel(environment, log, memory.watch),
                on_cell_start=started,
            )
        except PapermillExecutionError as stopped:
            error = ("error", ANSI.sub("", f"{stopped.ename}: {stopped.evalue}").strip())
        except CellTimeoutError:
            error = ("timeout", f"ran longer than {timeout:g} s; allow more with --timeout")
        except (
            DeadKernelError,
            RuntimeError,
        ):  # nbclient raises a bare RuntimeError if the kernel never answers
            error = ("dead kernel", f"its kernel died ({_last_words(log)})")
    seconds = time.perf_counter() - start
    executed = nbformat.read(output, as_version=4) if output.exists() else notebook
    executed.metadata.pop("papermill", None)  # it holds a second copy of the whole notebook
    told = error and {"kind": error[0], "cell": running, "message": error[1]}
    return Outcome(executed, told, seconds, memory.peak / 2**20)


def cell_name(cell: NotebookNode) -> str:
    """How messages call a cell: its id and its first line of text."""
    first = cell.source.strip().split("\n")[0]
    return f"{cell.get('id', '?')} ({first[:60]})"


class PeakMemory:
    """The largest resident memory of a kernel and its children, in bytes, sampled in the context."""

    def __init__(self) -> None:
        self.peak = 0
        self._root: psutil.Process | None = None
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)

    def watch(self, pid: int) -> None:
        """Sample this process from now on."""
        self._root = psutil.Process(pid)

    def __enter__(self) -> "PeakMemory":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _sample(self) -> None:
        while not self._done.wait(SAMPLING_SECONDS):
            try:
                if self._root is not None:
                    tree = [self._root, *self._root.children(recursive=True)]
                    self.peak = max(self.peak, sum(process.memory_info().rss for process in tree))
            except psutil.Error:  # a process of the tree ended between the two calls
                continue


def _course_kernel(
    environment: dict[str, str], log: IO[bytes], on_start: Callable[[int], None]
) -> type[AsyncKernelManager]:
    """A kernel of exactly this interpreter, whatever "python3" means in the user's own Jupyter settings."""

    class CourseKernel(AsyncKernelManager):
        @property
        def kernel_spec(self) -> KernelSpec:
            return KernelSpec(**(get_kernel_dict() | {"env": environment}))

        async def start_kernel(self, **named: object) -> None:
            await super().start_kernel(**named, stderr=log)
            on_start(self.provisioner.pid)

    return CourseKernel


@contextmanager
def _quiet_papermill() -> Iterator[None]:
    """Failures are told once, by us; papermill's own log would tear the progress bar."""
    logger = logging.getLogger("papermill")
    level = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        logger.setLevel(level)


def _last_words(log: IO[bytes]) -> str:
    """What the dying process wrote last, if it had the time."""
    log.seek(0)
    text = log.read().decode(errors="replace")
    lines = [line for line in text.splitlines() if line.strip() and "[IPKernelApp]" not in line]
    return lines[-1].strip()[:200] if lines else "it left no message; memory running out is the usual cause"
