"""What the three readers and their scripts share: where a set may lie, what is refused, copies in a later split."""

import argparse
import re
import shutil
from itertools import combinations

import pytest
import torch

from data_scripts import prepare_affectnet, prepare_ferplus, prepare_rafdb
from data_scripts.command import prepare as run_script
from pvlib.data.prepared import load_prepared

LABELS = "EmoLabel/list_patition_label.txt"
PICTURES = "Manually_Annotated_Images"
CLASSES = ("surprise", "fear", "disgust", "happiness", "sadness", "anger", "neutral")  # RAF-DB's 1 to 7
ADJECTIVES = ("Surprised", "Fearful", "Disgusted", "Happy", "Sad", "Angry", "Neutral")


def faces(listing):
    assert not any(listing.problems.values())
    return {item._replace(path="") for item in listing.items}


@pytest.mark.parametrize(("layout", "old", "new"), [
    ("ferplus-csv", r"fer2013\.csv", "Downloads/icml/icml_face_data.csv"), ("ferplus", "^", "up/further/"),
    ("ferplus-csv", "fer2013new.csv", "FERPlus/fer2013new.csv"), ("ferplus", "^(FER2013[^/]+)/", r"\1/\1/"),
    ("ferplus", "^FER2013Test/", "FER2013Train/"),
    ("rafdb", "list_patition", "list_partition"), ("rafdb", "^Image/aligned/", "Image/aligned/aligned/"),
    ("rafdb", "^Image/aligned/(t[^_]+)_", r"Image/aligned/\1/\1_"), ("rafdb", "_aligned.jpg", "_Aligned.PNG"),
    ("rafdb-folders", "^test/", "valid/"), ("rafdb-folders", "^test/", "Validation/"), ("rafdb-folders", "^test/", "val/"),
    ("rafdb-folders", "^test/", "TEST/"), ("rafdb-folders", "^test/", "train/"), ("rafdb", "^", "basic/"),
    ("rafdb-folders", "^t[^/]+/([1-7])/", r"\1/"), ("rafdb-folders", "^(train|test)/", r"RAF-DB/DATASET/\1/"),
    ("rafdb-folders", "^t", "data/raf-db/DATASET/t"), ("rafdb-folders", "test_(.*)_aligned.jpg", r"TEST_\1.PNG"),
    ("rafdb-folders", "/([1-7])/", lambda number: f"/{CLASSES[int(number[1]) - 1]}/"),
    ("rafdb-folders", "/([1-7])/", lambda number: f"/{ADJECTIVES[int(number[1]) - 1]}/"),
    ("affectnet", "^", "down/"), ("affectnet", "^([^/]+_set)/", r"\1/\1/"), ("affectnet", "/images/", "/images/images/"),
    ("affectnet-old", "^", "down/AffectNet/"), ("affectnet-old", f"^{PICTURES}/", f"{PICTURES}/{PICTURES}/"),
    ("affectnet-old", f"^{PICTURES}/", ""), ("affectnet-old", f"^{PICTURES}/", f"Manually_Annotated/{PICTURES}/"),
    ("affectnet-old", "^([tv].*csv)", r"Manually_Annotated_file_lists/\1"),
])  # fmt: skip
def test_a_set_is_read_alike_wherever_its_parts_lie(drawn, read, rename, tmp_path, layout, old, new):
    root = drawn(layout, tmp_path / "set")
    expected = faces(read(layout, root))
    rename(root, old, new)
    assert faces(read(layout, root)) == expected


@pytest.mark.parametrize(("layout", "file", "old", "new"), [
    ("ferplus-csv", "fer2013.csv", "emotion,pixels,Usage", "emotion, pixels , Usage"),
    ("ferplus-csv", "fer2013.csv", ",", "\t"), ("ferplus-csv", "fer2013new.csv", r",(\d+)\b(?!\.)", r",\1.0"),
    ("rafdb", LABELS, r"\.jpg (\d)", r"_aligned.JPG \1.0"),
    ("affectnet-old", "*.csv", "/", r"\\"), ("affectnet-old", "*.csv", r",(\d+),([^,]+,[^,]+)\n", r",\1.0,\2\n"),
])  # fmt: skip
def test_a_table_is_read_alike_however_it_was_saved(drawn, read, tmp_path, layout, file, old, new):
    root = drawn(layout, tmp_path / "set")
    expected = faces(read(layout, root))
    for path in root.glob(file):
        assert re.search(old, path.read_text())
        path.write_text(re.sub(old, new, path.read_text()))
    assert faces(read(layout, root)) == expected


