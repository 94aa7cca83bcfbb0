"""Folders that people really had, in ../shared/cases: read rightly, or refused by their own fault, by all scripts alike."""

import re
from pathlib import Path

import pytest

from data_scripts.archives import unpack
from data_scripts.checking.findings import check
from drawnfaces.layouts import LAYOUTS
from pvlib.errors import CourseError


@pytest.fixture
def unpacked(shared, tmp_path):
    """unpacked(case): its folder."""

    def give(case):
        archive = shared / "cases" / "inputs" / f"{case}.tar.gz"
        if not archive.is_file():
            pytest.skip(f"needs {archive}, which is not here")
        unpack(archive, tmp_path / "case")
        return tmp_path / "case" / "in"

    return give


@pytest.mark.parametrize(("case", "faces"), [
    ("F01a", 60), ("F03b", 60), ("F07a", 60), ("F16", 60), ("R01", 60), ("R06", 60), ("R09", 60), ("R11", 72),
])  # fmt: skip
def test_a_case_is_read_whole_with_the_test_faces_apart_and_checked_as_prepared(
    unpacked, read, prepare, tmp_path, case, faces
):
    root, layout = unpacked(case), "rafdb" if case.startswith("R") else "ferplus"
    listing = read(layout, root)
    assert len(listing.items) == faces
    assert not any(listing.problems.values())
    if layout == "rafdb":
        official = {item.name for item in listing.items if item.name.startswith("test_")}
        assert {item.name for item in listing.items if item.split == "test"} == official
        assert len(official) == 12
    report = prepare(layout, root, tmp_path / "set.safetensors")
    findings = check(root, workers=1)
    assert findings.usable
    assert (findings.report.faces, findings.report.counts) == (report.faces, report.counts)


@pytest.mark.parametrize(("case", "complaint"), [
    ("F02", r"fer2013\.csv, line 63: 6 cells where the first line names 3 columns"),
    ("F17", r"fer2013\.csv: its emotion is the winner of the votes in .* for 47% of the faces, .* on 65%"),
])  # fmt: skip
def test_a_case_is_refused_by_its_own_fault(unpacked, prepare, tmp_path, case, complaint):
    root = unpacked(case)
    with pytest.raises(CourseError, match=complaint) as refused:
        prepare("ferplus", root, tmp_path / "set.safetensors")
    with pytest.raises(CourseError, match=re.escape(str(refused.value))):
        check(root, workers=1)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_nothing_that_is_used_is_called_not_read_even_in_the_folder_itself(
    drawn, read, tmp_path, monkeypatch, layout
):
    listing = read(layout, drawn(layout, tmp_path / "set"))
    monkeypatch.chdir(tmp_path / "set")
    assert read(layout, Path()).not_read == listing.not_read
    unused = {".txt files", ".safetensors files"}  # README and truth of drawn faces
    landmarks = {".npy files in train_set", ".npy files in val_set"}  # one of four values a face
    assert listing.not_read.keys() == (unused | landmarks if layout == "affectnet" else unused)
