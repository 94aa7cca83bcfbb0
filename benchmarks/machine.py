"""What a speed was measured on: processor, its vector and matrix instructions, threads, versions."""

import os
import platform
from pathlib import Path

import torch

# The flags that decide how fast convolutions and matrix products can be.
TELLING_FLAGS = ("avx2", "avx512f", "avx512_bf16", "amx_bf16", "asimd", "bf16", "sve")


def describe(device: torch.device) -> dict[str, str | int | float]:
    """Return one line per fact, ready to print or to store."""
    name, flags = _processor()
    facts: dict[str, str | int | float] = {
        "processor": name,
        "flags": " ".join(flag for flag in TELLING_FLAGS if flag in flags) or "unknown",
        "torch sees": torch.backends.cpu.get_cpu_capability(),
        "cores": os.cpu_count() or 0,
        "threads": torch.get_num_threads(),
        "load": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else "unknown",
        "torch": torch.__version__,
        "device": str(device),
    }
    if device.type == "cuda":
        facts["device"] = f"{device} ({torch.cuda.get_device_name(device)})"
    return facts


def _processor() -> tuple[str, set[str]]:
    """Name and flags, as Linux tells them; elsewhere the name alone."""
    name, flags = platform.processor() or platform.machine(), set()
    if Path("/proc/cpuinfo").exists():
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            key, _, value = line.partition(":")
            if key.strip() == "model name":
                name = value.strip()
            elif key.strip() in ("flags", "Features"):
                flags = set(value.split())
    return name, flags
