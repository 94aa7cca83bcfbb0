"""What the import of training costs, and that memory is used again: the system's count of fresh pages is the witness."""

import statistics
import subprocess
import sys

import pytest

PROGRAM = """
import resource, sys
import torch
import pvlib.runs.train
from pvlib.training.devices import keep_freed_memory

print(*{"lightning_fabric", "torchvision", "timm", "torch._dynamo"} & set(sys.modules))
keep_freed_memory()
torch.set_num_threads(1)
for round in range(40):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    torch.ones(64 * 2**20, dtype=torch.uint8) + 1
    print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="glibc alone has this setting")
def test_training_is_imported_without_slow_libraries_and_memory_is_used_again():
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    imported, *fresh = done.stdout.split("\n")
    assert imported == ""
    pages_of_one_tensor = 64 * 2**20 // 4096
    # Rounds now and then still grow the heap, mostly the first ones: where the freed blocks lie is chance.
    assert statistics.median(map(int, filter(None, fresh))) < pages_of_one_tensor / 4