# ---- what is wrong is named, and nothing is written


def changed(*change):
    """The change of a file's text that replaces a pattern once."""
    return lambda text: re.sub(*change, text, count=1)


def lines(change):
    return lambda text: "\n".join(change(text.splitlines())) + "\n"


def row(text):
    """The change that leaves the first line, and this one after it."""
    return lines(lambda rows: [rows[0], text])


def pixels(change):
    """The change of the pixels of fer2013.csv's third face."""
    return changed(r"\A((?:.*\n){3}\d+,)([^,]*)", lambda found: found[1] + change(found[2]))


@pytest.mark.parametrize(("layout", "file", "change", "complaint"), [
    *(("ferplus-csv", "fer2013new.csv", changed(r"(fer0000003\.png),\d+,\d+", rf"\1,10,{cell}"),
       rf"line 5 \(fer0000003\.png\): '{cell[:40]}' in the column happiness is not a count")
      for cell in ("2.5", "-1", "", "ten", "1e1", "²", "1000", "1.", "0x1", "٣", "9" * 5000)),
    *(("ferplus-csv", "fer2013new.csv", changed(column, "other"), rf"fer2013new\.csv lacks the column {column}:")
      for column in ("Usage", "Image name", "anger", "NF")),
    *(("ferplus-csv", "fer2013.csv", changed(column, "other"), rf"fer2013\.csv lacks the column {column}:")
      for column in ("pixels", "Usage")),
    ("ferplus-csv", "fer2013new.csv", changed("PrivateTest", "Privat"),
     r"fer2013new\.csv, line 42: Usage 'Privat' is none of"),
    ("ferplus-csv", "fer2013new.csv", changed(r"(fer0000001\.png),.*", r"\1,9,2,0,0,0,0,0,0,0,0"),
     r"fer2013new\.csv, line 3 \(fer0000001\.png\): its votes sum to 11, not 10"),
    *(("ferplus-csv", "fer2013.csv", pixels(change), rf"fer2013\.csv, line 4 \(fer0000002\.png\): {complaint}")
      for change, complaint in (
        (lambda cell: cell.rsplit(" ", 1)[0], "2303 pixels, not 2304"),
        (lambda cell: cell + " 7", "2305 pixels, not 2304"),
        (lambda cell: "", "0 pixels, not 2304"),
        (lambda cell: "256" + cell[cell.index(" ") :], "a pixel is outside 0–255"),
        (lambda cell: "9" * 40 + cell[cell.index(" ") :], "a pixel is outside 0–255"),
        (lambda cell: "-1" + cell[cell.index(" ") :], "its pixels hold '-'"),
        (lambda cell: cell.replace(" ", ";", 2), "its pixels hold ';;'"),
        (lambda cell: "é" + cell, "its pixels hold 'é'"))),
    ("ferplus-csv", "fer2013.csv", lines(lambda rows: [*rows, rows[-1]]),
     r"fer2013\.csv, line 52: a row too many, as .*ends after 50"),
    ("ferplus-csv", "fer2013.csv", lines(lambda rows: rows[:-1]), r"fer2013\.csv ends after 49 rows \(line 50\)"),
    ("ferplus-csv", "fer2013.csv", lines(lambda rows: [rows[0], *rows[:0:-1]]),
     r"fer2013\.csv, line 2 belongs to test, but line 2 of .*fer2013new\.csv to train"),
    ("ferplus-csv", "fer2013.csv", lines(lambda rows: [rows[0], rows[40], *rows[1:40], *rows[41:]]),
     r"emotion is the winner .* \d+%"),
    ("ferplus-label", "FER2013Train/label.csv", lambda text: 'fer0000000.png,"(0, 0, 48, 48)",9,0,0,0,0,0,0,0,1',
     r"label\.csv, line 1 \(fer0000000\.png\): the column NF is missing"),
    ("ferplus", "fer2013new.csv", lambda text: text.replace("fer0", "xfer0"),
     r"no image under .*set has a row in fer2013new\.csv"),
    *(("rafdb", LABELS, lambda text, line=line: f"\ufeff\n{line}\n", rf"list_patition_label\.txt, line 2{complaint}")
      for line, complaint in (
        ("train_00001.jpg", r": 'train_00001\.jpg' is not an image name and a label, .* 1 value where two"),
        ("train_00001.jpg 1 0", ".* is not an image name and a label, .* but 3 values where two are wanted"),
        ("train_00001.jpg 8", r" \(train_00001\.jpg\): '8' is not a label; RAF-DB's labels are 1 to 7"),
        ("train_00001.jpg 0", ".* '0' is not a label"),
        ("train_00001.jpg happy", ".* 'happy' is not a label"),
        ("valid_00001.jpg 4", ".* begins with neither train_ nor test_"))),
    ("rafdb", LABELS, lambda text: "\n", r"list_patition_label\.txt is empty"),
    *(("affectnet-old", "training.csv", row(text), complaint) for text, complaint in (
        ("1/a.jpg,0,0,10,20,,11,0,0", r"training\.csv, line 2 \(1/a\.jpg\): '11' is not an expression"),
        ("1/a.jpg,0,0,10,20,,happy,0,0", "'happy' is not an expression"),
        ("1/a.jpg,0,0,10,20,,-1,0,0", "'-1' is not an expression"),
        ("1/a.jpg,0,0,10", r"line 2: 4 cells where the first line names 9 columns, too few"),
        ("1/a.jpg,0,0,10,20,81.64,12.5,3,3,0,0", r"line 2: 11 cells where .* 9 columns, too many \(is a cell with commas"),
        ("../a.jpg,0,0,10,20,,1,0,0", r"line 2: '\.\./a\.jpg' is not the path of a picture inside"),
        ("/etc/a.jpg,0,0,10,20,,1,0,0", "is not the path of a picture inside"),
        ("1\\..\\a.jpg,0,0,10,20,,1,0,0", "is not the path of a picture inside"),
        (",0,0,10,20,,1,0,0", "is not the path of a picture inside"))),
    ("affectnet-old", "training.csv", changed(",arousal", ""), r"training\.csv lacks the column arousal"),
    ("affectnet-old", "*.csv", lines(lambda rows: rows[:1]), "have no row"),
])  # fmt: skip
def test_a_wrong_table_is_named_by_line_and_image(drawn, refused, tmp_path, layout, file, change, complaint):
    root = drawn(layout, tmp_path / "set")
    for path in root.glob(file):
        path.write_text(change(path.read_text()), encoding="utf-8")
    refused(layout, root, complaint)


