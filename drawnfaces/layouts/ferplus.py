"""FER+'s two layouts: folders of PNG files, or FER2013's own table; both with ``fer2013new.csv``.

As in the real files an image is named after its row, and about one row in two hundred shows no face: it has
no name, ten votes for NF and, in the table, a black picture.
"""

import csv
from pathlib import Path

import numpy as np
from PIL import Image

from drawnfaces.names import EXPRESSIONS, VOTES

SPLITS = ("train", "valid", "test")
_FOLDERS = {"train": "FER2013Train", "valid": "FER2013Valid", "test": "FER2013Test"}
_USAGE = {"train": "Training", "valid": "PublicTest", "test": "PrivateTest"}
# FER2013's own seven classes; contempt is not among them.
_FER2013 = ("anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral")
_ROWS_PER_EMPTY_ONE = 200


class _Votes:
    """Collects the rows of ``fer2013new.csv``."""

    def __init__(self, root: Path):
        self.root = root
        self.rows: list[list] = []

    def name_next(self, split: str, votes: np.ndarray) -> str:
        """Give the next face its row, after one without a face where that is due; return its name."""
        if len(self.rows) % _ROWS_PER_EMPTY_ONE == _ROWS_PER_EMPTY_ONE - 1:
            self.rows.append([_USAGE[split], "", *([0] * 9), 10])
            self.add_empty(split)
        name = f"fer{len(self.rows):07d}.png"
        self.rows.append([_USAGE[split], name, *votes.tolist()])
        return name

    def add_empty(self, split: str) -> None:
        """Called for each row without a face."""

    def finish(self) -> None:
        _write_csv(self.root / "fer2013new.csv", ["Usage", "Image name", *VOTES], self.rows)


class Folders(_Votes):
    """``FER2013Train|Valid|Test/fer0000000.png`` beside ``fer2013new.csv``."""

    def add(self, split: str, face: dict) -> tuple[str, int]:
        """Write one face; return its file, relative to the root, and its most voted class."""
        name = self.name_next(split, face["votes"])
        folder = self.root / _FOLDERS[split]
        folder.mkdir(exist_ok=True)
        Image.fromarray(face["image"][0]).save(folder / name)
        return f"{_FOLDERS[split]}/{name}", int(face["votes"].argmax())


class Table(_Votes):
    """``fer2013.csv`` (emotion, pixels, Usage), row for row beside ``fer2013new.csv``."""

    def __init__(self, root: Path):
        super().__init__(root)
        self.pixels: list[list] = []

    def add(self, split: str, face: dict) -> tuple[str, int]:
        """Collect one face; return its image name and its most voted class."""
        name = self.name_next(split, face["votes"])
        votes = face["votes"][: len(EXPRESSIONS)] + 0.5 * face["mixture"]
        emotion = int(np.argmax([votes[EXPRESSIONS.index(expression)] for expression in _FER2013]))
        self.pixels.append([emotion, " ".join(map(str, face["image"].ravel().tolist())), _USAGE[split]])
        return name, int(face["votes"].argmax())

    def add_empty(self, split: str) -> None:
        self.pixels.append([len(_FER2013) - 1, " ".join(["0"] * 48 * 48), _USAGE[split]])

    def finish(self) -> None:
        super().finish()
        _write_csv(self.root / "fer2013.csv", ["emotion", "pixels", "Usage"], self.pixels)


def _write_csv(path: Path, header: list[str], rows: list[list]) -> None:
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle)
        writer.writerow(header)
        writer.writerows(rows)
