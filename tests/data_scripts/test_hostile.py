"""Spoilt label files, images, folders and prepared files, in every layout.

The rule is always the same: a right result, or a CourseError of one line that names the culprit; never another
exception, and never a file left behind.
"""

import json
import os
import re
import shutil
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from data_scripts.checking.findings import check
from pvlib.data.prepared import load_prepared
from pvlib.errors import CourseError

LABELS = {
    "ferplus": ["fer2013new.csv"],
    "ferplus-label": ["FER2013Train/label.csv", "FER2013Test/label.csv"],
    "ferplus-csv": ["fer2013new.csv", "fer2013.csv"],
    "rafdb": ["EmoLabel/list_patition_label.txt"],
    "affectnet": ["train_set/annotations/1_exp.npy", "val_set/annotations/1_exp.npy"],
    "affectnet-old": ["training.csv", "validation.csv"],
}
IN_TEXT = [layout for layout in LABELS if layout != "affectnet"]
WITH_IMAGES = ["ferplus", "ferplus-label", "rafdb", "rafdb-folders", "affectnet", "affectnet-old"]
OPTIONS = {"ferplus": {"rule": "argmax"}, "rafdb": {}, "affectnet": {"classes": 8}}
COUNT = 6
CHARACTERS = st.characters(exclude_characters="/\0", exclude_categories=["Cs"])
NAME = st.text(CHARACTERS, min_size=1, max_size=20).filter(lambda name: name not in (".", ".."))
SOME = settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
CELLS = [
    "", " ", "-1", "11", "255", "256", "1000", "99999999999999999999", "1e1", "1.5", "NaN", "inf", "-inf", "0x1",
    "²", "٣", "８", "1 2", "1_0", "+1", "True", "None", "\0", "a\0b", '"', '"a', "a" * 200_000, "é", "\ufeff",
    "../../outside.png", "..\\..\\outside.png", "/etc/passwd", "C:\\x.png", ".", "..", "/", "a/b/c.png", "~",
    "../../../outside.png", "\u202egnp.x", "con", "x" * 5000, "-", "=1+1", "\x1b[31m", "\x85", "\u2028",
]  # fmt: skip


class Judge:
    """Lets every reader of a layout loose on a spoilt set of six faces, beside which lies a picture of nobody's."""

    def __init__(self, drawn, make, folder, layout):
        self.folder, self.root, self.layout, self.make = folder, folder / "inside" / "set", layout, make
        self.owner = layout.split("-")[0]
        drawn(layout, self.root, **{"train": 4, "valid" if self.owner == "affectnet" else "test": 2})
        Image.new("L", (48, 48), 77).save(folder / "outside.png")

    def labels(self):
        return [self.root / name for name in LABELS[self.layout]]

    def image_files(self):
        return sorted(path for path in self.root.rglob("*") if path.suffix in (".png", ".jpg"))

    def prepare(self):
        """The grey pictures that the prepared file shows, as bytes, or the complaint."""
        out = self.folder / "set.safetensors"
        before = sorted(self.folder.rglob("*"))
        complaint = self._complaint(lambda: self.make(self.layout, self.root, out))
        if complaint:
            assert sorted(self.folder.rglob("*")) == before
            return complaint
        assert sorted(self.folder.rglob("*")) == sorted([*before, out])
        shown = self.load(out)
        out.unlink()
        return shown

    def load(self, path):
        pictures = []
        for split in ("train", "valid", "test"):
            try:
                faces = load_prepared(path, split, **OPTIONS[self.owner])
            except CourseError:  # it has no face of that split, or none that the rule keeps
                continue
            pictures += [image[0].numpy().tobytes() for image in faces.images]
        return pictures

    def check(self, path=None):
        """The page of the set or of ``path`` as JSON, or the complaint; the folder stays as it is."""
        before, pages = sorted(self.folder.rglob("*")), []

        def look():
            findings = check(path or self.root, workers=1)
            str(findings).encode()
            pages.append(json.loads(json.dumps(findings.to_json())))

        complaint = self._complaint(look)
        assert sorted(self.folder.rglob("*")) == before
        return complaint or pages[0]

    def _complaint(self, action):
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
def spoil(drawn, prepare, tmp_path_factory):
    """spoil(layout): a judge with a fresh set, for a test to spoil; the set before is removed."""
    made = []

    def write(layout):
        for folder in made:
            shutil.rmtree(folder, ignore_errors=True)
        made[:] = [tmp_path_factory.mktemp("hostile")]
        return Judge(drawn, prepare, made[0], layout)

    return write


