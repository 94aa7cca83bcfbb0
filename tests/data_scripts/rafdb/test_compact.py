"""RAF-DB in one file: each split holds its faces, and copies across splits can be left out."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from data_scripts.layouts.listing import Listing
from data_scripts.layouts.rafdb import list_rafdb
from data_scripts.packing.report import Report
from data_scripts.prepare_rafdb import prepare_rafdb
from pvlib.data.rafdb import RAFDB, load_rafdb
from pvlib.errors import CourseError

SIDE = 20


@pytest.fixture
def faces(maker):
    return maker.faces()


@pytest.fixture
def prepared(tmp_path, maker, faces):
    path = tmp_path / "rafdb.safetensors"
    prepare_rafdb(maker.official(tmp_path / "set", faces), path, size=SIDE)
    return path


def test_each_split_holds_its_faces_with_label_and_pixels(prepared, faces, tmp_path):
    of_split = {}
    for item in list_rafdb(tmp_path / "set").items:
        of_split.setdefault(item.split, set()).add(item.name)
    of_split["train+valid"] = of_split["train"] | of_split["valid"]
    assert of_split["train+valid"] == {face.name for face in faces if face.split == "train"}
    truth = {face.name: face for face in faces}
    for split, names in of_split.items():
        loaded = load_rafdb(prepared, split)
        assert loaded.names == ("surprise", "fear", "disgust", "happiness", "sadness", "anger", "neutral")
        assert set(loaded.ids) == names
        assert len(loaded) == len(names)
        for row, name in enumerate(loaded.ids):
            assert loaded.labels[row] == truth[name].label - 1
            assert np.array_equal(loaded.images[row].numpy(), truth[name].pixels.transpose(2, 0, 1))
        assert loaded.target.shape == (len(names), 7)
        assert (loaded.target.amax(dim=1) == 1).all()
        assert (loaded.target.sum(dim=1) == 1).all()


def test_copies_in_a_later_split_are_counted_and_can_be_left_out(tmp_path, maker, faces):
    held = {
        item.name
        for item in list_rafdb(maker.official(tmp_path / "first", faces)).items
        if item.split == "valid"
    }
    train = [i for i, face in enumerate(faces) if face.split == "train" and face.name not in held]
    valid = [i for i, face in enumerate(faces) if face.name in held]
    test = [i for i, face in enumerate(faces) if face.split == "test"]
    copies = [
        (train[0], valid[0]),
        (train[50], valid[1]),
        (train[3], test[0]),
        (valid[5], test[1]),
        (train[9], train[8]),
    ]
    for copy, original in copies:
        faces[copy] = replace(faces[copy], pixels=faces[original].pixels)
    path = tmp_path / "rafdb.safetensors"
    report = prepare_rafdb(maker.official(tmp_path / "set", faces), path, size=SIDE)
    assert report.duplicates == {"valid in train": 2, "test in train": 1, "test in valid": 1}

    def left_out(split):
        every, kept = load_rafdb(path, split), load_rafdb(path, split, without_duplicates=True)
        truth = {face.name: face.pixels.transpose(2, 0, 1) for face in faces}
        assert all(np.array_equal(kept.images[row].numpy(), truth[name]) for row, name in enumerate(kept.ids))
        assert all(
            truth_label(name) == label for name, label in zip(kept.ids, kept.labels.tolist(), strict=True)
        )
        return set(every.ids) - set(kept.ids)

    def truth_label(name):
        return next(face.label for face in faces if face.name == name) - 1

    names = [face.name for face in faces]
    assert left_out("train") == {names[train[0]], names[train[50]], names[train[3]]}
    assert left_out("valid") == {names[valid[5]]}
    assert left_out("train+valid") == {names[train[3]], names[valid[5]]}
    assert left_out("test") == set()


def test_the_report_compares_with_the_published_counts_class_by_class(tmp_path, maker, faces):
    root = maker.official(tmp_path / "set", faces)
    (root / "Image" / "aligned" / faces[0].aligned).unlink()
    report = prepare_rafdb(root, tmp_path / "rafdb.safetensors", size=SIDE)
    page = str(report)
    assert (
        "the owners' train split (train + valid): 139 faces, published 12,271: surprise 20 of 1,290" in page
    )
    assert "fear 19 of 281" in page  # faces[0] has label 2
    assert "neutral 4 of 680" in page  # of 30 numbers, 6, 13, 20 and 27
    assert "faces of the label file without an image: 1 (train_00001.jpg)" in page
    assert "For what is missing: ask Shan Li and Weihong Deng" in page


def test_a_complete_set_is_called_so():
    counts = [
        (part, label, count)
        for part, name in (("train", "train"), ("test", "test"))
        for label, count in enumerate(RAFDB.official[name].values())
    ]
    parts = np.repeat([RAFDB.splits.index(part) for part, _, _ in counts], [count for *_, count in counts])
    labels = np.repeat([label for _, label, _ in counts], [count for *_, count in counts])
    parts[:129] = 1  # a tenth of surprise, held out
    listing = Listing(data_set=RAFDB, root=Path(), layout="", items=[])
    report = Report.of(listing, 100, labels=labels, split=parts, stands_in=1 << parts, unreadable=[])
    page = str(report)
    assert "the owners' train split (train + valid): 12,271 faces, as published, class by class" in page
    assert "the owners' test split (test): 3,068 faces, as published" in page
    assert "missing" not in page


def test_ten_names_are_shown_and_all_are_counted(tmp_path, maker, faces):
    root = maker.official(tmp_path / "set", faces)
    for face in faces[:25]:
        (root / "Image" / "aligned" / face.aligned).unlink()
    report = prepare_rafdb(root, tmp_path / "rafdb.safetensors", size=SIDE)
    shown = ", ".join(face.name for face in faces[:10])
    assert f"without an image: 25 ({shown}, …)" in str(report)


@pytest.mark.parametrize("split", ["training", "train+tests", "", "train+", "Train"])
def test_an_unknown_split_is_refused(prepared, split):
    with pytest.raises(
        CourseError, match=rf"no split '{re.escape(split)}'; choose one of train, valid, test, or several"
    ):
        load_rafdb(prepared, split)


def test_a_split_that_the_files_did_not_include_is_refused(tmp_path, maker):
    path = tmp_path / "rafdb.safetensors"
    prepare_rafdb(maker.official(tmp_path / "set", maker.faces(30, 0)), path, size=SIDE)
    with pytest.raises(CourseError, match="has no face of the split test"):
        load_rafdb(path, "test")
