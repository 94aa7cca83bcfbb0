"""Weight files of ours: no flipped bit passes for a weight, and no number in a header is believed."""

import contextlib
import json
import struct
from dataclasses import asdict

import numpy as np
import pytest
import torch

from pvlib.errors import CourseError
from pvlib.models import LandmarkSize
from pvlib.models.landmark_weights import FORMAT, SHIPPED, load_landmark_net, save_landmark_net
from pvlib.models.mobilefacenet import MobileFaceNet
from pvlib.models.weight_file import reading_weight_file, write_weight_file

SMALL = LandmarkSize(
    input_size=16, stem=4, stages=(4, 4, 4), transitions=(4, 4, 4), depths=(1, 1, 1), separable=4
)  # fmt: skip


@pytest.fixture
def file(tmp_path):
    save_landmark_net(tmp_path / "net.safetensors", MobileFaceNet(SMALL), {"note": "as trained"})
    return tmp_path / "net.safetensors"


def test_a_flipped_bit_anywhere_is_noticed(file):
    whole, random = file.read_bytes(), np.random.default_rng(0)
    before = load_landmark_net(file)[0].state_dict()
    for position, bit in zip(random.integers(0, len(whole), 200), random.integers(0, 8, 200), strict=True):
        flipped = bytearray(whole)
        flipped[position] ^= 1 << int(bit)
        file.write_bytes(flipped)
        with contextlib.suppress(CourseError):  # what is read all the same is what was written
            after = load_landmark_net(file)[0].state_dict()
            assert all(torch.equal(value, before[key]) for key, value in after.items()), position


@pytest.mark.parametrize("name", ["", "ferplus-tiny.safetensors"])
def test_the_files_that_ship_have_a_checksum(name):
    content = (SHIPPED.with_name(name) if name else SHIPPED).read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    assert len(json.loads(content[8 : 8 + length])["__metadata__"]["checksum"]) == 64


@pytest.mark.parametrize("size", [
    {"stem": 10**9}, {"stages": [2**63, 4, 4]}, {"depths": [2**63, 1, 1]}, {"input_size": 10**9}, {"separable": 2048},
    {"transitions": [4, 4, 2048]}, {"depths": [50, 50, 50]}, {"input_size": 512}, {"points": False}, [], None, 7, "x",
], ids=str)  # fmt: skip
def test_a_size_that_the_tensors_do_not_have_is_refused_without_memory(file, size, monkeypatch):
    changed = {**asdict(SMALL), **size} if isinstance(size, dict) else size
    write_weight_file(file, FORMAT, MobileFaceNet(SMALL).state_dict(), {"size": changed, "about": {}})
    monkeypatch.setattr(MobileFaceNet, "load_state_dict", lambda *_: pytest.fail("a network was built"))
    with pytest.raises(CourseError, match=r"net\.safetensors is damaged or does not describe its network"):
        load_landmark_net(file)


@pytest.mark.parametrize("text", ["not JSON", "[" * 100_000, "9" * 5_000, "{}", "\\u001b[2J"])
def test_a_header_that_is_no_size_is_refused_in_one_line(change_header, file, text):
    change_header(file, lambda metadata: (metadata.update(size=text), metadata.pop("checksum")))
    with pytest.raises(CourseError) as refusal:
        load_landmark_net(file)
    assert str(refusal.value).isprintable()
    assert len(str(refusal.value)) < 600


def test_a_file_without_a_checksum_is_read_and_one_with_another_or_of_another_kind_is_not(
    change_header, file
):
    change_header(file, lambda metadata: metadata.update(about='{"note": "as retold"}'))
    with pytest.raises(CourseError, match=r"net\.safetensors is damaged .*not what was once written"):
        load_landmark_net(file)
    change_header(file, lambda metadata: metadata.pop("checksum"))
    assert load_landmark_net(file)[1] == {"note": "as retold"}
    other = pytest.raises(CourseError, match=r"is no other file; make one with: pvlib other")
    with other, reading_weight_file(file, "other", "pvlib other"):
        pass
