"""Each known layout is recognised and counted beside its published numbers."""

import numpy as np
import pytest
from PIL import Image

from pvlib.data.check.findings import check
from pvlib.data.check.page import to_json
from pvlib.data.check.verdict import judge
from pvlib.data.ferplus import prepare
from pvlib.data.labels import FERPLUS_VOTES
from pvlib.data.rafdb import prepare_rafdb
from pvlib.errors import CourseError

HAPPY, SAD = (0, 10, 0, 0, 0, 0, 0, 0, 0, 0), (0, 3, 0, 7, 0, 0, 0, 0, 0, 0)


def look(path):
    return check(path, workers=1)


def write_ferplus(root, faces, votes, splits, pixels):
    """The folder layout, or the two tables, of 48×48 faces."""
    usage = {"FER2013Train": "Training", "FER2013Valid": "PublicTest", "FER2013Test": "PrivateTest"}
    rows, table = [], ["emotion,pixels,Usage"]
    for i, (face, vote, split) in enumerate(zip(faces, votes, splits, strict=True)):
        small = Image.fromarray(face).resize((48, 48))
        (root / split).mkdir(parents=True, exist_ok=True)
        small.save(root / split / f"fer{i:07}.png")
        rows.append(",".join([usage[split], f"fer{i:07}.png", *map(str, vote)]))
        table.append(f"0,{' '.join(map(str, np.asarray(small).reshape(-1)))},{usage[split]}")
    (root / "fer2013new.csv").write_text(
        "\n".join([",".join(["Usage", "Image name", *FERPLUS_VOTES]), *rows])
    )
    if pixels:
        (root / "fer2013.csv").write_text("\n".join(table))
    return root


def test_ferplus_is_the_same_set_in_folders_tables_and_prepared(tmp_path, drawn):
    faces, splits = [*drawn[:7], drawn[0]], ["FER2013Train"] * 5 + ["FER2013Valid"] * 3
    votes = [HAPPY] * 7 + [SAD]
    folders = look(write_ferplus(tmp_path / "folders", faces, votes, splits, pixels=False))
    tables = look(write_ferplus(tmp_path / "tables", faces, votes, splits, pixels=True))
    prepare(tmp_path / "folders", tmp_path / "set.safetensors")
    prepared = look(tmp_path / "set.safetensors")
    assert folders.files_print
    assert not tables.files_print
    for findings in (folders, tables, prepared):
        assert findings.collection.kind == "FER+"
        assert findings.pixels_print == folders.pixels_print
        shown = to_json(findings, judge(findings))
        assert shown["counts"]["happiness"]["found"] == {"train": 5, "valid": 2, "test": 0}
        majority = shown["counts"]["rows kept, majority"]
        assert majority == {
            "found": {"train": 5, "valid": 3, "test": 0},
            "published": {"train": 25_060, "valid": 3_199, "test": 3_153},
        }
        assert shown["exact"]["conflicts"] == [["fer0000000.png", "fer0000007.png"]]
        assert findings.exact.across[("train", "valid")] == 1
        assert any("The split test is not there" in reason for reason in judge(findings).reasons)


def test_ferplus_names_without_image_and_images_without_votes_are_told_apart(tmp_path, drawn):
    root = write_ferplus(tmp_path / "set", drawn, [HAPPY] * 40, ["FER2013Train"] * 40, pixels=False)
    (root / "FER2013Train" / "fer0000003.png").rename(root / "FER2013Train" / "stray.png")
    findings = look(root)
    assert findings.collection.missing == ["fer0000003.png"]
    assert findings.collection.problems["images that have no votes"] == ["FER2013Train/stray.png"]
    assert judge(findings).usable


