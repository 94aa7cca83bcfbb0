"""A program for the tests: train the small network on two processes, write what each step's loss was, and fail.

    python two_processes.py OUT

What differs between one process and two by construction is held still: statistics of batch normalisation are
frozen, and there are neither random changes nor drop-path nor, with a point head, noise.
"""

import json
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from small import CONFIG, MINUTE, bright_or_dark, freeze_batchnorm, new_network, weights

from pvlib.errors import CourseError
from pvlib.losses import Objective
from pvlib.training import fit
from pvlib.training.devices import make_fabric

LOSSES: list[float] = []


@dataclass(frozen=True)
class Remembered(Objective):
    """An objective that remembers what it said, in this process."""

    def __call__(self, logits, target, distribution=None):
        loss = super().__call__(logits, target, distribution)
        LOSSES.append(loss.item())
        return loss


STILL = replace(CONFIG, recipe=None, objective=Remembered())


def train(fabric: Any, folder: Path | None = None, epochs: int = 3) -> dict[str, Any]:
    """Train the small network without drop-path; return this process's losses and what came of them."""
    LOSSES.clear()
    network = freeze_batchnorm(new_network(replace(MINUTE, drop_path=(0.0, 0.0, 0.0), head="point")))
    history = fit(
        network,
        bright_or_dark(),
        replace(STILL, epochs=epochs),
        measure=lambda measured: {"accuracy": 0.5, "measured by": fabric.global_rank},
        folder=folder,
        fabric=fabric,
        show_progress=False,
    )
    return {
        "losses": list(LOSSES),
        "means": [record.loss for record in history],
        "metrics": history[-1].metrics,
        "weights": weights(network).tolist(),
    }


def main(out: Path) -> None:
    fabric = make_fabric("cpu", devices=2)
    fabric.launch()
    torch.set_num_threads(1)
    whole = train(fabric)
    train(fabric, out / "run", epochs=1)
    resumed = train(fabric, out / "run")
    apart = ""
    try:  # as if every machine had a disk of its own
        train(fabric, out / ("run" if fabric.global_rank == 0 else "empty"), epochs=4)
    except CourseError as error:
        apart = str(error)
    slow = {"torchmetrics", "torchvision", "matplotlib", "scipy"} & set(sys.modules)
    told = {"whole": whole, "resumed": resumed, "apart": apart, "slow libraries": sorted(slow)}
    (out / f"{fabric.global_rank}.json").write_text(json.dumps(told))
    if fabric.global_rank:
        raise CourseError("the disk of this test is full")
    train(fabric)  # waits for the other until it is told of its end


if __name__ == "__main__":
    main(Path(sys.argv[1]))
