"""Both layouts are read alike, pixels meet votes by image name, and what is wrong is named."""

import io
import shutil

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from data_scripts.prepare_ferplus import prepare_ferplus
from pvlib.data.ferplus import FERPLUS_SET, RULES, load_ferplus
from pvlib.errors import CourseError

SPLITS = FERPLUS_SET.splits
SOME = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def out(tmp_path):
    """A prepared file from an earlier day, which no failure may touch."""
    path = tmp_path / "prepared" / "ferplus.safetensors"
    path.parent.mkdir()
    path.write_bytes(b"from an earlier day")
    return path


def assert_refused(root, out, complaint):
    before = out.read_bytes()
    with pytest.raises(CourseError, match=complaint) as caught:
        prepare_ferplus(root, out)
    assert "\n" not in str(caught.value)
    assert out.read_bytes() == before
    assert list(out.parent.iterdir()) == [out]


def problem(report, kind):
    """What the report names under the kind that begins so."""
    return next((found.first for name, found in report.problems.items() if name.startswith(kind)), [])


def faces_by_name(path):
    """Everything that a prepared file knows: name -> (split, votes, pixels), by way of all the rules."""
    found = {}
    for split in SPLITS:
        for rule in RULES:
            try:
                faces = load_ferplus(path, split, rule)
            except CourseError:  # no face of that split
                continue
            for name, votes, image in zip(faces.ids, faces.votes, faces.images, strict=True):
                found[name] = (split, tuple(votes.tolist()), image.numpy().tobytes())
    return found


def expected_by_name(rows, kept_by_argmax):
    return {row.name: (row.split, row.votes, row.image.tobytes()) for row in rows if kept_by_argmax(row)}


def kept_by_argmax(row):
    """The widest rule: whatever another rule keeps, an emotion leads there, too."""
    return row.name and max(row.votes[:8]) >= max(row.votes[8:])


@SOME
@given(
    train=st.integers(0, 6),
    valid=st.integers(0, 4),
    test=st.integers(0, 4),
    seed=st.integers(0, 1000),
    unnamed=st.sets(st.integers(0, 13), max_size=3),
    repeat=st.booleans(),
)
def test_every_layout_gives_each_name_its_own_pixels_and_votes(
    tmp_path_factory, maker, train, valid, test, seed, unnamed, repeat
):
    rows = maker.rows(train, valid, test, seed)
    rows = [maker.replace(row, name="") if i in unnamed else row for i, row in enumerate(rows)]
    named = [row for row in rows if row.name]
    if repeat and named:  # the name of the first face stands again, with other votes and pixels
        other = maker.rows(1, 0, 0, seed + 5000)[0]
        rows.append(maker.replace(other, name=named[0].name, split=named[0].split))
    if not named:
        return
    folder = tmp_path_factory.mktemp("set")
    roots = [maker.folder_set(folder / "folders", rows), maker.table_set(folder / "tables", rows)]
    roots.append(folder / "label_csv")
    maker.write_images(roots[2], rows)
    maker.write_folder_labels(roots[2], rows)
    last = {row.name: row for row in rows if row.name}
    for root in roots:
        report = prepare_ferplus(root, folder / "out.safetensors")
        assert faces_by_name(folder / "out.safetensors") == expected_by_name(last.values(), kept_by_argmax)
        assert report.faces == {split: sum(row.split == split for row in last.values()) for split in SPLITS}
        assert problem(report, "names in more than one row") == ([named[0].name] if repeat else [])
    shutil.rmtree(folder)


def test_the_reference_votes_win_over_the_folders_own(tmp_path, maker):
    rows = maker.rows(3, 0, 0)
    joyful = (0, 10, 0, 0, 0, 0, 0, 0, 0, 0)
    root = maker.folder_set(tmp_path / "set", [maker.replace(row, votes=joyful) for row in rows])
    maker.write_folder_labels(root, rows)
    report = prepare_ferplus(root, tmp_path / "out.safetensors")
    assert "votes of fer2013new.csv" in report.layout
    assert load_ferplus(tmp_path / "out.safetensors", "train").votes.tolist() == [list(joyful)] * 3