def test_a_broken_label_file_is_an_error_that_names_the_line(tmp_path, drawn):
    root = write_ferplus(tmp_path / "set", drawn[:3], [HAPPY] * 3, ["FER2013Train"] * 3, pixels=False)
    labels = root / "fer2013new.csv"
    labels.write_text(labels.read_text().replace("fer0000001.png,0,10", "fer0000001.png,0,ten"))
    with pytest.raises(CourseError, match=r"fer2013new\.csv, line 3 \(fer0000001\.png\): 'ten'"):
        look(root)


def test_rafdb_is_counted_in_its_owners_splits_and_alike_when_prepared(tmp_path, folders, drawn):
    labels = [1 + i % 7 for i in range(12)]
    root = folders.rafdb(tmp_path / "rafdb", drawn[:12], labels, test_from=9)
    prepare_rafdb(root, tmp_path / "rafdb.safetensors", size=96)
    for path in (root, tmp_path / "rafdb.safetensors"):
        findings = look(path)
        assert findings.collection.kind == "RAF-DB"
        counts = {tally.name: tally for tally in findings.collection.tallies}
        assert counts["surprise"].found == {"train": 2, "test": 0}  # the 1st and 8th face
        assert counts["surprise"].published == {"train": 1290, "test": 329}
        assert sum(tally.found["train"] for tally in counts.values()) == 9
        assert any(
            "counts of train and test are not the published" in reason for reason in judge(findings).reasons
        )
    assert look(root).pixels_print == look(tmp_path / "rafdb.safetensors").pixels_print


def test_rafdb_in_numbered_folders_is_rafdb_but_named_folders_are_anyones(tmp_path, folders, drawn):
    numbered = folders.images(tmp_path / "a", drawn[:8], classes=("1", "7"))
    named = folders.images(tmp_path / "b", drawn[:8], classes=("angry", "happy"))
    assert look(numbered).collection.kind == "RAF-DB"
    assert look(named).collection.kind == "a folder of images"


def test_affectnet_in_both_layouts(tmp_path, folders, drawn):
    new = tmp_path / "new"
    for split in ("train_set", "val_set"):
        (new / split / "annotations").mkdir(parents=True)
        for i, face in enumerate(drawn[:4] if split == "train_set" else drawn[4:6]):
            folders.save(face, new / split / "images" / f"{i}.jpg")
            np.save(new / split / "annotations" / f"{i}_exp.npy", np.array(str(1 + i)))
            for kind in ("val", "aro"):
                np.save(new / split / "annotations" / f"{i}_{kind}.npy", np.array("0.5"))
    old = tmp_path / "old"
    # two faces in one photograph are two boxes, and no copies of each other
    folders.save(
        np.concatenate([drawn[0], drawn[1]], axis=1), old / "Manually_Annotated_Images" / "1" / "a.jpg"
    )
    header = "subDirectory_filePath,face_x,face_y,face_width,face_height,facial_landmarks,expression,valence,arousal"
    (old / "training.csv").write_text(f"{header}\n1/a.jpg,0,0,96,96,0;0,1,0.5,0.5\n")
    (old / "validation.csv").write_text(f"{header}\n1/a.jpg,96,0,96,96,0;0,2,-0.5,0.5\n")
    for root, train, valid in ((new, 4, 2), (old, 1, 1)):
        findings = look(root)
        assert findings.collection.kind == "AffectNet"
        assert findings.readable == train + valid
        assert len(findings.exact) == len(findings.near) == 0
        counts = {tally.name: tally for tally in findings.collection.tallies}
        assert counts["happiness"].found["train"] == 1
        assert counts["happiness"].published == {"train": 134_415, "valid": 500}


def test_images_without_any_folder_are_checked_without_splits_and_classes(tmp_path, folders, drawn):
    for i, face in enumerate(drawn[:5]):
        folders.save(face, tmp_path / "set" / f"{i}.jpg")
    (tmp_path / "set" / "notes.txt").write_text("x")
    findings = look(tmp_path / "set")
    assert findings.collection.splits == ("all",)
    assert findings.collection.classes == ()
    assert "Other files, not looked at: 1." in findings.collection.notes
    assert str(judge(findings)) == "ready to use"
