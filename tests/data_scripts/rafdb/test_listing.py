"""RAF-DB's layouts: what is there comes out with its label, and what is missing is named."""

import hashlib

import pytest

from data_scripts.layouts.rafdb import list_rafdb
from pvlib.data.rafdb import RAFDB
from pvlib.errors import CourseError


def labels_by_name(listing):
    return {item.name: (RAFDB.official_split[item.split], item.label + 1) for item in listing.items}


def truth(faces):
    return {face.name: (face.split, face.label) for face in faces}


def found(listing):
    return {kind: names for kind, names in listing.problems.items() if names}


@pytest.fixture
def faces(maker):
    return maker.faces()


def test_the_official_counts_are_those_of_the_paper():
    assert {split: sum(counts.values()) for split, counts in RAFDB.official.items()} == {
        "train": 12_271,
        "test": 3_068,
    }


@pytest.mark.parametrize("label_file", ["list_patition_label.txt", "list_partition_label.txt"])
@pytest.mark.parametrize("inside", ["", "basic"])
def test_the_owners_layout_is_read(tmp_path, maker, faces, label_file, inside):
    maker.official(tmp_path / inside, faces, label_file)
    listing = list_rafdb(tmp_path)
    assert labels_by_name(listing) == truth(faces)
    assert found(listing) == {}


@pytest.mark.parametrize("folders", [
    tuple("1234567"),
    ("surprise", "fear", "disgust", "happiness", "sadness", "anger", "neutral"),
    ("Surprised", "Fearful", "Disgusted", "Happy", "Sad", "Angry", "Neutral"),
])  # fmt: skip
@pytest.mark.parametrize("inside", ["", "DATASET"])
def test_class_folders_by_number_or_name_are_read(tmp_path, maker, faces, folders, inside):
    maker.class_folders(tmp_path / inside, faces, folders)
    (tmp_path / inside / "train" / ".ipynb_checkpoints").mkdir()
    (tmp_path / inside / "train_labels.csv").write_text("image,label\n")
    listing = list_rafdb(tmp_path)
    assert labels_by_name(listing) == truth(faces)
    assert found(listing) == {}


def test_the_held_out_faces_are_a_tenth_of_each_class_and_the_same_in_both_layouts(tmp_path, maker, faces):
    held = [
        {item.name for item in list_rafdb(root).items if item.split == "valid"}
        for root in (
            maker.official(tmp_path / "official", faces),
            maker.class_folders(tmp_path / "folders", faces[::-1]),
        )
    ]
    assert held[0] == held[1]
    for label in range(1, 8):
        names = [face.name for face in faces if face.split == "train" and face.label == label]
        assert len(names) == 20
        # the documented choice: the two smallest digests of the name without its suffix
        names.sort(key=lambda name: hashlib.blake2b(name[:-4].encode(), digest_size=8).digest())
        assert held[0] & set(names) == set(names[:2])


def test_the_choice_of_held_out_faces_does_not_depend_on_what_is_missing(tmp_path, maker, faces):
    root = maker.official(tmp_path / "set", faces)
    before = {item.name: item.split for item in list_rafdb(root).items}
    for face in faces[::3]:
        (root / "Image" / "aligned" / face.aligned).unlink()
    assert all(before[item.name] == item.split for item in list_rafdb(root).items)


def test_missing_superfluous_and_repeated_images_are_named(tmp_path, maker, faces):
    root = maker.official(tmp_path / "set", faces)
    aligned = root / "Image" / "aligned"
    (aligned / faces[4].aligned).unlink()
    (aligned / faces[9].aligned).rename(aligned / "train_99999_aligned.jpg")
    with (root / "EmoLabel" / "list_patition_label.txt").open("a") as file:
        file.write(f"\n{faces[0].name} {faces[0].label}\r\n{faces[1].name}\t{faces[1].label % 7 + 1}\n")
    listing = list_rafdb(root)
    assert list(found(listing).values()) == [
        [faces[4].name, faces[9].name],
        ["train_99999_aligned.jpg"],
        [faces[0].name],
        [faces[1].name],
    ]
    assert labels_by_name(listing)[faces[1].name] == ("train", faces[1].label % 7 + 1)