@pytest.fixture(scope="module")
def clean(drawn, prepare, tmp_path_factory):
    """clean(layout): the pictures of the set as it was drawn."""
    return lambda layout: set(Judge(drawn, prepare, tmp_path_factory.mktemp("clean"), layout).prepare())


def assert_known(shown, clean, layout):
    """Nothing but the set's own pictures came out, bit for bit; in the old AffectNet, boxes cut from them."""
    assert bytes([77]) * 48 * 48 not in shown
    assert layout == "affectnet-old" or set(shown) <= clean(layout)


def assert_kept_or_refused(judge, clean):
    shown = judge.prepare()
    if not isinstance(shown, str):
        assert_known(shown, clean, judge.layout)
    judge.check()


# ---- label files


@pytest.mark.parametrize("layout", LABELS)
@SOME
@given(data=st.data())
def test_a_file_of_anything_or_of_changed_bytes_is_kept_or_refused(spoil, clean, layout, data):
    judge = spoil(layout)
    path = data.draw(st.sampled_from(judge.labels()))
    content = bytearray(path.read_bytes())
    if data.draw(st.integers(0, 3)) == 0:
        content = bytearray(data.draw(st.binary(max_size=300) | st.text(max_size=200).map(str.encode)))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content)))
        content[place : place + data.draw(st.integers(0, 12))] = data.draw(st.binary(max_size=8))
    path.write_bytes(content)
    assert_kept_or_refused(judge, clean)


@pytest.mark.parametrize("layout", IN_TEXT)
@settings(SOME, max_examples=60)
@given(data=st.data())
def test_a_cell_of_anything_is_kept_or_refused(spoil, clean, layout, data):
    judge = spoil(layout)
    path = data.draw(st.sampled_from(judge.labels()))
    separator = " " if path.suffix == ".txt" else ","
    lines = path.read_text().splitlines()
    row = data.draw(st.integers(0, len(lines) - 1))
    cells = lines[row].split(separator)
    place = data.draw(st.integers(0, len(cells) - 1))
    cell = data.draw(st.sampled_from(CELLS))
    match data.draw(st.sampled_from(["replace", "insert", "delete", "repeat row", "many"])):
        case "replace":
            cells[place] = cell
        case "insert":
            cells.insert(place, cell)
        case "delete":
            del cells[place]
        case "many":
            cells += [cell[:20]] * 3000
        case "repeat row":
            lines.append(lines[row].replace(lines[row][-1], "1"))
    lines[row] = separator.join(cells)
    path.write_text("\n".join(lines) + "\n")
    assert_kept_or_refused(judge, clean)


@pytest.mark.parametrize("layout", IN_TEXT)
def test_names_that_lead_out_of_the_set_bring_nothing_in(spoil, clean, layout):
    judge = spoil(layout)
    path = judge.labels()[0]
    text = path.read_text()
    absolute = str(judge.folder / "outside.png")
    for name in ("../../outside.png", "../../../outside.png", "../../../../outside.png", absolute):
        path.write_text(re.sub(r"[\w/]+\.(png|jpg)", name, text, count=1))
        assert_kept_or_refused(judge, clean)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pipes with such names")
@pytest.mark.parametrize("layout", IN_TEXT)
@pytest.mark.parametrize("kind", ["folder", "pipe"])
def test_what_only_looks_like_a_label_file_is_refused_at_once(spoil, layout, kind):
    judge = spoil(layout)
    path = judge.labels()[0]
    path.unlink()
    path.mkdir() if kind == "folder" else os.mkfifo(path)
    assert isinstance(judge.prepare(), str) or layout == "affectnet-old"  # the other table is still there
    judge.check()


# ---- images