def test_folder_labels_may_come_without_the_box(tmp_path, maker):
    rows = maker.rows(3, 0, 0)
    root = tmp_path / "set"
    maker.write_images(root, rows)
    lines = [",".join([row.name, *map(str, row.votes)]) for row in rows]
    (root / "FER2013Train" / "label.csv").write_text("\n".join(lines))
    assert prepare_ferplus(root, tmp_path / "out.safetensors").faces["train"] == 3


@pytest.mark.parametrize(
    "form",
    [{"encoding": "utf-8-sig"}, {"end": "\r\n"}, {"end": "\n\n"}, {"encoding": "utf-8-sig", "end": "\r"}],
)
def test_the_form_of_the_label_file_does_not_matter(tmp_path, maker, form):
    rows = maker.rows()
    plain, other = maker.table_set(tmp_path / "a", rows), maker.table_set(tmp_path / "b", rows)
    maker.write_labels(other, rows, order=tuple(reversed(maker.header)), **form)
    for root in (plain, other):
        prepare_ferplus(root, tmp_path / f"{root.name}.safetensors")
    assert faces_by_name(tmp_path / "a.safetensors") == faces_by_name(tmp_path / "b.safetensors")


def test_missing_images_and_images_without_votes_are_reported_not_fatal(tmp_path, maker):
    rows = maker.rows(4, 3, 0)
    root = maker.folder_set(tmp_path / "set", rows)
    (root / "FER2013Train" / rows[1].name).unlink()
    Image.fromarray(rows[0].image).save(root / "FER2013Valid" / "fer0099999.png")
    report = prepare_ferplus(root, tmp_path / "out.safetensors")
    assert problem(report, "rows with a name but no image") == [rows[1].name]
    assert problem(report, "images without votes") == ["FER2013Valid/fer0099999.png"]
    assert report.faces == {"train": 3, "valid": 3, "test": 0}
    assert "No image of the split test is there." in str(report)


def test_an_absent_folder_is_one_absent_split_not_missing_images(tmp_path, maker):
    root = maker.folder_set(tmp_path / "set", maker.rows(2, 2, 2))
    shutil.rmtree(root / "FER2013Valid")
    report = prepare_ferplus(root, tmp_path / "out.safetensors")
    assert "No image of the split valid is there." in report.notes
    assert report.problems == {}
    with pytest.raises(CourseError, match="no face of the split valid"):
        load_ferplus(tmp_path / "out.safetensors", "valid")


def test_colour_copies_of_the_grey_images_give_the_same_pixels(tmp_path, maker):
    rows = maker.rows(2, 0, 0)
    root = maker.folder_set(tmp_path / "set", rows)
    for row in rows:
        Image.fromarray(row.image).convert("RGB").save(root / "FER2013Train" / row.name)
    prepare_ferplus(root, tmp_path / "out.safetensors")
    assert faces_by_name(tmp_path / "out.safetensors") == expected_by_name(rows, kept_by_argmax)


def test_the_one_published_row_of_nine_votes_is_read_and_named(tmp_path, maker):
    published = (4, 0, 0, 0, 0, 3, 1, 0, 1, 0)
    rows = [maker.replace(row, name="fer0010406.png", votes=published) for row in maker.rows(1, 0, 0)]
    report = prepare_ferplus(maker.folder_set(tmp_path / "set", rows), tmp_path / "out.safetensors")
    assert problem(report, "rows whose votes") == ["fer0010406.png"]


# ---- what is wrong is named, and nothing is written


