"""The system's own count of fresh pages is the witness that memory is used again."""

import statistics
import subprocess
import sys

import pytest

PROGRAM = """
import resource
import torch
from pvlib.processes import keep_freed_memory

keep_freed_memory()
torch.set_num_threads(1)
for round in range(40):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    torch.ones(64 * 2**20, dtype=torch.uint8) + 1
    print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def fresh_pages_of_each_round() -> list[int]:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=120, check=True
    )
    return [int(line) for line in done.stdout.split()]


@pytest.mark.skipif(sys.platform != "linux", reason="glibc alone has this setting")
def test_memory_of_tensors_that_are_gone_is_used_again_instead_of_asked_for_anew():
    pages_of_one_tensor = 64 * 2**20 // 4096
    kept = fresh_pages_of_each_round()
    # Rounds now and then still grow the heap, mostly the first ones: where the freed blocks lie is chance.
    assert statistics.median(kept) < pages_of_one_tensor / 4, f"most rounds should hardly need a page: {kept}"
