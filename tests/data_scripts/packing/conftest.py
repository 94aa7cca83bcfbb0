"""A small data set of two splits and three classes whose pictures are random squares, exact in every pixel."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from data_scripts.layouts.listing import Item, Listing
from pvlib.data.data_set import DataSet

SIDE = 16
TOY = DataSet(
    name="Toy",
    classes=("joy", "gloom", "awe"),
    splits=("train", "valid"),
    official={"train": {"joy": 1, "gloom": 1, "awe": 1}},
    official_split={"train": "train", "valid": "train"},
    where="draw it",
    script="no script",
    columns={"affect": ("float32", 2)},
)


@dataclass(frozen=True)
class Toy:
    """The listing, and the truth about every picture by its name: split, label, pixels (3, 16, 16)."""

    listing: Listing
    truth: dict[str, tuple[str, int, np.ndarray]]


def write_toy(root: Path, count: int = 200) -> Toy:
    random = np.random.default_rng(0)
    root.mkdir()
    items, truth = [], {}
    for number in range(count):
        split = "valid" if random.random() < 0.2 else "train"
        label, name = int(random.integers(3)), f"{number}.png"
        image = random.integers(0, 256, (SIDE, SIDE, 3), np.uint8)
        Image.fromarray(image).save(root / name)
        items.append(Item(split, label, str(root / name), name, None, (0.5, -0.5)))
        truth[name] = (split, label, image.transpose(2, 0, 1))
    return Toy(Listing(data_set=TOY, root=root, layout="toy", items=items, problems={"lost": []}), truth)


@pytest.fixture(scope="session")
def make_toy():
    return write_toy


@pytest.fixture
def toy(tmp_path) -> Toy:
    return write_toy(tmp_path / "set")
