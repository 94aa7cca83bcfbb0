"""The layout of most copies: a folder for each split, in it a folder for each class, by number or by word."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from pvlib.data.folders import file_names, folder_names

SPLITS = {
    "train": "train", "training": "train", "valid": "valid", "val": "valid", "validation": "valid",
    "test": "test", "testing": "test",
}  # fmt: skip
_OTHER_WORDS = {
    "surprised": "surprise",
    "fearful": "fear",
    "disgusted": "disgust",
    "happy": "happiness",
    "sad": "sadness",
    "angry": "anger",
}


class ClassFolder(NamedTuple):
    """A folder of one class: the split that the folder around it names ("" without one), its name, itself."""

    split: str
    word: str
    path: Path

    def images(self) -> list[str]:
        return sorted(file_names(self.path))


def class_folders(base: Path) -> Iterator[ClassFolder]:
    """Yield the folders of classes in the folders of splits under ``base``, or, without any, under itself.

    The words are in lower case, as nouns: "Happy" becomes "happiness".
    """
    parts = [(SPLITS[name.casefold()], base / name) for name in split_folders(base)]
    for split, folder in parts or [("", base)]:
        for name in folder_names(folder):
            word = name.casefold()
            yield ClassFolder(split, _OTHER_WORDS.get(word, word), folder / name)


def split_folders(base: Path) -> list[str]:
    """Return the names of the folders of splits under ``base``: training before validation before test."""
    order = tuple(SPLITS.values())
    names = [name for name in folder_names(base) if name.casefold() in SPLITS]
    return sorted(names, key=lambda name: order.index(SPLITS[name.casefold()]))
