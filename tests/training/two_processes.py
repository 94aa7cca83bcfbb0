"""A program for the tests: train the small network on so many processes, and write what each step's loss was.

python two_processes.py OUT DEVICES KEY=VALUE...
"""

import json
import sys
from ast import literal_eval
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from small import CONFIG, MINUTE, bright_or_dark, new_network, weights

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


def main(out: Path, devices: int, settings: list[str]) -> None:
    given = {key: literal_eval(value) for key, value in (setting.split("=", 1) for setting in settings)}
    folder = given.pop("folder", None)
    objective = Remembered(divergence="released", weight=0.1)
    config = replace(CONFIG, recipe=None, objective=objective, **given)
    fabric = make_fabric("cpu", devices)
    fabric.launch()
    torch.set_num_threads(1)
    network = new_network(replace(MINUTE, drop_path=(0.0, 0.0, 0.0)))
    history = fit(
        network, bright_or_dark(), config, fabric=fabric, folder=folder and Path(folder), show_progress=False,
        measure=lambda measured: {"accuracy": 0.5, "who": fabric.global_rank},
    )  # fmt: skip
    result = {
        "losses": LOSSES,
        "means": [record.loss for record in history],
        "metrics": history[-1].metrics,
        "weights": weights(network).tolist(),
    }
    (out / f"{fabric.global_rank}.json").write_text(json.dumps(result))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
