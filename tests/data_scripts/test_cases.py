"""Folders that people really had, in ../shared/cases: read rightly, or refused by their own fault, by all scripts alike."""

import re
from pathlib import Path

import pytest

from data_scripts.archives import unpack
from data_scripts.checking.findings import check
from data_scripts.layouts.affectnet.listing import list_affectnet
from data_scripts.layouts.ferplus.listing import list_ferplus
from data_scripts.layouts.rafdb import list_rafdb
from data_scripts.prepare_ferplus import prepare_ferplus
from data_scripts.prepare_rafdb import prepare_rafdb
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
    unpacked, tmp_path, case, faces
):
    root, of_rafdb = unpacked(case), case.startswith("R")
    listing = (list_rafdb if of_rafdb else list_ferplus)(root)
    assert len(listing.items) == faces
    assert not any(listing.problems.values())
    if of_rafdb:
        official = {item.name for item in listing.items if item.name.startswith("test_")}
        assert {item.name for item in listing.items if item.split == "test"} == official
        assert len(official) == 12
    report = (prepare_rafdb if of_rafdb else prepare_ferplus)(root, tmp_path / "set.safetensors")
    findings = check(root, workers=1)
    assert findings.usable
    assert (findings.report.faces, findings.report.counts) == (report.faces, report.counts)


@pytest.mark.parametrize(("case", "complaint"), [
    ("F02", r"fer2013\.csv, line 63: 6 cells where the first line names 3 columns"),
    ("F17", r"fer2013\.csv: its emotion is the winner of the votes in .* for 47% of the faces, .* on 65%"),
])  # fmt: skip
def test_a_case_is_refused_by_its_own_fault(unpacked, tmp_path, case, complaint):
    root = unpacked(case)
    with pytest.raises(CourseError, match=complaint) as refused:
        prepare_ferplus(root, tmp_path / "set.safetensors")
    with pytest.raises(CourseError, match=re.escape(str(refused.value))):
        check(root, workers=1)


@pytest.mark.parametrize(
    "layout", ["ferplus", "ferplus-csv", "rafdb", "rafdb-folders", "affectnet", "affectnet-old"]
)
def test_nothing_that_is_used_is_called_not_read_even_in_the_folder_itself(
    tmp_path, drawn, monkeypatch, layout
):
    read = {"f": list_ferplus, "r": list_rafdb, "a": list_affectnet}[layout[0]]
    listing = read(drawn(layout, tmp_path / "set"))
    monkeypatch.chdir(tmp_path / "set")
    assert read(Path()).not_read == listing.not_read
    unused = {".txt files", ".safetensors files"}  # README and truth of drawn faces
    landmarks = {
        f".npy files in {folder}" for folder in ("train_set", "val_set")
    }  # one of four values a face
    assert listing.not_read.keys() == (unused | landmarks if layout == "affectnet" else unused)
