"""Label files are read in every form that spreadsheets and scripts leave them in."""

import pytest

from data_scripts.layouts.label_files import read_columns, read_lines, read_rows
from pvlib.errors import CourseError


def test_lines_are_counted_as_an_editor_counts_them(tmp_path):
    path = tmp_path / "labels.csv"
    path.write_text("a,b\n1,2\n\n , \n3,4\n\n\n")
    assert list(read_rows(path)) == [(1, ["a", "b"]), (2, ["1", "2"]), (5, ["3", "4"])]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_columns_come_in_the_order_asked_for_whatever_the_form_of_the_file(tmp_path, end, encoding):
    path = tmp_path / "labels.csv"
    path.write_bytes(end.join(["Second ,other, FIRST", " 2,x,1 ", '"4",y,"3"', "", ""]).encode(encoding))
    assert [cells for _, cells in read_columns(path, ("first", "second"))] == [["1", "2"], ["3", "4"]]


@pytest.mark.parametrize(("content", "complaint"), [
    (b"a,c\n1,2\n", r"labels\.csv lacks the column b: .*names a, c"),
    (b"", r"labels\.csv lacks the columns a, b: .*names nothing"),
    (b"a,b\n1,2\n3\n", r"labels\.csv, line 3: 1 cells where the first line names 2 columns, too few"),
    (b"a,b\n1,2,,\n1,2,x\n", r"line 3: 3 cells where the first line names 2 columns, too many"),
    (b"a,b\n\xff\xfe\n", r"labels\.csv is not UTF-8 text"),
    ("a,b\n1,2\n".encode("utf-16"), r"labels\.csv is not UTF-8 text"),
    (b'a,b\n"1,2\n', r"labels\.csv, line 2: not a CSV row"),
    (b"a,b\n" + b"1" * 200_000 + b",2\n", r"labels\.csv, line 2: not a CSV row"),
])  # fmt: skip
def test_a_malformed_file_is_refused_by_name_and_line(tmp_path, content, complaint):
    path = tmp_path / "labels.csv"
    path.write_bytes(content)
    with pytest.raises(CourseError, match=complaint):
        list(read_columns(path, ("a", "b")))


@pytest.mark.parametrize("mark", [";", "\t"])
def test_semicolons_and_tabs_of_a_spreadsheet_are_read_with_its_decimal_commas(tmp_path, mark):
    path = tmp_path / "labels.csv"
    path.write_text(f"a{mark}b\n-0,5{mark}1,2,3\n")
    assert list(read_columns(path, ("a", "b"), ("c",))) == [(2, ["-0.5", "1,2,3", ""])]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_lines_of_text_come_stripped_with_their_numbers(tmp_path, end, encoding):
    path = tmp_path / "labels.txt"
    path.write_bytes(end.join(["a 1", "", "  ", " b 2\t", "é 3"]).encode(encoding))
    assert list(read_lines(path)) == [(1, "a 1"), (4, "b 2"), (5, "é 3")]


def test_a_text_file_that_cannot_be_read_is_named(tmp_path):
    path = tmp_path / "labels.txt"
    with pytest.raises(CourseError, match=r"labels\.txt is missing"):
        list(read_lines(path))
    path.write_bytes(b"a \xff\n")
    with pytest.raises(CourseError, match=r"labels\.txt is not UTF-8 text"):
        list(read_lines(path))
    with pytest.raises(CourseError, match="cannot read"):
        list(read_lines(tmp_path))
