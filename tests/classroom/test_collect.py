"""Whose file it is, which lesson, and when; nothing is lost, and nothing is written where a name says."""

import json
import unicodedata
import zipfile
from datetime import UTC, datetime

import pytest

from poster_var_course.classroom.collect import collect

MINE = json.dumps({"cells": [], "metadata": {"poster_var_course": {"lesson": "tiny", "student": "bea"}}})


@pytest.mark.parametrize(
    ("name", "student"),
    [
        ("Müller_Anna_99_assignsubmission_file_03_tiny (2).ipynb", "ann"),
        (unicodedata.normalize("NFD", "Anna Müller_99_assignsubmission_file_/x_tiny.ipynb"), "ann"),
        ("Anna Müller_99_assignsubmission_file_/bea_tiny.ipynb", "ann"),
        ("annamueller_12345_67890_03_tiny-1.ipynb", "ann"),
        ("mullerann_LATE_12345_67890_tiny.ipynb", "ann"),
        ("oneillbea_1_2_tiny.ipynb", "bea"),
        ("cem/03_tiny.ipynb", "cem"),
        ("CEM_03_tiny.ipynb.json", "cem"),
        ("somebody_03_tiny.ipynb", None),
        ("../../ann/tiny.ipynb", "ann"),
    ],
)
def test_the_name_tells_whose_it_is(course, tmp_path, name, student):
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr(zipfile.ZipInfo(name, (2026, 11, 3, 13, 0, 0)), "no JSON")
    (one,), left_out = collect(course, [tmp_path / "all.zip"])
    assert (one.student, one.lesson, left_out) == (student, "tiny", [])
    assert one.place.read_text() == "no JSON"
    folder = course.folder / "collected" / (f"{student}/tiny" if student else "unknown")
    assert one.place.parent.parent == folder
    assert one.place.parent.name.startswith("20261103T120000Z_")  # 13:00 in Berlin


def test_what_canvas_does_not_call_late_is_on_time(course, tmp_path):
    for name in ("oneillbea_222_1_tiny.ipynb", "mullerann_LATE_12345_1_tiny.ipynb"):
        (tmp_path / name).write_text("{}")
    kept, _ = collect(course, sorted(tmp_path.glob("*.ipynb")), datetime(2026, 11, 9, 12, tzinfo=UTC))
    moments = {one.student: one.place.parent.name.partition("_")[0] for one in kept}
    assert moments == {"ann": "20261109T120000Z", "bea": "20261103T225900Z"}
    assert kept[1].place.stat().st_mtime == course.deadline("tiny").timestamp()


def test_names_and_copies_are_compared_and_versions_kept(course, tmp_path):
    folder = tmp_path / "in"
    for name, text in {
        "a/ann_x.ipynb": MINE,
        "b/x.ipynb": MINE,
        "c/ann_y.ipynb": MINE + " ",
        "c/essay.pdf": "",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    kept, left_out = collect(course, [folder])
    assert [(one.student, one.lesson) for one in kept] == [("ann", "tiny"), ("bea", "tiny"), ("ann", "tiny")]
    assert "handed out to bea" in kept[0].remark
    assert "name does not say" in kept[1].remark
    assert left_out == ["in/c/essay.pdf"]
    assert len({one.place for one in kept}) == 3
    again, _ = collect(course, [folder])
    assert not any(one.new for one in again)


def test_a_broken_zip_inside_stops_no_other(course, tmp_path):
    with zipfile.ZipFile(tmp_path / "inner.zip", "w") as archive:
        archive.writestr("tiny.ipynb", "{}")
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("Bea O'Neill_7_assignsubmission_file_/broken.zip", b"PK\3\4 no more")
        archive.write(tmp_path / "inner.zip", "Anna Müller_8_assignsubmission_file_/mine.zip")
    (one,), left_out = collect(course, [tmp_path / "all.zip"])
    assert (one.student, one.lesson) == ("ann", "tiny")
    assert "cannot be read" in left_out[0]
