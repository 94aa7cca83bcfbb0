"""Where the runs of a grid are carried out: processes of this machine, or any Dask cluster.

Dask, because it is pure Python and small beside Ray, and because the client is the same everywhere: workers
that dask-jobqueue starts through SLURM, PBS or LSF, or dask-kubernetes in a cluster of pods, are reached by
their scheduler's address and nothing else changes. A worker that is killed loses nothing: its run goes to
another one and on from its checkpoint.
"""

import asyncio
import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dask
from dask.system import CPU_COUNT
from distributed import Client, LocalCluster, Worker, WorkerPlugin
from distributed.comm import connect

from pvlib.errors import CourseError
from pvlib.pool import leave_interrupts_to_the_caller

LIVES = 5
"""Worker processes that may die under the same run before it is given up; the cause is then the run's own."""


@contextmanager
def open_client(
    workers: int, scheduler: str | None = None, connect_seconds: float = 10.0
) -> Iterator[Client]:
    """Give a client of ``workers`` processes on this machine, or of a running scheduler.

    Args:
        workers: processes to start; of no meaning with a ``scheduler``.
        scheduler: address such as "tcp://10.0.0.5:8786", or its file, as ``dask scheduler`` writes it.

    Raises:
        CourseError: nobody answers at that address.
    """
    if scheduler is not None:
        try:
            address = _address(scheduler)
            asyncio.run(_greet(address, connect_seconds))
            client = Client(address, timeout=connect_seconds)
        except (OSError, ValueError) as error:  # a TimeoutError is an OSError
            why = str(error) or "what listens there is none"
            raise CourseError(f"no Dask scheduler answers at {scheduler} ({why})") from error
        with client:
            yield client
        return
    settings = {
        "distributed.scheduler.allowed-failures": LIVES - 1,
        "distributed.scheduler.worker-ttl": None,  # a busy training may forget to say that it lives
        "distributed.scheduler.worker-saturation": 1.0,
        "distributed.admin.log-format": "%(message)s",
        "logging.distributed": "critical",
    }
    with (
        dask.config.set(settings),
        LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            processes=True,
            memory_limit=0,  # no guess of Dask's may stop a training
            dashboard_address=":0",  # any free port; the usual one may be taken
            silence_logs="CRITICAL",
            local_directory=tempfile.gettempdir(),
        ) as cluster,
        Client(cluster) as client,
    ):
        client.register_plugin(_LeaveInterrupts())
        yield client


def workers_that_fit(threads: int, device: str = "auto") -> int:
    """Return how many runs at a time suit this machine: one a GPU, else as many as its cores have threads for."""
    import torch

    if device.split(":")[0] != "cpu" and torch.cuda.is_available():
        return torch.cuda.device_count() if device in ("auto", "cuda") else 1
    return max(1, CPU_COUNT // threads)


def _address(scheduler: str) -> str:
    """What a scheduler's file says, or the address itself; Dask would wait for a file that is not there.

    Raises:
        ValueError: it is neither.
    """
    if Path(scheduler).is_file():
        try:
            scheduler = json.loads(Path(scheduler).read_text(encoding="utf-8"))["address"]
        except (LookupError, TypeError, ValueError) as error:
            raise ValueError("the file is none that dask scheduler --scheduler-file wrote") from error
    elif "://" not in scheduler:
        raise ValueError("there is no such file; an address looks like tcp://10.0.0.5:8786")
    return scheduler


async def _greet(address: str, seconds: float) -> None:
    """Exchange a word with a scheduler; Dask's client itself would wait for ever where none answers.

    Raises:
        OSError, ValueError: nobody answers in time; the address has no such form.
    """
    connection = await asyncio.wait_for(connect(address, timeout=seconds), seconds + 1)
    connection.abort()


class _LeaveInterrupts(WorkerPlugin):
    """In every worker process, those too that take the place of killed ones."""

    def setup(self, worker: Worker) -> None:
        leave_interrupts_to_the_caller()