@pytest.mark.parametrize(("layout", "old", "new", "complaint"), [
    ("ferplus-csv", r"fer2013\.csv", "train.csv", r"train\.csv and test\.csv of the challenge lack Usage .* train\.csv"),
    ("ferplus-csv", r"fer2013\.csv", "train/angry/1.csv", "folders of classes number the images anew"),
    ("ferplus-csv", r"fer2013\.csv", "archive.zip",
     r"holds no FER2013 pixels: put fer2013\.csv there, .*; unpack archive\.zip first"),
    ("ferplus-csv", "fer2013new.csv", "votes.csv", r"fer2013new\.csv is missing"),
    ("ferplus-label", "FER2013Train/label.csv", "FER2013Train/votes.csv", r"FER2013Train/label\.csv is missing"),
    ("rafdb", "list_patition_label.txt", "labels.md", r"EmoLabel lacks list_patition_label\.txt"),
    ("rafdb", "^Image/aligned/", "Image/original/",
     r"aligned is not there: unpack .*Image/original holds the whole photographs"),
    ("rafdb", "^Image/aligned/.*", "Image/aligned.zip", r"aligned is not there: unpack .*/aligned\.zip beside"),
    ("rafdb", "^EmoLabel/", "Labels/", r"does not hold RAF-DB.*www\.whdeld\.cn"),
    ("rafdb-folders", "^test/7/", "test/8/", r"test/8: the folder's name is no class of RAF-DB"),
    ("rafdb-folders", "^t[^/]+/([1-7])/(train_0000._)?", r"\1/",
     r"/aligned\.jpg: neither its name nor a folder says"),
    ("rafdb-folders", "jpg$", "txt", "has no image in train/1"),
    ("affectnet", "^.+", "holiday.zip", r"does not hold AffectNet: .*It holds 1 file \(holiday\.zip\); "
     r"unpack holiday\.zip first.*mohammadmahoor\.com"),
    ("affectnet", "jpg$", "txt", "has no image in train_set/images"),
])  # fmt: skip
def test_what_is_not_in_its_place_is_named_with_what_to_do(
    drawn, refused, rename, tmp_path, layout, old, new, complaint
):
    root = drawn(layout, tmp_path / "set")
    rename(root, old, new)
    if layout == "ferplus-csv":
        (root / "FER2013Test").mkdir()  # the owners' repository ships the folders empty
    refused(layout, root, complaint)


