"""Random numbers of one's own, that leave the caller's alone."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

import torch

_CPU = torch.device("cpu")


def fork_random_state(device: torch.device = _CPU) -> AbstractContextManager[None]:
    """Give the caller's random state, of the processor and of ``device``, back when the block ends."""
    # torch's own default is all GPUs, and makes a context on each of them in every process
    return torch.random.fork_rng(devices=[device] if device.type == "cuda" else [])


@contextmanager
def own_random_state(seed: int, device: torch.device = _CPU) -> Iterator[None]:
    """Draw from ``seed`` inside the block, on the processor and on ``device``; no other state is touched."""
    with fork_random_state(device):
        torch.default_generator.manual_seed(seed)  # torch.manual_seed would seed every GPU
        if device.type == "cuda":
            with torch.cuda.device(device):
                torch.cuda.manual_seed(seed)
        yield
