"""Images per second from the prepared FER+ file to network input, with full augmentation."""

import csv
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from benchmarks.timing import Task, time_in_turns
from pvlib.data.faces import Faces
from pvlib.data.ferplus import load_ferplus, prepare
from pvlib.data.labels import FERPLUS_VOTES
from pvlib.data.transforms import Augmentation, normalise

BATCH = 64


@dataclass(frozen=True)
class ReadingSpeed:
    """What was read (``source``, ``faces``), seconds to open it, images per second once it is open."""

    source: str
    faces: int
    open_seconds: float
    images_per_second: float
    images_per_second_unchanged: float


def measure_reading(path: Path | None, rounds: int, quick: bool) -> ReadingSpeed:
    """Read batches in random order; without ``path``, from a file of random pixels made for the purpose."""
    if path is not None:
        return _measure(path, str(path), rounds)
    with tempfile.TemporaryDirectory() as folder:
        write_random_ferplus(Path(folder), count=256 if quick else 8192)
        made = Path(folder) / "ferplus.safetensors"
        prepare(folder, made)
        return _measure(made, "random pixels", rounds)


def _measure(path: Path, source: str, rounds: int) -> ReadingSpeed:
    started = time.perf_counter()
    faces = load_ferplus(path, "train")
    open_seconds = time.perf_counter() - started
    augmentation = Augmentation()
    tasks = [
        Task("augmented", lambda: _read(faces, augmentation), 0),
        Task("unchanged", lambda: _read(faces, None), 0),
    ]
    seconds = time_in_turns(tasks, rounds, torch.device("cpu"))
    count = min(len(faces), 16 * BATCH)
    return ReadingSpeed(
        source, len(faces), open_seconds, count / seconds["augmented"], count / seconds["unchanged"]
    )


def _read(faces: Faces, augmentation: Augmentation | None) -> None:
    """Sixteen batches from all over the file, as the training loop reads them."""
    for chosen in torch.randperm(len(faces))[: 16 * BATCH].split(BATCH):
        images = faces.images[chosen]
        normalise(augmentation(images) if augmentation is not None else images)


def write_random_ferplus(folder: Path, count: int) -> None:
    """Write ``count`` training faces of random pixels in the layout of FER2013's table and FER+'s votes."""
    pixels = np.random.default_rng(0).integers(0, 256, (count, 48 * 48))
    with open(folder / "fer2013.csv", "w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["emotion", "pixels", "Usage"])
        table.writerows([0, " ".join(map(str, face)), "Training"] for face in pixels)
    with open(folder / "fer2013new.csv", "w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["Usage", "Image name", *FERPLUS_VOTES])
        for number in range(count):
            votes = [0] * len(FERPLUS_VOTES)
            votes[number % 8] = 10  # unanimous, so that every rule keeps the face
            table.writerow(["Training", f"fer{number:07}.png", *votes])
