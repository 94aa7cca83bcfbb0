"""AffectNet's layouts: what is there comes out with its label and affect, and what is missing is named."""

import io
import math
import pickle

import numpy as np
import pytest

from data_scripts.layouts.affectnet.folders import read_value
from data_scripts.layouts.affectnet.listing import list_affectnet
from pvlib.data.affectnet import AFFECTNET
from pvlib.errors import CourseError


def found(listing):
    return {kind: names for kind, names in listing.problems.items() if names}


@pytest.fixture
def faces(maker):
    return maker.faces()


def test_the_official_counts_are_those_of_the_protocols():
    totals = {split: sum(counts.values()) for split, counts in AFFECTNET.official.items()}
    assert totals == {"train": 287_651, "valid": 3_999}
    contempt = {split: counts["contempt"] for split, counts in AFFECTNET.official.items()}
    assert {split: totals[split] - contempt[split] for split in totals} == {"train": 283_901, "valid": 3_500}


def assert_is_truth(listing, faces, name):
    expected = {
        getattr(face, name): (face.split, face.expression, face.valence, face.arousal)
        for face in faces
        if face.expression < 8
    }
    assert {item.name: (item.split, item.label, *item.affect) for item in listing.items} == expected
    for number, kind in enumerate(("none of the eight", "uncertain", "no face"), start=8):
        for split, count in listing.counts[f"left out: {kind}"].items():
            assert count == sum((face.split, face.expression) == (split, number) for face in faces)
    assert found(listing) == {}


@pytest.mark.parametrize("stored", [str, float, lambda value: [value], lambda value: np.bytes_(str(value))])
def test_the_new_layout_is_read_however_the_values_are_stored(tmp_path, maker, faces, stored):
    assert_is_truth(list_affectnet(maker.new_layout(tmp_path, faces, stored)), faces, "new_name")


@pytest.mark.parametrize("inside", ["", "AffectNet"])
def test_the_old_layout_is_read(tmp_path, maker, faces, inside):
    maker.old_layout(tmp_path / inside, faces)
    listing = list_affectnet(tmp_path)
    assert_is_truth(listing, faces, "old_name")
    assert {item.box for item in listing.items} == {(6, 12, 26, 32)}


def test_tables_and_pictures_in_the_folders_of_the_archives_are_found(tmp_path, maker, faces):
    maker.old_layout(tmp_path, faces)
    for folder, inside in (
        ("Manually_Annotated_file_lists", "*.csv"),
        ("Manually_Annotated", "Manually_*_Images"),
    ):
        (tmp_path / folder).mkdir()
        for path in tmp_path.glob(inside):
            path.rename(tmp_path / folder / path.name)
    assert_is_truth(list_affectnet(tmp_path), faces, "old_name")


def test_pictures_beside_the_tables_are_found(tmp_path, maker, faces):
    maker.old_layout(tmp_path, faces)
    for folder in (tmp_path / "Manually_Annotated_Images").iterdir():
        folder.rename(tmp_path / folder.name)
    (tmp_path / "Manually_Annotated_Images").rmdir()
    assert_is_truth(list_affectnet(tmp_path), faces, "old_name")


# ---- the new layout's files


def write_bytes(path, content):
    path.write_bytes(content)


class Malicious:
    def __reduce__(self):
        return (print, ("a pickle was run",))


def npy(value, **options):
    buffer = io.BytesIO()
    np.save(buffer, value, **options)
    return buffer.getvalue()


@pytest.mark.parametrize("content", [
    b"", b"\x93NUMPY", npy(np.array("3"))[:-1], npy(np.array("x")), npy(np.array([1.0, 2.0])), npy(np.array(11)),
    npy(np.array(-1)), npy(np.array(2.5)), npy(np.array(np.nan)), npy(np.array(None), allow_pickle=True), b"PK\x03\x04",
    npy(np.array([Malicious()], object), allow_pickle=True), pickle.dumps(Malicious()), npy(np.array(1 + 2j)),
])  # fmt: skip
def test_an_annotation_that_holds_no_id_is_named_and_never_run(tmp_path, maker, faces, capfd, content):
    maker.new_layout(tmp_path, faces)
    (tmp_path / "train_set" / "annotations" / "2_exp.npy").write_bytes(content)
    listing = list_affectnet(tmp_path)
    assert list(found(listing).values()) == [["train_set/annotations/2_exp.npy"]]
    assert len(listing.items) == sum(face.expression < 8 for face in faces) - 1
    assert "pickle was run" not in capfd.readouterr().out


def test_an_array_that_says_to_be_huge_is_not_believed(tmp_path):
    huge = npy(np.array([1.0])).replace(b"(1,)", b"(10000000000000000,)")
    (tmp_path / "x.npy").write_bytes(huge)
    assert read_value(tmp_path / "x.npy") is None
    assert read_value(tmp_path / "none.npy") is None


