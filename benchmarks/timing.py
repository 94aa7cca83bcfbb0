"""Time several tasks in turns, so that a busy machine slows all of them alike."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch


@dataclass(frozen=True)
class Task:
    """Something to time: what to call, and how many floating-point operations one call takes."""

    name: str
    call: Callable[[], Any]
    flops: int


def time_in_turns(tasks: list[Task], rounds: int, device: torch.device, warm_up: int = 2) -> dict[str, float]:
    """Return the median seconds of one call of each task.

    Every round calls each task once. So noise of the machine hits all tasks, and the ratio of two medians
    says more than either of them. ``warm_up`` calls of each before the first round are not counted.
    """
    seconds: dict[str, list[float]] = {task.name: [] for task in tasks}
    for task in tasks:
        for _ in range(warm_up):
            task.call()
    for _ in range(rounds):
        for task in tasks:
            _finish(device)
            started = time.perf_counter()
            task.call()
            _finish(device)
            seconds[task.name].append(time.perf_counter() - started)
    return {name: statistics.median(values) for name, values in seconds.items()}


def _finish(device: torch.device) -> None:
    """Wait for a device that computes while Python goes on."""
    if device.type != "cpu":
        torch.accelerator.synchronize(device)
