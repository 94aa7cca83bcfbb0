"""Random numbers and learning rates as functions of position: they depend on where a run is, not on how it got there.

Before it draws, a run seeds torch's stream with (seed, purpose, epoch, step, process), and it asks for the rate of
the step that it is at. So neither has to be stored, and a run that goes on in the middle of an epoch draws what it
would have drawn.

The mixing is NumPy's SeedSequence (O'Neill's seed_seq), made for turning neighbouring positions into unrelated
seeds. torch's generator for the CPU keeps 32 bits of a seed; so in a run of a million steps about a hundred
pairs of steps draw the same numbers, for different faces and weights, which does no harm.
"""

import math
from typing import TYPE_CHECKING

import numpy as np
import torch

if TYPE_CHECKING:
    from pvlib.training.config import Loop

_ORDER, _CHANGES, _PASS = range(3)


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


def learning_rate_at(epoch: int, part: float, loop: "Loop") -> float:
    """Return the learning rate of a step.

    exponential multiplies by ``decay`` after every epoch, as published; cosine falls along half a cosine wave
    from the end of the warm-up to zero at the end of the run (Loshchilov & Hutter 2017, without restarts).
    During the warm-up the rate rises in proportion to what is done of it.

    Args:
        epoch: counted from 0.
        part: what is done of that epoch in the middle of the step, in 0 ... 1; so no step has the rate 0.
        loop: says the schedule, the rate at full height, and the lengths of run and warm-up in epochs.
    """
    done = epoch + part
    rise = min(1.0, done / loop.warmup) if loop.warmup > 0 else 1.0
    if loop.schedule == "exponential":
        return rise * loop.learning_rate * loop.decay**epoch
    if loop.schedule == "cosine":
        fallen = max(0.0, done - loop.warmup) / (loop.epochs - loop.warmup)
        return rise * loop.learning_rate * 0.5 * (1 + math.cos(math.pi * fallen))
    return rise * loop.learning_rate
