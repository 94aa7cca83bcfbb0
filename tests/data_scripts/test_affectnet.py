"""AffectNet: both layouts give each face its label, affect and box; what is missing is named; the file holds it all."""

import csv
import io
import math
import pickle
import re
import shutil

import numpy as np
import pytest
import torch
from PIL import Image

from data_scripts.layouts.affectnet.folders import read_value
from data_scripts.layouts.affectnet.listing import list_affectnet
from data_scripts.packing.report import Report
from data_scripts.prepare_affectnet import prepare_affectnet
from pvlib.data.affectnet import AFFECTNET, load_affectnet
from pvlib.data.prepared_file import open_file
from pvlib.errors import CourseError

COUNTS = {"train": 66, "valid": 22}
PARTS = {"train": ("train_set", "training.csv"), "valid": ("val_set", "validation.csv")}
COLUMNS = [
    *("subDirectory_filePath", "face_x", "face_y", "face_width", "face_height"),
    *("facial_landmarks", "expression", "valence", "arousal"),
]
PICTURES = "Manually_Annotated_Images"


def set_expression(root, split, number, value):
    """Write id, valence and arousal of a face of the new layout, as the owners do."""
    affect = (0.01 * number, -0.01 * number) if value < 8 else (-2.0, -2.0)
    for kind, content in zip(("exp", "val", "aro"), (value, *affect), strict=True):
        np.save(root / PARTS[split][0] / "annotations" / f"{number}_{kind}.npy", np.array(str(content)))


@pytest.fixture
def new(drawn, tmp_path):
    """A set in the new layout whose ids are 0 to 10 in turn."""
    root = drawn("affectnet", tmp_path / "new", **COUNTS)
    for split, count in COUNTS.items():
        for number in range(count):
            set_expression(root, split, number, number % 11)
    return root


@pytest.fixture
def old(drawn, tmp_path):
    """A set in the old layout with the same ids."""
    root = drawn("affectnet-old", tmp_path / "old", **COUNTS)
    for _, table in PARTS.values():
        with (root / table).open(newline="") as file:
            header, *rows = csv.reader(file)
        for number, row in enumerate(rows):
            row[6:] = [number % 11, 0.01 * number, -0.01 * number]
        with (root / table).open("w", newline="") as file:
            csv.writer(file).writerows([header, *rows])
    return root


def truth(root):
    """Name -> (split, id, valence, arousal, pixels) of all faces, in either layout."""
    faces = {}
    for split, (folder, table) in PARTS.items():
        if (root / folder).is_dir():
            for number in range(COUNTS[split]):
                name = f"{folder}/images/{number}.jpg"
                affect = (0.01 * number, -0.01 * number)
                faces[name] = (split, number % 11, *affect, np.asarray(Image.open(root / name)))
        else:
            with (root / table).open(newline="") as file:
                for name, *cells in list(csv.reader(file))[1:]:
                    x, y, width, height = map(int, cells[:4])
                    picture = np.asarray(Image.open(root / PICTURES / name))
                    about = (split, int(cells[5]), float(cells[6]), float(cells[7]))
                    faces[name] = (*about, picture[y : y + height, x : x + width])
    return faces


def found(listing):
    return {kind: names for kind, names in listing.problems.items() if names}


def assert_is_truth(listing, expected):
    faces = {name: face[:4] for name, face in expected.items() if face[1] < 8}
    assert {item.name: (item.split, item.label, *item.affect) for item in listing.items} == faces
    for kind in ("none of the eight", "uncertain", "no face"):
        assert listing.counts[f"left out: {kind}"] == {"train": 6, "valid": 2}
    assert found(listing) == {}


@pytest.mark.parametrize("stored", [str, float, lambda value: [value], lambda value: np.bytes_(str(value))])
def test_the_new_layout_is_read_however_the_values_are_stored(new, stored):
    for path in new.glob("*/annotations/*_[eva]*.npy"):
        np.save(path, np.array(stored(float(np.load(path).item()))))
    assert_is_truth(list_affectnet(new), truth(new))


