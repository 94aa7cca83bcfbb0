"""What this machine can do at best: a large matrix product, and the convolution that fills IR-50."""

import math

import torch
import torch.nn.functional as F

from benchmarks.timing import Task

DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16}
# Operations in one call. A single product takes a millisecond or two in bfloat16, and after something else has filled
# the caches that is far from what the processor can keep up.
SUSTAINED, SUSTAINED_QUICK = 2e11, 1e9


def peak_tasks(precision: str, device: torch.device, quick: bool) -> list[Task]:
    """Return the two limits that networks are compared with, in ``precision`` ("fp32" or "bf16").

    Each repeats one product on the same numbers until ``SUSTAINED`` operations are done.
    ``matmul``: a square matrix product of side 2,048. ``conv``: eight maps of 256 channels, 14×14, under a
    3×3 convolution, as in stage 3 of IR-50 at batch 8.
    """
    dtype = DTYPES[precision]
    side, batch, channels, cells = (512, 1, 256, 14) if quick else (2048, 8, 256, 14)
    left, right = (torch.randn(side, side, device=device, dtype=dtype) for _ in range(2))
    maps = torch.randn(batch, channels, cells, cells, device=device, dtype=dtype)  # (batch, channels, 14, 14)
    maps = maps.contiguous(memory_format=torch.channels_last)
    weight = torch.randn(channels, channels, 3, 3, device=device, dtype=dtype)
    weight = weight.contiguous(memory_format=torch.channels_last)

    def matmul() -> None:
        torch.mm(left, right)

    def conv() -> None:
        with torch.no_grad():
            F.conv2d(maps, weight, padding=1)

    sustained = SUSTAINED_QUICK if quick else SUSTAINED
    return [
        _repeated(Task(f"matmul {precision}", matmul, 2 * side**3), sustained),
        _repeated(Task(f"conv {precision}", conv, 2 * batch * cells**2 * 9 * channels**2), sustained),
    ]


def _repeated(task: Task, operations: float) -> Task:
    times = math.ceil(operations / task.flops)

    def call() -> None:
        for _ in range(times):
            task.call()

    return Task(task.name, call, times * task.flops)