def test_votes_that_do_not_sum_to_ten_are_named_by_line_image_and_sum(tmp_path, maker, out):
    rows = maker.rows()
    rows[2] = maker.replace(rows[2], votes=(9, 2, 0, 0, 0, 0, 0, 0, 0, 0))
    for make in (maker.folder_set, maker.table_set):
        root = make(tmp_path / make.__name__, rows)
        assert_refused(root, out, r"fer2013new\.csv, line 4 \(fer0000002\.png\): its votes sum to 11, not 10")
    assert problem(prepare_ferplus(root, out, accept_odd_votes=True), "rows whose votes") == [
        "fer0000002.png"
    ]


@pytest.mark.parametrize("cell", ["2.5", "-1", "", "ten", "1e1", "²", "1000", "1.", "0x1"])
def test_votes_that_are_no_counts_are_named_by_line_image_and_column(tmp_path, maker, out, cell):
    rows = maker.rows()
    rows[3] = maker.replace(rows[3], votes=(10, cell, 0, 0, 0, 0, 0, 0, 0, 0))
    root = maker.folder_set(tmp_path / "set", rows)
    assert_refused(root, out, rf"line 5 \(fer0000003\.png\): '{cell}' in the column happiness is not a count")


@pytest.mark.parametrize("column", ["Usage", "Image name", "anger", "NF"])
def test_a_missing_column_of_the_label_file_is_named(tmp_path, maker, out, column):
    rows = maker.rows()
    root = maker.table_set(tmp_path / "set", rows)
    maker.write_labels(root, rows, order=tuple(name for name in maker.header if name != column))
    assert_refused(root, out, rf"fer2013new\.csv lacks the column {column}:")


def test_a_missing_column_of_a_folder_label_file_is_named(tmp_path, maker, out):
    maker.write_images(tmp_path / "set", maker.rows(1, 0, 0))
    (tmp_path / "set" / "FER2013Train" / "label.csv").write_text(
        'fer0000000.png,"(0, 0, 48, 48)",9,0,0,0,0,0,0,0,1'
    )
    assert_refused(tmp_path / "set", out, r"label\.csv, line 1 \(fer0000000\.png\): the column NF is missing")


@pytest.mark.parametrize("column", ["pixels", "Usage"])
def test_a_missing_column_of_the_pixel_file_is_named(tmp_path, maker, out, column):
    root = maker.table_set(tmp_path / "set", maker.rows())
    path = root / "fer2013.csv"
    path.write_text(path.read_text().replace(column, "other", 1))
    assert_refused(root, out, rf"fer2013\.csv lacks the column {column}:")


def test_an_unknown_usage_is_named(tmp_path, maker, out):
    root = maker.folder_set(tmp_path / "set", maker.rows())
    path = root / "fer2013new.csv"
    path.write_text(path.read_text().replace("PublicTest", "Publictset", 1))
    assert_refused(root, out, r"fer2013new\.csv, line 6: Usage 'Publictset' is none of")


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda cell: cell.rsplit(" ", 1)[0], "2303 pixels, not 2304"),
        (lambda cell: cell + " 7", "2305 pixels, not 2304"),
        (lambda cell: "", "0 pixels, not 2304"),
        (lambda cell: "256" + cell[cell.index(" ") :], "a pixel is outside 0–255"),
        (lambda cell: "9" * 40 + cell[cell.index(" ") :], "a pixel is outside 0–255"),
        (lambda cell: "-1" + cell[cell.index(" ") :], "its pixels hold '-'"),
        (lambda cell: cell.replace(" ", ";", 2), "its pixels hold ';;'"),
        (lambda cell: "é" + cell, "its pixels hold 'é'"),
    ],
)
def test_a_wrong_pixel_row_is_named_by_line_and_image(tmp_path, maker, out, change, complaint):
    root = maker.table_set(tmp_path / "set", maker.rows())
    path = root / "fer2013.csv"
    lines = path.read_text().split("\n")
    label, pixels, usage = lines[3].split(",")
    lines[3] = ",".join((label, change(pixels), usage))
    path.write_text("\n".join(lines))
    assert_refused(root, out, rf"fer2013\.csv, line 4 \(fer0000002\.png\): {complaint}")


