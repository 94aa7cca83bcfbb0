"""Processors and processes: what a run computes on, through lightning.fabric.

That takes seconds to import, so it is imported where a run begins: who only predicts, or reads a config, need not
wait for it.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import torch

from pvlib.errors import CourseError
from pvlib.models import Poster
from pvlib.training.configs import TrainConfig
from pvlib.training.precision import PRECISIONS, check_precision

if TYPE_CHECKING:
    from lightning.fabric import Fabric
    from lightning.fabric.plugins import MixedPrecision

_PATIENCE = 5.0  # seconds
_FABRIC_NAMES = {"fp32": "32-true", "bf16": "bf16-mixed", "fp16": "16-mixed"}


def make_fabric(
    device: str | torch.device = "auto",
    devices: int = 1,
    nodes: int = 1,
    precision: str = "fp32",
    strategy: str = "auto",
) -> "Fabric":
    """Return the Fabric on which ``fit`` runs. For several processes call its ``launch()`` before anything else.

    Args:
        device: "auto" (a GPU where there is one), "cpu", "cuda", "cuda:1", "mps".
        devices: how many of them on this machine, one process each.
        nodes: how many machines.
        precision: "fp32", "bf16", or "fp16" (with scaled gradients; GPU only).
        strategy: "auto" copies the network to every process (distributed data parallel).

    Raises:
        CourseError: naming the device, count or precision that cannot be had.
    """
    check_precision(precision, PRECISIONS)
    for name, count in (("devices", devices), ("nodes", nodes)):
        if isinstance(count, bool) or not isinstance(count, int) or count < 1:
            raise CourseError(f"{name} must be a whole number of at least 1, not {count!r}")
    if strategy not in ("auto", "ddp"):
        raise CourseError(
            f'strategy must be "auto" or "ddp", not "{strategy}": every process holds the network'
        )
    kind, _, index = str(device).partition(":")
    kind = ("cuda" if torch.cuda.is_available() else "cpu") if kind == "auto" else kind
    _check_available(str(device), kind, index, devices)
    if precision == "fp16" and kind != "cuda":
        raise CourseError('precision "fp16" needs a GPU: choose "bf16" or "fp32"')
    from lightning.fabric import Fabric
    from lightning.fabric.plugins import Precision

    plugin = Precision() if precision == "fp32" else _autocast(_FABRIC_NAMES[precision], kind)
    return Fabric(
        accelerator=kind,
        devices=[int(index)] if index else devices,
        num_nodes=nodes,
        strategy=strategy,
        plugins=[plugin],
    )


def distribute(
    network: Poster, optimizer: torch.optim.Optimizer, config: TrainConfig, fabric: "Fabric"
) -> tuple[Any, Any]:
    """Return network and optimizer as Fabric wraps them: gradients are averaged over processes as they appear."""
    if config.sync_batchnorm and fabric.world_size > 1 and fabric.device.type == "cuda":
        torch.nn.SyncBatchNorm.convert_sync_batchnorm(network)
    module, wrapped = fabric.setup(network, optimizer)
    module.mark_forward_method("sample_logits")
    return module, wrapped


@contextmanager
def one_fate(fabric: "Fabric") -> Iterator[None]:
    """Where one of the processes that a run started on this machine fails in the block, end them all, with one message.

    The others would wait for it, with NCCL for ten minutes and more. What fails in all of them at once is said by
    the first alone: the others wait for it to end them, and speak only if it does not. Lightning ends the first when
    another has failed.
    """
    if fabric.world_size == 1:
        yield
        return
    started = getattr(fabric.strategy.launcher, "procs", [])  # by the first process of this machine
    try:
        yield
    except BaseException as error:
        if not started:
            time.sleep(_PATIENCE if fabric.local_rank else 0)
            raise
        own = isinstance(error, CourseError | KeyboardInterrupt)
        code = None if own else _failure_of(started)
        others = list(started)
        started.clear()  # Lightning's watchman would take their end for a failure and kill this process too
        for process in others:
            process.kill()
        if code is None:
            raise
        why = "failed; it said why above" if code > 0 else f"was ended by signal {-code}"
        hint = " (the system does that where its memory is full)" if code == -9 else ""
        raise CourseError(f"another process of this run {why}{hint}") from error


def _failure_of(processes: list[Any]) -> int | None:
    """The status of the first that fails, waited for a little: its connections close before it has ended."""
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        for process in processes:
            if process.poll():
                return process.returncode
        time.sleep(0.05)
    return None


@contextmanager
def compiled(network: Poster, wanted: bool) -> Iterator[None]:
    """Inside the block, the representation is computed by torch.compile's code; outside, as it is written.

    So what measures the network between epochs, with batches of other lengths, compiles nothing.
    """
    if not wanted:
        yield
        return
    network.forward_features = torch.compile(network.forward_features)
    try:
        yield
    finally:
        del network.forward_features


def _autocast(precision: str, device: str) -> "MixedPrecision":
    """Fabric's mixed precision, but the input stays float32: layers that can bear less convert it themselves.

    Fabric would round pictures before they are resized, and the noise of the head as well.
    """
    from lightning.fabric.plugins import MixedPrecision

    class Autocast(MixedPrecision):
        def convert_input(self, data: object) -> object:
            return data

    return Autocast(precision, device=device)


def _check_available(name: str, kind: str, index: str, devices: int) -> None:
    gpus = torch.cuda.device_count()
    here = {"cpu": 1, "cuda": gpus, "mps": int(torch.backends.mps.is_available())}
    numbered = kind == "cuda" and index.isdecimal() and int(index) < gpus
    if not here.get(kind) or (":" in name and not numbered):
        there = ", ".join(
            f"{known} ({count})" if count > 1 else known for known, count in here.items() if count
        )
        raise CourseError(f'device "{name}" is not here; there is: {there}')
    if kind != "cpu" and devices > (1 if index else here[kind]):
        raise CourseError(f"devices = {devices}, but {name} gives {1 if index else here[kind]}")


def precision_of(fabric: "Fabric") -> str:
    """Return "fp32", "bf16" or "fp16"; what Fabric calls otherwise is returned as it stands."""
    own = fabric.strategy.precision.precision
    return next((name for name, theirs in _FABRIC_NAMES.items() if theirs == own), own)
