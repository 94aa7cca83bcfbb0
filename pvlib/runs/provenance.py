"""Where a run's numbers come from: versions, the state of the source, the command, the processor."""

import datetime
import hashlib
import importlib.metadata
import platform
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pvlib

if TYPE_CHECKING:
    import torch

LIBRARIES = ("torch", "torchvision", "lightning-fabric", "torchmetrics", "safetensors", "numpy")


def session(device: "str | torch.device", processes: int = 1) -> dict[str, Any]:
    """Return what is to be known of this start of a run, as JSON values. It names no person or
    machine, unless the command line does, as a path may."""
    import torch  # here, as whoever asks for versions alone need not wait for it

    return {
        "started": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "command": command(),
        "versions": versions(),
        "git": git_state(),
        "device": device_name(device),
        "processes": processes,
        "threads": torch.get_num_threads(),
        "platform": f"{platform.system()} {platform.machine()}",
    }


def versions() -> dict[str, str]:
    """Versions of Python, of the course and of the libraries that numbers depend on."""
    found = {"python": platform.python_version(), "pvlib": pvlib.__version__}
    for name in LIBRARIES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def command() -> str:
    """The command line as it was typed, with the program's name in place of its path."""
    return shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]])


def git_state() -> dict[str, Any] | None:
    """Commit, whether tracked files differ from it, and a digest of the difference; None outside a checkout."""
    folder = Path(pvlib.__file__).resolve().parents[1]
    commit = _git(folder, "rev-parse", "HEAD")
    changes = _git(folder, "diff", "HEAD", "--binary")
    if commit is None or changes is None or not (folder / ".git").exists():
        return None
    digest = hashlib.sha256(changes).hexdigest() if changes else None
    return {"commit": commit.decode().strip(), "dirty": bool(changes), "diff_sha256": digest}


def device_name(device: "str | torch.device") -> str:
    """The processor's own name, e.g. of the graphics card."""
    import torch

    device = torch.device(device)
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    if device.type != "cpu":
        return device.type
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def _git(folder: Path, *arguments: str) -> bytes | None:
    try:
        done = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None