@pytest.mark.parametrize(("before", "after"), [
    ("^", "down/"), ("^([^/]+_set)/", r"\1/\1/"), ("/images/", "/images/images/"),
])  # fmt: skip
def test_the_new_layout_is_read_one_folder_further_down(new, rename, before, after):
    expected = truth(new)
    rename(new, before, after)
    assert_is_truth(list_affectnet(new), expected)


@pytest.mark.parametrize(("before", "after"), [
    ("^$", ""), ("^", "down/AffectNet/"), (f"^{PICTURES}/", f"{PICTURES}/{PICTURES}/"), (f"^{PICTURES}/", ""),
    (f"^{PICTURES}/", f"Manually_Annotated/{PICTURES}/"), ("^([tv].*csv)", r"Manually_Annotated_file_lists/\1"),
])  # fmt: skip
def test_the_old_layout_is_read_wherever_its_parts_lie(old, rename, before, after):
    expected = truth(old)
    rename(old, before, after)
    assert_is_truth(list_affectnet(old), expected)


def test_class_folders_are_read_by_words_and_refused_by_numbers(new):
    words = ("Neutral", "Happy", "Sad", "Surprise", "Fear", "Disgust", "Anger", "Contempt")
    for names in (words, tuple("01234567")):
        copy = new.with_name(f"copy of {names[0]}")
        for number, path in enumerate(sorted(new.glob("train_set/images/*"))):
            target = copy / "copy" / "Train" / names[number % 8] / path.name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
    listing = list_affectnet(new.with_name("copy of Neutral"))
    assert len(listing.items) == 66
    assert all(words[item.label] in item.name for item in listing.items)
    with pytest.raises(
        CourseError, match=r"Train/0 is not read .* number them in two ways.*the folders by words"
    ):
        list_affectnet(copy)


# ---- the new layout's files


class Malicious:
    def __reduce__(self):
        return (print, ("a pickle was run",))


def npy(value, **options):
    buffer = io.BytesIO()
    np.save(buffer, value, **options)
    return buffer.getvalue()


def test_an_annotation_that_holds_no_id_is_named_and_never_run(new, capfd):
    contents = [
        b"", b"\x93NUMPY", npy(np.array("3"))[:-1], npy(np.array("x")), npy(np.array([1.0, 2.0])), npy(np.array(11)),
        npy(np.array(-1)), npy(np.array(2.5)), npy(np.array(np.nan)), npy(np.array(None), allow_pickle=True),
        npy(np.array([Malicious()], object), allow_pickle=True), pickle.dumps(Malicious()), npy(np.array(1 + 2j)),
        b"PK\x03\x04", npy(np.array([1.0])).replace(b"(1,)", b"(10000000000000000,)"),  # not believed
    ]  # fmt: skip
    for number, content in enumerate(contents):
        (new / "train_set" / "annotations" / f"{number}_exp.npy").write_bytes(content)
    listing = list_affectnet(new)
    named = [f"train_set/annotations/{number}_exp.npy" for number in range(len(contents))]
    assert found(listing) == {"annotations that hold no id of AffectNet": named}
    assert "pickle was run" not in capfd.readouterr().out
    assert read_value(new / "none.npy") is None


def test_affect_that_is_missing_or_out_of_range_is_unknown_and_gaps_are_named(new):
    (new / "train_set" / "annotations" / "3_val.npy").unlink()
    np.save(new / "train_set" / "annotations" / "3_aro.npy", np.array("-2"))
    (new / "val_set" / "images" / "11.jpg").unlink()
    (new / "train_set" / "annotations" / "12_exp.npy").unlink()
    (new / "train_set" / "annotations" / "2_exp.npy").unlink()
    (new / "train_set" / "images" / "5.png").write_bytes(b"the same number")
    listing = list_affectnet(new)
    item = next(item for item in listing.items if item.name == "train_set/images/3.jpg")
    assert all(math.isnan(value) for value in item.affect)
    assert list(found(listing).values()) == [
        ["val_set/annotations/11_exp.npy"],
        ["train_set/images/2.jpg", "train_set/images/12.jpg"],
        ["train_set/images/5.png"],
    ]


