"""Small FER+ sets with random faces, written in every layout that their owners hand out."""

import csv
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pvlib.data.labels import FERPLUS_VOTES

HEADER = ("Usage", "Image name", *FERPLUS_VOTES)
USAGE = {"train": "Training", "valid": "PublicTest", "test": "PrivateTest"}
EMOTIONS = ("anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral")
FOLDER = {"train": "FER2013Train", "valid": "FER2013Valid", "test": "FER2013Test"}


@dataclass(frozen=True)
class Row:
    """One row of the label file with its face."""

    split: str
    name: str
    votes: tuple[int, ...]
    image: np.ndarray


def write_labels(root: Path, rows: list[Row], order: tuple[str, ...] = HEADER, **form) -> None:
    """Write fer2013new.csv; ``form`` goes to ``open`` and the CSV writer's line end."""
    end = form.pop("end", "\n")
    with (root / "fer2013new.csv").open("w", newline="", encoding=form.get("encoding", "utf-8")) as handle:
        writer = csv.writer(handle, lineterminator=end)
        writer.writerow(order)
        for row in rows:
            cells = dict(zip(HEADER, (USAGE[row.split], row.name, *row.votes), strict=True))
            writer.writerow([cells[column] for column in order])


def write_pixels(root: Path, rows: list[Row]) -> None:
    """Write fer2013.csv; its emotion is the winner of the votes, neutral where FER2013 has no such class."""
    lines = ["emotion,pixels,Usage"]
    for row in rows:
        winner = FERPLUS_VOTES[row.votes.index(max(row.votes))]
        emotion = EMOTIONS.index(winner) if winner in EMOTIONS else 6
        lines.append(f"{emotion},{' '.join(map(str, row.image.reshape(-1)))},{USAGE[row.split]}")
    (root / "fer2013.csv").write_text("\n".join(lines) + "\n")


def write_images(root: Path, rows: list[Row]) -> None:
    """Write the PNG files; of a name that occurs twice the later image stays, as with the owners' script."""
    for row in rows:
        (root / FOLDER[row.split]).mkdir(parents=True, exist_ok=True)
        if row.name:
            Image.fromarray(row.image).save(root / FOLDER[row.split] / row.name)


def write_folder_labels(root: Path, rows: list[Row]) -> None:
    """Write label.csv of every folder, with the face's box and without a header, as published."""
    for split in {row.split for row in rows}:
        with (root / FOLDER[split] / "label.csv").open("w", newline="") as handle:
            writer = csv.writer(handle)
            for row in rows:
                if row.split == split and row.name:
                    writer.writerow([row.name, "(0, 0, 48, 48)", *row.votes])


class Maker:
    """What the tests need to make a set: the row type, rows at random, and the writers."""

    Row, replace, header = Row, staticmethod(replace), HEADER
    folders, usage = FOLDER, USAGE
    write_labels = staticmethod(write_labels)
    write_pixels = staticmethod(write_pixels)
    write_images = staticmethod(write_images)
    write_folder_labels = staticmethod(write_folder_labels)

    @staticmethod
    def rows(train: int = 4, valid: int = 3, test: int = 2, seed: int = 0) -> list[Row]:
        """Random faces with ten random votes each, all different, in FER2013's order."""
        random = np.random.default_rng(seed)
        splits = ["train"] * train + ["valid"] * valid + ["test"] * test
        return [
            Row(
                split,
                f"fer{number:07}.png",
                tuple(np.bincount(random.integers(0, random.integers(1, 11), 10), minlength=10).tolist()),
                random.integers(0, 256, (48, 48), np.uint8),
            )
            for number, split in enumerate(splits)
        ]

    @classmethod
    def folder_set(cls, root: Path, rows: list[Row]) -> Path:
        """The folder layout with the reference label file."""
        root.mkdir(exist_ok=True)
        cls.write_images(root, rows)
        cls.write_labels(root, rows)
        return root

    @classmethod
    def table_set(cls, root: Path, rows: list[Row]) -> Path:
        """The layout of two tables."""
        root.mkdir(exist_ok=True)
        cls.write_pixels(root, rows)
        cls.write_labels(root, rows)
        return root


@pytest.fixture(scope="session")
def maker() -> type[Maker]:
    return Maker
