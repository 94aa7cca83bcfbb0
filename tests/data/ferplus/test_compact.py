"""The one prepared file: what comes out is what went in, and a damaged one is never read."""

import json
import subprocess
import sys

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file

from pvlib.data.ferplus import RULES, apply_rule, load_ferplus, load_report, prepare, vote_distribution
from pvlib.data.labels import FERPLUS, FERPLUS_VOTES
from pvlib.errors import CourseError

HAPPY = (0, 10, 0, 0, 0, 0, 0, 0, 0, 0)


@pytest.fixture
def rows(maker):
    return maker.rows(12, 8, 6, seed=3)


@pytest.fixture
def prepared(tmp_path, maker, rows):
    path = tmp_path / "ferplus.safetensors"
    prepare(maker.folder_set(tmp_path / "set", rows), path)
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
    prepare(maker.folder_set(tmp_path / "set", rows), tmp_path / "out.safetensors")
    assert load_ferplus(tmp_path / "out.safetensors", "train").ids == tuple(names)


def test_faces_that_stand_in_a_later_split_are_counted_and_can_be_left_out(tmp_path, maker):
    rows = [maker.replace(row, votes=HAPPY) for row in maker.rows(5, 4, 3)]
    for copy, original in ((5, 0), (6, 0), (9, 1), (10, 8), (2, 3)):  # the last pair is within train
        rows[copy] = maker.replace(rows[copy], image=rows[original].image)
    path = tmp_path / "out.safetensors"
    report = prepare(maker.folder_set(tmp_path / "set", rows), path)
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
    report = prepare(maker.folder_set(tmp_path / "set", rows), path)
    assert report.rows == {"train": 4, "valid": 2, "test": 0}
    assert report.unnamed == {"train": 1, "valid": 0, "test": 0}
    assert report.faces == {"train": 2, "valid": 2, "test": 0}
    assert report.repeated == (rows[0].name,)
    for rule in RULES:
        assert report.kept_rows[rule] == {"train": 3, "valid": 2, "test": 0}  # the repeated row counts twice
        assert report.kept[rule] == {"train": 2, "valid": 2, "test": 0}
    assert load_report(path) == report
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
    report = prepare(maker.folder_set(tmp_path / "set", rows), path)
    assert report.faces["valid"] == 3_579
    published = {"majority": 3_199, "probability": 3_505, "multi-target": 3_472, "argmax": 3_553}
    assert {rule: count["valid"] for rule, count in report.kept.items()} == published
    assert report.duplicates["valid in train"] == 279
    assert report.absent == ("test",)
    assert len(load_ferplus(path, "valid")) == 3_199


# ---- where the file cannot be written, or cannot be what it says


def test_a_full_disk_leaves_the_earlier_file_whole(prepared, tmp_path, monkeypatch):
    before = prepared.read_bytes()

    def fail(*args):
        raise SafetensorError("Error while serializing: I/O error: No space left on device (os error 28)")

    monkeypatch.setattr("pvlib.data.ferplus.compact.save_file", fail)
    with pytest.raises(CourseError, match=r"ferplus\.safetensors: no room is left"):
        prepare(tmp_path / "set", prepared)
    assert prepared.read_bytes() == before
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["ferplus.safetensors", "set"]


def test_a_limit_of_the_system_is_one_line_and_leaves_the_earlier_file_whole(prepared, tmp_path):
    before = prepared.read_bytes()
    program = f"""
import resource, signal
from pvlib.data.ferplus import prepare
from pvlib.errors import CourseError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
try:
    prepare({str(tmp_path / "set")!r}, {str(prepared)!r})
except CourseError as error:
    print(error)
"""
    ended = subprocess.run([sys.executable, "-B", "-c", program], capture_output=True, text=True, check=True)
    assert ended.stdout.startswith(f"cannot write {prepared}: ")
    assert ended.stdout.count("\n") == 1
    assert prepared.read_bytes() == before
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["ferplus.safetensors", "set"]


@pytest.mark.parametrize(
    "place", ["/proc/ferplus.safetensors", "set/fer2013new.csv/ferplus.safetensors", "set"]
)
def test_a_place_that_cannot_be_written_to_is_named_before_anything_is_read(
    prepared, tmp_path, place, monkeypatch
):
    def never(*args):
        pytest.fail("nothing should be read")

    monkeypatch.setattr("pvlib.data.ferplus.compact.read_named_faces", never)
    with pytest.raises(CourseError, match=f"cannot write .*{place}: "):
        prepare(tmp_path / "set", tmp_path / place)


def test_a_missing_file_says_how_to_make_it(tmp_path):
    with pytest.raises(CourseError, match=r"no file .*none\.safetensors; make it with: python data_scripts"):
        load_ferplus(tmp_path / "none.safetensors", "train")


def test_a_file_of_another_kind_is_refused(tmp_path):
    picture = tmp_path / "face.png"
    Image.new("L", (48, 48)).save(picture)
    with pytest.raises(CourseError, match=r"face\.png is damaged or cut short"):
        load_ferplus(picture, "train")
    weights = tmp_path / "weights.safetensors"
    save_file({"images": torch.zeros(3)}, weights)
    with pytest.raises(CourseError, match=r"weights\.safetensors is not a prepared FER\+ file"):
        load_ferplus(weights, "train")


def test_a_file_of_another_version_is_refused_by_its_number(prepared):
    with safe_open(prepared, "pt") as file:
        about = file.metadata()
    save_file(load_file(prepared), prepared, {**about, "version": "7"})
    with pytest.raises(CourseError, match=r"is of version 7, not 1"):
        load_ferplus(prepared, "train")


@pytest.mark.parametrize("key", ["images", "votes", "split", "names", "stands_in", "report"])
def test_a_file_without_one_of_its_parts_is_refused(prepared, key):
    with safe_open(prepared, "pt") as file:
        about = file.metadata()
    tensors = load_file(prepared)
    (tensors if key in tensors else about).pop(key)
    save_file(tensors, prepared, about)
    with pytest.raises(CourseError, match=f"is damaged.*{key}"):
        load_ferplus(prepared, "train")


def test_a_file_whose_parts_do_not_fit_together_is_refused(prepared):
    with safe_open(prepared, "pt") as file:
        about = file.metadata()
    tensors = load_file(prepared)
    save_file({**tensors, "votes": tensors["votes"][1:].clone()}, prepared, about)
    with pytest.raises(CourseError, match=r"is damaged.*votes is torch\.uint8 \(25, 10\)"):
        load_ferplus(prepared, "train")
    save_file(tensors, prepared, {**about, "report": json.dumps({"rows": 1})})
    with pytest.raises(CourseError, match="is damaged"):
        load_report(prepared)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(share=st.floats(0, 0.9999))
def test_a_file_cut_short_anywhere_is_refused(prepared, share):
    whole = prepared.read_bytes()
    prepared.write_bytes(whole[: int(share * len(whole))])
    try:
        with pytest.raises(CourseError, match="is damaged or cut short"):
            load_ferplus(prepared, "train")
    finally:
        prepared.write_bytes(whole)


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