@pytest.mark.parametrize("layout", WITH_IMAGES)
@SOME
@given(data=st.data())
def test_a_cut_or_flipped_image_is_left_out_or_named(spoil, clean, layout, data):
    judge = spoil(layout)
    path = data.draw(st.sampled_from(judge.image_files()))
    content = bytearray(path.read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    if data.draw(st.booleans()):
        del content[place:]
    else:
        content[place] ^= 1 << data.draw(st.integers(0, 7))
    path.write_bytes(content)
    shown = judge.prepare()
    page = judge.check()
    if isinstance(shown, str):
        assert path.name in shown
        assert len(page["unreadable"]) == 1
    elif content[:8] == b"\x89PNG\r\n\x1a\n":  # its check sums leave no doubt
        assert_known(shown, clean, layout)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pipes and devices with such names")
@pytest.mark.parametrize("layout", WITH_IMAGES)
@pytest.mark.parametrize("kind", ["text", "folder", "gone", "itself", "pipe", "/dev/zero"])
def test_what_is_no_image_or_only_looks_like_one_is_left_out_or_named(spoil, clean, layout, kind):
    judge = spoil(layout)
    path = judge.image_files()[0]
    path.unlink()
    match kind:
        case "text":
            path.write_text("this is no image\n" * 50)
        case "folder":
            path.mkdir()
        case "pipe":
            os.mkfifo(path)
        case _:
            path.symlink_to(path.name if kind == "itself" else kind)
    shown = judge.prepare()
    if isinstance(shown, str):
        assert path.name in shown
    else:
        assert_known(shown, clean, layout)
        assert len(shown) == COUNT - 1
    page = judge.check()
    assert page["readable"] == COUNT - 1


# ---- any folder


@pytest.fixture
def plain(spoil):
    """A judge of a plain folder with one face in it."""
    judge = spoil("rafdb-folders")
    judge.root = judge.folder / "plain"
    (judge.root / "train" / "happy").mkdir(parents=True)
    Image.new("L", (48, 48), 9).save(judge.root / "train" / "happy" / "face.png")
    return judge


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights under Windows")
def test_links_in_circles_and_to_nowhere_and_deep_folders_end(plain):
    (plain.root / "train" / "again").symlink_to(plain.root)
    for name, target in (("loop", "loop.png"), ("gone", "gone"), ("endless", "/dev/zero")):
        (plain.root / f"{name}.png").symlink_to(target)
    os.mkfifo(plain.root / "pipe.png")
    (plain.root / "folder.png").mkdir()
    deep = plain.root.joinpath(*["deeper"] * 200)
    deep.mkdir(parents=True)
    shutil.copy(plain.root / "train" / "happy" / "face.png", deep)
    page = plain.check()
    assert page["readable"] == 2
    assert [count for count, _ in page["not_read"].values()] == [4]  # loop, gone, endless and pipe
    assert "Not read: 4 .png files" in " ".join(page["reasons"])


@SOME
@given(names=st.lists(NAME, min_size=1, max_size=4, unique=True), depth=st.integers(0, 3))
@pytest.mark.skipif(sys.platform == "win32", reason="Windows forbids most of these names")
def test_any_names_are_listed(plain, names, depth):
    plain.root = plain.root.with_name("named")
    folder = plain.root.joinpath(*names[:depth])
    folder.mkdir(parents=True)
    for i, name in enumerate(names):
        Image.new("L", (48, 48), i).save(folder / f"{i}{name}.png")
    page = plain.check()
    if any(name.startswith((".", "__")) for name in names[:depth]):  # hidden
        assert isinstance(page, str)
    else:
        assert page["readable"] == len(names)
    shutil.rmtree(plain.root)


# ---- prepared files


@pytest.fixture(params=["ferplus", "rafdb-folders", "affectnet"])
def prepared(request, spoil):
    """A set's judge, its prepared file, and the file's bytes."""
    judge = spoil(request.param)
    path = judge.folder / "prepared.safetensors"
    judge.make(judge.layout, judge.root, path)
    return judge, path, path.read_bytes()


def assert_refused_or_harmless(judge, path, content):
    path.write_bytes(content)
    page = judge.check(path)
    judge.load(path)  # any other error than a complaint is a crash
    assert isinstance(page, str) or page["images"] == COUNT


@SOME
@given(data=st.data())
def test_a_damaged_head_is_refused_or_harmless(prepared, data):
    judge, path, whole = prepared
    content = bytearray(whole)
    end = 8 + len(whole[8:4000].rstrip())
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, end - 1))
        content[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    assert_refused_or_harmless(judge, path, content)


@SOME
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_a_flipped_bit_anywhere_is_no_crash_and_a_file_cut_short_is_refused(prepared, place, bit):
    judge, path, whole = prepared
    content = bytearray(whole)
    content[int(place * len(content))] ^= 1 << bit
    assert_refused_or_harmless(judge, path, content)
    path.write_bytes(whole[: int(place * len(whole))])
    assert isinstance(judge.check(path), str)
