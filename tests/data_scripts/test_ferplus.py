"""FER+: all layouts are read alike, pixels meet votes by image name, what is wrong is named, what goes in comes out."""

import csv
import json
import re
import shutil

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors import safe_open

from data_scripts.layouts.ferplus.listing import list_ferplus
from data_scripts.prepare_ferplus import prepare_ferplus
from pvlib.data.ferplus import FERPLUS_SET, RULES, apply_rule, load_ferplus, vote_distribution
from pvlib.data.labels import FERPLUS, FERPLUS_VOTES
from pvlib.data.prepared_file import open_file
from pvlib.errors import CourseError

COUNTS = {"train": 30, "valid": 8, "test": 6}
SPLITS = {"Training": "train", "PublicTest": "valid", "PrivateTest": "test"}
FOLDERS = {"Training": "FER2013Train", "PublicTest": "FER2013Valid", "PrivateTest": "FER2013Test"}
HAPPY = (0, 10, 0, 0, 0, 0, 0, 0, 0, 0)


@pytest.fixture
def folders(drawn, tmp_path):
    return drawn("ferplus", tmp_path / "folders", **COUNTS)


@pytest.fixture
def out(tmp_path):
    """A prepared file from an earlier day, which no failure may touch."""
    path = tmp_path / "prepared" / "ferplus.safetensors"
    path.parent.mkdir()
    path.write_bytes(b"from an earlier day")
    return path


def assert_refused(root, out, complaint):
    with pytest.raises(CourseError, match=complaint) as caught:
        prepare_ferplus(root, out)
    assert "\n" not in str(caught.value)
    assert out.read_bytes() == b"from an earlier day"
    assert list(out.parent.iterdir()) == [out]


def read_votes(root):
    """Rows of the label file: Usage, name, ten counts."""
    with (root / "fer2013new.csv").open(newline="") as file:
        return [[usage, name, *map(int, votes)] for usage, name, *votes in list(csv.reader(file))[1:]]


