"""The system's own count of fresh pages is the witness that memory is used again."""

import subprocess
import sys

import pytest

PROGRAM = """
import resource, sys
import torch
from pvlib.processes import keep_freed_memory

if sys.argv[1] == "keep":
    keep_freed_memory()
torch.set_num_threads(1)
for round in range(12):
    if round == 8:  # by then the process has as much as it needs
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    torch.ones(64 * 2**20, dtype=torch.uint8) + 1
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def fresh_pages(how: str) -> int:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, how], capture_output=True, text=True, timeout=120, check=True
    )
    return int(done.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="glibc alone has this setting")
def test_memory_of_tensors_that_are_gone_is_used_again_instead_of_asked_for_anew():
    pages_of_one_tensor = 64 * 2**20 // 4096
    kept = fresh_pages("keep")
    assert kept < pages_of_one_tensor / 4, "four rounds of two tensors each should hardly need a page"