def test_tables_of_different_length_are_refused(tmp_path, maker, out):
    rows = maker.rows()
    root = maker.table_set(tmp_path / "set", rows)
    maker.write_labels(root, rows[:-1])
    assert_refused(
        root, out, r"fer2013\.csv, line 10: a row too many, as .*fer2013new\.csv ends after 8 rows"
    )
    maker.write_labels(root, rows)
    maker.write_pixels(root, rows[:-2])
    assert_refused(root, out, r"fer2013\.csv ends after 7 rows \(line 8\)")


def test_tables_in_another_order_are_refused(tmp_path, maker, out):
    rows = maker.rows(3, 2, 0)
    root = maker.table_set(tmp_path / "set", rows)
    maker.write_pixels(root, rows[::-1])
    assert_refused(
        root, out, r"fer2013\.csv, line 2 belongs to valid, but line 2 of .*fer2013new\.csv to train"
    )


@pytest.mark.parametrize(("image", "form", "complaint"), [
    (Image.new("L", (100_000, 1)), "PNG", "is 100000×1 pixels, more than"),
    (Image.new("L", (224, 224)), "PNG", "is a PNG picture of 224×224 pixels, not a PNG image of 48×48"),
    (Image.fromarray(np.full((48, 48), 4000, np.uint16)), "PNG", "has more than 8 bits"),
    (Image.new("L", (48, 48)), "JPEG", "is a JPEG picture"),
])  # fmt: skip
def test_an_image_that_its_owners_did_not_write_is_named(tmp_path, maker, out, image, form, complaint):
    root = maker.folder_set(tmp_path / "set", maker.rows())
    image.save(root / "FER2013Train" / "fer0000001.png", format=form)
    assert_refused(root, out, rf"FER2013Train/fer0000001\.png {complaint}")


def test_a_folder_without_pixels_says_what_to_put_there(tmp_path, maker, out):
    root = tmp_path / "set"
    root.mkdir()
    assert_refused(root, out, r"set holds no FER2013 pixels: put fer2013\.csv there, or PNG files")
    maker.write_labels(root, maker.rows())
    (root / "FER2013Test").mkdir()  # the owners' repository ships the folders empty
    assert_refused(root, out, "set holds no FER2013 pixels")


def test_a_missing_folder_or_label_file_is_named(tmp_path, maker, out):
    assert_refused(tmp_path / "nowhere", out, "there is no folder .*nowhere")
    maker.write_pixels(out.parent.parent, maker.rows())
    assert_refused(tmp_path, out, r"fer2013new\.csv is missing")
    maker.write_images(tmp_path / "set", maker.rows(1, 0, 0))
    assert_refused(tmp_path / "set", out, r"FER2013Train/label\.csv is missing")


def test_images_that_belong_to_no_row_are_refused(tmp_path, maker, out):
    root = maker.folder_set(tmp_path / "set", maker.rows())
    maker.write_labels(root, [maker.replace(row, name=f"x{row.name}") for row in maker.rows()])
    assert_refused(root, out, r"no image under .*set has a row in fer2013new\.csv")


def test_a_name_that_leads_out_of_the_folder_finds_no_image(tmp_path, maker):
    rows = maker.rows(2, 0, 0)
    root = maker.folder_set(tmp_path / "set", rows)
    buffer = io.BytesIO()
    Image.fromarray(rows[0].image).save(buffer, "PNG")
    (tmp_path / "outside.png").write_bytes(buffer.getvalue())
    outside = "../../outside.png"
    maker.write_labels(root, [rows[0], maker.replace(rows[1], name=outside)])
    report = prepare_ferplus(root, tmp_path / "out.safetensors")
    assert problem(report, "rows with a name but no image") == [outside]
