"""Which numbers a network computes with, by name: float32, or half as many bits where that is safe.

Weights and sums stay float32; autocast computes convolutions and matrix products in the shorter format.
bfloat16 has float32's range and two to three digits. float16 has three to four digits and a small range, so
its gradients are scaled up before they vanish (Micikevicius et al., 2018); that takes a GPU.
"""

import torch

from pvlib.errors import CourseError

PRECISIONS = ("fp32", "bf16", "fp16")


def check_precision(precision: str, allowed: tuple[str, ...] = ("fp32", "bf16")) -> None:
    """Refuse a precision that is not among the allowed ones by a CourseError."""
    if precision not in allowed:
        names = [f'"{name}"' for name in allowed]
        raise CourseError(f'precision must be {", ".join(names[:-1])} or {names[-1]}, not "{precision}"')


def autocast(device: str | torch.device, precision: str) -> torch.autocast:
    """Compute convolutions and matrix products in the shorter format, where ``precision`` names one."""
    shorter = {"bf16": torch.bfloat16, "fp16": torch.float16}.get(precision)
    return torch.autocast(torch.device(device).type, shorter, enabled=shorter is not None)
