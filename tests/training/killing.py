"""Kill a training run with SIGKILL at random moments, let it go on each time, and compare how it ends.

    python tests/training/killing.py --kills 20          # every option alone, and several together
    python tests/training/killing.py --kills 3 sam bf16  # some of them

Of each option one run is never interrupted. Another is killed at moments drawn at random over its whole length,
also while it saves, and started again each time; if it comes to its end before it was killed often enough,
that end is compared and it begins anew. At the end every tensor of both checkpoints must be the same to the
last bit: weights, statistics, AdamW's moments, moving average; and so must the losses.
"""

import argparse
import os
import random
import signal
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import torch
import torch._dynamo  # an optimizer imports it: here, or every child would be killed while it does
import torch.utils.tensorboard  # likewise
from small import CONFIG, OFTEN, look_every, run

from pvlib.losses import Objective
from pvlib.training import TrainConfig
from pvlib.training.batches import Sampling
from pvlib.training.checkpoints import BEST, LAST, checkpoint_path, read_state, read_tensors
from pvlib.training.devices import make_fabric

LONGER = replace(CONFIG, epochs=2, save_minutes=OFTEN)
OPTIONS: dict[str, TrainConfig] = {
    "fp32": LONGER,
    "bf16": replace(LONGER, precision="bf16"),
    "sam": replace(LONGER, sam=0.05),
    "ema": replace(LONGER, ema=0.9),
    "cosine": replace(LONGER, schedule="cosine", warmup=0.5),
    "accumulate": replace(LONGER, accumulate=2, clip=1.0),
    "balanced": replace(LONGER, sampling=Sampling(balance=1.0)),
    "per-class": replace(LONGER, sampling=Sampling(per_class=24)),
    "kendall-gal": replace(LONGER, objective=Objective(likelihood="kendall_gal", samples=3)),
    "everything": replace(
        LONGER, precision="bf16", sam=0.05, ema=0.9, schedule="cosine", warmup=0.5, accumulate=2, clip=1.0,
        sampling=Sampling(balance=0.5), objective=Objective(divergence="released", weight=0.1),
    ),
}  # fmt: skip


def accuracy(network) -> dict[str, float]:
    """A stand-in for accuracy that differs from epoch to epoch, so that there is a best one."""
    return {"accuracy": float(network.head.mean.bias.detach().abs().sum() * 1000 % 1)}


def train(folder: Path, config: TrainConfig) -> None:
    torch.set_num_threads(1)
    look_every(1)
    run(folder, config, measure=accuracy)


def run_in_child(folder: Path, config: TrainConfig, kill_after: float | None = None) -> bool:
    """Run in a process of its own, killed after so many seconds; return whether it was killed."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            train(folder, config)
            code = 0
        finally:
            os._exit(code)
    end = time.monotonic() + (kill_after if kill_after is not None else float("inf"))
    while time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            if status:
                raise SystemExit(f"the run in {folder} failed by itself, with status {status}")
            return False
        time.sleep(0.0005)
    os.kill(child, signal.SIGKILL)
    return os.waitpid(child, 0)[1] == signal.SIGKILL


def difference(one: Path, other: Path) -> str:
    """Name what differs between the checkpoints of two runs; empty when nothing does."""
    for which in (LAST, BEST):
        ours, theirs = read_tensors(one, which), read_tensors(other, which)
        names = [name for name in ours if name not in theirs or not torch.equal(ours[name], theirs[name])]
        if names or ours.keys() != theirs.keys():
            return f"{which}: {', '.join(names[:3])} and {max(0, len(names) - 3)} more"
        histories = [
            [(r["epoch"], r["loss"], r["learning_rate"], r["metrics"]) for r in read_state(folder, which)["history"]]
            for folder in (one, other)
        ]  # fmt: skip
        if histories[0] != histories[1]:
            return f"{which}: losses or metrics"
    return ""


def hunt(name: str, kills: int, moments: random.Random, folder: Path) -> str:
    """Kill the run called ``name`` so many times; return a line that says what came of it.

    Raises:
        SystemExit: when the runs end differently.
    """
    config, whole = OPTIONS[name], folder / f"{name}-whole"
    started = time.monotonic()
    run_in_child(whole, config)
    length = time.monotonic() - started
    killed, ends, inside, before_first = 0, 0, 0, 0
    while killed < kills:
        hunted = folder / f"{name}-hunted-{ends}"
        # Within half of the run's length: some starts get nowhere, some through several epochs.
        while killed < kills and run_in_child(hunted, config, moments.uniform(0, length / 2)):
            killed += 1
            there = checkpoint_path(hunted).exists()
            before_first += not there
            inside += there and read_state(hunted)["position"]["step"] > 0
        run_in_child(hunted, config)  # to its end, if it is not there yet
        wrong = difference(whole, hunted)
        if wrong:
            raise SystemExit(f"{name}: after {killed} kills the run ended differently: {wrong}")
        ends += 1
    return (
        f"{name}: killed {killed} times ({inside} with a checkpoint within an epoch, {before_first} before the first), "
        f"{ends} ends compared, all bit-identical"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("names", nargs="*", metavar="OPTION", help=f"of {', '.join(OPTIONS)}; all by default")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0, help="of the moments")
    given = parser.parse_args()
    unknown = [name for name in given.names if name not in OPTIONS]
    if unknown:
        sys.exit(f"there is no option {unknown[0]}; there are {', '.join(OPTIONS)}")
    moments = random.Random(given.seed)
    make_fabric("cpu")  # likewise
    with tempfile.TemporaryDirectory() as folder:
        for name in given.names or OPTIONS:
            print(hunt(name, given.kills, moments, Path(folder)), flush=True)


if __name__ == "__main__":
    main()
