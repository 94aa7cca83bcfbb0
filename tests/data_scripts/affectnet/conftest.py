"""Small AffectNet sets of random faces, written in both layouts."""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

COLUMNS = [
    *("subDirectory_filePath", "face_x", "face_y", "face_width", "face_height"),
    *("facial_landmarks", "expression", "valence", "arousal"),
]
FOLDERS = {"train": "train_set", "valid": "val_set"}
TABLES = {"train": "training.csv", "valid": "validation.csv"}


@dataclass(frozen=True)
class Face:
    """A face with AffectNet's id of its expression, 0 to 10."""

    split: str
    number: int
    expression: int
    valence: float
    arousal: float
    pixels: np.ndarray

    @property
    def new_name(self) -> str:
        return f"{FOLDERS[self.split]}/images/{self.number}.jpg"

    @property
    def old_name(self) -> str:
        return f"{self.number % 3}/{self.number:08x}.jpg"


class Maker:
    """Faces at random, and the writers of the layouts; the pixels are PNG inside, so that they stay exact."""

    folders, tables, columns = FOLDERS, TABLES, COLUMNS

    @staticmethod
    def faces(train: int = 110, valid: int = 44, side: int = 20) -> list[Face]:
        random = np.random.default_rng(0)
        splits = ["train"] * train + ["valid"] * valid
        return [
            Face(
                split,
                number,
                number % 11,
                *(random.uniform(-1, 1, 2).round(4).tolist() if number % 11 < 8 else (-2.0, -2.0)),
                random.integers(0, 256, (side, side, 3), np.uint8),
            )
            for number, split in enumerate(splits)
        ]

    @staticmethod
    def new_layout(root: Path, faces: list[Face], stored=str) -> Path:
        """``stored`` says how the annotations hold a value: ``str``, ``float``, …"""
        for face in faces:
            for folder in ("images", "annotations"):
                (root / FOLDERS[face.split] / folder).mkdir(parents=True, exist_ok=True)
            Image.fromarray(face.pixels).save(root / face.new_name, format="PNG")
            stem = root / FOLDERS[face.split] / "annotations" / str(face.number)
            for kind, value in (("exp", face.expression), ("val", face.valence), ("aro", face.arousal)):
                np.save(f"{stem}_{kind}.npy", np.array(stored(value)))
            np.save(f"{stem}_lnd.npy", np.zeros(136))
        return root

    @staticmethod
    def old_layout(root: Path, faces: list[Face], margin: int = 6) -> Path:
        """Each face stands in a grey picture, ``margin`` pixels from the left and twice that from the top."""
        pictures = root / "Manually_Annotated_Images"
        rows = {split: [] for split in {face.split for face in faces}}
        for face in faces:
            side = len(face.pixels)
            picture = np.full((side + 3 * margin, side + 3 * margin, 3), 128, np.uint8)
            picture[2 * margin : 2 * margin + side, margin : margin + side] = face.pixels
            path = pictures / face.old_name
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(picture).save(path, format="PNG")
            box = (margin, 2 * margin, side, side)
            rows[face.split].append(
                [face.old_name, *box, "1.5;2;3;4", face.expression, face.valence, face.arousal]
            )
        for split, content in rows.items():
            with (root / TABLES[split]).open("w", newline="") as file:
                csv.writer(file).writerows([COLUMNS, *content])
        return root


@pytest.fixture(scope="session")
def maker() -> type[Maker]:
    return Maker
