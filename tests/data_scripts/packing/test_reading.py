"""Opening the prepared file: a view of it, whatever its size; and never one that is not what it says."""

import io
import json
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from data_scripts.packing.form import ROOM, finish, leave_room
from data_scripts.packing.report import Report
from data_scripts.packing.writing import write_prepared
from data_scripts.prepare_affectnet import prepare_affectnet
from pvlib.data.affectnet import load_affectnet
from pvlib.data.prepared_file import open_file
from pvlib.errors import CourseError


@pytest.fixture
def prepared(toy, tmp_path):
    path = tmp_path / "toy.safetensors"
    write_prepared(toy.listing, path, 16)
    return path


def metadata(path):
    with safe_open(path, "pt") as file:
        return file.metadata()


def test_the_header_is_one_that_the_library_reads_and_its_room_is_kept(toy, prepared):
    handle = io.BytesIO()
    leave_room(handle)
    handle.write(bytes(range(12)))
    report = Report.from_json(open_file(prepared, toy.listing.data_set).report, prepared)
    columns = {"affect": np.array([[0.5, -1.0]], np.float32), "labels": np.arange(5, dtype=np.uint8)}
    finish(handle, toy.listing.data_set, (1, 3, 2, 2), columns, report)
    assert len(handle.getvalue()) == ROOM + 12 + 8 + 5
    prepared.write_bytes(handle.getvalue())
    read = load_file(prepared)
    assert read["images"].flatten().tolist() == list(range(12))
    assert read["affect"].tolist() == [[0.5, -1.0]]
    assert read["labels"].tolist() == list(range(5))
    assert json.loads(metadata(prepared)["report"])["faces"] == report.faces
    with pytest.raises(ValueError, match="header takes"):
        finish(io.BytesIO(), toy.listing.data_set, (0,), {"x" * ROOM: columns["labels"]}, report)


@pytest.mark.parametrize(("key", "change", "complaint"), [
    *((key, None, f"is damaged.*{key}") for key in
      ("images", "labels", "split", "stands_in", "names", "affect", "report")),
    ("labels", lambda labels: labels[1:], "is damaged.*labels is"),
    ("labels", lambda labels: labels + 3, "is damaged.*labels goes beyond 2"),
    ("split", lambda split: split + 2, "is damaged.*split goes beyond 1"),
    ("split", lambda split: split.flip(0), "is damaged.*wrong order"),
    ("affect", lambda affect: affect.double(), "is damaged.*affect is torch.float64"),
    ("affect", lambda affect: affect[1:], r"is damaged.*affect is torch.float32 \(199, 2\)"),
    ("images", lambda images: images[:, :2], "is damaged.*images is"),
    ("images", lambda images: torch.zeros((), dtype=torch.uint8), "is damaged.*unpack"),
    ("names", lambda names: names[:-20], "is damaged.*names for 200 images"),
    ("names", lambda names: torch.full_like(names, 255), "is damaged.*utf-8"),
    ("version", lambda version: "1", "is of version '1' of its form, not 2: prepare it again with: no script"),
    ("format", lambda form: "pvlib RAF-DB", "is not a prepared Toy file"),
])  # fmt: skip
def test_a_file_that_lacks_a_part_or_whose_parts_do_not_fit_is_refused(toy, prepared, key, change, complaint):
    about, tensors = metadata(prepared), load_file(prepared)
    part = tensors if key in tensors else about
    value = part.pop(key)
    if change:
        part[key] = change(value)
    save_file({name: tensor.clone() for name, tensor in tensors.items()}, prepared, about)
    with pytest.raises(CourseError, match=complaint):
        open_file(prepared, toy.listing.data_set)


def test_a_missing_file_is_refused(toy, tmp_path):
    with pytest.raises(CourseError, match=r"no file .*none\.safetensors; make it with: no script"):
        open_file(tmp_path / "none.safetensors", toy.listing.data_set)


@pytest.mark.parametrize("text", [json.dumps({"faces": 1}), "no JSON", "[]", "[" * 50_000])
def test_a_report_that_is_none_is_refused(prepared, text):
    with pytest.raises(CourseError, match="is damaged"):
        Report.from_json(text, prepared)


@pytest.mark.skipif(sys.platform != "linux", reason="reads from /proc what is mapped")
def test_loaded_faces_and_a_choice_of_neighbours_are_a_view_of_the_mapped_file(drawn, tmp_path):
    path = tmp_path / "affectnet.safetensors"
    prepare_affectnet(drawn("affectnet", tmp_path / "set"), path, size=48)
    faces = load_affectnet(path, "train", 8, without_duplicates=True)
    first_byte = faces.subset(torch.arange(len(faces)) > 5).images.data_ptr()
    lines = Path("/proc/self/maps").read_text().splitlines()
    mapped = [line.split()[0].split("-") for line in lines if line.endswith(path.name)]
    assert any(int(start, 16) <= first_byte < int(stop, 16) for start, stop in mapped)