def test_affect_that_is_missing_or_out_of_range_is_unknown(tmp_path, maker, faces):
    maker.new_layout(tmp_path, faces)
    (tmp_path / "train_set" / "annotations" / "2_val.npy").unlink()
    np.save(tmp_path / "train_set" / "annotations" / "2_aro.npy", np.array("-2"))
    item = next(item for item in list_affectnet(tmp_path).items if item.name == "train_set/images/2.jpg")
    assert all(math.isnan(value) for value in item.affect)


def test_missing_and_superfluous_files_are_named(tmp_path, maker, faces):
    maker.new_layout(tmp_path, faces)
    (tmp_path / "val_set" / "images" / "111.jpg").unlink()
    (tmp_path / "train_set" / "annotations" / "12_exp.npy").unlink()
    (tmp_path / "train_set" / "annotations" / "2_exp.npy").unlink()
    (tmp_path / "train_set" / "images" / "5.png").write_bytes(b"the same number")
    assert list(found(list_affectnet(tmp_path)).values()) == [
        ["val_set/annotations/111_exp.npy"],
        ["train_set/images/2.jpg", "train_set/images/12.jpg"],
        ["train_set/images/5.png"],
    ]


# ---- the old layout's tables


def write_table(root, maker, *rows, header=None):
    lines = [",".join(header or maker.columns), *rows]
    (root / "training.csv").write_text("\n".join(lines) + "\n")


@pytest.fixture
def table(tmp_path, maker):
    """A folder with one picture, and what writes its table."""
    (tmp_path / "Manually_Annotated_Images" / "1").mkdir(parents=True)
    (tmp_path / "Manually_Annotated_Images" / "1" / "a.jpg").touch()
    return lambda *rows, **options: write_table(tmp_path, maker, *rows, **options)


def test_boxes_are_kept_as_they_are_and_empty_ones_refused_by_row(tmp_path, table):
    table("1/a.jpg,-3,4.0,10,20,,3,0.5,0.25", "1/b.jpg,1,1,5,5,,0,0,0", "1/a.jpg,5,5,0,9,,3,0,0",
          "1/a.jpg,5,5,9,-9,,3,0,0", "1/a.jpg,NULL,NULL,NULL,NULL,,3,0,0", "1/a.jpg,nan,0,inf,1,,3,0,0",
          "1/c.jpg,NULL,NULL,NULL,NULL,,10,-2,-2")  # fmt: skip
    listing = list_affectnet(tmp_path)
    assert [(item.box, item.affect) for item in listing.items] == [((-3, 4, 7, 24), (0.5, 0.25))]
    assert found(listing) == {
        "rows without an image": ["1/b.jpg"],
        "rows whose face box is empty or no box": [
            f"1/a.jpg (line {line} of training.csv)" for line in (4, 5, 6, 7)
        ],
    }
    assert listing.counts["left out: no face"] == {"train": 1}


def test_a_list_made_on_windows_and_labels_of_pandas_are_read(tmp_path, table):
    table("1\\a.jpg,0,0,10,20,,3.0,0.5,0.25")
    assert [(item.name, item.label) for item in list_affectnet(tmp_path).items] == [("1/a.jpg", 3)]


def test_of_two_rows_for_a_picture_the_last_counts(tmp_path, table):
    table("1/a.jpg,0,0,10,20,,3,0,0", "1/a.jpg,0,0,10,20,,5,0,0")
    listing = list_affectnet(tmp_path)
    assert [item.label for item in listing.items] == [5]
    assert list(found(listing).values()) == [["1/a.jpg"]]


def test_pictures_without_a_row_are_named(tmp_path, table):
    (tmp_path / "Manually_Annotated_Images" / "2").mkdir()
    (tmp_path / "Manually_Annotated_Images" / "2" / "z.PNG").touch()
    table("1/a.jpg,0,0,10,20,,3,0,0")
    assert found(list_affectnet(tmp_path)) == {"images without a row": ["2/z.PNG"]}


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
def test_a_wrong_row_is_named(tmp_path, table, row, complaint):
    table(row)
    with pytest.raises(CourseError, match=complaint):
        list_affectnet(tmp_path)


def test_a_table_without_a_column_or_a_row_is_refused(tmp_path, table, maker):
    table(header=maker.columns[:-1])
    with pytest.raises(CourseError, match=r"training\.csv lacks the column arousal"):
        list_affectnet(tmp_path)
    table()
    with pytest.raises(CourseError, match="have no row"):
        list_affectnet(tmp_path)


def test_what_is_not_there_is_named_with_whom_to_ask(tmp_path):
    with pytest.raises(CourseError, match=r"there is no folder .*nowhere"):
        list_affectnet(tmp_path / "nowhere")
    with pytest.raises(CourseError, match=r"does not hold AffectNet: .*mohammadmahoor\.com"):
        list_affectnet(tmp_path)
    (tmp_path / "holiday.zip").touch()
    with pytest.raises(CourseError, match=r"It holds 1 file \(holiday\.zip\); unpack holiday\.zip first"):
        list_affectnet(tmp_path)
    (tmp_path / "train_set" / "images").mkdir(parents=True)
    with pytest.raises(CourseError, match="has no image in train_set/images"):
        list_affectnet(tmp_path)
