"""AffectNet in one file: seven classes and eight, boxes cut out, copies left out on request."""

import re
from dataclasses import replace

import numpy as np
import pytest
import torch

from data_scripts.packing.report import Report
from data_scripts.prepare_affectnet import prepare_affectnet
from pvlib.data.affectnet import AFFECTNET, load_affectnet
from pvlib.data.prepared_file import open_file
from pvlib.errors import CourseError

SIDE = 20


@pytest.fixture
def faces(maker):
    return maker.faces()


@pytest.fixture(params=["new_layout", "old_layout"])
def prepared(request, tmp_path, maker, faces):
    path = tmp_path / "affectnet.safetensors"
    prepare_affectnet(getattr(maker, request.param)(tmp_path / "set", faces), path, size=SIDE)
    return path


def by_name(faces):
    return {name: face for face in faces for name in (face.new_name, face.old_name)}


@pytest.mark.parametrize("classes", [7, 8])
@pytest.mark.parametrize("split", ["train", "valid"])
def test_a_split_holds_the_faces_of_its_classes_with_label_affect_and_pixels(prepared, faces, split, classes):
    loaded = load_affectnet(prepared, split, classes)
    names = ("neutral", "happiness", "sadness", "surprise", "fear", "disgust", "anger", "contempt")
    assert loaded.names == names[:classes]
    expected = [face for face in faces if face.split == split and face.expression < classes]
    truth = by_name(faces)
    assert {truth[name].number for name in loaded.ids} == {face.number for face in expected}
    assert len(loaded) == len(expected)
    for row, name in enumerate(loaded.ids):
        face = truth[name]
        assert loaded.labels[row] == face.expression
        assert loaded.affect[row].tolist() == pytest.approx((face.valence, face.arousal), abs=1e-6)
        assert np.array_equal(loaded.images[row].numpy(), face.pixels.transpose(2, 0, 1))
    assert torch.equal(loaded.target.sum(dim=1), torch.ones(len(expected)))
    assert torch.equal(loaded.target.amax(dim=1), torch.ones(len(expected)))


def test_a_choice_of_faces_keeps_their_affect(prepared):
    loaded = load_affectnet(prepared, "train")
    for index in (torch.tensor([5, 3]), torch.arange(4, 9)):
        chosen = loaded.subset(index)
        assert torch.equal(chosen.affect, loaded.affect[index])
        assert chosen.ids == tuple(loaded.ids[i] for i in index)
        assert torch.equal(chosen.images, loaded.images[index])


@pytest.mark.parametrize("classes", [7, 8])
def test_training_faces_that_stand_in_valid_are_counted_and_can_be_left_out(tmp_path, maker, faces, classes):
    train = [i for i, face in enumerate(faces) if face.split == "train"]
    valid = [i for i, face in enumerate(faces) if face.split == "valid" and face.expression < 8]
    copied = [train[1], train[7], train[29], train[40]]  # 7, 29 and 40 are contempt
    for copy, original in zip(copied, valid, strict=False):
        faces[copy] = replace(faces[copy], pixels=faces[original].pixels)
    assert [faces[i].expression for i in copied] == [1, 7, 7, 7]
    path = tmp_path / "affectnet.safetensors"
    report = prepare_affectnet(maker.new_layout(tmp_path / "set", faces), path, size=SIDE)
    assert report.duplicates == {"valid in train": 4}
    every = load_affectnet(path, "train", classes)
    kept = load_affectnet(path, "train", classes, without_duplicates=True)
    expected = {faces[i].new_name for i in copied if faces[i].expression < classes}
    assert set(every.ids) - set(kept.ids) == expected
    assert len(every) - len(kept) == len(expected)
    truth = by_name(faces)
    assert all(
        truth[name].expression == label for name, label in zip(kept.ids, kept.labels.tolist(), strict=True)
    )


def test_a_box_beyond_the_edge_is_clamped_and_one_outside_is_named(tmp_path, maker, faces):
    root = maker.old_layout(tmp_path / "set", [replace(face, expression=0) for face in faces[:3]])
    table = (root / "training.csv").read_text().splitlines()
    # the first picture whole, the second from its face's corner on, the third far away
    for line, box in ((1, "-50,-50,500,500"), (2, "6,12,900,900"), (3, "600,12,20,20")):
        table[line] = table[line].replace("6,12,20,20", box)
    (root / "training.csv").write_text("\n".join(table))
    path = tmp_path / "affectnet.safetensors"
    report = prepare_affectnet(root, path, size=32)
    count, texts = report.problems["images that cannot be read"]
    assert count == 1
    assert "lies outside of the 38×38 picture" in texts[0]
    loaded = load_affectnet(path, "train")
    assert loaded.ids == (faces[0].old_name, faces[1].old_name)
    assert loaded.images[0, :, 0, 0].tolist() == [128] * 3  # the grey edge of the whole picture
    first = loaded.images[1, :, 0, 0].float() - torch.from_numpy(faces[1].pixels[0, 0]).float()
    assert first.abs().max() <= 40  # 26 or 32 pixels cut from the face's own corner, scaled a little


def test_the_report_counts_what_has_no_expression(prepared, faces):
    report = Report.from_json(open_file(prepared, AFFECTNET).report, prepared)
    for kind in ("none of the eight", "uncertain", "no face"):
        assert report.counts[f"left out: {kind}"] == {"train": 10, "valid": 4}
    page = str(report)
    assert re.search(r"left out: none of the eight +10 +4\n", page)
    assert "the owners' valid split (valid): 32 faces, published 3,999: neutral 4 of 500" in page
    assert "mohammadmahoor.com" in page


@pytest.mark.parametrize(("arguments", "complaint"), [
    ({"split": "test"}, "no split 'test': its owners keep the test set, and papers report on valid"),
    ({"split": "train", "classes": 9}, "7 classes, or with contempt 8, not 9"),
])  # fmt: skip
def test_an_unknown_choice_is_refused(tmp_path, arguments, complaint):
    with pytest.raises(CourseError, match=complaint):
        load_affectnet(tmp_path / "none.safetensors", **arguments)


def test_a_split_that_the_files_did_not_include_is_refused(tmp_path, maker):
    path = tmp_path / "affectnet.safetensors"
    prepare_affectnet(maker.new_layout(tmp_path / "set", maker.faces(12, 0)), path, size=SIDE)
    with pytest.raises(CourseError, match="has no face of the split valid"):
        load_affectnet(path, "valid")
