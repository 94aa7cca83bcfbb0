"""AffectNet: both layouts give each face its label, affect and box; what is missing is named; the file holds it all."""

import csv
import io
import math
import pickle
import re

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


@pytest.mark.parametrize("stored", [str, float, lambda value: [value], lambda value: np.bytes_(str(value))])
def test_the_new_layout_is_read_however_the_values_are_stored(new, stored):
    for path in new.glob("*/annotations/*_[eva]*.npy"):
        np.save(path, np.array(stored(float(np.load(path).item()))))
    listing = list_affectnet(new)
    faces = {name: face[:4] for name, face in truth(new).items() if face[1] < 8}
    assert {item.name: (item.split, item.label, *item.affect) for item in listing.items} == faces
    for kind in ("none of the eight", "uncertain", "no face"):
        assert listing.counts[f"left out: {kind}"] == {"train": 6, "valid": 2}
    assert found(listing) == {}


def test_class_folders_are_read_by_words_and_refused_by_numbers(drawn, rename, tmp_path):
    words = ("Surprise", "Fear", "Disgust", "Happy", "Sad", "Anger", "Neutral")  # RAF-DB's 1 to 7
    root = drawn("rafdb-folders", tmp_path / "copy")
    with pytest.raises(
        CourseError, match=r"/\d is not read .* number them in two ways.*the folders by words"
    ):
        list_affectnet(root)
    rename(root, "/([1-7])/", lambda number: f"/{words[int(number[1]) - 1]}/")
    listing = list_affectnet(root)
    assert len(listing.items) == 40
    for item in listing.items:
        assert AFFECTNET.classes[item.label].startswith(item.name.split("/")[1].lower()[:4])


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
    root = table("1/a.jpg,0,0,10,20,,3,0,0", "1/a.jpg,-3,4.0,10,20,,5,0.5,0.25", "1/b.jpg,1,1,5,5,,0,0,0",
                 "1/a.jpg,5,5,0,9,,3,0,0", "1/a.jpg,5,5,9,-9,,3,0,0", "1/a.jpg,NULL,NULL,NULL,NULL,,3,0,0",
                 "1/a.jpg,nan,0,inf,1,,3,0,0", "1/c.jpg,NULL,NULL,NULL,NULL,,10,-2,-2")  # fmt: skip
    (root / PICTURES / "1" / "z.PNG").touch()
    listing = list_affectnet(root)
    assert [(item.label, item.box, item.affect) for item in listing.items] == [
        (5, (-3, 4, 7, 24), (0.5, 0.25))
    ]
    assert found(listing) == {
        "rows without an image": ["1/b.jpg"],
        "rows whose face box is empty or no box": [
            f"1/a.jpg (line {line} of training.csv)" for line in (5, 6, 7, 8)
        ],
        "images named in more than one row, of which the last counts": ["1/a.jpg"],
        "images without a row": ["1/z.PNG"],
    }
    assert listing.counts["left out: no face"] == {"train": 1}


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
