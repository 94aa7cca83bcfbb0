"""Folders and files that people really had: read rightly, or refused by what is there."""

import re
import shutil
import tarfile
from pathlib import Path

import pytest
from PIL import Image

from data_scripts.layouts.affectnet.listing import list_affectnet
from data_scripts.layouts.ferplus.listing import list_ferplus
from data_scripts.layouts.rafdb import list_rafdb
from drawnfaces.layouts import write_layout
from pvlib.errors import CourseError

INPUTS = Path(__file__).resolve().parents[3] / "shared" / "cases" / "inputs"


def unpacked(name, folder):
    archive = INPUTS / f"{name}.tar.gz"
    if not archive.is_file():
        pytest.skip(f"{archive} is not there")
    with tarfile.open(archive) as content:
        content.extractall(folder, filter="data")
    return folder / "in"


def by_split(listing):
    return {
        split: {item.name for item in listing.items if item.split == split}
        for split in listing.data_set.splits
    }


@pytest.mark.parametrize(("case", "read", "faces"), [
    ("F01a", list_ferplus, 60), ("F03b", list_ferplus, 60), ("F07a", list_ferplus, 60), ("F16", list_ferplus, 60),
    ("R01", list_rafdb, 60), ("R06", list_rafdb, 60), ("R09", list_rafdb, 60), ("R11", list_rafdb, 72),
])  # fmt: skip
def test_a_case_is_read_whole_with_the_test_faces_apart(tmp_path, case, read, faces):
    listing = read(unpacked(case, tmp_path))
    assert len(listing.items) == faces
    assert not any(listing.problems.values())
    if read is list_rafdb:
        splits = by_split(listing)
        assert len(splits["test"]) == 12
        assert all(name.startswith("test_") for name in splits["test"])
        assert not any(name.startswith("test_") for name in splits["train"] | splits["valid"])


@pytest.mark.parametrize(("case", "complaint"), [
    ("F02", r"fer2013\.csv, line 63: 6 cells where the first line names 3 columns"),
    ("F17", r"fer2013\.csv: its emotion is the winner of the votes in .* for 47% of the faces, .* on 65%"),
])  # fmt: skip
def test_a_case_is_refused_by_its_own_fault(tmp_path, case, complaint):
    with pytest.raises(CourseError, match=complaint):
        list_ferplus(unpacked(case, tmp_path))


# ---- others of the same kinds, made here


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """A function that gives a copy of a drawn set to spoil, drawn once."""
    kept = {}

    def draw(layout, root):
        if layout not in kept:
            kept[layout] = tmp_path_factory.mktemp("drawn") / layout
            last = "valid" if layout.startswith("affectnet") else "test"
            write_layout(kept[layout], layout, {"train": 40, last: 10}, 3)
        shutil.copytree(kept[layout], root)
        return root

    return draw


def rename(old, new):
    """The change that renames every path below the root as the pattern says."""

    def change(root):
        for path in sorted(root.rglob("*"), reverse=True):
            target = re.sub(old, new, path.relative_to(root).as_posix())
            if path.is_file() and target != path.relative_to(root).as_posix():
                (root / target).parent.mkdir(parents=True, exist_ok=True)
                path.rename(root / target)
        for path in sorted(root.rglob("*"), reverse=True):
            if path.is_dir() and not any(path.iterdir()):
                path.rmdir()

    return change


def relabel(root):
    file = root / "EmoLabel" / "list_patition_label.txt"
    file.write_text(re.sub(r"\.jpg (\d)", r"_aligned.JPG \1.0", file.read_text()))


@pytest.mark.parametrize(("layout", "change"), [
    ("rafdb-folders", rename("^test/", "valid/")),
    ("rafdb-folders", rename("^test/", "Validation/")),
    ("rafdb-folders", rename("^test/", "val/")),
    ("rafdb-folders", rename("^test/", "TEST/")),
    ("rafdb-folders", rename("^test/", "train/")),
    ("rafdb-folders", rename("^t[^/]+/([1-7])/", r"\1/")),
    ("rafdb-folders", rename("^test/", "RAF-DB/DATASET/valid/")),
    ("rafdb-folders", rename("test_(.*)_aligned.jpg", r"TEST_\1.PNG")),
    ("rafdb-folders", rename("^t", "data/raf-db/DATASET/t")),
    ("rafdb", relabel),
    ("rafdb", rename("^Image/aligned/", "Image/aligned/aligned/")),
    ("rafdb", rename("^Image/aligned/(t[^_]+)_", r"Image/aligned/\1/\1_")),
    ("rafdb", rename("_aligned.jpg", "_Aligned.PNG")),
    ("rafdb", rename("^", "basic/")),
])  # fmt: skip
def test_official_test_faces_and_the_held_out_tenth_are_the_same_in_every_layout(
    tmp_path, drawn, layout, change
):
    official = list_rafdb(drawn("rafdb", tmp_path / "official"))
    assert not any(official.problems.values())
    expected = by_split(official)
    root = drawn(layout, tmp_path / "set")
    change(root)
    if (root / "RAF-DB").is_dir():  # the whole set two folders down
        (root / "train").rename(root / "RAF-DB" / "DATASET" / "train")
    assert by_split(list_rafdb(root)) == expected
    assert len(expected["test"]) == 10


