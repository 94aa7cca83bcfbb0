"""Planted faults are found exactly, every layout is counted as when prepared; the script says one page."""

import io
import json
import os
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from data_scripts.check import main
from data_scripts.checking.findings import check
from drawnfaces.layouts import LAYOUTS
from pvlib.data.drawn import draw_faces
from pvlib.errors import CourseError


@pytest.fixture(scope="module")
def faces():
    """Forty different faces, grey, 96×96."""
    return list(draw_faces(40, seed=11, size=96).images[:, 0].numpy())


def save(image, path, **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(image).save(path, **options)


def deal(root, faces):
    """Save faces as 000.png, 001.png, … of train/happy, test/happy, train/sad, test/sad in turn."""
    for i, face in enumerate(faces):
        save(face, root / ("train", "test")[i % 2] / ("happy", "sad")[i // 2 % 2] / f"{i:03}.png")
    return root


def look(path):
    return check(path, workers=1)


def test_a_clean_set_of_drawn_faces_is_ready_to_use(tmp_path, faces, call):
    findings = look(deal(tmp_path, faces))
    told = call(main, tmp_path)
    assert (told.exit_code, told.stdout.splitlines()[-1]) == (0, findings.verdict) == (0, "ready to use")
    assert "find_near_duplicates.py" in told.stdout
    assert findings.report.counts == {"happy": {"train": 10, "test": 10}, "sad": {"train": 10, "test": 10}}
    assert findings.report.duplicates == {"test in train": 0}


def test_copies_are_found_within_and_across_splits_whatever_the_file_format(tmp_path, faces):
    root = deal(tmp_path, faces[:8])  # 000 and 004 are train/happy, 001 test/happy
    save(faces[0], root / "train" / "happy" / "again.bmp")
    save(np.repeat(faces[0][:, :, None], 3, axis=2), root / "test" / "happy" / "colour.png")
    save(faces[1], root / "test" / "happy" / "more.tif")
    findings = look(root)
    assert findings.within == {"train": 1, "test": 1}
    assert findings.report.duplicates == {"test in train": 1}
    assert not findings.contradictions
    assert any("1 of test stand also in train" in reason for reason in findings.reasons)


def test_copies_with_different_labels_are_contradictions(tmp_path, faces):
    root = deal(tmp_path, faces[:12])
    save(faces[0], root / "train" / "sad" / "same.png")  # 000 is happy
    save(faces[4], root / "train" / "happy" / "agrees.png")  # 004 is happy, too
    findings = look(root)
    assert findings.to_json()["contradictions"] == [
        ("train/happy/000.png (happy)", "train/sad/same.png (sad)")
    ]
    assert "Pairs of images with the same pixels but different labels: 1." in " ".join(findings.reasons)
    assert "000.png (happy) and train/sad/same.png (sad)" in str(findings)


def test_broken_images_and_what_is_not_read_are_named(tmp_path, faces):
    root = deal(tmp_path, faces)
    broken, photo = root / "train" / "happy" / "cut.png", root / "train" / "happy" / "phone.heic"
    broken.write_bytes((root / "train" / "happy" / "000.png").read_bytes()[:900])
    photo.write_bytes(b"\0\0\0\x18ftypheic")
    (root / "notes.txt").write_text("x")
    findings = look(root)
    assert list(findings.unreadable) == ["train/happy/cut.png"]
    assert "cut.png is damaged" in findings.unreadable["train/happy/cut.png"]
    assert "not read: 1 .heic files in train (train/happy/phone.heic)" in str(findings)
    assert "not read: 1 .txt files (notes.txt)" in str(findings)
    assert findings.verdict == "usable, but …"
    assert len(findings.reasons) == 2  # notes are no reason for doubt
    assert ".heic" in findings.reasons[1]


def test_a_set_that_is_mostly_broken_is_not_usable(tmp_path, faces):
    root = deal(tmp_path, faces[:20])
    for path in sorted(root.rglob("*.png"))[:2]:
        path.write_bytes(b"")
    findings = look(root)
    assert not findings.usable
    assert "2 of 20 images (10%) are missing or cannot be read" in findings.reasons[0]
    for path in root.rglob("*.png"):
        path.write_bytes(b"no image")
    assert "Not one image with a label can be read" in look(root).reasons[0]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_set_is_counted_as_its_script_counts_it_and_alike_when_prepared(drawn, prepare, tmp_path, layout):
    drawn(layout, tmp_path / "up" / "set")  # the set lies one folder further down
    prepared = prepare(layout, tmp_path / "up", tmp_path / "set.safetensors")
    for path in (tmp_path / "up", tmp_path / "set.safetensors"):
        findings = look(path)
        assert findings.usable
        assert findings.report.faces == prepared.faces
        assert findings.report.counts == prepared.counts
        assert findings.report.duplicates == prepared.duplicates
        assert [note for note in prepared.notes if "published" in note] == [
            note for note in findings.report.notes if "published" in note
        ]


def test_missing_images_count_as_broken_ones(drawn, tmp_path):
    root = drawn("ferplus", tmp_path / "set", train=40)
    for path in sorted((root / "FER2013Train").glob("fer*.png"))[:4]:
        path.unlink()
    assert "4 of 40 images (10%)" in look(root).reasons[0]


def test_numbered_folders_are_rafdb_but_named_folders_are_anyones(tmp_path, faces):
    for name in ("1", "angry"):
        save(faces[0], tmp_path / name / "train" / name / "a.png")
    assert look(tmp_path / "1").listing.data_set.name == "RAF-DB"
    assert look(tmp_path / "angry").listing.data_set.name == "A folder of images"


def test_several_processes_find_what_one_finds_and_progress_counts_every_image(tmp_path, faces):
    root = deal(tmp_path, faces * 2)
    steps = []
    one, two = look(root), check(root, 2, lambda done, total: steps.append((done, total)))
    assert one.to_json() == two.to_json()
    assert steps[-1] == (80, 80)


def test_what_is_no_set_is_refused_with_the_next_step(tmp_path):
    with pytest.raises(CourseError, match="there is no file or folder"):
        look(tmp_path / "none")
    for name in ("set.zip", "set.tar.gz", "set.7z"):
        (tmp_path / name).write_bytes(b"PK")
        with pytest.raises(
            CourseError,
            match=rf"{name} is an archive; unpack it first: python data_scripts/unpack.py .* set$",
        ):
            look(tmp_path / name)
    with pytest.raises(CourseError, match=r"holds no image.*unpack set"):
        look(tmp_path)


# ---- the script


@pytest.fixture
def six(tmp_path, faces):
    """A set of six faces."""
    root = tmp_path / "set"
    for i, face in enumerate(faces[:6]):
        save(face, root / ("train" if i % 2 else "test") / "happy" / f"{i}.png")
    return root


@pytest.mark.skipif(sys.platform != "linux", reason="other systems' file names are Unicode")
def test_the_page_is_plain_text_of_one_page_in_any_output(six, monkeypatch):
    for name in (b"Jos\xe9.png", "σ✔.png".encode(), b"[bold]x\x1b[2J.png"):
        Path(os.fsdecode(os.path.join(os.fsencode(six), name))).write_bytes(b"no image")
    printed = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(printed, encoding="ascii", write_through=True))
    assert main([str(six), "--workers", "1"]) == 1
    page = printed.getvalue().decode("ascii")
    assert "\x1b" not in page
    assert "[bold]x\\x1b[2J.png" in page
    assert "not usable" in page
    assert len(page.splitlines()) < 60


def test_json_holds_every_name_and_the_verdict(six, tmp_path, call):
    for number in range(9):
        (six / "train" / "happy" / f"broken{number}.png").write_bytes(b"x")
    result = call(main, six, "--json", tmp_path / "page.json")
    assert result.exit_code == 1  # nine of 15 are broken
    page = json.loads((tmp_path / "page.json").read_text())
    assert len(page["unreadable"]) == 9
    assert page["faces"] == {"train": 3, "test": 3}
    assert page["usable"] is False
