"""A file is there whole, or it is as it was."""

import errno
import os
import subprocess
import sys

import numpy as np
import pytest
from safetensors.numpy import save_file

from pvlib.errors import CourseError
from pvlib.files import atomic_folder, atomic_write


def test_the_new_content_replaces_the_old_and_nothing_else_stays_behind(tmp_path):
    path = tmp_path / "record.json"
    path.write_text("old")
    with atomic_write(path) as temporary:
        temporary.write_text("new")
        assert path.read_text() == "old"  # until the block ends
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_missing_parent_folders_are_made(tmp_path):
    path = tmp_path / "runs" / "first" / "record.json"
    with atomic_write(path) as temporary:
        temporary.write_text("content")
    assert path.read_text() == "content"


def test_the_temporary_file_is_a_sibling_with_the_same_suffix(tmp_path):
    with atomic_write(tmp_path / "weights.safetensors") as temporary:
        assert temporary.parent == tmp_path
        assert temporary.suffix == ".safetensors"


@pytest.mark.parametrize("failure", [ValueError, KeyboardInterrupt, SystemExit])
def test_a_block_that_fails_leaves_the_old_file_whole_and_no_litter(tmp_path, failure):
    path = tmp_path / "record.json"
    path.write_text("old")

    def write():
        with atomic_write(path) as temporary:
            temporary.write_text("half of the n")
            raise failure

    with pytest.raises(failure):
        write()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_is_named_with_the_path_and_the_old_file_stays_whole(tmp_path):
    path = tmp_path / "record.json"
    path.write_text("old")

    def write():
        with atomic_write(path) as temporary:
            temporary.write_text("half of the n")
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(CourseError, match=r"record\.json: no room is left"):
        write()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    "statement",
    [
        "temporary.write_bytes(bytes(5000))",
        "from safetensors.numpy import save_file; import numpy; "
        "save_file({'votes': numpy.zeros(5000)}, temporary)",
    ],
    ids=["plain", "safetensors"],
)
def test_a_file_size_limit_of_the_system_is_one_clear_error(tmp_path, statement):
    path = tmp_path / "record.bin"
    path.write_bytes(b"old")
    program = f"""
import resource, signal
from pvlib.errors import CourseError
from pvlib.files import atomic_folder, atomic_write
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    with atomic_write({str(path)!r}) as temporary:
        {statement}
except CourseError as error:
    print(error)
"""
    ended = subprocess.run([sys.executable, "-B", "-c", program], capture_output=True, text=True, check=True)
    assert str(path) in ended.stdout
    assert "larger than this system allows" in ended.stdout
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_safetensors_file_may_be_read_by_whom_any_other_new_file_may(tmp_path):
    plain, path = tmp_path / "plain", tmp_path / "weights.safetensors"
    plain.touch()
    with atomic_write(path) as temporary:
        save_file({"votes": np.zeros(1)}, temporary)
    assert path.stat().st_mode == plain.stat().st_mode


def test_a_parent_that_is_a_file_is_refused_before_the_block_runs(tmp_path):
    (tmp_path / "taken").write_text("a file")
    path = tmp_path / "taken" / "record.json"
    with pytest.raises(CourseError, match=r"taken/record\.json.*is a file, not a folder"), atomic_write(path):
        pytest.fail("the block must not run")
    assert (tmp_path / "taken").read_text() == "a file"


def test_a_folder_that_even_root_may_not_write_to_is_one_clear_error():
    with pytest.raises(CourseError, match=r"/proc/record\.json"), atomic_write("/proc/record.json"):
        pytest.fail("the block must not run")


def test_a_folder_without_permission_is_one_clear_error(tmp_path, monkeypatch):
    def refuse(self, *args, **kwargs):  # tests may run as root, whom no permission bit stops
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(self))

    monkeypatch.setattr("pathlib.Path.touch", refuse)
    with pytest.raises(CourseError, match=r"record\.json: permission is denied"):  # noqa: SIM117
        with atomic_write(tmp_path / "record.json"):
            pytest.fail("the block must not run")


def test_a_target_that_is_a_folder_is_refused_and_kept(tmp_path):
    (tmp_path / "runs").mkdir()
    with pytest.raises(CourseError, match="runs: it is a folder"), atomic_write(tmp_path / "runs"):
        pytest.fail("the block must not run")
    assert (tmp_path / "runs").is_dir()


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


def test_an_empty_folder_may_be_filled(tmp_path):
    (tmp_path / "empty").mkdir()
    with atomic_folder(tmp_path / "empty") as temporary:
        (temporary / "one").write_text("1")
    assert (tmp_path / "empty" / "one").is_file()


def test_a_folder_that_holds_something_is_replaced_on_request_only(tmp_path):
    path = tmp_path / "faces"
    path.mkdir()
    (path / "old").write_text("old")
    with pytest.raises(CourseError, match="faces holds something"), atomic_folder(path):
        pass
    with atomic_folder(path, replace=True) as temporary:
        (temporary / "new").write_text("new")
        assert (path / "old").exists()  # until the block ends
    assert [file.name for file in path.iterdir()] == ["new"]
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_a_failed_folder_leaves_things_as_they_were(tmp_path, error):
    path = tmp_path / "faces"
    path.mkdir()
    (path / "old").write_text("old")

    def fail():
        with atomic_folder(path, replace=True) as temporary:
            (temporary / "half").write_text("h")
            raise error

    with pytest.raises(error):
        fail()
    assert [file.name for file in path.iterdir()] == ["old"]
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_is_not_taken_for_a_folder(tmp_path):
    path = tmp_path / "faces"
    path.write_text("a file")
    with pytest.raises(CourseError, match="faces"), atomic_folder(path, replace=True):
        pass
    assert path.read_text() == "a file"
