"""Small RAF-DB sets of random faces, written in both layouts."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

CLASSES = ("surprise", "fear", "disgust", "happiness", "sadness", "anger", "neutral")  # 1 to 7


@dataclass(frozen=True)
class Face:
    """A face by its official split ("train" or "test") and number; ``label`` is the owners', 1 to 7."""

    split: str
    number: int
    label: int
    pixels: np.ndarray

    @property
    def name(self) -> str:
        return f"{self.split}_{self.number:05}.jpg"

    @property
    def aligned(self) -> str:
        return f"{self.split}_{self.number:05}_aligned.jpg"


class Maker:
    """Faces at random, and the writers of the layouts; the pixels are PNG inside, so that they stay exact."""

    classes = CLASSES

    @staticmethod
    def faces(train: int = 140, test: int = 30, side: int = 20) -> list[Face]:
        random = np.random.default_rng(0)
        numbers = [("train", i + 1) for i in range(train)] + [("test", i + 1) for i in range(test)]
        return [
            Face(split, number, number % 7 + 1, random.integers(0, 256, (side, side, 3), np.uint8))
            for split, number in numbers
        ]

    @staticmethod
    def official(root: Path, faces: list[Face], label_file: str = "list_patition_label.txt") -> Path:
        (root / "EmoLabel").mkdir(parents=True)
        (root / "Image" / "aligned").mkdir(parents=True)
        lines = "".join(f"{face.name} {face.label}\n" for face in faces)
        (root / "EmoLabel" / label_file).write_text(lines)
        for face in faces:
            Image.fromarray(face.pixels).save(root / "Image" / "aligned" / face.aligned, format="PNG")
        return root

    @staticmethod
    def class_folders(root: Path, faces: list[Face], folders: tuple[str, ...] = tuple("1234567")) -> Path:
        for face in faces:
            folder = root / face.split / folders[face.label - 1]
            folder.mkdir(parents=True, exist_ok=True)
            Image.fromarray(face.pixels).save(folder / face.aligned, format="PNG")
        return root


@pytest.fixture(scope="session")
def maker() -> type[Maker]:
    return Maker
