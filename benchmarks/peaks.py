"""What this machine can do at best: a large matrix product, and the convolution that fills IR-50."""

import torch
import torch.nn.functional as F

from benchmarks.timing import Task

DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16}


def peak_tasks(precision: str, device: torch.device, quick: bool) -> list[Task]:
    """Return the two limits that networks are compared with, in ``precision`` ("fp32" or "bf16").

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

    return [
        Task(f"matmul {precision}", matmul, 2 * side**3),
        Task(f"conv {precision}", conv, 2 * batch * cells**2 * 9 * channels**2),
    ]
