"""Execute one notebook through papermill: this interpreter's kernel, within limits, every end named."""

import gc
import logging
import os
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import nbformat
import papermill
from ipykernel.kernelspec import get_kernel_dict
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbformat.validator import NotebookValidationError
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, papermill_engines
from papermill.exceptions import PapermillExecutionError

from poster_var_course.limits import KernelWatch, Limits, OutputBudget, shortened
from poster_var_course.own_paths import PACKAGE_PARENT
from poster_var_course.surroundings import THREADS

ENGINE = "poster-var-course"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One execution: `error` is None, or says `kind` (error, timeout, limit, dead kernel), `cell`, `message`."""

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
    threads: int,
    limits: Limits,
    strict_checks: bool,
    on_cell: Callable[[int, str], None],
    stopped: threading.Event,
) -> Outcome:
    """Run all cells with `parameters` injected, saving to `output` as they finish.

    Args:
        folder: where the kernel works; a file that a parameter names is looked for from there.
        threads: processor threads of torch, NumPy and SciPy.
        limits: what the lesson may use.
        strict_checks: let an answer check that does not pass stop the notebook.
        on_cell: told the number (from 0) and the name of each cell as it starts.
        stopped: set from elsewhere, it ends the kernel.
    """
    environment = dict.fromkeys(THREADS, str(threads)) | {
        "PVLIB_STRICT_CHECKS": "1" if strict_checks else "0",
        "PVLIB_HEADLESS": "1",  # nobody is there to guess
        "PYTHONHASHSEED": "0",  # sets of words keep their order from run to run
        "PYTHONPATH": os.pathsep.join(filter(None, [str(PACKAGE_PARENT), os.environ.get("PYTHONPATH", "")])),
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    }
    running = "before its first cell"
    watch = KernelWatch(limits, stopped)

    def started(cell: NotebookNode, cell_index: int) -> None:
        nonlocal running
        running = cell_name(cell)
        on_cell(cell_index, running)

    error, start = None, time.perf_counter()
    with tempfile.TemporaryFile() as log, watch:
        try:
            papermill.execute_notebook(
                notebook,
                output,
                parameters,
                engine_name=ENGINE,
                kernel_name="python3",
                language="python",
                progress_bar=False,
                cwd=folder,
                start_timeout=120,
                execution_timeout=limits.cell_seconds,
                iopub_timeout=60,  # a busy machine delivers a picture late; that is no failure
                kernel_manager_class=_course_kernel(environment | watch.environment, log, watch),
                on_cell_start=started,
                output_budget=OutputBudget(limits, watch),
            )
        except PapermillExecutionError as stopped:
            error = ("error", shortened(f"{stopped.ename}: {stopped.evalue}").strip())
        except NotebookValidationError as invalid:
            error = (
                "output",
                f"it shows what no notebook can hold: {shortened(str(invalid).splitlines()[0])}",
            )
        except CellTimeoutError:
            error = ("timeout", f"ran longer than {limits.cell_seconds:g} s; allow more with --timeout")
        except (DeadKernelError, RuntimeError):  # a bare RuntimeError if the kernel never answers
            error = ("dead kernel", f"its kernel died ({_end_of(watch.process, log)})")
    if watch.broken:
        error = ("limit", watch.broken)
    seconds = time.perf_counter() - start
    executed = nbformat.read(output, as_version=4) if output.exists() else notebook
    executed.metadata.pop("papermill", None)  # it holds a second copy of the whole notebook
    told = {"kind": error[0], "cell": running, "message": error[1]} if error else None
    return Outcome(notebook=executed, error=told, seconds=seconds, peak_memory_mib=watch.peak / 2**20)


def cell_name(cell: NotebookNode) -> str:
    """How messages call a cell: its id and its first line of text."""
    first = cell.source.strip().split("\n")[0]
    return shortened(f"{cell.get('id', '?')} ({first[:60]})")


class _Client(PapermillNotebookClient):
    """Papermill's client, with a limit to what it keeps of a kernel's output."""

    def __init__(self, nb_man: Any, output_budget: OutputBudget, **settings: Any):
        super().__init__(nb_man, **settings)
        self._output_budget = output_budget

    def process_message(self, message: dict, *arguments: Any) -> NotebookNode | None:
        return super().process_message(message, *arguments) if self._output_budget.cut(message) else None


class _Engine(NBClientEngine):
    @classmethod
    def execute_managed_notebook(
        cls, nb_man: Any, kernel_name: str, start_timeout: int, execution_timeout: float, **settings: Any
    ) -> NotebookNode:
        settings.pop("input_path", None)
        return _Client(
            nb_man,
            kernel_name=kernel_name,
            startup_timeout=start_timeout,
            timeout=execution_timeout,
            **settings,
        ).execute()


papermill_engines.register(ENGINE, _Engine)


def _course_kernel(
    environment: dict[str, str], log: IO[bytes], watch: KernelWatch
) -> type[AsyncKernelManager]:
    """A kernel of exactly this interpreter, whatever "python3" means in the user's own Jupyter settings."""

    class CourseKernel(AsyncKernelManager):
        @property
        def kernel_spec(self) -> KernelSpec:
            return KernelSpec(**(get_kernel_dict() | {"env": environment}))

        async def _async_launch_kernel(self, kernel_cmd: list[str], **named: Any) -> None:
            await super()._async_launch_kernel(kernel_cmd, **named, stderr=log)
            watch.process = getattr(self.provisioner, "process", None)

    return CourseKernel


@contextmanager
def quiet_libraries() -> Iterator[None]:
    """Failures are told once, by us; the libraries' own logs would tear the progress bar."""
    loggers = [logging.getLogger(name) for name in ("papermill", "asyncio", "traitlets")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        gc.collect()  # a task that a dead kernel left behind complains when it goes: let it go now
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


def _end_of(process: subprocess.Popen[bytes] | None, log: IO[bytes]) -> str:
    """How a kernel ended: by which signal or with which status, and what it wrote last."""
    status = process.poll() if process else None
    if status is None:
        ending = "it does not answer"
    elif status >= 0:
        ending = f"it ended itself with exit status {status}"
    else:
        ending = f"ended by {signal.Signals(-status).name}"
        if -status == getattr(signal, "SIGKILL", 9):
            ending += "; memory running out is the usual cause"
    log.seek(0)
    lines = [line for line in log.read().decode(errors="replace").splitlines() if line.strip()]
    last = [line for line in lines if "[IPKernelApp]" not in line][-1:]
    return ": ".join([ending, *(shortened(line.strip(), 200) for line in last)])
