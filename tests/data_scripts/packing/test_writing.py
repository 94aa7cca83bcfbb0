"""The prepared file holds what the pictures showed, all of it or nothing, whatever happens while it is written."""

import os
import subprocess
import sys
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import psutil
import pytest

from data_scripts.packing import writing
from data_scripts.packing.writing import write_prepared
from pvlib.data.prepared_file import open_file
from pvlib.errors import CourseError

SIDE = 16
PROGRAM = """
import multiprocessing, os, resource, signal
from pathlib import Path
from data_scripts.layouts.listing import Item, Listing
from pvlib.data.data_set import DataSet
from data_scripts.packing.writing import write_prepared
from pvlib.errors import CourseError

def listing():
    root, count = Path({root!r}), {count}
    data_set = DataSet(name="Toy", classes=("joy",), splits=("train",), where="draw it", script="no script")
    items = [Item("train", 0, str(root / f"{{i}}.png"), f"{{i}}.png") for i in range(count)]
    return Listing(data_set=data_set, root=root, layout="toy", items=items)

def kill(done, total):
    if done >= 128:
        print(*[child.pid for child in multiprocessing.active_children()], flush=True)
        os.kill(os.getpid(), signal.SIGKILL)

if __name__ == "__main__":
    out = {out!r}
"""


def names_in(folder):
    return sorted(entry.name for entry in folder.iterdir())


def write(toy, out, side=SIDE, **options):
    return write_prepared(toy.listing, out, side, **options)


def assert_holds(out, toy, without=()):
    file = open_file(out, toy.listing.data_set)
    assert sorted(file.names) == sorted(set(toy.truth) - set(without))
    for row, name in enumerate(file.names):
        split, label, image = toy.truth[name]
        assert (toy.listing.data_set.splits[file.split[row]], file.labels[row].item()) == (split, label)
        assert np.array_equal(file.images[row].numpy(), image)
    assert (file.columns["affect"].numpy() == (0.5, -0.5)).all()
    return file


def run(ending, tmp_path, toy, out, **options):
    script = tmp_path / "program.py"  # a file, as worker processes start by running it
    program = PROGRAM.format(root=str(toy.listing.root), count=len(toy.truth), out=str(out))
    script.write_text(program + ending)
    command = [sys.executable, "-B", str(script)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, **options)


@pytest.mark.parametrize("workers", [1, 2])
def test_every_face_comes_out_under_its_name_with_its_label_and_split(toy, tmp_path, workers):
    out, seen = tmp_path / "new" / "toy.safetensors", []
    report = write(toy, out, workers=workers, on_progress=lambda *numbers: seen.append(numbers))
    file = assert_holds(out, toy)
    for label, name in enumerate(toy.listing.data_set.classes):
        for split in toy.listing.data_set.splits:
            expected = sum(truth[:2] == (split, label) for truth in toy.truth.values())
            assert report.counts[name][split] == expected
    assert file.report == report.to_json()
    assert seen == [(64, 200), (128, 200), (192, 200), (200, 200)]
    assert names_in(out.parent) == ["toy.safetensors"]


def test_pictures_that_cannot_be_read_are_left_out_and_named(toy, tmp_path):
    broken = [toy.listing.items[number] for number in (0, 63, 64, 120, 199)]
    for item in broken:
        (toy.listing.root / item.name).write_bytes(b"no picture")
    out = tmp_path / "toy.safetensors"
    report = write(toy, out)
    count, named = report.problems["images that cannot be read"]
    assert count == 5
    assert all(any(item.path in text for text in named) for item in broken)
    assert_holds(out, toy, without={item.name for item in broken})
    assert "images that cannot be read: 5 (" in str(report)


def test_a_set_without_a_face_says_what_is_wrong_and_whom_to_ask(toy, tmp_path):
    empty = replace(toy.listing, items=[], problems={"lost": ["a.png"]})
    with pytest.raises(
        CourseError, match=r"no labelled face of Toy \(lost: 1 \(a\.png\)\). It holds 200 files"
    ) as told:
        write_prepared(empty, tmp_path / "toy.safetensors", SIDE)
    assert "draw it" not in str(told.value)  # who has pictures need not ask for them
    (tmp_path / "empty").mkdir()
    with pytest.raises(CourseError, match=r"The folder is empty; for what is missing, draw it"):
        write_prepared(replace(empty, root=tmp_path / "empty"), tmp_path / "toy.safetensors", SIDE)
    for item in toy.listing.items:
        (toy.listing.root / item.name).write_bytes(b"no picture")
    with pytest.raises(CourseError, match=r"none of the 200 images .* can be read"):
        write(toy, tmp_path / "toy.safetensors")
    assert names_in(tmp_path) == ["empty", "set"]


