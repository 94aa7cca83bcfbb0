"""The prepared file holds what the pictures showed, however often the work was stopped."""

import os
import shutil
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from pvlib.data.packing import writing
from pvlib.data.packing.container import open_container
from pvlib.data.packing.writing import write_prepared
from pvlib.errors import CourseError

SIDE = 16


def names_in(folder):
    return sorted(entry.name for entry in folder.iterdir())


@pytest.mark.parametrize("workers", [1, 2])
def test_every_face_comes_out_under_its_name_with_its_label_and_split(toy, ranking, tmp_path, workers):
    out = tmp_path / "new" / "toy.safetensors"
    report = write_prepared(toy.listing, out, SIDE, ranking, workers=workers)
    file = open_container(out, toy.data_set)
    assert sorted(file.names) == sorted(toy.truth)
    for row, name in enumerate(file.names):
        split, label, image = toy.truth[name]
        assert (toy.data_set.splits[file.split[row]], file.labels[row].item()) == (split, label)
        assert np.array_equal(file.images[row].numpy(), image)
    for split in toy.data_set.splits:
        expected = [sum(truth[:2] == (split, label) for truth in toy.truth.values()) for label in range(3)]
        assert list(report.faces[split].values()) == expected
    assert file.report == report
    assert names_in(out.parent) == ["toy.safetensors"]


def test_copies_of_validation_faces_stand_first_so_that_the_others_are_one_slice(toy, ranking, tmp_path):
    train, valid = ([i for i in toy.listing.items if i.split == split] for split in ("train", "valid"))
    for copy, original in (
        (train[7], valid[0]),
        (train[90], valid[0]),
        (train[11], valid[3]),
        (train[3], train[5]),
    ):
        shutil.copy(original.path, copy.path)
    out = tmp_path / "toy.safetensors"
    report = write_prepared(toy.listing, out, SIDE, ranking)
    file = open_container(out, toy.data_set)
    assert report.duplicates == {"valid in train": 2}
    assert set(file.names[:3]) == {train[7].name, train[90].name, train[11].name}
    assert file.stands_in[:3].tolist() == [3, 3, 3]
    chosen = file.run_of((file.split == 0) & (file.stands_in & 2 == 0))
    assert (chosen.start, chosen.stop) == (3, len(train))
    pixels = {item.name: np.asarray(Image.open(item.path)).transpose(2, 0, 1) for item in toy.listing.items}
    for row, name in enumerate(file.names):
        assert np.array_equal(file.images[row].numpy(), pixels[name])


def test_pictures_that_cannot_be_read_are_left_out_and_named(toy, ranking, tmp_path):
    broken = [toy.listing.items[number] for number in (0, 63, 64, 120, 199)]
    for item in broken:
        (toy.listing.root / item.name).write_bytes(b"no picture")
    out = tmp_path / "toy.safetensors"
    report = write_prepared(toy.listing, out, SIDE, ranking)
    count, named = report.problems["images that cannot be read"]
    assert count == 5
    assert all(any(item.path in text for text in named) for item in broken)
    file = open_container(out, toy.data_set)
    assert sorted(file.names) == sorted(set(toy.truth) - {item.name for item in broken})
    for row, name in enumerate(file.names):
        assert np.array_equal(file.images[row].numpy(), toy.truth[name][2])
    assert "images that cannot be read: 5 (" in str(report)


def test_strict_refuses_a_set_that_is_not_whole(toy, ranking, tmp_path):
    lacking = replace(toy.listing, problems={"lost": ["a.png", "b.png"]})
    with pytest.raises(CourseError, match=r"lost: 2 \(a\.png, b\.png\)"):
        write_prepared(lacking, tmp_path / "toy.safetensors", SIDE, ranking, strict=True)
    (toy.listing.root / "70.png").write_bytes(b"")
    with pytest.raises(CourseError, match=r"70\.png"):
        write_prepared(toy.listing, tmp_path / "toy.safetensors", SIDE, ranking, strict=True)
    assert names_in(tmp_path) == ["set"]
    write_prepared(toy.listing, tmp_path / "toy.safetensors", SIDE, ranking)
    run_until(toy, ranking, tmp_path / "other.safetensors", 192)
    with pytest.raises(CourseError, match=r"70\.png"):  # an unfinished run does not hide it
        write_prepared(toy.listing, tmp_path / "other.safetensors", SIDE, ranking, strict=True)


