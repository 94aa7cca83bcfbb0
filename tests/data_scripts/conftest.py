"""Sets of drawn faces in every layout, to be spoilt, and scripts called as a person types them."""

import csv
import re
import shutil
from functools import partial

import pytest
from PIL import Image

from data_scripts.layouts.affectnet.listing import list_affectnet
from data_scripts.layouts.ferplus.listing import list_ferplus
from data_scripts.layouts.rafdb import list_rafdb
from data_scripts.prepare_affectnet import prepare_affectnet
from data_scripts.prepare_ferplus import prepare_ferplus
from data_scripts.prepare_rafdb import prepare_rafdb
from drawnfaces.layouts import write_layout
from pvlib.errors import CourseError

# of the last, 48 are the face
SIZES = {"rafdb": 48, "rafdb-folders": 48, "affectnet": 48, "affectnet-old": 68}
READ = {"ferplus": list_ferplus, "rafdb": list_rafdb, "affectnet": list_affectnet}
PREPARE = {
    "ferplus": prepare_ferplus,
    "rafdb": partial(prepare_rafdb, size=48),
    "affectnet": partial(prepare_affectnet, size=48),
}
FOLDERS = {"Training": "FER2013Train", "PublicTest": "FER2013Valid", "PrivateTest": "FER2013Test"}


@pytest.fixture(scope="session")
def drawn(tmp_path_factory):
    """drawn(layout, root, **counts): a copy of a set that is drawn once, unambiguous, by default 40 + 10 faces.

    The layouts are those of drawnfaces, and "ferplus-label" with a label.csv in each folder. Every picture is a PNG
    file inside, so that a single changed byte is noticed.
    """
    kept = {}

    def draw(layout, root, **counts):
        last = "valid" if layout.startswith("affectnet") else "test"
        counts = counts or {"train": 40, last: 10}
        key = (layout, *counts.items())
        if key not in kept:
            kept[key] = tmp_path_factory.mktemp("drawn") / "set"
            form = layout.removesuffix("-label")
            write_layout(kept[key], form, counts, 3, size=SIZES.get(form), ambiguous=0)
            for path in kept[key].rglob("*.jpg"):
                Image.open(path).save(path, format="PNG")
            if form != layout:
                _votes_to_folders(kept[key])
        return shutil.copytree(kept[key], root)

    return draw


def _votes_to_folders(root):
    votes = root / "fer2013new.csv"
    for usage, name, *cells in list(csv.reader(votes.open()))[1:]:
        with (root / FOLDERS[usage] / "label.csv").open("a", newline="") as file:
            csv.writer(file).writerow([name, "(0, 0, 48, 48)", *cells])
    votes.unlink()


@pytest.fixture(scope="session")
def read():
    """read(layout, root): the listing of a set, by its reader."""
    return lambda layout, root: READ[layout.split("-")[0]](root)


@pytest.fixture(scope="session")
def prepare():
    """prepare(layout, root, out): write the prepared file, of 48 pixels a side; the report."""
    return lambda layout, root, out: PREPARE[layout.split("-")[0]](root, out)


@pytest.fixture(scope="session")
def rename():
    """rename(root, pattern, replacement): rename the files below the root by their paths from there."""

    def change(root, old, new):
        for path in sorted(root.rglob("*"), reverse=True):
            before = path.relative_to(root).as_posix()
            target = re.sub(old, new, before)
            if path.is_file() and target != before:
                (root / target).parent.mkdir(parents=True, exist_ok=True)
                path.replace(root / target)
        for path in sorted(root.rglob("*"), reverse=True):
            if path.is_dir() and not any(path.iterdir()):
                path.rmdir()

    return change


@pytest.fixture
def refused(prepare, tmp_path):
    """refused(layout, root, complaint): preparing is, in one line, and a file from an earlier day stays as it was."""
    out = tmp_path / "prepared" / "set.safetensors"
    out.parent.mkdir()
    out.write_bytes(b"from an earlier day")

    def check(layout, root, complaint):
        with pytest.raises(CourseError, match=complaint) as caught:
            prepare(layout, root, out)
        assert "\n" not in str(caught.value)
        assert out.read_bytes() == b"from an earlier day"
        assert list(out.parent.iterdir()) == [out]

    return check
