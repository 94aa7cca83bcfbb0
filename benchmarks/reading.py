"""Images per second from prepared file to network input, beside the usual way: one file, one face at a time."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from PIL import Image
from torch.utils.data import default_collate
from torchvision import transforms

from benchmarks.timing import Task, time_in_turns
from data_scripts.prepare_ferplus import prepare_ferplus
from data_scripts.prepare_rafdb import prepare_rafdb
from drawnfaces.layouts import write_layout
from pvlib.data.faces import Faces
from pvlib.data.ferplus import load_ferplus
from pvlib.data.network_input import IMAGENET_MEAN, IMAGENET_STD
from pvlib.data.rafdb import load_rafdb
from pvlib.data.recipes import Recipe, recipe

BATCH = 48  # the paper's
AIM = 5.0  # times as fast as one by one
RECIPES = {
    "FER+": ("photograph", "ferplus:paper", "ferplus:released"),
    "RAF-DB": ("rafdb:paper", "rafdb:released"),
}


@dataclass(frozen=True)
class Prepared:
    """A data set of drawn faces: its image files, and the one file that was made of them in ``seconds``."""

    name: str
    files: tuple[Path, ...]
    faces: Faces
    seconds: float


@dataclass(frozen=True)
class ReadingSpeed:
    """Images per second with a recipe's random changes: of a batch from the prepared file, and one by one."""

    data_set: str
    stored: int
    recipe: str
    output_size: int
    batched: float
    one_by_one: float

    @property
    def times_as_fast(self) -> float:
        return self.batched / self.one_by_one


@contextmanager
def prepared_sets(count: int) -> Iterator[dict[str, Prepared]]:
    """Draw ``count`` training faces in the layout of FER+ and of RAF-DB, and prepare each; by name."""
    with TemporaryDirectory() as folder:
        root = Path(folder)
        write_layout(root / "ferplus", "ferplus", {"train": count}, seed=1)
        write_layout(root / "rafdb", "rafdb", {"train": count}, seed=1)
        yield {
            "FER+": _prepare(
                "FER+",
                root / "ferplus",
                "*.png",
                prepare_ferplus,
                lambda file: load_ferplus(file, "train", "argmax"),
            ),
            "RAF-DB": _prepare(
                "RAF-DB", root / "rafdb", "*.jpg", prepare_rafdb, lambda file: load_rafdb(file, "train")
            ),
        }


def _prepare(name: str, root: Path, pattern: str, make: Callable, load: Callable[[Path], Faces]) -> Prepared:
    made = root.with_suffix(".safetensors")
    started = time.perf_counter()
    make(root, made)
    seconds = time.perf_counter() - started
    return Prepared(name, tuple(sorted(root.rglob(pattern))), load(made), seconds)


def measure_reading(sets: dict[str, Prepared], rounds: int, quick: bool) -> list[ReadingSpeed]:
    """Read some batches in random order with each recipe, both ways in turns."""
    batches = 1 if quick else 4
    results = []
    for name, names in RECIPES.items():
        for recipe_name in names:
            chosen, source = recipe(recipe_name), sets[name]
            tasks = [
                Task("batched", _batched(source.faces, chosen, batches), 0),
                Task("one by one", _one_by_one(source.files, chosen, batches), 0),
            ]
            seconds = time_in_turns(tasks, rounds, torch.device("cpu"))
            images = batches * BATCH
            results.append(
                ReadingSpeed(
                    name,
                    source.faces.images.shape[-1],
                    recipe_name,
                    chosen.output_size,
                    images / seconds["batched"],
                    images / seconds["one by one"],
                )
            )
    return results


def _batched(faces: Faces, chosen: Recipe, batches: int) -> Callable[[], None]:
    """Batches from all over the file, as the training loop reads them."""
    to_network_input = chosen.training()

    def read() -> None:
        for _ in range(batches):
            to_network_input(faces.images.index_select(0, torch.randint(len(faces), (BATCH,))))

    return read


def _one_by_one(files: tuple[Path, ...], chosen: Recipe, batches: int) -> Callable[[], None]:
    """The same recipe as most training code has it: Pillow, torchvision, one file after another."""
    change = usual_pipeline(chosen)

    def read() -> None:
        for _ in range(batches):
            positions = torch.randint(len(files), (BATCH,)).tolist()
            default_collate([change(Image.open(files[position]).convert("RGB")) for position in positions])

    return read


def usual_pipeline(chosen: Recipe) -> transforms.Compose:
    """torchvision's transforms of Pillow images for a recipe, steps that are off left out."""
    side = round(chosen.resize)
    steps: list[Callable] = [transforms.Resize((side, side))]  # costs nothing where that is the stored size
    if chosen.zoom or chosen.shift:
        zoom, shift = (1 - chosen.zoom, 1 + chosen.zoom), (chosen.shift, chosen.shift)
        smooth = transforms.InterpolationMode.BILINEAR
        steps.append(transforms.RandomAffine(chosen.rotation, shift, zoom, interpolation=smooth))
    elif chosen.rotation:
        steps.append(transforms.RandomRotation(chosen.rotation))
    if chosen.resize > chosen.output_size:
        steps.append(transforms.RandomCrop(chosen.output_size))
    steps.append(transforms.RandomHorizontalFlip(chosen.flip))
    steps.append(transforms.ColorJitter(*chosen.jitter))
    steps += [transforms.ToTensor(), transforms.Normalize(IMAGENET_MEAN, IMAGENET_STD)]
    value = "random" if chosen.erasing_fill == "noise" else 0
    steps.append(transforms.RandomErasing(chosen.erasing, chosen.erasing_area, value=value))
    return transforms.Compose(steps)
