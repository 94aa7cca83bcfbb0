"""FER+: all layouts are read alike, pixels meet votes by image name, what is wrong is named, what goes in comes out."""

import csv
import shutil

import numpy as np
import pytest
import torch
from PIL import Image

from data_scripts.layouts.ferplus.listing import list_ferplus
from data_scripts.prepare_ferplus import prepare_ferplus
from pvlib.data.ferplus import FERPLUS_SET, RULES, apply_rule, load_ferplus, vote_distribution
from pvlib.data.labels import FERPLUS_VOTES
from pvlib.data.prepared_file import open_file
from pvlib.errors import CourseError

COUNTS = {"train": 30, "valid": 8, "test": 6}
SPLITS = {"Training": "train", "PublicTest": "valid", "PrivateTest": "test"}
FOLDERS = {"Training": "FER2013Train", "PublicTest": "FER2013Valid", "PrivateTest": "FER2013Test"}
HAPPY = (0, 10, 0, 0, 0, 0, 0, 0, 0, 0)


@pytest.fixture
def folders(drawn, tmp_path):
    return drawn("ferplus", tmp_path / "folders", **COUNTS)


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
    assert prepared(root, tmp_path / "out.safetensors")[0] == truth(folders)
    for path in root.glob("*/label.csv"):
        path.write_text(path.read_text().replace('"(0, 0, 48, 48)",', ""))
    assert prepared(root, tmp_path / "out.safetensors")[0] == truth(folders)
    write_votes(root, [[*row[:2], *HAPPY] for row in read_votes(folders)])
    faces, report = prepared(root, tmp_path / "out.safetensors")
    assert "votes of fer2013new.csv" in report.layout
    assert {votes for _, votes, _ in faces.values()} == {HAPPY}


def test_missing_images_and_folders_and_images_without_votes_are_reported_not_fatal(
    folders, rename, tmp_path
):
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
    rename(folders, "^FER2013Test/", "FER2013Train/")
    assert "6 images of test lie in FER2013Train: used as test faces" in list_ferplus(folders).notes


def test_colour_copies_of_the_grey_images_give_the_same_pixels(folders, tmp_path):
    expected = truth(folders)
    for row in read_votes(folders):
        Image.open(image_of(folders, row)).convert("RGB").save(image_of(folders, row))
    assert prepared(folders, tmp_path / "out.safetensors")[0] == expected


def test_the_one_published_row_of_nine_votes_is_read_and_named(folders, tmp_path):
    rows = read_votes(folders)
    image_of(folders, rows[2]).rename(image_of(folders, [rows[2][0], "fer0010406.png"]))
    rows[2] = [rows[2][0], "fer0010406.png", 4, 0, 0, 0, 0, 3, 1, 0, 1, 0]
    write_votes(folders, rows)
    report = prepare_ferplus(folders, tmp_path / "out.safetensors")
    assert problem(report, "rows whose votes") == ["fer0010406.png"]


@pytest.mark.parametrize(("image", "form", "complaint"), [
    (Image.new("L", (100_000, 1)), "PNG", "is 100000×1 pixels, more than"),
    (Image.new("L", (224, 224)), "PNG", "is a PNG picture of 224×224 pixels, not a PNG image of 48×48"),
    (Image.fromarray(np.full((48, 48), 4000, np.uint16)), "PNG", "has more than 8 bits"),
    (Image.new("L", (48, 48)), "JPEG", "is a JPEG picture"),
])  # fmt: skip
def test_an_image_that_its_owners_did_not_write_is_named(folders, refused, image, form, complaint):
    image.save(folders / "FER2013Train" / "fer0000001.png", format=form)
    refused("ferplus", folders, rf"FER2013Train/fer0000001\.png {complaint}")


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
    file = open_file(path, FERPLUS_SET)
    votes = file.columns["votes"]
    kept, target = apply_rule(votes, rule)
    for position, split in enumerate(FERPLUS_SET.splits):
        chosen = kept & (file.split == position)
        faces = load_ferplus(path, split, rule)
        assert faces.ids == tuple(name for name, keep in zip(file.names, chosen, strict=True) if keep)
        for found, every in ((faces.images, file.images), (faces.target, target), (faces.votes, votes)):
            assert torch.equal(found, every[chosen])
        shares = load_ferplus(path, split, rule, target="votes").target
        assert torch.equal(shares, vote_distribution(votes)[chosen])
        tenths = load_ferplus(path, split, rule, target="released").target
        torch.testing.assert_close(tenths, votes[chosen][:, :8] / 10)


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
