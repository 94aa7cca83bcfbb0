"""Small whole sets in every layout that the readers know, and one judge for what a reader makes of a spoilt one.

The rule is always the same: a right result, or a CourseError of one line that names the culprit; never another
exception, never a hang, and never a file left behind.
"""

import json
import shutil
import signal
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from data_scripts.checking.findings import check
from data_scripts.prepare_affectnet import prepare_affectnet
from data_scripts.prepare_ferplus import prepare_ferplus
from data_scripts.prepare_rafdb import prepare_rafdb
from pvlib.data import affectnet, ferplus, rafdb
from pvlib.data.labels import FERPLUS_VOTES
from pvlib.errors import CourseError

SIDE, COUNT = 48, 6
USAGE, THREE = ("Training", "PublicTest"), ("train", "valid", "test")
PICTURES = np.random.default_rng(8).integers(
    0, 256, (COUNT + 1, SIDE, SIDE), np.uint8
)  # the last: an outsider


def save(path: Path, picture: np.ndarray, colour: bool) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.fromarray(picture)
    (image.convert("RGB") if colour else image).save(path, format="PNG")


def write(path: Path, *lines: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n")


def votes(number: int) -> str:
    return ",".join("10" if emotion == number else "0" for emotion in range(10))


def ferplus_votes(root: Path) -> None:
    rows = [f"{USAGE[i > 3]},fer{i:07}.png,{votes(i)}" for i in range(COUNT)]
    write(root / "fer2013new.csv", ",".join(["Usage", "Image name", *FERPLUS_VOTES]), *rows)


def ferplus_folders(root: Path) -> None:
    ferplus_votes(root)
    for i in range(COUNT):
        save(root / ("FER2013Train", "FER2013Valid")[i > 3] / f"fer{i:07}.png", PICTURES[i], colour=False)


def ferplus_label_csv(root: Path) -> None:
    ferplus_folders(root)
    (root / "fer2013new.csv").unlink()
    for folder, numbers in (("FER2013Train", range(4)), ("FER2013Valid", range(4, COUNT))):
        rows = [f'fer{i:07}.png,"(0, 0, 48, 48)",{votes(i)}' for i in numbers]
        write(root / folder / "label.csv", *rows)


def ferplus_tables(root: Path) -> None:
    ferplus_votes(root)
    rows = [f"0,{' '.join(map(str, PICTURES[i].reshape(-1)))},{USAGE[i > 3]}" for i in range(COUNT)]
    write(root / "fer2013.csv", "emotion,pixels,Usage", *rows)


def rafdb_owners(root: Path) -> None:
    names = [f"train_{i:05}" if i < 4 else f"test_{i:04}" for i in range(COUNT)]
    for i, name in enumerate(names):
        save(root / "Image" / "aligned" / f"{name}_aligned.jpg", PICTURES[i], colour=True)
    lines = [f"{name}.jpg {i + 1}" for i, name in enumerate(names)]
    write(root / "EmoLabel" / "list_patition_label.txt", *lines)


def rafdb_folders(root: Path) -> None:
    for i in range(COUNT):
        split = ("train", "test")[i > 3]
        save(root / split / str(i + 1) / f"{split}_{i:05}_aligned.jpg", PICTURES[i], colour=True)


def affectnet_new(root: Path) -> None:
    for i in range(COUNT):
        folder = root / ("train_set", "val_set")[i > 3]
        save(folder / "images" / f"{i}.jpg", PICTURES[i], colour=True)
        (folder / "annotations").mkdir(exist_ok=True)
        for kind, value in (("exp", i), ("val", 0.5), ("aro", -0.5)):
            np.save(folder / "annotations" / f"{i}_{kind}.npy", np.array(str(value)))


def affectnet_old(root: Path) -> None:
    columns = "subDirectory_filePath,face_x,face_y,face_width,face_height,facial_landmarks,expression,valence,arousal"
    for table, numbers in (("training.csv", range(4)), ("validation.csv", range(4, COUNT))):
        rows = [f"{i % 2}/{i}.jpg,0,0,{SIDE},{SIDE},1;2;3;4,{i},0.5,-0.5" for i in numbers]
        write(root / table, columns, *rows)
    for i in range(COUNT):
        save(root / "Manually_Annotated_Images" / str(i % 2) / f"{i}.jpg", PICTURES[i], colour=True)


def load(loader: Callable, path: Path, splits: tuple[str, ...], **options) -> list[np.ndarray]:
    """Every picture of a prepared file, grey."""
    pictures = []
    for split in splits:
        try:
            pictures += list(loader(path, split, **options).images[:, 0].numpy())
        except CourseError:  # it has no face of that split, or none that the rule keeps
            continue
    return pictures


@dataclass(frozen=True)
class Layout:
    """How a set is written, which of its files hold labels, and what its data set reads it with."""

    write: Callable[[Path], None]
    labels: tuple[str, ...]
    data_set: "Readers"

    def prepare(self, root: Path, out: Path) -> object:
        return self.data_set.prepare(root, out)

    def load(self, path: Path) -> list[np.ndarray]:
        return load(self.data_set.load, path, self.data_set.splits, **self.data_set.options)


@dataclass(frozen=True)
class Readers:
    pictures: str
    prepare: Callable[[Path, Path], object]
    load: Callable
    splits: tuple[str, ...]
    options: dict[str, object]


FERPLUS = Readers("FER2013*/*.png", prepare_ferplus, ferplus.load_ferplus, THREE, {"rule": "argmax"})
RAFDB = Readers("**/*_aligned.jpg", partial(prepare_rafdb, size=SIDE), rafdb.load_rafdb, THREE, {})
AFFECTNET = Readers(
    "**/*.jpg",
    partial(prepare_affectnet, size=SIDE),
    affectnet.load_affectnet,
    THREE[:2],
    {"classes": 8},
)
LAYOUTS = {
    "ferplus folders": Layout(ferplus_folders, ("fer2013new.csv",), FERPLUS),
    "ferplus label.csv": Layout(
        ferplus_label_csv, ("FER2013Train/label.csv", "FER2013Valid/label.csv"), FERPLUS
    ),
    "ferplus tables": Layout(ferplus_tables, ("fer2013new.csv", "fer2013.csv"), FERPLUS),
    "rafdb owners": Layout(rafdb_owners, ("EmoLabel/list_patition_label.txt",), RAFDB),
    "rafdb folders": Layout(rafdb_folders, (), RAFDB),
    "affectnet new": Layout(
        affectnet_new, ("train_set/annotations/1_exp.npy", "val_set/annotations/4_exp.npy"), AFFECTNET
    ),
    "affectnet old": Layout(affectnet_old, ("training.csv", "validation.csv"), AFFECTNET),
}


@contextmanager
def no_hang(seconds: int = 20):
    """Turn a hang into a failure, where the system has alarms."""

    def fail(*_):
        raise AssertionError(f"still not done after {seconds} s")

    if not hasattr(signal, "SIGALRM"):
        yield
        return
    before = signal.signal(signal.SIGALRM, fail)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


class Judge:
    """Lets every reader of a layout loose on a spoilt set."""

    layouts, pictures, save = LAYOUTS, PICTURES, staticmethod(save)

    def __init__(self, folder: Path, layout: str):
        self.layout = LAYOUTS[layout]
        self.folder, self.root = folder, folder / "inside" / "set"
        self.layout.write(self.root)
        save(folder / "outside.png", PICTURES[COUNT], colour=False)

    def labels(self) -> list[Path]:
        return [self.root / name for name in self.layout.labels]

    def image_files(self) -> list[Path]:
        return sorted(self.root.glob(self.layout.data_set.pictures))

    def prepare(self) -> list[np.ndarray] | str:
        """What the prepared file shows, or the complaint."""
        out = self.folder / "set.safetensors"
        before = sorted(self.folder.rglob("*"))
        with no_hang():
            complaint = self._complaint(lambda: self.layout.prepare(self.root, out))
        if complaint:
            assert sorted(self.folder.rglob("*")) == before
            return complaint
        assert sorted(self.folder.rglob("*")) == sorted([*before, out])
        shown = self.layout.load(out)
        out.unlink()
        return shown

    def check(self, path: Path | None = None) -> dict | str:
        """The page of the set or of ``path`` as JSON, or the complaint; the folder stays as it is."""
        before = sorted(self.folder.rglob("*"))
        pages = []

        def look():
            findings = check(path or self.root, workers=1)
            str(findings).encode()
            pages.append(json.loads(json.dumps(findings.to_json())))

        with no_hang():
            complaint = self._complaint(look)
        assert sorted(self.folder.rglob("*")) == before
        return complaint or pages[0]

    def assert_only_known_pictures(self, shown: list[np.ndarray]) -> None:
        """Nothing but the set's own pictures came out, bit for bit; in the old AffectNet, boxes cut from them."""
        shown = {picture.tobytes() for picture in shown}
        assert PICTURES[COUNT].tobytes() not in shown
        if self.layout is not LAYOUTS["affectnet old"]:
            assert shown <= {picture.tobytes() for picture in PICTURES[:COUNT]}

    def _complaint(self, action: Callable[[], object]) -> str:
        try:
            action()
        except CourseError as error:
            text = str(error)
            assert "\n" not in text
            assert str(self.folder) in text
            assert len(text) < 1500
            return text
        return ""


@pytest.fixture
def spoil(tmp_path_factory):
    """A function that writes a fresh set in a layout, for a test to spoil."""
    made = []

    def write(layout: str) -> Judge:
        while made:
            shutil.rmtree(made.pop(), ignore_errors=True)
        made.append(tmp_path_factory.mktemp("hostile"))
        return Judge(made[-1], layout)

    yield write
    while made:
        shutil.rmtree(made.pop(), ignore_errors=True)
