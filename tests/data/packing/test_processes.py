"""Killed for good, short of disk, and with more pictures than memory: seen from outside the process."""

import subprocess
import sys
import time

import psutil
import pytest

from pvlib.data.packing.writing import write_prepared

# the ranking that the toy of conftest.py uses, for a process of its own
PROGRAM = """
import os, resource, signal, sys
import multiprocessing
from dataclasses import replace
from pathlib import Path
import numpy as np
from pvlib.data.listing import DataSet, Item, Listing
from pvlib.data.packing.writing import write_prepared

def ranking(split, labels, stands_in):
    return np.select([split == 1, stands_in & 2 > 0], [2, 0], 1)

def listing(root, splits):
    data_set = DataSet("Toy", ("joy", "gloom", "awe"), ("train", "valid"), {"train": {"joy": 1, "gloom": 1,
        "awe": 1}}, {"train": "train", "valid": "train"}, "draw it", "no script")
    items = [Item(s, l, str(Path(root) / f"{i}.png"), f"{i}.png") for i, (s, l) in enumerate(splits)]
    return Listing(data_set, Path(root), "toy", items, {"lost": []})
"""


def program(toy, ending):
    splits = [(item.split, item.label) for item in toy.listing.items]
    return (
        f"{PROGRAM}\nif __name__ == '__main__':\n    toy = listing({str(toy.listing.root)!r}, {splits})\n"
        + ending
    )


def call(text, tmp_path, **options):
    script = tmp_path / "program.py"  # a file, as worker processes start by running it
    script.write_text(text)
    return subprocess.run([sys.executable, "-B", str(script)], capture_output=True, text=True, **options)


@pytest.mark.skipif(sys.platform == "win32", reason="needs kill -9")
@pytest.mark.parametrize("workers", [1, 2])
def test_a_killed_run_leaves_no_process_and_goes_on_to_the_same_bytes(make_toy, ranking, tmp_path, workers):
    toy = make_toy(tmp_path / "set", 400)
    write_prepared(toy.listing, tmp_path / "whole.safetensors", 16, ranking)
    out = tmp_path / "toy.safetensors"
    ending = f"""
    def kill(done, total):
        if done >= 128:
            print(*[child.pid for child in multiprocessing.active_children()], flush=True)
            os.kill(os.getpid(), signal.SIGKILL)
    write_prepared(toy, {str(out)!r}, 16, ranking, workers={workers}, on_progress=kill)
"""
    ended = call(program(toy, ending), tmp_path)
    assert ended.returncode == -9, ended.stderr
    assert not out.exists()
    children = [int(pid) for pid in ended.stdout.split()]
    assert len(children) == (workers if workers > 1 else 0)
    deadline = time.monotonic() + 20
    while any(psutil.pid_exists(pid) and psutil.Process(pid).status() != "zombie" for pid in children):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    done = []
    write_prepared(toy.listing, out, 16, ranking, on_progress=lambda count, _: done.append(count))
    assert len(done) <= 5  # of seven chunks, two at least were done
    assert out.read_bytes() == (tmp_path / "whole.safetensors").read_bytes()


@pytest.mark.skipif(sys.platform == "win32", reason="needs the system's limit of a file's size")
def test_a_full_disk_is_one_line_and_the_work_goes_on_later(make_toy, ranking, tmp_path):
    toy = make_toy(tmp_path / "set", 130)
    out = tmp_path / "toy.safetensors"
    ending = f"""
    from pvlib.errors import CourseError
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
    try:
        write_prepared(toy, {str(out)!r}, 16, ranking)
    except CourseError as error:
        print(error)
"""
    ended = call(program(toy, ending), tmp_path, check=True)
    assert ended.stdout.startswith(f"cannot write {out}: ")
    assert ended.stdout.count("\n") == 1
    assert not out.exists()
    write_prepared(toy.listing, out, 16, ranking)


@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak of memory from /proc")
def test_memory_does_not_grow_with_the_number_of_pictures(make_toy, tmp_path):
    peaks = []
    for count in (128, 1152):  # at 224 pixels: 19 MB and 173 MB of faces
        toy = make_toy(tmp_path / f"set{count}", count)
        ending = f"""
    write_prepared(toy, {str(tmp_path / "toy.safetensors")!r}, 224, ranking)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
        peaks.append(int(call(program(toy, ending), tmp_path, check=True).stdout) / 1024)
    assert peaks[1] - peaks[0] < 30, peaks  # MB