def write_votes(root, rows):
    root.mkdir(exist_ok=True)
    with (root / "fer2013new.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["Usage", "Image name", *FERPLUS_VOTES], *rows])


def image_of(root, row):
    return root / FOLDERS[row[0]] / row[1]


def truth(root):
    """Name -> (split, votes, pixels) of the layout of folders."""
    return {
        row[1]: (SPLITS[row[0]], tuple(row[2:]), np.asarray(Image.open(image_of(root, row))).tobytes())
        for row in read_votes(root)
    }


def prepared(root, out):
    """The same of a set that is prepared, and the report."""
    report, file = prepare_ferplus(root, out), open_file(out, FERPLUS_SET)
    votes = map(tuple, file.columns["votes"].tolist())
    splits = [FERPLUS_SET.splits[i] for i in file.split.tolist()]
    pixels = [image.numpy().tobytes() for image in file.images]
    return dict(zip(file.names, zip(splits, votes, pixels, strict=True), strict=True)), report


def problem(report, kind):
    """What the report names under the kind that begins so."""
    return next((found.first for name, found in report.problems.items() if name.startswith(kind)), [])


@pytest.mark.parametrize("layout", ["ferplus", "ferplus-csv", "ferplus-label"])
def test_every_layout_gives_each_name_its_own_pixels_and_votes(drawn, folders, tmp_path, layout):
    faces, report = prepared(drawn(layout, tmp_path / "set", **COUNTS), tmp_path / "out.safetensors")
    assert faces == truth(folders)
    assert report.faces == COUNTS
    assert report.problems == {}


@pytest.mark.parametrize("layout", ["ferplus", "ferplus-csv"])
def test_of_a_repeated_name_the_last_row_counts_and_a_row_without_a_name_has_no_face(
    drawn, folders, tmp_path, layout
):
    root, expected = drawn(layout, tmp_path / "set", **COUNTS), truth(folders)
    rows = read_votes(root)
    first, unnamed, odd, last = rows[0][1], rows[1][1], rows[2][1], rows[-1]
    rows = [[row[0], "", *row[2:]] if row[1] == unnamed else row for row in rows]
    rows[2][1] = "né 2.PNG"
    write_votes(root, [*rows, ["PrivateTest", first, *HAPPY]])
    expected["né 2.PNG"] = expected.pop(odd)
    del expected[unnamed]
    pixels = expected[first][2]
    if layout == "ferplus":
        image_of(folders, [rows[0][0], odd]).rename(image_of(root, rows[2]))
        (root / FOLDERS["Training"] / odd).unlink()
    else:
        lines = (root / "fer2013.csv").read_text().splitlines()
        (root / "fer2013.csv").write_text("\n".join([*lines, lines[-1]]) + "\n")
        pixels = expected[last[1]][2]
    faces, report = prepared(root, tmp_path / "out.safetensors")
    assert faces == expected | {first: ("test", HAPPY, pixels)}
    assert report.counts["rows of the label file"] == {"train": 30, "valid": 8, "test": 7}
    assert report.counts["  without an image name"] == {"train": 1}
    assert report.faces == {"train": 28, "valid": 8, "test": 7}
    assert problem(report, "names in more than one row, of which the last counts") == [first]
    assert open_file(tmp_path / "out.safetensors", FERPLUS_SET).report == report.to_json()


def test_the_reference_votes_win_over_the_folders_own_which_may_come_without_the_box(
    drawn, folders, tmp_path
):
    root = drawn("ferplus-label", tmp_path / "set", **COUNTS)
    for path in root.glob("*/label.csv"):
        path.write_text(path.read_text().replace('"(0, 0, 48, 48)",', ""))
    assert prepared(root, tmp_path / "out.safetensors")[0] == truth(folders)
    write_votes(root, [[*row[:2], *HAPPY] for row in read_votes(folders)])
    faces, report = prepared(root, tmp_path / "out.safetensors")
    assert "votes of fer2013new.csv" in report.layout
    assert {votes for _, votes, _ in faces.values()} == {HAPPY}


def test_missing_images_and_folders_and_images_without_votes_are_reported_not_fatal(folders, tmp_path):
    rows = read_votes(folders)
    image_of(folders, rows[1]).unlink()
    shutil.copy(image_of(folders, rows[0]), folders / "FER2013Test" / "fer0099999.png")
    shutil.rmtree(folders / "FER2013Valid")
    report = prepare_ferplus(folders, tmp_path / "out.safetensors")
    assert problem(report, "rows with a name but no image") == [rows[1][1]]
    assert problem(report, "images without votes") == ["FER2013Test/fer0099999.png"]
    assert report.faces == {"train": 29, "valid": 0, "test": 6}
    assert "No image of the split valid is there." in report.notes
    with pytest.raises(CourseError, match="no face of the split valid"):
        load_ferplus(tmp_path / "out.safetensors", "valid")


def test_colour_copies_of_the_grey_images_give_the_same_pixels(folders, tmp_path):
    expected = truth(folders)
    for row in read_votes(folders):
        Image.open(image_of(folders, row)).convert("RGB").save(image_of(folders, row))
    assert prepared(folders, tmp_path / "out.safetensors")[0] == expected


def test_the_one_published_row_of_nine_votes_is_read_and_named_and_no_other(folders, out):
    rows = read_votes(folders)
    image_of(folders, rows[2]).rename(image_of(folders, [rows[2][0], "fer0010406.png"]))
    rows[2] = [rows[2][0], "fer0010406.png", 4, 0, 0, 0, 0, 3, 1, 0, 1, 0]
    write_votes(folders, rows)
    assert problem(prepare_ferplus(folders, out), "rows whose votes") == ["fer0010406.png"]
    out.write_bytes(b"from an earlier day")
    rows[1] = [*rows[1][:2], 9, 2, 0, 0, 0, 0, 0, 0, 0, 0]
    write_votes(folders, rows)
    assert_refused(folders, out, r"fer2013new\.csv, line 3 \(fer0000001\.png\): its votes sum to 11, not 10")


@pytest.mark.parametrize(("file", "old", "new"), [
    (None, r"fer2013\.csv", "Downloads/icml/icml_face_data.csv"), (None, "fer2013new.csv", "FERPlus/fer2013new.csv"),
    ("fer2013.csv", "emotion,pixels,Usage", "emotion, pixels , Usage"), ("fer2013.csv", ",", "\t"),
    ("fer2013new.csv", r",(\d+)\b(?!\.)", r",\1.0"),
])  # fmt: skip
def test_the_tables_are_read_wherever_they_lie_and_however_they_were_saved(
    drawn, rename, tmp_path, file, old, new
):
    root = drawn("ferplus-csv", tmp_path / "set")
    expected = list_ferplus(root).items
    if file is None:
        rename(root, old, new)
    else:
        (root / file).write_text(re.sub(old, new, (root / file).read_text()))
    assert list_ferplus(root).items == expected


@pytest.mark.parametrize(("old", "new"), [
    ("^", "up/"), ("^", "up/further/"), ("^(FER2013[^/]+)/", r"\1/\1/"), ("^FER2013Test/", "FER2013Train/"),
])  # fmt: skip
def test_the_folders_are_read_wherever_they_lie_and_a_row_says_its_faces_split(folders, rename, old, new):
    expected = [item._replace(path="") for item in list_ferplus(folders).items]
    rename(folders, old, new)
    listing = list_ferplus(folders)
    assert [item._replace(path="") for item in listing.items] == expected
    moved = "6 images of test lie in FER2013Train: used as test faces"
    assert (moved in listing.notes) == (new == "FER2013Train/")


# ---- what is wrong is named, and nothing is written


def changed(*change):
    """The change of a file's text that replaces a pattern once."""
    return lambda text: re.sub(*change, text, count=1)


def lines(change):
    return lambda text: "\n".join(change(text.splitlines())) + "\n"


def pixels(change):
    """The change of the pixels of fer2013.csv's third face."""
    return lambda text: re.sub(
        r"\A((?:.*\n){3}\d+,)([^,]*)", lambda found: found[1] + change(found[2]), text, count=1
    )


@pytest.mark.parametrize(("file", "change", "complaint"), [
    *(("fer2013new.csv", changed(r"(fer0000003\.png),\d+,\d+", rf"\1,10,{cell}"),
       rf"line 5 \(fer0000003\.png\): '{cell}' in the column happiness is not a count")
      for cell in ("2.5", "-1", "", "ten", "1e1", "²", "1000", "1.", "0x1")),
    *(("fer2013new.csv", changed(column, "other"), rf"fer2013new\.csv lacks the column {column}:")
      for column in ("Usage", "Image name", "anger", "NF")),
    *(("fer2013.csv", changed(column, "other"), rf"fer2013\.csv lacks the column {column}:")
      for column in ("pixels", "Usage")),
    ("fer2013new.csv", changed("PrivateTest", "Privat"), r"fer2013new\.csv, line 42: Usage 'Privat' is none of"),
    *(("fer2013.csv", pixels(change), rf"fer2013\.csv, line 4 \(fer0000002\.png\): {complaint}")
      for change, complaint in (
        (lambda cell: cell.rsplit(" ", 1)[0], "2303 pixels, not 2304"),
        (lambda cell: cell + " 7", "2305 pixels, not 2304"),
        (lambda cell: "", "0 pixels, not 2304"),
        (lambda cell: "256" + cell[cell.index(" ") :], "a pixel is outside 0–255"),
        (lambda cell: "9" * 40 + cell[cell.index(" ") :], "a pixel is outside 0–255"),
        (lambda cell: "-1" + cell[cell.index(" ") :], "its pixels hold '-'"),
        (lambda cell: cell.replace(" ", ";", 2), "its pixels hold ';;'"),
        (lambda cell: "é" + cell, "its pixels hold 'é'"))),
    ("fer2013.csv", lines(lambda rows: [*rows, rows[-1]]), r"fer2013\.csv, line 52: a row too many, as .*ends after 50"),
    ("fer2013.csv", lines(lambda rows: rows[:-1]), r"fer2013\.csv ends after 49 rows \(line 50\)"),
    ("fer2013.csv", lines(lambda rows: [rows[0], *rows[:0:-1]]),
     r"fer2013\.csv, line 2 belongs to test, but line 2 of .*fer2013new\.csv to train"),
    ("fer2013.csv", lines(lambda rows: [rows[0], rows[40], *rows[1:40], *rows[41:]]), r"emotion is the winner .* \d+%"),
])  # fmt: skip
def test_a_wrong_table_is_named_by_line_and_image(drawn, tmp_path, out, file, change, complaint):
    path = drawn("ferplus-csv", tmp_path / "set") / file
    path.write_text(change(path.read_text()))
    assert_refused(tmp_path / "set", out, complaint)


@pytest.mark.parametrize(("name", "complaint"), [
    ("train.csv", r"train\.csv and test\.csv of the challenge lack Usage .* train\.csv"),
    ("train/angry/1.csv", "folders of classes number the images anew"),
    ("archive.zip", r"holds no FER2013 pixels: put fer2013\.csv there, .*; unpack archive\.zip first"),
])  # fmt: skip
def test_what_cannot_be_joined_to_the_votes_says_why(drawn, rename, tmp_path, out, name, complaint):
    root = drawn("ferplus-csv", tmp_path / "set")
    rename(root, r"fer2013\.csv", name)
    (root / "FER2013Test").mkdir()  # the owners' repository ships the folders empty
    assert_refused(root, out, complaint)


@pytest.mark.parametrize(("image", "form", "complaint"), [
    (Image.new("L", (100_000, 1)), "PNG", "is 100000×1 pixels, more than"),
    (Image.new("L", (224, 224)), "PNG", "is a PNG picture of 224×224 pixels, not a PNG image of 48×48"),
    (Image.fromarray(np.full((48, 48), 4000, np.uint16)), "PNG", "has more than 8 bits"),
    (Image.new("L", (48, 48)), "JPEG", "is a JPEG picture"),
])  # fmt: skip
def test_an_image_that_its_owners_did_not_write_is_named(folders, out, image, form, complaint):
    image.save(folders / "FER2013Train" / "fer0000001.png", format=form)
    assert_refused(folders, out, rf"FER2013Train/fer0000001\.png {complaint}")


def test_a_folder_or_label_file_that_is_missing_or_of_another_set_is_named(drawn, folders, tmp_path, out):
    assert_refused(tmp_path / "nowhere", out, "there is no folder .*nowhere")
    root = drawn("ferplus-label", tmp_path / "set")
    label = root / "FER2013Train" / "label.csv"
    label.write_text('fer0000000.png,"(0, 0, 48, 48)",9,0,0,0,0,0,0,0,1')
    assert_refused(root, out, r"label\.csv, line 1 \(fer0000000\.png\): the column NF is missing")
    label.unlink()
    assert_refused(root, out, r"FER2013Train/label\.csv is missing")
    write_votes(folders, [[row[0], f"x{row[1]}", *row[2:]] for row in read_votes(folders)])
    assert_refused(folders, out, r"no image under .*folders has a row in fer2013new\.csv")
    (drawn("ferplus-csv", tmp_path / "tables") / "fer2013new.csv").unlink()
    assert_refused(tmp_path / "tables", out, r"fer2013new\.csv is missing")


# ---- the prepared file


@pytest.mark.parametrize("rule", RULES)
def test_the_faces_of_a_split_are_those_that_the_rule_keeps_in_order(folders, tmp_path, rule):
    random, path = np.random.default_rng(3), tmp_path / "out.safetensors"
    rows = [
        [*row[:2], *np.bincount(random.integers(0, random.integers(1, 11), 10), minlength=10).tolist()]
        for row in read_votes(folders)
    ]
    write_votes(folders, rows)
    prepare_ferplus(folders, path)
    for usage, split in SPLITS.items():
        own = [row for row in rows if row[0] == usage]
        votes = torch.tensor([row[2:] for row in own])
        kept, target = apply_rule(votes, rule)
        faces = load_ferplus(path, split, rule)
        chosen = [row for row, keep in zip(own, kept.tolist(), strict=True) if keep]
        assert (faces.names, faces.ids) == (FERPLUS, tuple(row[1] for row in chosen))
        for row, image in zip(chosen, faces.images, strict=True):
            assert np.array_equal(image[0].numpy(), Image.open(image_of(folders, row)))
        assert torch.equal(faces.target, target[kept])
        assert torch.equal(faces.votes, votes[kept].byte())
        shares = load_ferplus(path, split, rule, target="votes").target
        assert torch.equal(shares, vote_distribution(votes)[kept])
        tenths = load_ferplus(path, split, rule, target="released").target
        torch.testing.assert_close(tenths, votes[kept][:, :8] / 10)


def test_faces_that_stand_in_a_later_split_are_counted_and_can_be_left_out(folders, tmp_path):
    rows = [[*row[:2], *HAPPY] for row in read_votes(folders)]
    write_votes(folders, rows)
    for copy, original in ((30, 0), (31, 0), (38, 1), (39, 37), (2, 3)):  # the last pair is within train
        shutil.copy(image_of(folders, rows[original]), image_of(folders, rows[copy]))
    path = tmp_path / "out.safetensors"
    report = prepare_ferplus(folders, path)
    assert report.duplicates == {"valid in train": 2, "test in train": 1, "test in valid": 1}

    def left(split):
        return [int(name[3:10]) for name in load_ferplus(path, split, without_duplicates=True).ids]

    assert left("train") == list(range(2, 30))
    assert left("valid") == list(range(30, 37))  # 37 stands in test
    assert left("test") == list(range(38, 44))
    assert len(load_ferplus(path, "train")) == 30


def test_the_real_validation_faces_give_the_published_counts(shared, tmp_path):
    packed = np.load(shared / "data" / "ferplus" / "train_valid.npz")
    images, names, votes = (packed[key] for key in ("images", "names", "votes"))
    valid = packed["split"] == "FER2013Valid"
    pixels = {image.tobytes() for image in images[valid]}
    # all of validation, and what of training is a copy of it; the rest only takes time
    chosen = [i for i in range(len(images)) if valid[i] or images[i].tobytes() in pixels]
    rows = [["PublicTest" if valid[i] else "Training", str(names[i]), *votes[i].tolist()] for i in chosen]
    write_votes(tmp_path / "set", rows)
    for i, row in zip(chosen, rows, strict=True):
        image_of(tmp_path / "set", row).parent.mkdir(exist_ok=True)
        Image.fromarray(images[i]).save(image_of(tmp_path / "set", row))
    path = tmp_path / "out.safetensors"
    report = prepare_ferplus(tmp_path / "set", path)
    assert report.faces["valid"] == 3_579
    published = {"majority": 3_199, "probability": 3_505, "multi-target": 3_472, "argmax": 3_553}
    assert {rule: report.counts[f"faces kept, {rule}"]["valid"] for rule in RULES} == published
    assert report.duplicates["valid in train"] == 279
    assert "No image of the split test is there." in report.notes
    assert len(load_ferplus(path, "valid")) == 3_199


def test_an_unknown_choice_is_refused_and_the_header_tells_of_the_file_without_pvlib(folders, tmp_path):
    path = tmp_path / "out.safetensors"
    prepare_ferplus(folders, path)
    for wrong, complaint in (
        ({"split": "validation"}, "no split 'validation'; choose one of train, valid, test"),
        ({"rule": "plurality"}, "no rule 'plurality'"),
        ({"target": "soft"}, "no target 'soft'; choose one of rule, votes"),
    ):
        with pytest.raises(CourseError, match=complaint):
            load_ferplus(path, **{"split": "train", **wrong})
    with safe_open(path, "np") as file:
        about, shape = file.metadata(), file.get_slice("votes").get_shape()
    assert json.loads(about["report"])["faces"] == COUNTS
    assert shape == [44, len(FERPLUS_VOTES)]