# ---- the old layout's tables


@pytest.fixture
def table(tmp_path):
    """table(*rows): a folder with one picture, 1/a.jpg, and a table of these rows."""
    (tmp_path / "set" / PICTURES / "1").mkdir(parents=True)
    Image.new("L", (40, 30), 128).save(tmp_path / "set" / PICTURES / "1" / "a.jpg")

    def write(*rows, header=COLUMNS):
        (tmp_path / "set" / "training.csv").write_text("\n".join([",".join(header), *rows]) + "\n")
        return tmp_path / "set"

    return write


def test_boxes_are_kept_as_they_are_and_whatever_is_odd_is_named_by_row(table):
    root = table("1/a.jpg,-3,4.0,10,20,,3,0.5,0.25", "1/b.jpg,1,1,5,5,,0,0,0", "1/a.jpg,5,5,0,9,,3,0,0",
                 "1/a.jpg,5,5,9,-9,,3,0,0", "1/a.jpg,NULL,NULL,NULL,NULL,,3,0,0", "1/a.jpg,nan,0,inf,1,,3,0,0",
                 "1/c.jpg,NULL,NULL,NULL,NULL,,10,-2,-2")  # fmt: skip
    (root / PICTURES / "1" / "z.PNG").touch()
    listing = list_affectnet(root)
    assert [(item.box, item.affect) for item in listing.items] == [((-3, 4, 7, 24), (0.5, 0.25))]
    assert found(listing) == {
        "rows without an image": ["1/b.jpg"],
        "rows whose face box is empty or no box": [
            f"1/a.jpg (line {line} of training.csv)" for line in (4, 5, 6, 7)
        ],
        "images without a row": ["1/z.PNG"],
    }
    assert listing.counts["left out: no face"] == {"train": 1}


def test_a_list_made_on_windows_and_labels_of_pandas_are_read_and_the_last_of_two_rows_counts(table):
    listing = list_affectnet(table("1/a.jpg,0,0,10,20,,3,0,0", "1\\a.jpg,0,0,10,20,,5.0,0.5,0.25"))
    assert [(item.name, item.label) for item in listing.items] == [("1/a.jpg", 5)]
    assert list(found(listing).values()) == [["1/a.jpg"]]


@pytest.mark.parametrize(("row", "complaint"), [
    ("1/a.jpg,0,0,10,20,,11,0,0", r"training\.csv, line 2 \(1/a\.jpg\): '11' is not an expression"),
    ("1/a.jpg,0,0,10,20,,happy,0,0", "'happy' is not an expression"),
    ("1/a.jpg,0,0,10,20,,-1,0,0", "'-1' is not an expression"),
    ("1/a.jpg,0,0,10", r"line 2: 4 cells where the first line names 9 columns, too few"),
    ("1/a.jpg,0,0,10,20,81.64,12.5,3,3,0,0", r"line 2: 11 cells where .* 9 columns, too many \(is a cell with commas"),
    ("../a.jpg,0,0,10,20,,1,0,0", r"line 2: '\.\./a\.jpg' is not the path of a picture inside"),
    ("/etc/a.jpg,0,0,10,20,,1,0,0", "is not the path of a picture inside"),
    ("1\\..\\a.jpg,0,0,10,20,,1,0,0", "is not the path of a picture inside"),
    (",0,0,10,20,,1,0,0", "is not the path of a picture inside"),
])  # fmt: skip
def test_a_wrong_row_is_named(table, row, complaint):
    with pytest.raises(CourseError, match=complaint):
        list_affectnet(table(row))


def test_a_table_without_a_column_or_a_row_is_refused(table):
    with pytest.raises(CourseError, match=r"training\.csv lacks the column arousal"):
        list_affectnet(table(header=COLUMNS[:-1]))
    with pytest.raises(CourseError, match="have no row"):
        list_affectnet(table())


