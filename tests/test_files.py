"""A file is there whole, or it is as it was."""

import errno

import numpy as np
import pytest
from safetensors import SafetensorError
from safetensors.numpy import save_file

from pvlib.errors import CourseError
from pvlib.files import atomic_folder, atomic_write


def test_the_new_content_replaces_the_old_and_nothing_else_stays_behind(tmp_path):
    path = tmp_path / "runs" / "first" / "record.json"
    for text in ("old", "new"):
        with atomic_write(path) as temporary:
            temporary.write_text(text)
            assert (temporary.parent, temporary.suffix) == (path.parent, ".json")
            assert not path.exists() or path.read_text() == "old"  # until the block ends
    assert path.read_text() == "new"
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize(("failure", "raised"), [
    (ValueError(), ValueError), (KeyboardInterrupt(), KeyboardInterrupt), (OSError(errno.ENOSPC, "full"), CourseError),
    (SafetensorError("Error while writing: File too large (os error 27)"), CourseError),
])  # fmt: skip
def test_a_block_that_fails_leaves_the_old_file_whole_and_no_litter(tmp_path, failure, raised):
    path = tmp_path / "record.json"
    path.write_text("old")

    def write():
        with atomic_write(path) as temporary:
            temporary.write_text("half of the n")
            raise failure

    with pytest.raises(raised) as caught:
        write()
    assert raised is not CourseError or str(path) in str(caught.value)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_safetensors_file_may_be_read_by_whom_any_other_new_file_may(tmp_path):
    plain, path = tmp_path / "plain", tmp_path / "weights.safetensors"
    plain.touch()
    with atomic_write(path) as temporary:
        save_file({"votes": np.zeros(1)}, temporary)
    assert path.stat().st_mode == plain.stat().st_mode


@pytest.mark.parametrize(("write", "name", "said"), [
    (atomic_write, "taken/record.json", r"taken/record\.json.*is a file, not a folder"),
    (atomic_folder, "taken", "taken.*is a file, not a folder"),
    (atomic_write, "", "it is a folder"),
    (atomic_write, "/proc/record.json", r"/proc/record\.json"),  # where not even root may write
])  # fmt: skip
def test_a_place_that_cannot_be_written_to_is_refused_before_the_block_runs(tmp_path, write, name, said):
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(CourseError, match=said), write(tmp_path / name):
        pytest.fail("the block must not run")
    assert (tmp_path / "taken").read_text() == "a file"


def test_an_error_about_another_file_passes_unchanged(tmp_path):
    missing = tmp_path / "missing.txt"
    with pytest.raises(FileNotFoundError, match=r"missing\.txt"), atomic_write(tmp_path / "record.json"):
        missing.read_text()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_appears_whole(tmp_path):
    path = tmp_path / "deep" / "faces"
    with atomic_folder(path) as temporary:
        (temporary / "one").write_text("1")
        assert not path.exists()
    assert (path / "one").read_text() == "1"
    assert list(path.parent.iterdir()) == [path]


def test_a_folder_that_holds_something_is_replaced_on_request_by_a_whole_one_only(tmp_path):
    path = tmp_path / "faces"
    path.mkdir()
    (path / "old").write_text("old")
    with pytest.raises(CourseError, match="faces holds something"), atomic_folder(path):
        pass

    def fail():
        with atomic_folder(path, replace=True) as temporary:
            (temporary / "half").write_text("h")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert [file.name for file in path.iterdir()] == ["old"]
    assert list(tmp_path.iterdir()) == [path]
    with atomic_folder(path, replace=True) as temporary:
        (temporary / "new").write_text("new")
        assert (path / "old").exists()  # until the block ends
    assert [file.name for file in path.iterdir()] == ["new"]
    assert list(tmp_path.iterdir()) == [path]