def test_a_set_without_a_face_says_what_is_wrong_and_whom_to_ask(toy, ranking, tmp_path):
    empty = replace(toy.listing, items=[], problems={"lost": ["a.png"]})
    with pytest.raises(CourseError, match=r"no labelled face of Toy \(lost: 1 \(a\.png\)\).*draw it"):
        write_prepared(empty, tmp_path / "toy.safetensors", SIDE, ranking)
    for item in toy.listing.items:
        (toy.listing.root / item.name).write_bytes(b"no picture")
    with pytest.raises(CourseError, match=r"none of the 200 images .* can be read"):
        write_prepared(toy.listing, tmp_path / "toy.safetensors", SIDE, ranking)
    assert names_in(tmp_path) == ["set"]


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ({"side": 30}, "size = 30: choose a multiple of 4"),
        ({"side": 0}, "size = 0"),
        ({"side": 4096}, "size = 4096"),
        ({"workers": 0}, "workers = 0"),
    ],
)
def test_a_number_out_of_range_is_refused(toy, ranking, tmp_path, wrong, complaint):
    arguments = {"side": SIDE, "ranking": ranking, **wrong}
    with pytest.raises(CourseError, match=complaint):
        write_prepared(toy.listing, tmp_path / "toy.safetensors", **arguments)
    assert names_in(tmp_path) == ["set"]


def test_a_folder_whose_name_is_no_text_can_be_prepared(toy, ranking, tmp_path):
    odd = tmp_path / os.fsdecode(b"set \xff")
    odd.symlink_to(toy.listing.root)
    items = [item._replace(path=str(odd / item.name)) for item in toy.listing.items]
    out = tmp_path / "toy.safetensors"
    write_prepared(replace(toy.listing, root=odd, items=items), out, SIDE, ranking)
    assert open_container(out, toy.data_set).report.source == str(tmp_path / "set ?")


# ---- stopped and continued


class StoppedError(Exception):
    pass


def run_until(toy, ranking, out, faces):
    """Run until so many faces are done."""

    def stop(done, total):
        if done >= faces:
            raise StoppedError

    with pytest.raises(StoppedError):
        write_prepared(toy.listing, out, SIDE, ranking, on_progress=stop)


@pytest.fixture
def whole(toy, ranking, tmp_path):
    """The bytes of a preparation that nothing stopped; with unreadable pictures and copies among the faces."""
    (toy.listing.root / "5.png").write_bytes(b"")
    (toy.listing.root / "150.png").write_bytes(b"")
    train, valid = ([i for i in toy.listing.items if i.split == split] for split in ("train", "valid"))
    shutil.copy(valid[1].path, train[40].path)
    path = tmp_path / "whole" / "toy.safetensors"
    write_prepared(toy.listing, path, SIDE, ranking)
    return path.read_bytes()


def test_a_stopped_run_goes_on_and_ends_with_the_same_bytes(toy, ranking, tmp_path, whole):
    out = tmp_path / "toy.safetensors"
    run_until(toy, ranking, out, 64)
    assert not out.exists()
    run_until(toy, ranking, out, 192)
    seen = []
    write_prepared(
        toy.listing, out, SIDE, ranking, on_progress=lambda done, total: seen.append((done, total))
    )
    assert seen == [(200, 200)]  # 192 of 200 were done
    assert out.read_bytes() == whole


