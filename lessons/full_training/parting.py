"""A training with one stream of random numbers, as usual: stopped after some steps, and gone on with by a new process."""

from collections.abc import Collection

import torch
import torch.nn.functional as F
from torch import nn

from pvlib.random_state import own_random_state

STATE = ("random numbers", "moments", "weights")
STEPS, STOPPED = 20, 10


def losses(seed: int, forgotten: Collection[str] = (), *, stopped: int | None = STOPPED) -> list[float]:
    """The loss of each of 20 steps of a small network with dropout, on points of three classes.

    Args:
        seed: of the points, the first weights and the dropout, as a script sets it at its start.
        forgotten: parts of ``STATE`` that the new process does not get.
        stopped: after how many steps the process ends; None for a run in one piece.
    """
    with own_random_state(seed):
        points = torch.randn(300, 10)
        classes = points[:, :3].argmax(dim=1)
    found: list[float] = []
    with own_random_state(seed):
        network, optimizer = _begun()
        for step in range(STEPS):
            if step == stopped:
                kept = network.state_dict(), optimizer.state_dict(), torch.get_rng_state()
                torch.manual_seed(seed)  # a new process begins as every process does
                network, optimizer = _begun()
                if "weights" not in forgotten:
                    network.load_state_dict(kept[0])
                if "moments" not in forgotten:
                    optimizer.load_state_dict(kept[1])
                if "random numbers" not in forgotten:
                    torch.set_rng_state(kept[2])
            loss = F.cross_entropy(network(points), classes)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            found.append(loss.item())
    return found


def _begun() -> tuple[nn.Module, torch.optim.Optimizer]:
    network = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Dropout(0.3), nn.Linear(32, 3))
    return network, torch.optim.AdamW(network.parameters(), lr=1e-2)
