"""Seconds, operations and memory of POSTER-Var: one forward pass, one training step."""

import multiprocessing
import re
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import torch
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.peaks import DTYPES, peak_tasks
from benchmarks.timing import Task, time_in_turns
from pvlib.losses import Objective
from pvlib.models import paper, poster_var, tiny
from pvlib.training.devices import autocast

CLASSES = 8
ACTIONS = ("forward", "step")
SIZES = {"paper": paper, "tiny": tiny}
BATCHES = {"paper": 8, "tiny": 64}
SIDES = {"paper": 224, "tiny": 48}


@dataclass(frozen=True)
class Measurement:
    """One row of the table.

    Attributes:
        size, batch, precision: "paper" or "tiny"; faces a batch; "fp32" or "bf16" (autocast).
        action: "forward" (evaluation mode, no graph) or "step" (forward, loss, backward, AdamW).
        seconds: median for one image.
        gflop: operations for one image (convolutions and matrix products, a multiply-add counts as two).
        gflops: ``gflop / seconds``.
        matmul_peak, conv_peak: GFLOP/s of the two limits, measured in turns with the network.
        matmul_share, conv_share: ``gflops`` over each of them.
        memory: growth of the memory's high-water mark in MiB, network (and optimizer) included;
            None where the system does not tell.
    """

    size: str
    batch: int
    precision: str
    action: str
    seconds: float
    gflop: float
    gflops: float
    matmul_peak: float
    conv_peak: float
    matmul_share: float
    conv_share: float
    memory: float | None


def measure_networks(
    size: str, rounds: int, device: torch.device, quick: bool, batch: int | None = None
) -> list[Measurement]:
    """Measure one size in both precisions, in turns with both peaks; ``batch`` is the size's own by default."""
    batch = batch or (4 if quick else BATCHES[size])
    tasks: list[Task] = []
    for precision in DTYPES:
        calls = network_calls(size, batch, precision, device)
        tasks += peak_tasks(precision, device, quick)
        tasks += [Task(f"{name} {precision}", call, count_flops(call)) for name, call in calls.items()]
    seconds = time_in_turns(tasks, rounds, device)
    rate = {task.name: task.flops / seconds[task.name] / 1e9 for task in tasks}
    flops = {task.name: task.flops for task in tasks}
    rows = []
    for precision in DTYPES:
        memory = memory_of(size, batch, precision, device)
        matmul, conv = rate[f"matmul {precision}"], rate[f"conv {precision}"]
        for action in ACTIONS:
            name = f"{action} {precision}"
            rows.append(
                Measurement(
                    size=size,
                    batch=batch,
                    precision=precision,
                    action=action,
                    seconds=seconds[name] / batch,
                    gflop=flops[name] / batch / 1e9,
                    gflops=rate[name],
                    matmul_peak=matmul,
                    conv_peak=conv,
                    matmul_share=rate[name] / matmul,
                    conv_share=rate[name] / conv,
                    memory=memory[action],
                )
            )
    return rows


def network_calls(
    size: str, batch: int, precision: str, device: torch.device
) -> dict[str, Callable[[], None]]:
    """Return a forward pass and a training step on random images, as ``pvlib.training`` does them."""
    side = SIDES[size]
    network = poster_var(CLASSES, SIZES[size]()).to(device).to(memory_format=torch.channels_last)
    live = [parameter for parameter in network.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(live, fused=True)
    objective = Objective()
    images = torch.randn(batch, 3, side, side, device=device)
    images = images.contiguous(memory_format=torch.channels_last)  # as pvlib.data.transforms.normalise gives
    target = torch.arange(batch, device=device) % CLASSES

    def forward() -> None:
        network.eval()
        with torch.no_grad(), autocast(device, precision):
            network(images)

    def step() -> None:
        network.train()
        with autocast(device, precision):
            sample = network.sample_logits(images)
        loss = objective(sample.logits, target, sample.distribution)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    return {"forward": forward, "step": step}


def count_flops(call: Callable[[], None]) -> int:
    """Count the operations of convolutions and matrix products in one call, backward pass included."""
    with FlopCounterMode(display=False) as counter:
        call()
    return counter.get_total_flops()


def memory_of(size: str, batch: int, precision: str, device: torch.device) -> dict[str, float | None]:
    """Return for each action how far it raises the memory's high-water mark, in MiB.

    On a CPU that is the resident memory of a fresh process, from before the network is built (known on
    Linux only, else None). Elsewhere it is what the device's allocator handed out.
    """
    forks = "forkserver" in multiprocessing.get_all_start_methods()  # of a process with the imports behind it
    context = multiprocessing.get_context("forkserver" if forks else "spawn")
    if forks:  # an optimizer imports the compiler, whose memory is not the network's
        context.set_forkserver_preload(["benchmarks.networks", "torch._dynamo"])
    with ProcessPoolExecutor(1, mp_context=context) as fresh_process:
        options = (size, batch, precision, str(device), torch.get_num_threads())
        return fresh_process.submit(_memory_here, *options).result()


def _memory_here(
    size: str, batch: int, precision: str, device_name: str, threads: int
) -> dict[str, float | None]:
    torch.set_num_threads(threads)
    device = torch.device(device_name)
    before = _peak_memory(device)
    peaks = {}
    for action, call in network_calls(size, batch, precision, device).items():  # the smaller one first
        call(), call()  # the optimizer's state exists from the first step on
        peak = _peak_memory(device)
        peaks[action] = None if before is None or peak is None else (peak - before) / 2**20
    return peaks


def _peak_memory(device: torch.device) -> int | None:
    """Bytes in use at the worst moment so far; None where the system does not tell."""
    if device.type != "cpu":
        return torch.accelerator.max_memory_allocated(device)
    # not getrusage: a new process inherits the high-water mark of its parent
    status = Path("/proc/self/status")
    found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text()) if status.exists() else None
    return int(found[1]) * 1024 if found else None
