"""AffectNet's two layouts: numbered faces with ``.npy`` annotations, or tables beside whole pictures.

The expression is the raters' verdict: where most say unknown its id is 9 (uncertain), where most say NF, 10.
Such faces have valence and arousal −2, as in the real tables. In the old layout the face is a part of a
larger picture whose sides differ; the table's box says which.
"""

import csv
import hashlib
from collections import Counter
from pathlib import Path

import numpy as np

from drawnfaces.layouts.circumplex import valence_arousal
from drawnfaces.layouts.rafdb import save_jpeg
from drawnfaces.names import EXPRESSIONS

SPLITS = ("train", "valid")
# in the order of AffectNet's ids, 0 to 7
CLASSES = ("neutral", "happiness", "sadness", "surprise", "fear", "disgust", "anger", "contempt")
MARGIN = 0.2  # of the old layout's pictures, on each side of the face's box
_UNCERTAIN, _NO_FACE, _NO_AFFECT = 9, 10, -2.0
_COLUMNS = (
    "subDirectory_filePath", "face_x", "face_y", "face_width", "face_height", "facial_landmarks",
    "expression", "valence", "arousal",
)  # fmt: skip
_FOLDERS = {"train": "train_set", "valid": "val_set"}
_TABLES = {"train": "training.csv", "valid": "validation.csv"}


class Numbered:
    """``train_set|val_set/images/N.jpg`` with ``annotations/N_exp.npy``, ``_val``, ``_aro`` and ``_lnd``."""

    def __init__(self, root: Path):
        self.root = root
        self._count: Counter[str] = Counter()
        for folder in _FOLDERS.values():
            (root / folder / "images").mkdir(parents=True)
            (root / folder / "annotations").mkdir()

    def add(self, split: str, face: dict) -> tuple[str, int]:
        """Write one face; return its file, relative to the root, and its id, 0 to 10."""
        number, folder = self._count[split], self.root / _FOLDERS[split]
        self._count[split] += 1
        label = id_of(face)
        valence, arousal = _affect(face, label)
        # The owners' files hold text, and so do these.
        for suffix, value in (("exp", str(label)), ("val", f"{valence:.6g}"), ("aro", f"{arousal:.6g}")):
            np.save(folder / "annotations" / f"{number}_{suffix}.npy", np.array(value))
        np.save(folder / "annotations" / f"{number}_lnd.npy", face["landmarks"].ravel())
        save_jpeg(face["image"], folder / "images" / f"{number}.jpg")
        return f"{_FOLDERS[split]}/images/{number}.jpg", label

    def finish(self) -> None:
        """There is nothing besides the images and their annotations."""


class Tables:
    """``training.csv`` and ``validation.csv`` beside ``Manually_Annotated_Images/1/<hash>.jpg``."""

    def __init__(self, root: Path):
        self.root = root
        self._rows: dict[str, list] = {split: [] for split in SPLITS}

    def add(self, split: str, face: dict) -> tuple[str, int]:
        """Write one picture; return its file, relative to the root, and its id, 0 to 10."""
        number = sum(map(len, self._rows.values()))
        digest = hashlib.sha224(number.to_bytes(8, "little") + face["image"].tobytes())
        name = f"{1 + number // 1000}/{digest.hexdigest()}.jpg"
        picture, corner, box = _cut(face["image"], digest.digest())
        face["landmarks"] = face["landmarks"] - corner
        label = id_of(face)
        valence, arousal = _affect(face, label)
        points = ";".join(f"{value:.2f}" for value in face["landmarks"].ravel())
        self._rows[split].append([name, *box, points, label, f"{valence:.6g}", f"{arousal:.6g}"])
        path = self.root / "Manually_Annotated_Images" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        save_jpeg(picture, path)
        return f"Manually_Annotated_Images/{name}", label

    def finish(self) -> None:
        for split, rows in self._rows.items():
            with (self.root / _TABLES[split]).open("w", newline="", encoding="utf-8") as handle:
                writer = csv.writer(handle)
                writer.writerow(_COLUMNS)
                writer.writerows(rows)


def id_of(face: dict) -> int:
    """Return AffectNet's id of a face: 0 neutral to 7 contempt, 9 uncertain, 10 no face."""
    votes = face["votes"]
    score = votes[: len(EXPRESSIONS)] + 0.5 * face["mixture"]
    best = int(np.argmax(score))
    if votes[8:].max() > votes[best]:
        return _UNCERTAIN if votes[8] >= votes[9] else _NO_FACE
    return CLASSES.index(EXPRESSIONS[best])


def _affect(face: dict, label: int) -> tuple[float, float]:
    return (_NO_AFFECT, _NO_AFFECT) if label >= len(CLASSES) else valence_arousal(face["mixture"])


def _cut(image: np.ndarray, digest: bytes) -> tuple[np.ndarray, np.ndarray, tuple[int, int, int, int]]:
    """Cut off some of each margin; return the rest, its corner (x, y), and the face's box in it."""
    side = image.shape[-1]
    margin = round(side * MARGIN / (1 + 2 * MARGIN))
    left, top, right, bottom = (margin * byte // 300 for byte in digest[:4])
    box = (margin - left, margin - top, side - 2 * margin, side - 2 * margin)
    return image[:, top : side - bottom, left : side - right], np.array([left, top]), box
