"""Random numbers as a function of position: what is drawn depends on where a run is, not on how it got there.

Before it draws, a run seeds torch's stream with (seed, purpose, epoch, step, process). So no random state has
to be stored, and a run that goes on in the middle of an epoch draws what it would have drawn.

The mixing is NumPy's SeedSequence (O'Neill's seed_seq), made for turning neighbouring positions into unrelated
seeds. torch's generator for the CPU keeps 32 bits of a seed; so in a run of a million steps about a hundred
pairs of steps draw the same numbers, for different faces and weights, which does no harm.
"""

import numpy as np
import torch

_ORDER, _CHANGES, _PASS, _OBJECTIVE = range(4)


def position_seed(seed: int, *position: int) -> int:
    """Return 64 well-mixed bits that depend on the seed and every number of the position, all of them >= 0."""
    return int(np.random.SeedSequence(seed, spawn_key=position).generate_state(1, np.uint64)[0])


def seed_order(seed: int, epoch: int) -> None:
    """For the order of an epoch's faces: the same in every process. Epochs count from 0."""
    torch.manual_seed(position_seed(seed, _ORDER, epoch))


def seed_changes(seed: int, epoch: int, step: int, process: int = 0) -> None:
    """For the random changes of a step's faces. Steps count from 0 within the epoch."""
    torch.manual_seed(position_seed(seed, _CHANGES, epoch, step, process))


def seed_pass(seed: int, epoch: int, step: int, process: int = 0, number: int = 0) -> None:
    """For drop-path and the noise of the head in one pass of a step; only SAM has a second one, number 1."""
    torch.manual_seed(position_seed(seed, _PASS, epoch, step, process, number))


def seed_objective(seed: int, epoch: int, step: int, part: int = 0, number: int = 0) -> None:
    """For what the objective draws for one part of a pass, where every process must draw the same."""
    torch.manual_seed(position_seed(seed, _OBJECTIVE, epoch, step, part, number))
