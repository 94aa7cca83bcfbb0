"""What the import of training costs, and that memory is used again: the system's count of fresh pages is the witness."""

import statistics
import subprocess
import sys

import pytest

PROGRAM = """
import resource, sys
import torch
import pvlib.runs.train, pvlib.training
from pvlib.training.devices import keep_freed_memory

print(int("lightning" in sys.modules))
keep_freed_memory()
torch.set_num_threads(1)
for round in range(40):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    torch.ones(64 * 2**20, dtype=torch.uint8) + 1
    print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.fixture(scope="module")
def numbers() -> list[int]:
    """Whether lightning was imported, then the fresh pages of each round."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=120, check=True
    )
    return [int(line) for line in done.stdout.split()]


@pytest.mark.skipif(sys.platform == "win32", reason="the program asks the system in the way of POSIX")
def test_who_does_not_train_need_not_wait_for_the_import_of_lightning(numbers):
    assert numbers[0] == 0


@pytest.mark.skipif(sys.platform != "linux", reason="glibc alone has this setting")
def test_memory_of_tensors_that_are_gone_is_used_again_instead_of_asked_for_anew(numbers):
    pages_of_one_tensor = 64 * 2**20 // 4096
    kept = numbers[1:]
    # Rounds now and then still grow the heap, mostly the first ones: where the freed blocks lie is chance.
    assert statistics.median(kept) < pages_of_one_tensor / 4, f"most rounds should hardly need a page: {kept}"