def test_an_image_in_two_class_folders_is_named(tmp_path, maker, faces):
    maker.class_folders(tmp_path, faces)
    (tmp_path / "train" / "5" / faces[0].aligned).write_bytes(b"the same face")
    listing = list_rafdb(tmp_path)
    assert len(listing.items) == len({item.name for item in listing.items}) == len(faces) + 1
    assert list(found(listing).values()) == [[f"train/2/{faces[0].aligned}", f"train/5/{faces[0].aligned}"]]


def test_images_under_other_names_are_listed_by_their_path(tmp_path):
    for path in ("train/4/holiday.png", "test/7/b.JPG"):
        (tmp_path / path).parent.mkdir(parents=True)
        (tmp_path / path).touch()
    assert {item.name: item.label for item in list_rafdb(tmp_path).items} == {
        "train/4/holiday.png": 3,
        "test/7/b.JPG": 6,
    }


@pytest.mark.parametrize(("line", "complaint"), [
    ("train_00001.jpg", r"line 3: 'train_00001\.jpg' is not an image name and a label, .* 1 value where two"),
    ("train_00001.jpg 1 0", "is not an image name and a label, .* but 3 values where two are wanted"),
    ("train_00001.jpg 8", r"line 3 \(train_00001\.jpg\): '8' is not a label; RAF-DB's labels are 1 to 7"),
    ("train_00001.jpg 0", "'0' is not a label"),
    ("train_00001.jpg happy", "'happy' is not a label"),
    ("valid_00001.jpg 4", "begins with neither train_ nor test_"),
])  # fmt: skip
def test_a_wrong_line_is_named(tmp_path, maker, faces, line, complaint):
    root = maker.official(tmp_path / "set", faces[:1])
    path = root / "EmoLabel" / "list_patition_label.txt"
    path.write_text(f"\ufeff{faces[0].name} {faces[0].label}\n\n{line}\n", encoding="utf-8")
    with pytest.raises(
        CourseError, match=rf"list_patition_label\.txt, {complaint}" if "line" in complaint else complaint
    ):
        list_rafdb(root)


def test_a_name_that_leads_out_of_the_folder_finds_no_image(tmp_path, maker, faces):
    root = maker.official(tmp_path / "set", faces[:1])
    (tmp_path / "outside.jpg").write_bytes(b"x")
    (root / "EmoLabel" / "list_patition_label.txt").write_text("train_/../../../../outside.jpg 4\n")
    assert list_rafdb(root).items == []


def test_what_is_not_there_is_named_with_what_to_do(tmp_path, maker, faces):
    def refused(complaint):
        with pytest.raises(CourseError, match=complaint):
            list_rafdb(tmp_path / "set")

    refused("there is no folder .*set")
    root = maker.official(tmp_path / "set", faces[:1])
    path = root / "EmoLabel" / "list_patition_label.txt"
    path.write_bytes(b"train_\xff 4\n")
    refused(r"list_patition_label\.txt is not UTF-8 text")
    path.write_text("\n")
    refused(r"list_patition_label\.txt is empty")
    path.unlink()
    refused(r"EmoLabel lacks list_patition_label\.txt")
    path.write_text("train_00001.jpg 4\n")
    (root / "Image" / "aligned").rename(root / "Image" / "original")
    refused(r"aligned is not there: unpack .*Image/original holds the whole photographs")
    (root / "Image" / "aligned.zip").touch()
    refused(r"aligned is not there: unpack .*aligned\.zip")
    (root / "EmoLabel").rename(root / "Labels")
    refused(r"does not hold RAF-DB.*www\.whdeld\.cn")


def test_a_folder_of_no_class_is_named(tmp_path, maker, faces):
    maker.class_folders(tmp_path / "set", faces)
    (tmp_path / "set" / "test" / "8").mkdir()
    with pytest.raises(CourseError, match=r"test/8: the folder's name is no class of RAF-DB"):
        list_rafdb(tmp_path / "set")
    (tmp_path / "empty" / "train" / "1").mkdir(parents=True)
    with pytest.raises(CourseError, match="has no image in train/1"):
        list_rafdb(tmp_path / "empty")