@pytest.mark.parametrize("layout", ["ferplus", "rafdb", "affectnet"])
def test_a_folder_that_is_not_there_is_named(refused, tmp_path, layout):
    refused(layout, tmp_path / "nowhere", "there is no folder .*nowhere")


# ---- copies


@pytest.mark.parametrize(("layout", "options", "counts"), [
    ("ferplus", {"rule": "argmax"}, {"train": 30, "valid": 8, "test": 8}), ("rafdb", {}, {"train": 100, "test": 20}),
    ("affectnet", {"classes": 8}, {"train": 66, "valid": 22}),
])  # fmt: skip
def test_faces_that_stand_in_a_later_split_are_counted_and_can_be_left_out(
    drawn, read, prepare, tmp_path, layout, options, counts
):
    root, out = drawn(layout, tmp_path / "set", **counts), tmp_path / "set.safetensors"
    paths = {item.name: item.path for item in read(layout, root).items}
    splits = list(prepare(layout, root, out).faces)
    names = {split: load_prepared(out, split, **options).ids for split in splits}
    shutil.copy(paths[names["train"][8]], paths[names["train"][9]])  # within a split it is no matter
    repeated, counted = {name: set() for name in [*splits, "train+valid"]}, {}
    for n, (early, late) in enumerate(combinations(splits, 2)):
        shutil.copy(paths[names[late][n]], paths[names[early][n]])
        repeated[early].add(names[early][n])
        counted[f"{late} in {early}"] = 1
        if late == "test":
            repeated["train+valid"].add(names[early][n])
    assert prepare(layout, root, out).duplicates == counted
    for split, left_out in repeated.items():
        if set(split.split("+")) < set(splits):
            every, kept = (
                load_prepared(out, split, without_duplicates=without, **options) for without in (False, True)
            )
            stays = torch.tensor([name not in left_out for name in every.ids])
            assert set(every.ids) >= left_out
            assert kept.ids == every.subset(stays).ids
            assert torch.equal(kept.images, every.images[stays])
            assert torch.equal(kept.target, every.target[stays])


# ---- the scripts


SCRIPTS = {"ferplus": prepare_ferplus, "rafdb": prepare_rafdb, "affectnet": prepare_affectnet}


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_script_writes_the_file_and_prints_the_report_or_one_line(drawn, call, tmp_path, name):
    script, out = SCRIPTS[name], tmp_path / "data" / "faces.safetensors"
    refused = call(script.main, tmp_path, out)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert refused.stderr.count("\n") == 1
    assert f"{tmp_path} " in refused.stderr
    assert not out.parent.exists()
    source, grey = drawn(name, tmp_path / "set", train=12), name == "ferplus"
    done = call(script.main, source, out, *([] if grey else ["--workers", 1, "--size", 40]))
    assert done.exit_code == 0
    assert ("No image of the split valid or test" if grey else "For what is missing: ask") in done.stdout
    assert f"Written to {out}." in done.stdout
    assert load_prepared(out, "train").images.shape[1:] == ((1, 48, 48) if grey else (3, 40, 40))


def test_an_interrupted_run_says_that_nothing_was_changed(tmp_path, capsys):
    def interrupted(*arguments, **options):
        raise KeyboardInterrupt

    options = argparse.Namespace(folder=tmp_path, file=tmp_path / "a.safetensors", size=16)
    assert run_script(interrupted, options) == 130
    assert f"{options.file} is as it was before" in capsys.readouterr().err