@pytest.mark.parametrize(("wrong", "complaint"), [
    ({"side": 30}, "size = 30: choose a multiple of 4"), ({"side": 0}, "size = 0"),
    ({"side": 4096}, "size = 4096"), ({"workers": 0}, "workers = 0"),
])  # fmt: skip
def test_a_number_out_of_range_is_refused(toy, tmp_path, wrong, complaint):
    with pytest.raises(CourseError, match=complaint):
        write(toy, tmp_path / "toy.safetensors", **wrong)
    assert names_in(tmp_path) == ["set"]


def test_names_that_are_no_text_are_kept_readable(toy, tmp_path):
    odd = tmp_path / os.fsdecode(b"set \xff")
    odd.symlink_to(toy.listing.root)
    items = [item._replace(path=str(odd / item.name)) for item in toy.listing.items]
    items[0] = items[0]._replace(name=os.fsdecode(b"jos\xe9.png"))
    spoilt = SimpleNamespace(
        listing=replace(toy.listing, root=odd, items=items, problems={"odd": [items[0].name]})
    )
    report = write(spoilt, tmp_path / "toy.safetensors")
    str(report).encode()
    assert report.source == str(tmp_path / r"set \xff")
    assert report.problems["odd"].first == [r"jos\xe9.png"]


# ---- stopped, crowded, short of room


def test_processes_that_decode_do_not_wait_for_torch():
    program = "import sys, data_scripts.packing.writing; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0


@pytest.mark.skipif(sys.platform == "win32", reason="needs kill -9")
@pytest.mark.parametrize("workers", [1, 2])
def test_a_killed_run_leaves_no_process_and_the_same_command_gives_the_same_bytes(toy, tmp_path, workers):
    out, ending = tmp_path / "toy.safetensors", "    write_prepared(listing(), out, 16, workers={}{})"
    run(ending.format(1, ""), tmp_path, toy, out, check=True)
    whole = out.read_bytes()
    out.write_bytes(b"earlier")
    ended = run(ending.format(workers, ", on_progress=kill"), tmp_path, toy, out)
    assert ended.returncode == -9, ended.stderr
    assert out.read_bytes() == b"earlier"
    children = [psutil.Process(int(pid)) for pid in ended.stdout.split() if psutil.pid_exists(int(pid))]
    assert len(ended.stdout.split()) == (workers if workers > 1 else 0)
    assert not psutil.wait_procs(children, timeout=20)[1]
    run(ending.format(workers, ""), tmp_path, toy, out, check=True)
    assert out.read_bytes() == whole
    assert names_in(tmp_path) == ["program.py", "set", "toy.safetensors"]  # what the killed run left is gone


def test_two_preparations_of_one_file_keep_apart(toy, tmp_path):
    out = tmp_path / "toy.safetensors"

    def begin_again(done, total):
        with pytest.raises(
            CourseError, match=rf"toy\.safetensors is being written already \(process {os.getpid()}\)"
        ):
            write(toy, out)

    write(toy, out, on_progress=begin_again)
    assert_holds(out, toy)


@pytest.mark.parametrize("place", ["/proc/toy.safetensors", "set/0.png/toy.safetensors", "set"])
def test_a_place_that_cannot_be_written_to_is_named_before_a_picture_is_read(toy, tmp_path, place):
    for item in toy.listing.items:
        (toy.listing.root / item.name).write_bytes(b"no picture")
    with pytest.raises(CourseError, match=f"cannot write .*{place}: "):
        write(toy, tmp_path / place)


def test_a_disk_without_room_is_named_before_the_work_begins(toy, tmp_path, monkeypatch):
    monkeypatch.setattr(writing.shutil, "disk_usage", lambda path: SimpleNamespace(free=1))
    with pytest.raises(CourseError, match=r"toy\.safetensors will take 0\.0 GB, but only 0\.0 GB are free"):
        write(toy, tmp_path / "toy.safetensors")


@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak of memory as Linux counts it")
def test_memory_does_not_grow_with_the_number_of_pictures(make_toy, tmp_path):
    peaks = []
    for count in (128, 640):  # at 224 pixels: 19 MB and 96 MB of faces
        toy = make_toy(tmp_path / f"set{count}", count)
        ending = """
    write_prepared(listing(), out, 224)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
        peaks.append(int(run(ending, tmp_path, toy, tmp_path / "toy.safetensors", check=True).stdout) / 1024)
    assert peaks[1] - peaks[0] < 30, peaks  # MB
