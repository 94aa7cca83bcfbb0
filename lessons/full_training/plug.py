"""Trainings as processes of their own, by the command `pvlib train`: one runs to its end, one loses its power."""

import os
import random
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import torch

import pvlib
from pvlib.errors import CourseError
from pvlib.training.checkpoints import checkpoint_path, read_state, read_tensors

EPOCHS, STEPS = 2, 20  # 160 faces, 8 a step
SETTINGS = (
    "data.count=160", "data.valid_count=50", "network.image_size=32", f"train.epochs={EPOCHS}",
    "train.batch_size=8", "train.save_minutes=0.001",
)  # fmt: skip
LONGEST = 900.0  # seconds


def command(folder: Path, seed: int) -> list[str]:
    """What a person would type behind `pvlib`: train drawn-tiny … --out FOLDER."""
    return ["train", "drawn-tiny", *SETTINGS, f"seed={seed}", "--out", str(folder), "--device", "cpu"]


def start(folder: Path, seed: int) -> "subprocess.Popen[str]":
    """Start the training, or go on with what lies in ``folder``; one thread, so that sums have one order."""
    return _started(
        command(folder, seed),
        dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"),
    )


def _started(
    words: list[str], environment: Mapping[str, str] = MappingProxyType({})
) -> "subprocess.Popen[str]":
    """`pvlib` with these words, by this Python and this library; what it says can be read."""
    library = str(Path(pvlib.__file__).parents[1])
    paths = os.pathsep.join([library, os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
    return subprocess.Popen(
        [sys.executable, "-m", "pvlib.cli", *words],
        env=os.environ | environment | {"PYTHONPATH": paths, "PYTHONUTF8": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
    )


def pull(process: "subprocess.Popen[str]", folder: Path) -> tuple[int, int]:
    """Kill the training at a random moment after its first checkpoint; nothing of it gets a last word.

    Returns the epoch (from 1) and the steps of it that the last checkpoint knows.

    Raises:
        CourseError: it ended before that, with what it said.
    """
    end = time.monotonic() + LONGEST
    while not checkpoint_path(folder).exists():
        if process.poll() is not None or time.monotonic() > end:
            raise CourseError(f"the training ended by itself:\n{process.communicate()[0]}")
        time.sleep(0.01)
    time.sleep(random.SystemRandom().uniform(0, 1.5))
    process.kill()
    process.communicate()
    position = read_state(folder)["position"]
    return position["epoch"] + 1, position["step"]


def finish(process: "subprocess.Popen[str]") -> None:
    """Wait for the end of a training.

    Raises:
        CourseError: it failed, with what it said; or it takes minutes.
    """
    try:
        said, _ = process.communicate(timeout=LONGEST)
    except subprocess.TimeoutExpired:
        process.kill()
        raise CourseError(f"the training took more than {LONGEST:.0f} s and was ended") from None
    if process.returncode:
        raise CourseError(f"the training failed:\n{said}")


def show_lines(words: list[str]) -> None:
    """Run `pvlib` and print its lines as they come, here and not in the terminal that started Jupyter.

    Raises:
        CourseError: it failed; its lines say why.
    """
    with _started(words) as process:
        assert process.stdout
        for line in process.stdout:
            print(line, end="", flush=True)
    if process.returncode:
        raise CourseError(
            f"the training ended with exit status {process.returncode}; its own words stand above"
        )


def losses(folder: Path) -> list[float]:
    """The training loss of every epoch."""
    return [record["loss"] for record in read_state(folder)["history"]]


def largest_difference(one: Path, other: Path) -> float:
    """The largest difference between two checkpoints, over all tensors: weights, statistics and AdamW's moments."""
    first, second = read_tensors(one), read_tensors(other)
    if first.keys() != second.keys():
        raise CourseError(f"{one} and {other} hold other tensors")
    return max((first[name].double() - second[name].double()).abs().max().item() for name in first)


def equal_bits(one: Path, other: Path) -> bool:
    """Whether every tensor of the two checkpoints is the same to the last bit."""
    first, second = read_tensors(one), read_tensors(other)
    return first.keys() == second.keys() and all(torch.equal(first[name], second[name]) for name in first)