def test_every_face_that_is_used_otherwise_than_its_folder_says_has_a_line(tmp_path, drawn):
    root = drawn("rafdb-folders", tmp_path / "set")
    rename("^test/", "valid/")(root)
    face = next((root / "train" / "4").iterdir())
    (root / "test" / "4").mkdir(parents=True)
    face.rename(root / "test" / "4" / face.name)
    (root / "train" / "4" / "IMG_1.HEIC").touch()
    (root / "augmented").mkdir()
    shutil.copy(next((root / "train" / "4").glob("*.jpg")), root / "augmented" / "1.jpg")
    listing = list_rafdb(root)
    assert set(listing.notes) == {
        "10 images named test_… lie in the folder valid: used as test faces",
        "1 image named train_… lie in the folder test: used as train faces",
    }
    assert listing.not_read[".heic files in train"] == (1, "train/4/IMG_1.HEIC")
    assert listing.not_read[".jpg files in augmented"] == (1, "augmented/1.jpg")


@pytest.mark.parametrize(
    "layout", ["ferplus", "ferplus-csv", "rafdb", "rafdb-folders", "affectnet", "affectnet-old"]
)
def test_nothing_that_is_used_is_called_not_read_even_in_the_folder_itself(
    tmp_path, drawn, monkeypatch, layout
):
    read = {"f": list_ferplus, "r": list_rafdb, "a": list_affectnet}[layout[0]]
    listing = read(drawn(layout, tmp_path / "set"))
    monkeypatch.chdir(tmp_path / "set")
    assert read(Path()).not_read == listing.not_read
    unused = {".txt files", ".safetensors files"}  # README and truth of drawn faces
    landmarks = {
        f".npy files in {folder}" for folder in ("train_set", "val_set")
    }  # one of four values a face
    assert listing.not_read.keys() == (unused | landmarks if layout == "affectnet" else unused)


def test_a_validation_folder_of_training_faces_stays_and_a_copy_of_the_test_faces_counts_once(
    tmp_path, drawn
):
    root = drawn("rafdb-folders", tmp_path / "set")
    shutil.copytree(root / "test", root / "valid")
    before = by_split(list_rafdb(root))
    assert len(before["test"]) == 10
    assert list(list_rafdb(root).problems.values())[1] != []
    face = next((root / "train" / "4").iterdir())
    (root / "valid" / "4").mkdir(exist_ok=True)
    face.rename(root / "valid" / "4" / face.name)
    assert by_split(list_rafdb(root))["valid"] == {face.name.replace("_aligned", "")}


def test_a_face_without_a_split_is_refused(tmp_path, drawn):
    root = drawn("rafdb-folders", tmp_path / "set")
    rename("^t[^/]+/([1-7])/", r"\1/")(root)
    Image.new("RGB", (8, 8)).save(root / "4" / "holiday.jpg")
    with pytest.raises(CourseError, match=r"4/holiday\.jpg: neither its name nor a folder says"):
        list_rafdb(root)


def csv_lines(change):
    """The change that rewrites fer2013.csv's lines."""

    def rewrite(root):
        file = root / "fer2013.csv"
        file.write_text("\n".join(change(file.read_text().splitlines())) + "\n")

    return rewrite


def votes_as_floats(root):
    file = root / "fer2013new.csv"
    file.write_text(re.sub(r",(\d+)", r",\1.0", file.read_text()).replace("fer2013new", ""))


@pytest.mark.parametrize("change", [
    rename(r"fer2013\.csv", "Downloads/icml/icml_face_data.csv"),
    rename("fer2013new.csv", "FERPlus/fer2013new.csv"),
    csv_lines(lambda lines: ["emotion, pixels , Usage", *lines[1:]]),
    csv_lines(lambda lines: [line.replace(",", "\t") for line in lines]),
    votes_as_floats,
])  # fmt: skip
def test_the_tables_of_ferplus_are_read_wherever_they_lie_and_however_they_were_saved(
    tmp_path, drawn, change
):
    expected = list_ferplus(drawn("ferplus-csv", tmp_path / "official")).items
    root = drawn("ferplus-csv", tmp_path / "set")
    change(root)
    assert list_ferplus(root).items == expected