@pytest.mark.parametrize("step", ["copy_rows_to_move", "move_rows", "header", "put_in_place"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_run_stopped_while_it_sorts_the_faces_ends_with_the_same_bytes(
    toy, ranking, tmp_path, whole, monkeypatch, step, when
):
    out = tmp_path / "toy.safetensors"
    original = getattr(writing, step)

    def stop(*arguments):
        if when == "after":
            original(*arguments)
        raise StoppedError

    monkeypatch.setattr(writing, step, stop)
    with pytest.raises(StoppedError):
        write_prepared(toy.listing, out, SIDE, ranking)
    assert out.exists() == (step == "put_in_place" and when == "after")
    monkeypatch.undo()
    write_prepared(toy.listing, out, SIDE, ranking)
    assert out.read_bytes() == whole
    assert names_in(tmp_path) == ["set", "toy.safetensors", "whole"]


def test_what_the_journal_says_but_the_file_does_not_hold_is_done_again(toy, ranking, tmp_path, whole):
    out = tmp_path / "toy.safetensors"
    run_until(toy, ranking, out, 192)
    folder = tmp_path / "toy.safetensors.unfinished"
    with (folder / "images").open("rb+") as images:
        images.truncate(images.seek(0, 2) // 2)  # as a power cut may leave it
    journal = (folder / "journal").read_bytes()
    (folder / "journal").write_bytes(journal[:-20])  # the last line is cut short
    write_prepared(toy.listing, out, SIDE, ranking)
    assert out.read_bytes() == whole


@pytest.mark.parametrize("noise", [b"\x00\xff\n", b"[]\n", b'{"chunk": "x"}\n', b"3\n"])
def test_a_journal_with_a_strange_line_is_used_up_to_it(toy, ranking, tmp_path, whole, noise):
    out = tmp_path / "toy.safetensors"
    run_until(toy, ranking, out, 64)
    with (tmp_path / "toy.safetensors.unfinished" / "journal").open("ab") as journal:
        journal.write(noise)
    write_prepared(toy.listing, out, SIDE, ranking)
    assert out.read_bytes() == whole


def test_another_source_or_size_is_refused_unless_told_to_start_over(toy, ranking, tmp_path, whole):
    out = tmp_path / "toy.safetensors"
    run_until(toy, ranking, out, 64)
    with pytest.raises(
        CourseError, match=r"toy\.safetensors\.unfinished was begun with another size: .*--start-over"
    ):
        write_prepared(toy.listing, out, 32, ranking)
    shutil.copy(toy.listing.items[0].path, toy.listing.items[100].path)
    with pytest.raises(CourseError, match="was begun with another source files"):
        write_prepared(toy.listing, out, SIDE, ranking)
    seen = []
    write_prepared(
        toy.listing, out, SIDE, ranking, start_over=True, on_progress=lambda done, _: seen.append(done)
    )
    assert seen == [64, 128, 192, 200]
    assert out.read_bytes() != whole
    assert not (tmp_path / "toy.safetensors.unfinished").exists()


@pytest.mark.parametrize("start_over", [False, True])
def test_two_preparations_of_one_file_keep_apart(toy, ranking, tmp_path, start_over):
    out = tmp_path / "toy.safetensors"

    def begin_again(done, total):
        with pytest.raises(CourseError, match=r"is in use: another preparation"):
            write_prepared(toy.listing, out, SIDE, ranking, start_over=start_over)

    write_prepared(toy.listing, out, SIDE, ranking, on_progress=begin_again)
    file = open_container(out, toy.data_set)
    for row, name in enumerate(file.names):
        assert np.array_equal(file.images[row].numpy(), toy.truth[name][2])


# ---- where nothing can be written


@pytest.mark.parametrize("place", ["/proc/toy.safetensors", "set/0.png/toy.safetensors", "set"])
def test_a_place_that_cannot_be_written_to_is_named(toy, ranking, tmp_path, place):
    with pytest.raises(CourseError, match=f"cannot write .*{place}: "):
        write_prepared(toy.listing, tmp_path / place, SIDE, ranking)


def test_a_disk_without_room_is_named_before_the_work_begins(toy, ranking, tmp_path, monkeypatch):
    monkeypatch.setattr(writing.shutil, "disk_usage", lambda path: SimpleNamespace(free=1))
    with pytest.raises(CourseError, match=r"toy\.safetensors will take 0\.0 GB, but only 0\.0 GB are free"):
        write_prepared(toy.listing, tmp_path / "toy.safetensors", SIDE, ranking)


def test_the_earlier_file_stays_until_the_new_one_is_whole(toy, ranking, tmp_path):
    out = tmp_path / "toy.safetensors"
    out.write_bytes(b"earlier")
    run_until(toy, ranking, out, 192)
    assert out.read_bytes() == b"earlier"
