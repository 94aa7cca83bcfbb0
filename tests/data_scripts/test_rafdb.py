"""RAF-DB: every layout gives each face its label and split, what is missing is named, and the file holds it all."""

import hashlib
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from data_scripts.layouts.listing import Listing
from data_scripts.layouts.rafdb import list_rafdb
from data_scripts.packing.report import Report
from data_scripts.prepare_rafdb import prepare_rafdb
from pvlib.data.rafdb import RAFDB, load_rafdb
from pvlib.errors import CourseError

LABELS = "EmoLabel/list_patition_label.txt"
CLASSES = ("surprise", "fear", "disgust", "happiness", "sadness", "anger", "neutral")  # 1 to 7
ADJECTIVES = ("Surprised", "Fearful", "Disgusted", "Happy", "Sad", "Angry", "Neutral")


@pytest.fixture
def owners(drawn, tmp_path):
    return drawn("rafdb", tmp_path / "set", train=100, test=20)


@pytest.fixture
def folders(drawn, tmp_path):
    return drawn("rafdb-folders", tmp_path / "folders", train=100, test=20)


def truth(root):
    """Name -> (official split, position of the class), from the owners' label file."""
    lines = [line.split() for line in (root / LABELS).read_text().splitlines()]
    return {name: (name.split("_")[0], int(label) - 1) for name, label in lines}


def image_of(root, name):
    return root / "Image" / "aligned" / name.replace(".jpg", "_aligned.jpg")


def by_split(listing):
    return {
        split: {(item.name, item.label) for item in listing.items if item.split == split}
        for split in RAFDB.splits
    }


def found(listing):
    return {kind: names for kind, names in listing.problems.items() if names}


