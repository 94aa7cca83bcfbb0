"""RAF-DB: each face has its label and split, a tenth is held out, what is missing or odd is named."""

import hashlib
import shutil
from pathlib import Path

import numpy as np
import pytest

from data_scripts.layouts.listing import Listing
from data_scripts.layouts.rafdb import list_rafdb
from data_scripts.packing.report import Report
from data_scripts.prepare_rafdb import prepare_rafdb
from pvlib.data.rafdb import RAFDB

LABELS = "EmoLabel/list_patition_label.txt"


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


def test_class_folders_give_the_same_faces_and_hold_out_the_same(owners, folders):
    (folders / "train" / ".ipynb_checkpoints").mkdir()
    (folders / "train_labels.csv").write_text("image,label\n")
    assert by_split(list_rafdb(folders)) == by_split(list_rafdb(owners))


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
