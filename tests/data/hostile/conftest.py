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
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pvlib.data import affectnet, ferplus, rafdb
from pvlib.data.check.findings import check
from pvlib.data.labels import FERPLUS_VOTES
from pvlib.errors import CourseError

SIDE, COUNT = 48, 6
PICTURES = np.random.default_rng(8).integers(
    0, 256, (COUNT + 1, SIDE, SIDE), np.uint8
)  # the last: an outsider


def save(path: Path, picture: np.ndarray, colour: bool) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.fromarray(picture)
    (image.convert("RGB") if colour else image).save(path, format="PNG")


def ferplus_votes(root: Path) -> None:
    lines = [",".join(["Usage", "Image name", *FERPLUS_VOTES])]
    for i in range(COUNT):
        usage = "Training" if i < 4 else "PublicTest"
        lines.append(f"{usage},fer{i:07}.png,{','.join('10' if k == i else '0' for k in range(10))}")
    root.mkdir(parents=True, exist_ok=True)
    (root / "fer2013new.csv").write_text("\n".join(lines) + "\n")


def ferplus_folders(root: Path) -> None:
    ferplus_votes(root)
    for i in range(COUNT):
        folder = "FER2013Train" if i < 4 else "FER2013Valid"
        save(root / folder / f"fer{i:07}.png", PICTURES[i], colour=False)


def ferplus_label_csv(root: Path) -> None:
    ferplus_folders(root)
    (root / "fer2013new.csv").unlink()
    for folder, numbers in (("FER2013Train", range(4)), ("FER2013Valid", range(4, COUNT))):
        rows = [
            f'fer{i:07}.png,"(0, 0, 48, 48)",{",".join("10" if k == i else "0" for k in range(10))}'
            for i in numbers
        ]
        (root / folder / "label.csv").write_text("\n".join(rows) + "\n")


def ferplus_tables(root: Path) -> None:
    ferplus_votes(root)
    lines = ["emotion,pixels,Usage"]
    for i in range(COUNT):
        usage = "Training" if i < 4 else "PublicTest"
        lines.append(f"0,{' '.join(map(str, PICTURES[i].reshape(-1)))},{usage}")
    (root / "fer2013.csv").write_text("\n".join(lines) + "\n")


def rafdb_owners(root: Path) -> None:
    names = [f"train_{i:05}" if i < 4 else f"test_{i:04}" for i in range(COUNT)]
    for i, name in enumerate(names):
        save(root / "Image" / "aligned" / f"{name}_aligned.jpg", PICTURES[i], colour=True)
    (root / "EmoLabel").mkdir()
    lines = "".join(f"{name}.jpg {i + 1}\n" for i, name in enumerate(names))
    (root / "EmoLabel" / "list_patition_label.txt").write_text(lines)


def rafdb_folders(root: Path) -> None:
    for i in range(COUNT):
        split = "train" if i < 4 else "test"
        save(root / split / str(i + 1) / f"{split}_{i:05}_aligned.jpg", PICTURES[i], colour=True)


def affectnet_new(root: Path) -> None:
    for i in range(COUNT):
        folder = root / ("train_set" if i < 4 else "val_set")
        save(folder / "images" / f"{i}.jpg", PICTURES[i], colour=True)
        (folder / "annotations").mkdir(exist_ok=True)
        for kind, value in (("exp", i), ("val", 0.5), ("aro", -0.5)):
            np.save(folder / "annotations" / f"{i}_{kind}.npy", np.array(str(value)))


def affectnet_old(root: Path) -> None:
    columns = "subDirectory_filePath,face_x,face_y,face_width,face_height,facial_landmarks,expression,valence,arousal"
    for table, numbers in (("training.csv", range(4)), ("validation.csv", range(4, COUNT))):
        rows = [f"{i % 2}/{i}.jpg,0,0,{SIDE},{SIDE},1;2;3;4,{i},0.5,-0.5" for i in numbers]
        root.mkdir(parents=True, exist_ok=True)
        (root / table).write_text("\n".join([columns, *rows]) + "\n")
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
    """How a set is written, which of its files hold labels and pictures, and what reads it."""

    write: Callable[[Path], None]
    labels: tuple[str, ...]
    pictures: str
    prepare: Callable[[Path, Path], object]
    load: Callable[[Path], list[np.ndarray]]


def _ferplus(write: Callable[[Path], None], labels: tuple[str, ...]) -> Layout:
    return Layout(
        write,
        labels,
        "FER2013*/*.png",
        ferplus.prepare,
        lambda path: load(ferplus.load_ferplus, path, ferplus.FERPLUS_SET.splits, rule="argmax"),
    )


def _rafdb(write: Callable[[Path], None], labels: tuple[str, ...]) -> Layout:
    return Layout(
        write,
        labels,
        "**/*_aligned.jpg",
        lambda root, out: rafdb.prepare_rafdb(root, out, size=SIDE),
        lambda path: load(rafdb.load_rafdb, path, ("train", "valid", "test")),
    )


def _affectnet(write: Callable[[Path], None], labels: tuple[str, ...]) -> Layout:
    return Layout(
        write,
        labels,
        "**/*.jpg",
        lambda root, out: affectnet.prepare_affectnet(root, out, size=SIDE),
        lambda path: load(affectnet.load_affectnet, path, ("train", "valid"), classes=8),
    )


LAYOUTS = {
    "ferplus folders": _ferplus(ferplus_folders, ("fer2013new.csv",)),
    "ferplus label.csv": _ferplus(ferplus_label_csv, ("FER2013Train/label.csv", "FER2013Valid/label.csv")),
    "ferplus tables": _ferplus(ferplus_tables, ("fer2013new.csv", "fer2013.csv")),
    "rafdb owners": _rafdb(rafdb_owners, ("EmoLabel/list_patition_label.txt",)),
    "rafdb folders": _rafdb(rafdb_folders, ()),
    "affectnet new": _affectnet(
        affectnet_new, ("train_set/annotations/1_exp.npy", "val_set/annotations/4_exp.npy")
    ),
    "affectnet old": _affectnet(affectnet_old, ("training.csv", "validation.csv")),
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
        return sorted(self.root.glob(self.layout.pictures))

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