@pytest.mark.parametrize("inside", ["up/", "up/further/", ""])
def test_the_folders_of_ferplus_are_read_wherever_they_lie(tmp_path, drawn, inside):
    expected = list_ferplus(drawn("ferplus", tmp_path / "official")).items
    root = drawn("ferplus", tmp_path / "set")
    rename("^", inside)(root) if inside else rename("^(FER2013[^/]+)/", r"\1/\1/")(root)
    assert [item[:2] + item[3:] for item in list_ferplus(root).items] == [
        item[:2] + item[3:] for item in expected
    ]


def test_a_face_of_ferplus_belongs_to_the_split_that_its_row_names_wherever_it_lies(tmp_path, drawn):
    expected = by_split(list_ferplus(drawn("ferplus", tmp_path / "official")))
    root = drawn("ferplus", tmp_path / "set")
    rename("^FER2013Test/", "FER2013Train/")(root)
    listing = list_ferplus(root)
    assert by_split(listing) == expected
    assert "10 images of test lie in FER2013Train: used as test faces" in listing.notes


@pytest.mark.parametrize(("change", "complaint"), [
    (csv_lines(lambda lines: [*lines, lines[-1]]), r"fer2013\.csv, line 52: a row too many, as .*ends after 50 rows"),
    (csv_lines(lambda lines: lines[:-1]), r"fer2013\.csv ends after 49 rows \(line 50\)"),
    (csv_lines(lambda lines: [lines[0], lines[40], *lines[1:40], *lines[41:]]), r"emotion is the winner .* for \d+%"),
    (rename(r"fer2013\.csv", "train.csv"), r"train\.csv and test\.csv of the challenge lack Usage .* train\.csv"),
    (rename(r"fer2013\.csv", "train/angry/1.csv"), "folders of classes number the images anew"),
    (rename(r"fer2013\.csv", "archive.zip"), r"It holds .*; unpack archive\.zip first"),
])  # fmt: skip
def test_what_cannot_be_joined_to_the_votes_says_why(tmp_path, drawn, change, complaint):
    root = drawn("ferplus-csv", tmp_path / "set")
    change(root)
    with pytest.raises(CourseError, match=complaint):
        list_ferplus(root)


def class_folders(root, names):
    """Class folders of AffectNet made of its new layout's images, one class after the other."""
    for number, path in enumerate(sorted(root.glob("train_set/images/*"))):
        target = root / "copy" / "Train" / names[number % len(names)] / path.name
        target.parent.mkdir(parents=True, exist_ok=True)
        path.rename(target)
    for folder in ("train_set", "val_set"):
        shutil.rmtree(root / folder)


def test_class_folders_of_affectnet_are_read_by_words_and_refused_by_numbers(tmp_path, drawn):
    words = ("Neutral", "Happy", "Sad", "Surprise", "Fear", "Disgust", "Anger", "Contempt")
    root = drawn("affectnet", tmp_path / "words")
    class_folders(root, words)
    listing = list_affectnet(root)
    assert len(listing.items) == 40
    assert all(words[item.label] in item.name for item in listing.items)
    root = drawn("affectnet", tmp_path / "numbers")
    class_folders(root, tuple("01234567"))
    with pytest.raises(
        CourseError, match=r"Train/0 is not read .* number them in two ways.*name the folders by words"
    ):
        list_affectnet(root)


@pytest.mark.parametrize(("layout", "old", "new"), [
    ("affectnet", "^", "down/"),
    ("affectnet", "^([^/]+_set)/", r"\1/\1/"),
    ("affectnet", "/images/", "/images/images/"),
    ("affectnet-old", "^", "down/AffectNet/"),
    ("affectnet-old", "^Manually_Annotated_Images/", "Manually_Annotated_Images/Manually_Annotated_Images/"),
])  # fmt: skip
def test_affectnet_is_read_one_folder_further_down(tmp_path, drawn, layout, old, new):
    expected = [item._replace(path="") for item in list_affectnet(drawn(layout, tmp_path / "official")).items]
    root = drawn(layout, tmp_path / "set")
    rename(old, new)(root)
    assert [item._replace(path="") for item in list_affectnet(root).items] == expected
