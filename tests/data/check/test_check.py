"""Planted faults are found exactly, and a clean set is called ready."""

import os
import random
import shutil

import numpy as np
import pytest
from PIL import Image

from pvlib.data.check.findings import check
from pvlib.data.check.page import to_json
from pvlib.data.check.verdict import judge
from pvlib.errors import CourseError


def look(path):
    return check(path, workers=1)


def pairs(findings, copies):
    names = findings.collection.names
    return {(names[one], names[other]) for one, other in copies.pairs.tolist()}


def test_a_clean_set_of_drawn_faces_is_ready_to_use(tmp_path, folders, drawn):
    findings = look(folders.images(tmp_path / "set", drawn))
    assert (findings.readable, len(findings.collection)) == (40, 40)
    assert not findings.unreadable
    assert not findings.odd
    assert not findings.misnamed
    assert len(findings.exact) == len(findings.near) == 0
    assert str(judge(findings)) == "ready to use"
    counts = {tally.name: tally.found for tally in findings.collection.tallies}
    assert counts == {"happy": {"train": 10, "test": 10}, "sad": {"train": 10, "test": 10}}


def test_exact_copies_are_found_within_and_across_splits_whatever_the_file_format(tmp_path, folders, drawn):
    root = folders.images(tmp_path / "set", drawn[:8])  # 000 train, 001 test, 002 train …; 0–1, 4–5 happy
    folders.save(drawn[0], root / "train" / "happy" / "again.bmp")
    folders.save(np.repeat(drawn[0][:, :, None], 3, axis=2), root / "test" / "happy" / "colour.png")
    folders.save(drawn[1], root / "test" / "happy" / "more.tif")
    findings = look(root)
    assert pairs(findings, findings.exact) == {
        ("test/happy/001.png", "test/happy/more.tif"),
        ("test/happy/colour.png", "train/happy/000.png"),
        ("test/happy/colour.png", "train/happy/again.bmp"),
    }
    assert findings.exact.within == {"train": 1, "test": 1}
    assert findings.exact.across == {("train", "test"): 1}
    assert not findings.exact.conflicts.any()
    assert len(findings.near) == 0
    assert any("1 of test stand also in train" in reason for reason in judge(findings).reasons)


def test_near_copies_are_found_once_and_exact_copies_do_not_repeat_them(tmp_path, folders, drawn):
    root = folders.images(tmp_path / "set", drawn[:12])
    folders.save(drawn[0], root / "test" / "happy" / "jpeg.jpg", quality=80)  # of train/happy/000
    folders.save((drawn[2] * 0.8).astype(np.uint8), root / "train" / "sad" / "dark.png")  # of train/sad/002
    moved = np.pad(drawn[5], ((0, 0), (1, 0)), mode="edge")[:, :-1]
    folders.save(moved, root / "test" / "happy" / "moved.png")  # of test/happy/005
    folders.save(moved, root / "test" / "happy" / "moved_again.png")
    findings = look(root)
    assert pairs(findings, findings.near) == {
        ("test/happy/jpeg.jpg", "train/happy/000.png"),
        ("train/sad/002.png", "train/sad/dark.png"),
        ("test/happy/005.png", "test/happy/moved.png"),
    }
    assert pairs(findings, findings.exact) == {("test/happy/moved.png", "test/happy/moved_again.png")}
    assert findings.near.within == {"train": 1, "test": 1}
    assert findings.near.across == {("train", "test"): 1}
    assert not findings.near.conflicts.any()


def test_copies_with_different_labels_are_conflicts(tmp_path, folders, drawn):
    root = folders.images(tmp_path / "set", drawn[:12])
    folders.save(drawn[0], root / "train" / "sad" / "same.png")  # 000 is happy
    folders.save(drawn[2], root / "train" / "happy" / "like.jpg", quality=80)  # 002 is sad
    folders.save(drawn[4], root / "train" / "happy" / "agrees.png")  # 004 is happy, too
    findings = look(root)
    shown = to_json(findings, judge(findings))
    assert shown["exact"]["conflicts"] == [["train/happy/000.png", "train/sad/same.png"]]
    assert shown["near"]["conflicts"] == [["train/happy/like.jpg", "train/sad/002.png"]]
    reasons = " ".join(judge(findings).reasons)
    assert "Pairs of images with the same pixels but different labels: 1." in reasons
    assert "Pairs of images with nearly the same pixels but different labels: 1." in reasons


