"""What this machine is, and how long the cells of the whole course will take on it.

``seconds.toml`` holds the seconds of every lesson that was timed, and those of one training step on the machine that
timed them. After `pvlib run --at-once 1`, ``python -m lessons.start_here.machine runs/course`` prints it anew from the
records.
"""

import json
import os
import sys
import time
import tomllib
from pathlib import Path

import psutil
import torch

from pvlib.losses import cross_entropy
from pvlib.models import poster_var, tiny
from pvlib.random_state import own_random_state

TIMED = Path(__file__).with_name("seconds.toml")


def described() -> dict[str, str]:
    """Cores, memory, PyTorch and GPU of this machine, in words."""
    gpu = torch.cuda.get_device_name() if torch.cuda.is_available() else "none, and none is needed"
    return {
        "cores": f"{os.cpu_count()}, PyTorch uses {torch.get_num_threads()}",
        "memory": f"{psutil.virtual_memory().total / 2**30:.1f} GiB",
        "PyTorch": torch.__version__,
        "GPU": gpu,
    }


def seconds_per_step(steps: int = 5) -> float:
    """The seconds that a training step of the tiny network takes here: 32 faces, the fastest of some steps."""
    with own_random_state(0):
        network = poster_var(8, tiny()).train()
        optimizer = torch.optim.AdamW(network.parameters())
        images, labels = torch.randn(32, 3, 48, 48), torch.randint(8, (32,))
        times = []
        for _ in range(steps):
            start = time.perf_counter()
            optimizer.zero_grad()
            cross_entropy(network(images), labels).backward()
            optimizer.step()
            times.append(time.perf_counter() - start)
    return min(times)


def course_minutes(step: float) -> tuple[float, int]:
    """How long the timed lessons take on a machine with such a step, in minutes, and how many they are."""
    table = tomllib.loads(TIMED.read_text(encoding="utf-8"))
    lessons = table["lessons"].values()
    return sum(lessons) / 60 * step / table["step"], len(lessons)


def main(folder: Path) -> None:
    """Print ``seconds.toml`` from the records of a folder, with a step timed now."""
    print(
        f"step = {seconds_per_step(20):.4f}  # seconds, with {torch.get_num_threads()} threads\n\n[lessons]  # seconds"
    )
    for path in sorted(folder.glob("[0-9][0-9]_*.json")):
        print(f"{path.stem[3:]} = {json.loads(path.read_text())['seconds']:.1f}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