def test_a_face_has_the_label_of_its_line_and_a_tenth_of_each_class_is_held_out(owners):
    listing, expected = list_rafdb(owners), truth(owners)
    assert {item.name: (RAFDB.official_split[item.split], item.label) for item in listing.items} == expected
    assert found(listing) == {}
    held = {item.name for item in listing.items if item.split == "valid"}
    for label in range(7):
        names = [name for name, about in expected.items() if about == ("train", label)]
        # the documented choice: the smallest digests of the name without its suffix
        names.sort(key=lambda name: hashlib.blake2b(name[:-4].encode(), digest_size=8).digest())
        assert held & set(names) == set(names[: (len(names) + 5) // 10])
    for name in list(expected)[::3]:  # whatever is missing, the others stay where they are
        image_of(owners, name).unlink()
    assert {item.name for item in list_rafdb(owners).items if item.split == "valid"} <= held


@pytest.mark.parametrize(("old", "new"), [
    ("^test/", "valid/"), ("^test/", "Validation/"), ("^test/", "val/"), ("^test/", "TEST/"), ("^test/", "train/"),
    ("^t[^/]+/([1-7])/", r"\1/"), ("^(train|test)/", r"RAF-DB/DATASET/\1/"), ("^t", "data/raf-db/DATASET/t"),
    ("test_(.*)_aligned.jpg", r"TEST_\1.PNG"),
    ("/([1-7])/", lambda number: f"/{CLASSES[int(number[1]) - 1]}/"),
    ("/([1-7])/", lambda number: f"/{ADJECTIVES[int(number[1]) - 1]}/"),
])  # fmt: skip
def test_class_folders_give_the_same_faces_and_hold_out_the_same(owners, folders, rename, old, new):
    rename(folders, old, new)
    next(folders.glob("*/")).joinpath(".ipynb_checkpoints").mkdir()
    (folders / "train_labels.csv").write_text("image,label\n")
    listing = list_rafdb(folders)
    assert by_split(listing) == by_split(list_rafdb(owners))
    assert found(listing) == {}


@pytest.mark.parametrize(("old", "new"), [
    ("list_patition", "list_partition"), ("^Image/aligned/", "Image/aligned/aligned/"), ("^", "basic/"),
    ("^Image/aligned/(t[^_]+)_", r"Image/aligned/\1/\1_"), ("_aligned.jpg", "_Aligned.PNG"),
])  # fmt: skip
def test_the_owners_layout_is_read_however_it_was_unpacked(owners, rename, old, new):
    expected = by_split(list_rafdb(owners))
    rename(owners, old, new)
    assert by_split(list_rafdb(owners)) == expected


def test_labels_of_pandas_for_the_names_of_the_images_are_read(owners):
    expected, file = by_split(list_rafdb(owners)), owners / LABELS
    file.write_text(re.sub(r"\.jpg (\d)", r"_aligned.JPG \1.0", file.read_text()))
    assert by_split(list_rafdb(owners)) == expected


def test_every_face_that_is_used_otherwise_than_its_folder_says_has_a_line(folders, rename):
    rename(folders, "^test/", "valid/")
    face = next((folders / "train" / "4").iterdir())
    (folders / "test" / "4").mkdir(parents=True)
    face.rename(folders / "test" / "4" / face.name)
    (folders / "train" / "4" / "IMG_1.HEIC").touch()
    (folders / "augmented").mkdir()
    shutil.copy(next((folders / "train" / "4").glob("*.jpg")), folders / "augmented" / "1.jpg")
    listing = list_rafdb(folders)
    assert set(listing.notes) == {
        "20 images named test_… lie in the folder valid: used as test faces",
        "1 image named train_… lie in the folder test: used as train faces",
    }
    assert listing.not_read[".heic files in train"] == (1, "train/4/IMG_1.HEIC")
    assert listing.not_read[".jpg files in augmented"] == (1, "augmented/1.jpg")


def test_a_validation_folder_of_training_faces_stays_and_a_copy_of_the_test_faces_counts_once(folders):
    shutil.copytree(folders / "test", folders / "valid")
    listing = list_rafdb(folders)
    assert len(by_split(listing)["test"]) == 20
    assert list(listing.problems.values())[1] != []
    face = next((folders / "train" / "4").iterdir())
    (folders / "valid" / "4").mkdir(exist_ok=True)
    face.rename(folders / "valid" / "4" / face.name)
    assert by_split(list_rafdb(folders))["valid"] == {(face.name.replace("_aligned", ""), 3)}


def test_an_image_in_two_class_folders_and_images_under_other_names_are_listed_by_their_path(folders):
    face = next((folders / "train" / "4").iterdir()).name
    for path in (f"train/5/{face}", "train/4/holiday.png", "test/7/b.JPG"):
        (folders / path).parent.mkdir(exist_ok=True)
        (folders / path).touch()
    listing = list_rafdb(folders)
    assert len(listing.items) == len({item.name for item in listing.items}) == 123
    assert list(found(listing).values()) == [[f"train/4/{face}", f"train/5/{face}"]]
    labels = {item.name: item.label for item in listing.items}
    assert (labels["train/4/holiday.png"], labels["test/7/b.JPG"]) == (3, 6)


def test_missing_superfluous_and_repeated_images_are_named(owners):
    (first, (_, label)), (second, (_, other)), third, fourth = list(truth(owners).items())[:4]
    image_of(owners, third[0]).unlink()
    image_of(owners, fourth[0]).rename(image_of(owners, "train_99999.jpg"))
    with (owners / LABELS).open("a") as file:
        file.write(f"\n{first} {label + 1}\r\n{second}\t{(other + 1) % 7 + 1}\n")
    listing = list_rafdb(owners)
    assert list(found(listing).values()) == [
        [third[0], fourth[0]], ["train_99999_aligned.jpg"], [first], [second],
    ]  # fmt: skip
    assert {item.name: item.label for item in listing.items}[second] == (other + 1) % 7


@pytest.mark.parametrize(("line", "complaint"), [
    ("train_00001.jpg", r"line 2: 'train_00001\.jpg' is not an image name and a label, .* 1 value where two"),
    ("train_00001.jpg 1 0", "is not an image name and a label, .* but 3 values where two are wanted"),
    ("train_00001.jpg 8", r"line 2 \(train_00001\.jpg\): '8' is not a label; RAF-DB's labels are 1 to 7"),
    ("train_00001.jpg 0", "'0' is not a label"),
    ("train_00001.jpg happy", "'happy' is not a label"),
    ("valid_00001.jpg 4", "begins with neither train_ nor test_"),
])  # fmt: skip
def test_a_wrong_line_is_named(owners, line, complaint):
    (owners / LABELS).write_text(f"\ufeff\n{line}\n", encoding="utf-8")
    with pytest.raises(
        CourseError, match=rf"list_patition_label\.txt, line 2.*{complaint.removeprefix('line 2')}"
    ):
        list_rafdb(owners)


def test_what_is_not_there_is_named_with_what_to_do(owners):
    def refused(complaint, root=owners):
        with pytest.raises(CourseError, match=complaint):
            list_rafdb(root)

    refused("there is no folder .*nowhere", owners / "nowhere")
    (owners / LABELS).write_text("\n")
    refused(r"list_patition_label\.txt is empty")
    (owners / LABELS).unlink()
    refused(r"EmoLabel lacks list_patition_label\.txt")
    (owners / LABELS).write_text("train_00001.jpg 4\n")
    (owners / "Image" / "aligned").rename(owners / "Image" / "original")
    refused(r"aligned is not there: unpack .*Image/original holds the whole photographs")
    (owners / "Image" / "aligned.zip").touch()
    refused(r"aligned is not there: unpack .*aligned\.zip")
    (owners / "EmoLabel").rename(owners / "Labels")
    refused(r"does not hold RAF-DB.*www\.whdeld\.cn")


def test_a_folder_of_no_class_and_a_face_without_a_split_are_named(folders, rename, tmp_path):
    (folders / "test" / "8").mkdir()
    with pytest.raises(CourseError, match=r"test/8: the folder's name is no class of RAF-DB"):
        list_rafdb(folders)
    rename(folders, "^t[^/]+/([1-7])/", r"\1/")
    Image.new("RGB", (8, 8)).save(folders / "4" / "holiday.jpg")
    with pytest.raises(CourseError, match=r"4/holiday\.jpg: neither its name nor a folder says"):
        list_rafdb(folders)
    (tmp_path / "empty" / "train" / "1").mkdir(parents=True)
    with pytest.raises(CourseError, match="has no image in train/1"):
        list_rafdb(tmp_path / "empty")


# ---- the prepared file


def test_each_split_holds_its_faces_and_copies_in_a_later_one_are_counted_and_can_be_left_out(
    owners, tmp_path
):
    names = {
        split: sorted(name for name, _ in faces) for split, faces in by_split(list_rafdb(owners)).items()
    }
    train, valid, test = names.values()
    copies = {
        train[0]: valid[0], train[50]: valid[1], train[3]: test[0], valid[5]: test[1], train[9]: train[8]
    }  # fmt: skip
    for copy, original in copies.items():
        shutil.copy(image_of(owners, original), image_of(owners, copy))
    path = tmp_path / "rafdb.safetensors"
    report = prepare_rafdb(owners, path, size=48)
    assert report.duplicates == {"valid in train": 2, "test in train": 1, "test in valid": 1}
    left_out = {
        "train": {train[0], train[50], train[3]}, "valid": {valid[5]}, "test": set(),
        "train+valid": {train[3], valid[5]},
    }  # fmt: skip
    for split, repeated in left_out.items():
        expected = {name for part in split.split("+") for name in names[part]}
        for without, ids in ((False, expected), (True, expected - repeated)):
            loaded = load_rafdb(path, split, without_duplicates=without)
            assert (loaded.names, set(loaded.ids), len(loaded)) == (CLASSES, ids, len(ids))
            for name, image, target in zip(loaded.ids, loaded.images, loaded.target, strict=True):
                assert np.array_equal(image.numpy().transpose(1, 2, 0), Image.open(image_of(owners, name)))
                assert target.tolist() == [float(label == truth(owners)[name][1]) for label in range(7)]


def test_the_report_compares_with_the_published_counts_and_shows_ten_names(owners, tmp_path):
    labels = truth(owners)
    gone = list(labels)[:25]
    for name in gone:
        image_of(owners, name).unlink()
    page = str(prepare_rafdb(owners, tmp_path / "rafdb.safetensors", size=48))
    left = [label for name, (split, label) in labels.items() if split == "train" and name not in gone]
    assert f"(train + valid): 75 faces, published 12,271: surprise {left.count(0)} of 1,290" in page
    assert f"faces of the label file without an image: 25 ({', '.join(gone[:10])}, …)" in page
    assert "For what is missing: ask Shan Li and Weihong Deng" in page


def test_a_complete_set_is_called_so():
    counts = [
        (RAFDB.splits.index(part), label, count)
        for part in ("train", "test")
        for label, count in enumerate(RAFDB.official[part].values())
    ]
    parts, labels = (np.repeat([row[i] for row in counts], [row[2] for row in counts]) for i in (0, 1))
    parts[:129] = 1  # a tenth of surprise, held out
    listing = Listing(data_set=RAFDB, root=Path(), layout="", items=[])
    page = str(Report.of(listing, 100, labels=labels, split=parts, stands_in=1 << parts, unreadable=[]))
    assert "the owners' train split (train + valid): 12,271 faces, as published, class by class" in page
    assert "the owners' test split (test): 3,068 faces, as published" in page
    assert "missing" not in page


def test_an_unknown_or_absent_split_is_refused(drawn, tmp_path):
    path = tmp_path / "rafdb.safetensors"
    prepare_rafdb(drawn("rafdb", tmp_path / "set", train=20), path, size=48)
    for split in ("training", "train+tests", "", "train+", "Train"):
        known = rf"no split '{re.escape(split)}'; choose one of train, valid, test, or several"
        with pytest.raises(CourseError, match=known):
            load_rafdb(path, split)
    with pytest.raises(CourseError, match="has no face of the split test"):
        load_rafdb(path, "test")
