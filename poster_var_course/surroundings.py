"""What a run stands on beside its lesson: the version of every package, the processor, the memory, the threads."""

import importlib.metadata
import os
import platform
import re
from typing import Any

import psutil

from pvlib.runs.provenance import LIBRARIES, device_name

COURSE = "poster-var-course"  # the distribution, whose requirements bring all the others
THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")  # torch, NumPy and SciPy heed them


def packages() -> dict[str, str]:
    """The version of every installed package that the course requires, directly or by way of others.

    Tools that happen to lie in the same environment are not among them.
    """
    found: dict[str, str] = {}
    wanted = [COURSE, *LIBRARIES]  # the latter for a course that runs without being installed
    while wanted:
        name = re.sub(r"[-_.]+", "-", wanted.pop()).lower()
        try:
            distribution = importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:  # of another system, or of another Python
            continue
        if name not in found:
            found[name] = distribution.version
            requirements = [text for text in distribution.requires or () if "extra ==" not in text]
            wanted += [re.split(r"[^\w.-]", text, maxsplit=1)[0] for text in requirements]
    return dict(sorted(found.items()))


def machine() -> dict[str, Any]:
    """Processor, cores, memory and system, without a name of the machine or of a person."""
    return {
        "processor": device_name("cpu"),
        "cores": os.cpu_count() or 0,
        "memory_mib": psutil.virtual_memory().total // 2**20,
        "platform": platform.platform(),
    }


def device_and_threads() -> tuple[str, int]:
    """What torch calculates on by default here, and with how many processor threads."""
    import torch  # two seconds that a run with nothing to do should not wait

    device = f"cuda ({torch.cuda.get_device_name()})" if torch.cuda.is_available() else "cpu"
    return device, torch.get_num_threads()
