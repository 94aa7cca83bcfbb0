"""Opening the prepared file: a view of it, whatever its size; and never one that is not what it says."""

import json
import subprocess
import sys

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from pvlib.data.packing.container import KEYS, open_container
from pvlib.data.packing.header import ROOM, header
from pvlib.data.packing.writing import write_prepared
from pvlib.errors import CourseError


@pytest.fixture
def prepared(toy, ranking, tmp_path):
    path = tmp_path / "toy.safetensors"
    write_prepared(toy.listing, path, 16, ranking)
    return path


def metadata(path):
    with safe_open(path, "pt") as file:
        return file.metadata()


def test_the_own_header_is_one_that_the_library_reads(tmp_path):
    floats, digits = np.array([[0.5, -1.0]], np.float32), np.arange(5, dtype=np.uint8)
    path = tmp_path / "small.safetensors"
    shapes = {"floats": (floats.dtype, floats.shape), "digits": (digits.dtype, digits.shape)}
    path.write_bytes(header(shapes, {"who": "Zoë"}) + floats.tobytes() + digits.tobytes())
    assert path.stat().st_size == ROOM + 8 + 5
    read = load_file(path)
    assert torch.equal(read["floats"], torch.from_numpy(floats))
    assert torch.equal(read["digits"], torch.from_numpy(digits))
    assert metadata(path) == {"who": "Zoë"}
    with pytest.raises(ValueError, match="header takes"):
        header(shapes, {"long": "x" * ROOM})


def test_a_missing_file_or_one_of_another_kind_is_refused(toy, tmp_path):
    with pytest.raises(CourseError, match=r"no file .*none\.safetensors; make it with: no script"):
        open_container(tmp_path / "none.safetensors", toy.data_set)
    other = tmp_path / "other.safetensors"
    save_file({"images": torch.zeros(3)}, other)
    with pytest.raises(CourseError, match="is not a prepared Toy file"):
        open_container(other, toy.data_set)


def test_a_file_of_another_version_is_refused_by_its_number(toy, prepared):
    save_file(load_file(prepared), prepared, {**metadata(prepared), "version": "7"})
    with pytest.raises(CourseError, match="is of version 7, not 1"):
        open_container(prepared, toy.data_set)


@pytest.mark.parametrize("key", [*KEYS, "report"])
def test_a_file_without_one_of_its_parts_is_refused(toy, prepared, key):
    about, tensors = metadata(prepared), load_file(prepared)
    (tensors if key in tensors else about).pop(key)
    save_file(tensors, prepared, about)
    with pytest.raises(CourseError, match=f"is damaged.*{key}"):
        open_container(prepared, toy.data_set)


@pytest.mark.parametrize(("key", "change", "complaint"), [
    ("labels", lambda labels: labels[1:].clone(), "labels is"),
    ("labels", lambda labels: labels + 3, "labels goes beyond 2"),
    ("split", lambda split: split + 2, "split goes beyond 1"),
    ("affect", lambda affect: affect.double(), "affect is torch.float64"),
    ("images", lambda images: images[:, :2].clone(), "images is"),
    ("names", lambda names: names[:-20].clone(), "names for 200 images"),
    ("names", lambda names: torch.full_like(names, 255), "utf-8"),
])  # fmt: skip
def test_a_file_whose_parts_do_not_fit_together_is_refused(toy, prepared, key, change, complaint):
    about, tensors = metadata(prepared), load_file(prepared)
    save_file({**tensors, key: change(tensors[key])}, prepared, about)
    with pytest.raises(CourseError, match=f"is damaged.*{complaint}"):
        open_container(prepared, toy.data_set)


def test_a_report_that_is_none_is_refused(toy, prepared):
    about = metadata(prepared)
    for text in (json.dumps({"faces": 1}), "no JSON", "[]"):
        save_file(load_file(prepared), prepared, {**about, "report": text})
        with pytest.raises(CourseError, match="is damaged"):
            open_container(prepared, toy.data_set)


def test_faces_that_are_no_neighbours_are_refused(toy, prepared):
    file = open_container(prepared, toy.data_set)
    with pytest.raises(CourseError, match="wrong order"):
        file.run_of(torch.arange(200) % 2 == 0)
    assert file.run_of(torch.zeros(200, dtype=torch.bool)) == slice(0, 0)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(share=st.floats(0, 0.9999))
def test_a_file_cut_short_anywhere_is_refused(toy, prepared, share):
    whole = prepared.read_bytes()
    prepared.write_bytes(whole[: int(share * len(whole))])
    try:
        with pytest.raises(CourseError, match="is damaged or cut short"):
            open_container(prepared, toy.data_set)
    finally:
        prepared.write_bytes(whole)


# 20,000 faces of 224 pixels, 3 GB that a sparse file need not store
LARGE = """
import sys
import numpy as np, torch
from pvlib.data.affectnet import AFFECTNET, load_affectnet
from pvlib.data.listing import Listing
from pvlib.data.packing.header import ROOM, VERSION, format_of, header
from pvlib.data.packing.report import Report

def peak():
    return int(open("/proc/self/status").read().split("VmHWM:")[1].split()[0]) / 1024

path, count, side = sys.argv[1], 20_000, 224
split = (np.arange(count) >= count - 800).astype(np.uint8)
labels = np.concatenate([np.sort(np.arange(count - 800) % 8), np.sort(np.arange(800) % 8)]).astype(np.uint8)
report = Report.of(Listing(AFFECTNET, ".", "", []), side, split, labels, split, [])
after = {
    "affect": np.zeros((count, 2), np.float32), "labels": labels, "split": split,
    "stands_in": np.left_shift(1, split).astype(np.uint8),
    "names": np.frombuffer("\\n".join(map(str, range(count))).encode(), np.uint8),
}
shapes = {"images": (np.dtype(np.uint8), (count, 3, side, side))}
shapes |= {key: (array.dtype, array.shape) for key, array in after.items()}
with open(path, "wb") as file:
    file.write(header(shapes, {"format": format_of(AFFECTNET), "version": VERSION, "report": report.to_json()}))
    file.seek(ROOM + count * 3 * side**2)
    for array in after.values():
        file.write(array.tobytes())
before = peak()
faces = load_affectnet(path, "train", 7, without_duplicates=True)
kept = faces.subset(torch.arange(len(faces)) < 16_000)
opened = peak()
batch = kept.images[torch.randint(len(kept), (64,))]
print(len(faces), len(kept), len(batch), opened - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak of memory from /proc")
def test_opening_and_choosing_from_a_large_file_takes_next_to_no_memory(tmp_path):
    arguments = [sys.executable, "-B", "-c", LARGE, str(tmp_path / "large.safetensors")]
    ended = subprocess.run(arguments, capture_output=True, text=True, check=True)
    faces, kept, batch, grown = ended.stdout.split()
    assert (int(faces), int(kept), int(batch)) == (19_200 * 7 // 8, 16_000, 64)
    assert float(grown) < 100  # MB; the images alone are 2,870
