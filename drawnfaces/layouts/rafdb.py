"""RAF-DB's two layouts: the owners' label file beside ``Image/aligned``, or a folder for each class.

A label is the verdict of the ten raters over RAF-DB's seven classes; where two draw level, the larger share
of the mixture decides. Nobody's vote for contempt counts, because RAF-DB does not have it.
"""

from collections import Counter
from pathlib import Path

import numpy as np
from PIL import Image

from drawnfaces.names import EXPRESSIONS

SPLITS = ("train", "test")
# in the order of RAF-DB's labels, 1 to 7
CLASSES = ("surprise", "fear", "disgust", "happiness", "sadness", "anger", "neutral")
JPEG_QUALITY = 95


class _Numbered:
    def __init__(self, root: Path):
        self.root = root
        self._count: Counter[str] = Counter()

    def next_name(self, split: str) -> str:
        self._count[split] += 1
        return f"{split}_{self._count[split]:05d}"

    def finish(self) -> None:
        """Write what the layout has besides the images."""


class Official(_Numbered):
    """``EmoLabel/list_patition_label.txt`` (sic) and ``Image/aligned/train_00001_aligned.jpg``."""

    def __init__(self, root: Path):
        super().__init__(root)
        self._lines: list[str] = []
        (root / "Image" / "aligned").mkdir(parents=True)
        (root / "EmoLabel").mkdir()

    def add(self, split: str, face: dict) -> tuple[str, int]:
        """Write one face; return its file, relative to the root, and its label, 1 to 7."""
        name, label = self.next_name(split), label_of(face)
        self._lines.append(f"{name}.jpg {label}\n")
        file = f"Image/aligned/{name}_aligned.jpg"
        save_jpeg(face["image"], self.root / file)
        return file, label

    def finish(self) -> None:
        (self.root / "EmoLabel" / "list_patition_label.txt").write_text("".join(self._lines), "utf-8")


class ClassFolders(_Numbered):
    """``train/1/train_00001_aligned.jpg`` and so on, as many people hold it."""

    def add(self, split: str, face: dict) -> tuple[str, int]:
        """Write one face; return its file, relative to the root, and its label, 1 to 7."""
        name, label = self.next_name(split), label_of(face)
        file = f"{split}/{label}/{name}_aligned.jpg"
        (self.root / file).parent.mkdir(parents=True, exist_ok=True)
        save_jpeg(face["image"], self.root / file)
        return file, label


def label_of(face: dict) -> int:
    """Return RAF-DB's label of a face, 1 surprise to 7 neutral."""
    score = face["votes"][: len(EXPRESSIONS)] + 0.5 * face["mixture"]
    return 1 + int(np.argmax([score[EXPRESSIONS.index(name)] for name in CLASSES]))


def save_jpeg(image: np.ndarray, path: Path) -> None:
    """Save an image (C, H, W) as an RGB JPEG."""
    pixels = np.broadcast_to(image, (3, *image.shape[1:])).transpose(1, 2, 0)  # (H, W, 3)
    Image.fromarray(np.ascontiguousarray(pixels)).save(path, quality=JPEG_QUALITY)
