"""How long a command takes to answer, beside ``import torch`` on the same machine.

Everything is a process of its own, timed from outside as a person waits for it, in turns; the median counts.
"""

import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from PIL import Image
from skimage import data

from benchmarks.timing import Task, time_in_turns
from pvlib.errors import CourseError

TORCH = ("-c", "import torch")
CLI = ("-m", "pvlib.cli")
ANSWERS: dict[str, tuple[tuple[str, ...], int, float]] = {
    "import pvlib.models": (("-c", "import pvlib.models"), 0, 1.5),
    "pvlib --help": ((*CLI, "--help"), 0, 1.0),
    "pvlib train --list": ((*CLI, "train", "--list"), 0, 1.0),
    "pvlib predcit (a typo)": ((*CLI, "predcit"), 2, 1.0),
    "pvlib predict PHOTO (512 px)": ((*CLI, "predict", "photo.png"), 0, 2.5),
}
"""By what is typed: arguments of Python, the status it ends with, and at most how many times ``import torch``."""


@dataclass(frozen=True, kw_only=True)
class StartUp:
    """Seconds until something has answered, and how many times ``import torch`` that is."""

    what: str
    seconds: float
    times_torch: float
    limit: float


def measure_startup(rounds: int, quick: bool) -> list[StartUp]:
    """Time ``import torch`` and each of ``ANSWERS``, in turns; only the shortest where it is to be quick.

    Raises:
        CourseError: one of them ends with another status than it should.
    """
    answers = {"pvlib --help": ANSWERS["pvlib --help"]} if quick else ANSWERS
    with TemporaryDirectory() as folder:
        Image.fromarray(data.astronaut()).save(Path(folder, "photo.png"))
        tasks = [Task("import torch", _process(TORCH, 0, folder), 0)]
        tasks += [
            Task(what, _process(words, status, folder), 0) for what, (words, status, _) in answers.items()
        ]
        seconds = time_in_turns(tasks, rounds, torch.device("cpu"), warm_up=0 if quick else 1)
    return [
        StartUp(
            what=what,
            seconds=seconds[what],
            times_torch=seconds[what] / seconds["import torch"],
            limit=limit,
        )
        for what, (_, _, limit) in answers.items()
    ]


def _process(words: Sequence[str], status: int, folder: str) -> Callable[[], None]:
    def run() -> None:
        done = subprocess.run([sys.executable, *words], cwd=folder, capture_output=True, text=True)
        if done.returncode != status:
            raise CourseError(
                f"python {' '.join(words)} ended with status {done.returncode}: {done.stderr[-500:]}"
            )

    return run
