"""Processors, processes and numbers: what a run computes on, through lightning_fabric, and how precisely.

Fabric is imported where a run begins: prediction and config reading skip the import.

Weights and sums stay float32; autocast computes convolutions and matrix products in a shorter format. bfloat16 has
float32's range and two to three digits. float16 has three to four digits and a small range, so its gradients are
scaled up before they vanish (Micikevicius et al., 2018); that takes a GPU.
"""

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import torch

from pvlib.errors import CourseError
from pvlib.models import Poster

if TYPE_CHECKING:
    from lightning_fabric import Fabric
    from lightning_fabric.plugins import MixedPrecision

PRECISIONS = {"fp32": "32-true", "bf16": "bf16-mixed", "fp16": "16-mixed"}  # ours: Fabric's
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # malloc.h
_LARGEST_INT = 2**31 - 1


def make_fabric(
    device: str | torch.device = "auto",
    devices: int = 1,
    nodes: int = 1,
    precision: str = "fp32",
) -> "Fabric":
    """Return the Fabric on which ``fit`` runs. For several processes call its ``launch()`` before anything else.

    Args:
        device: "auto" (a GPU where there is one), "cpu", "cuda", "cuda:1", "mps".
        devices: how many of them on this machine, one process each.
        nodes: how many machines.
        precision: "fp32", "bf16", or "fp16" (with scaled gradients; GPU only).

    Raises:
        CourseError: naming the device, count or precision that cannot be had.
    """
    check_precision(precision, tuple(PRECISIONS))
    for name, count in (("devices", devices), ("nodes", nodes)):
        if isinstance(count, bool) or not isinstance(count, int) or count < 1:
            raise CourseError(f"{name} must be a whole number of at least 1, not {count!r}")
    kind, _, index = str(device).partition(":")
    kind = ("cuda" if torch.cuda.is_available() else "cpu") if kind == "auto" else kind
    _check_available(str(device), kind, index, devices)
    if precision == "fp16" and kind != "cuda":
        raise CourseError('precision "fp16" needs a GPU: choose "bf16" or "fp32"')
    with _without_torchmetrics():
        from lightning_fabric import Fabric
        from lightning_fabric.plugins import Precision

    plugin = Precision() if precision == "fp32" else _autocast(precision, kind)
    return Fabric(
        accelerator=kind,
        devices=[int(index)] if index else devices,
        num_nodes=nodes,
        plugins=[plugin],
    )


@contextmanager
def _without_torchmetrics() -> Iterator[None]:
    """Let Fabric be imported in tenths of a second instead of in seconds.

    It asks which torchmetrics is here, for a callback that is not used, by importing it; and that imports matplotlib,
    SciPy and torchvision.
    """
    absent: Any = None  # Python's sign for a module that cannot be imported
    hides = sys.modules.setdefault("torchmetrics", absent) is absent
    try:
        yield
    finally:
        if hides:
            del sys.modules["torchmetrics"]


def distribute(network: Poster, optimizer: torch.optim.Optimizer, fabric: "Fabric") -> tuple[Any, Any]:
    """Return network and optimizer as Fabric wraps them: gradients are averaged over processes as they appear.

    So are the statistics of batch normalisation, on GPUs; on CPUs that form does not exist.
    """
    if fabric.world_size > 1 and fabric.device.type == "cuda":
        torch.nn.SyncBatchNorm.convert_sync_batchnorm(network)
    module, wrapped = fabric.setup(network, optimizer)
    module.mark_forward_method("sample_logits")
    return module, wrapped


def _autocast(precision: str, device: str) -> "MixedPrecision":
    """Fabric's mixed precision, but the input stays float32: layers that can bear less convert it themselves.

    Fabric would round pictures before they are resized, and the noise of the head as well.
    """
    from lightning_fabric.plugins import MixedPrecision

    class Autocast(MixedPrecision):
        def convert_input(self, data: object) -> object:
            return data

    return Autocast("bf16-mixed" if precision == "bf16" else "16-mixed", device=device)


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


def check_precision(precision: str, allowed: tuple[str, ...] = ("fp32", "bf16")) -> None:
    """Refuse a precision that is not among the allowed ones by a CourseError."""
    if precision not in allowed:
        names = [f'"{name}"' for name in allowed]
        raise CourseError(f'precision must be {", ".join(names[:-1])} or {names[-1]}, not "{precision}"')


def autocast(device: str | torch.device, precision: str) -> torch.autocast:
    """Compute convolutions and matrix products in the shorter format, where ``precision`` names one."""
    shorter = {"bf16": torch.bfloat16, "fp16": torch.float16}.get(precision)
    return torch.autocast(torch.device(device).type, shorter, enabled=shorter is not None)


def fast_precision(device: str) -> str:
    """Return "bf16" where the processor computes in bfloat16 by itself, else "fp32"."""
    if torch.device(device).type == "cuda":
        return "bf16" if torch.cuda.is_bf16_supported() else "fp32"
    # private, but torch has no public name for it; without it we lose speed, not results
    native = getattr(torch.cpu, "_is_avx512_bf16_supported", lambda: False)
    return "bf16" if torch.device(device).type == "cpu" and native() else "fp32"


def keep_freed_memory() -> None:
    """Have the C library keep the memory of tensors that are gone, for the next ones; does nothing outside glibc.

    By default it hands large blocks back to the system at once, and a training step on a CPU then spends its
    time on pages that the system clears anew for every tensor: at the tiny size with two threads a step took
    15 % longer. The memory stays with the process until it ends.
    """
    if sys.platform != "linux":
        return
    library = ctypes.CDLL(None)
    if hasattr(library, "mallopt"):  # musl has none
        library.mallopt(_M_MMAP_THRESHOLD, _LARGEST_INT)
        library.mallopt(_M_TRIM_THRESHOLD, _LARGEST_INT)