def test_broken_odd_and_misnamed_images_are_named(tmp_path, folders, drawn):
    root = folders.images(tmp_path / "set", drawn)
    whole = (root / "train" / "happy" / "000.png").read_bytes()
    (root / "train" / "happy" / "cut.png").write_bytes(whole[:900])
    folders.save(drawn[0][:50, :50], root / "train" / "happy" / "small.png")
    Image.fromarray(drawn[3]).convert("CMYK").save(root / "train" / "happy" / "print.jpg")
    (root / "train" / "happy" / "wrong.png").write_bytes(
        (root / "train" / "happy" / "print.jpg").read_bytes()
    )
    findings = look(root)
    assert set(findings.unreadable) == {"train/happy/cut.png"}
    assert "cut.png is damaged" in findings.unreadable["train/happy/cut.png"]
    assert findings.odd == {
        "train/happy/print.jpg": "kind of pixels CMYK",
        "train/happy/small.png": "50×50 pixels",
        "train/happy/wrong.png": "kind of pixels CMYK",
    }
    assert findings.misnamed == {"train/happy/wrong.png": "JPEG"}
    assert str(judge(findings)) == "usable, but …"


def test_a_set_that_is_mostly_broken_is_not_usable(tmp_path, folders, drawn):
    root = folders.images(tmp_path / "set", drawn[:20])
    for path in sorted(root.rglob("*.png"))[:2]:
        path.write_bytes(b"")
    verdict = judge(look(root))
    assert not verdict.usable
    assert "2 of 20 images (10%) are missing or cannot be read" in verdict.reasons[0]
    for path in root.rglob("*.png"):
        path.write_bytes(b"no image")
    assert "Not one image can be read" in judge(look(root)).reasons[0]


def test_a_set_whose_label_files_are_absent_is_told_so(tmp_path, folders, drawn):
    for i, face in enumerate(drawn[:3]):
        folders.save(face, tmp_path / "train_set" / "images" / f"{i}.png")
    verdict = judge(look(tmp_path))
    assert not verdict.usable
    assert verdict.reasons == ("Not one image has a label: look for the label files and copy them again.",)


def test_the_fingerprints_do_not_depend_on_the_order_and_change_with_any_byte(
    tmp_path, folders, drawn, monkeypatch
):
    root = folders.images(tmp_path / "set", drawn[:10])
    first = look(root)
    other = tmp_path / "other"
    files = sorted(root.rglob("*.png"))
    random.Random(0).shuffle(files)
    for path in files:
        (other / path.relative_to(root)).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, other / path.relative_to(root))
    again = look(other)
    assert (again.files_print, again.pixels_print) == (first.files_print, first.pixels_print)

    os.rename(other / "train" / "happy" / "000.png", other / "train" / "happy" / "renamed.png")
    renamed = look(other)
    assert renamed.files_print != first.files_print
    assert renamed.pixels_print == first.pixels_print

    pixel = drawn[0].copy()
    pixel[0, 0] ^= 1
    folders.save(pixel, other / "train" / "happy" / "renamed.png")
    assert look(other).pixels_print != first.pixels_print


def test_several_processes_find_what_one_finds(tmp_path, folders, drawn, monkeypatch):
    root = folders.images(tmp_path / "set", drawn[:12])
    folders.save(drawn[0], root / "test" / "sad" / "again.png")
    (root / "test" / "sad" / "empty.png").touch()
    monkeypatch.setattr("pvlib.data.check.scan._ALONE", 0)
    monkeypatch.setattr("pvlib.data.check.scan._BATCH", 3)
    one, two = check(root, workers=1), check(root, workers=2)
    told = [to_json(findings, judge(findings)) for findings in (one, two)]
    for page in told:
        page.pop("seconds")
    assert told[0] == told[1]


def test_progress_counts_every_image(tmp_path, folders, drawn):
    root = folders.images(tmp_path / "set", drawn)
    expected, steps = [], []
    check(root, 1, start=lambda collection: expected.append(len(collection)), step=steps.append)
    assert expected == [40]
    assert sum(steps) == 40


@pytest.mark.parametrize("name", ["set.zip", "set.tar.gz", "set.7z"])
def test_an_archive_is_answered_with_the_command_that_unpacks_it(tmp_path, name):
    (tmp_path / name).write_bytes(b"PK")
    with pytest.raises(
        CourseError, match=rf"{name} is an archive; unpack it first: pvlib data unpack .*{name} set$"
    ):
        look(tmp_path / name)


def test_what_is_no_set_is_refused_with_the_next_step(tmp_path):
    with pytest.raises(CourseError, match="there is no file or folder"):
        look(tmp_path / "none")
    with pytest.raises(CourseError, match="holds no image: give the data set's folder"):
        look(tmp_path)
    (tmp_path / "faces.tar").touch()
    with pytest.raises(CourseError, match=r"holds no image: unpack faces\.tar first"):
        look(tmp_path)
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(CourseError, match=r"notes\.txt is damaged, cut short, or no prepared file"):
        look(tmp_path / "notes.txt")
