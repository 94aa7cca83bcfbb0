"""FER+ in one file: what comes out is what went in."""

import json

import numpy as np
import pytest
import torch
from safetensors import safe_open

from data_scripts.prepare_ferplus import prepare_ferplus
from pvlib.data.ferplus import FERPLUS_SET, RULES, apply_rule, load_ferplus, vote_distribution
from pvlib.data.labels import FERPLUS, FERPLUS_VOTES
from pvlib.data.prepared_file import open_file
from pvlib.errors import CourseError

HAPPY = (0, 10, 0, 0, 0, 0, 0, 0, 0, 0)


@pytest.fixture
def rows(maker):
    return maker.rows(12, 8, 6, seed=3)


@pytest.fixture
def prepared(tmp_path, maker, rows):
    path = tmp_path / "ferplus.safetensors"
    prepare_ferplus(maker.folder_set(tmp_path / "set", rows), path)
    return path


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("split", ["train", "valid", "test"])
def test_the_faces_of_a_split_are_those_that_the_rule_keeps_in_order(prepared, rows, split, rule):
    rows = [row for row in rows if row.split == split]
    votes = torch.tensor([row.votes for row in rows])
    kept, target = apply_rule(votes, rule)
    faces = load_ferplus(prepared, split, rule)
    assert faces.ids == tuple(row.name for row, keep in zip(rows, kept.tolist(), strict=True) if keep)
    images = np.array([row.image for row in rows])[kept.numpy()]
    assert np.array_equal(faces.images.numpy(), images.reshape(-1, 1, 48, 48))
    assert torch.equal(faces.target, target[kept])
    assert torch.equal(faces.votes, votes[kept].byte())
    assert faces.names == FERPLUS
    shares = load_ferplus(prepared, split, rule, target="votes").target
    assert torch.equal(shares, vote_distribution(votes)[kept])
    tenths = load_ferplus(prepared, split, rule, target="released").target
    torch.testing.assert_close(tenths, votes[kept][:, :8] / 10)


def test_names_of_different_length_come_back_whole(tmp_path, maker):
    names = ["a.png", "face number 2.png", "fer0000003.PNG", "né.png"]
    made = maker.rows(4, 0, 0)
    rows = [maker.replace(row, name=name, votes=HAPPY) for row, name in zip(made, names, strict=True)]
    prepare_ferplus(maker.folder_set(tmp_path / "set", rows), tmp_path / "out.safetensors")
    assert load_ferplus(tmp_path / "out.safetensors", "train").ids == tuple(names)


def test_faces_that_stand_in_a_later_split_are_counted_and_can_be_left_out(tmp_path, maker):
    rows = [maker.replace(row, votes=HAPPY) for row in maker.rows(5, 4, 3)]
    for copy, original in ((5, 0), (6, 0), (9, 1), (10, 8), (2, 3)):  # the last pair is within train
        rows[copy] = maker.replace(rows[copy], image=rows[original].image)
    path = tmp_path / "out.safetensors"
    report = prepare_ferplus(maker.folder_set(tmp_path / "set", rows), path)
    assert report.duplicates == {"valid in train": 2, "test in train": 1, "test in valid": 1}

    def left(split):
        return [int(name[3:10]) for name in load_ferplus(path, split, without_duplicates=True).ids]

    assert left("train") == [2, 3, 4]
    assert left("valid") == [5, 6, 7]  # 8 stands in test
    assert left("test") == [9, 10, 11]
    assert len(load_ferplus(path, "train")) == 5


def test_the_report_counts_rows_and_faces_and_survives_the_file(tmp_path, maker):
    rows = [maker.replace(row, votes=HAPPY) for row in maker.rows(4, 2, 0)]
    rows[1] = maker.replace(rows[1], name="", votes=(0,) * 9 + (10,))
    rows[2] = maker.replace(rows[2], name=rows[0].name)
    path = tmp_path / "out.safetensors"
    report = prepare_ferplus(maker.folder_set(tmp_path / "set", rows), path)
    assert report.counts["rows of the label file"] == {"train": 4, "valid": 2}
    assert report.counts["  without an image name"] == {"train": 1}
    assert report.faces == {"train": 2, "valid": 2, "test": 0}
    for rule in RULES:
        assert report.counts[f"rows kept, {rule}"] == {
            "train": 3,
            "valid": 2,
        }  # the repeated row counts twice
        assert report.counts[f"faces kept, {rule}"] == {"train": 2, "valid": 2}
    assert open_file(path, FERPLUS_SET).report == report.to_json()
    assert f"of which the last counts: 1 ({rows[0].name})" in str(report)


def test_the_real_validation_faces_give_the_published_counts(shared, tmp_path, maker):
    packed = np.load(shared / "data" / "ferplus" / "train_valid.npz")
    images, names, votes = (packed[key] for key in ("images", "names", "votes"))
    valid = packed["split"] == "FER2013Valid"
    pixels = {image.tobytes() for image in images[valid]}
    # all of validation, and what of training is a copy of it; the rest only takes time
    chosen = [i for i in range(len(images)) if valid[i] or images[i].tobytes() in pixels]
    rows = [
        maker.Row(
            "valid" if valid[i] else "train",
            str(names[i]),
            tuple(votes[i].tolist()),
            images[i],
        )
        for i in chosen
    ]
    path = tmp_path / "out.safetensors"
    report = prepare_ferplus(maker.folder_set(tmp_path / "set", rows), path)
    assert report.faces["valid"] == 3_579
    published = {"majority": 3_199, "probability": 3_505, "multi-target": 3_472, "argmax": 3_553}
    assert {rule: report.counts[f"faces kept, {rule}"]["valid"] for rule in RULES} == published
    assert report.duplicates["valid in train"] == 279
    assert "No image of the split test is there." in report.notes
    assert len(load_ferplus(path, "valid")) == 3_199


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ({"split": "validation"}, "no split 'validation'; choose one of train, valid, test"),
        ({"rule": "plurality"}, "no rule 'plurality'"),
        ({"target": "soft"}, "no target 'soft'; choose one of rule, votes"),
    ],
)
def test_an_unknown_choice_is_refused_with_the_right_ones(prepared, wrong, complaint):
    with pytest.raises(CourseError, match=complaint):
        load_ferplus(prepared, **{"split": "train", **wrong})


def test_the_header_carries_the_report_for_whoever_opens_the_file_without_pvlib(prepared):
    with safe_open(prepared, "np") as file:
        about, shape = file.metadata(), file.get_slice("votes").get_shape()
    assert json.loads(about["report"])["faces"] == {"train": 12, "valid": 8, "test": 6}
    assert shape == [26, len(FERPLUS_VOTES)]