def test_what_is_not_there_is_named_with_whom_to_ask(tmp_path):
    with pytest.raises(CourseError, match=r"there is no folder .*nowhere"):
        list_affectnet(tmp_path / "nowhere")
    (tmp_path / "holiday.zip").touch()
    with pytest.raises(
        CourseError, match=r"It holds 1 file \(holiday\.zip\); unpack holiday\.zip first"
    ) as told:
        list_affectnet(tmp_path)
    assert re.search(r"does not hold AffectNet: .*mohammadmahoor\.com", str(told.value))
    (tmp_path / "train_set" / "images").mkdir(parents=True)
    with pytest.raises(CourseError, match="has no image in train_set/images"):
        list_affectnet(tmp_path)


# ---- the prepared file


@pytest.mark.parametrize("layout", ["new", "old"])
def test_a_split_holds_the_faces_of_its_classes_with_label_affect_and_pixels(request, tmp_path, layout):
    root, path = request.getfixturevalue(layout), tmp_path / "affectnet.safetensors"
    prepare_affectnet(root, path, size=48)
    names = ("neutral", "happiness", "sadness", "surprise", "fear", "disgust", "anger", "contempt")
    faces = truth(root)
    for split, classes in (("train", 7), ("train", 8), ("valid", 7), ("valid", 8)):
        loaded = load_affectnet(path, split, classes)
        assert loaded.names == names[:classes]
        assert sorted(loaded.ids) == sorted(
            name for name, face in faces.items() if face[0] == split and face[1] < classes
        )
        for row, name in enumerate(loaded.ids):
            _, label, valence, arousal, pixels = faces[name]
            assert loaded.target[row].tolist() == [float(i == label) for i in range(classes)]
            assert loaded.affect[row].tolist() == pytest.approx((valence, arousal), abs=1e-6)
            assert np.array_equal(loaded.images[row].numpy().transpose(1, 2, 0), pixels)
    chosen = loaded.subset(torch.tensor([5, 3]))
    assert torch.equal(chosen.affect, loaded.affect[[5, 3]])
    report = Report.from_json(open_file(path, AFFECTNET).report, path)
    page = str(report)
    assert re.search(r"left out: none of the eight +6 +2\n", page)
    assert "the owners' valid split (valid): 16 faces, published 3,999: neutral 2 of 500" in page
    assert "mohammadmahoor.com" in page


@pytest.mark.parametrize("classes", [7, 8])
def test_training_faces_that_stand_in_valid_are_counted_and_can_be_left_out(new, tmp_path, classes):
    copied = {1: 0, 7: 1, 29: 2, 40: 3}  # 7, 29 and 40 are contempt
    for copy, original in copied.items():
        shutil.copy(new / f"val_set/images/{original}.jpg", new / f"train_set/images/{copy}.jpg")
    path = tmp_path / "affectnet.safetensors"
    assert prepare_affectnet(new, path, size=48).duplicates == {"valid in train": 4}
    every = load_affectnet(path, "train", classes)
    kept = load_affectnet(path, "train", classes, without_duplicates=True)
    expected = {f"train_set/images/{copy}.jpg" for copy in copied if copy % 11 < classes}
    assert set(every.ids) - set(kept.ids) == expected
    assert len(every) - len(kept) == len(expected)
    for name, label in zip(kept.ids, kept.labels.tolist(), strict=True):
        assert label == truth(new)[name][1]


def test_an_unknown_or_absent_choice_is_refused(drawn, tmp_path):
    path = tmp_path / "affectnet.safetensors"
    prepare_affectnet(drawn("affectnet", tmp_path / "set", train=12), path, size=48)
    for split, classes, complaint in (
        ("test", 7, "no split 'test': its owners keep the test set, and papers report on valid"),
        ("train", 9, "7 classes, or with contempt 8, not 9"),
        ("valid", 7, "has no face of the split valid"),
    ):
        with pytest.raises(CourseError, match=complaint):
            load_affectnet(path, split, classes)
