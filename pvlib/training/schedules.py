"""The learning rate as a function of position (paper: exponential; lesson 08).

Nothing to store and nothing to step: a resumed run asks for the rate of the step that it is at.
"""

import math

SCHEDULES = ("exponential", "cosine", "constant")


def learning_rate_at(
    epoch: int,
    part: float,
    *,
    first: float,
    epochs: int,
    schedule: str = "exponential",
    decay: float = 0.98,
    warmup: float = 0.0,
) -> float:
    """Return the learning rate of a step.

    exponential multiplies by ``decay`` after every epoch, as published; cosine falls along half a cosine wave
    from the end of the warm-up to zero at the end of the run (Loshchilov & Hutter 2017, without restarts).
    During the warm-up the rate rises in proportion to what is done of it.

    Args:
        epoch: counted from 0.
        part: what is done of that epoch in the middle of the step, in 0 ... 1; so no step has the rate 0.
        first: the rate at full height.
        epochs: of the whole run.
        warmup: its length in epochs; may be a fraction.
    """
    done = epoch + part
    rise = min(1.0, done / warmup) if warmup > 0 else 1.0
    if schedule == "exponential":
        return rise * first * decay**epoch
    if schedule == "cosine":
        fallen = max(0.0, done - warmup) / (epochs - warmup)
        return rise * first * 0.5 * (1 + math.cos(math.pi * fallen))
    return rise * first
