"""What a run refuses before it harms a folder: another run at work there, damaged records, too little memory."""

import os
import shutil

import numpy as np
import pytest

from pvlib.errors import CourseError
from pvlib.files import locked
from pvlib.runs.train import train_run
from pvlib.training.config_files import load_config

pytestmark = pytest.mark.usefixtures("one_thread")

SMALL = ("data.count=32", "data.valid_count=16", "train.batch_size=16", "train.epochs=1")


def train(folder, *overrides, **options):
    def measure(network, faces, **settings):
        return {"accuracy": 0.5}

    config = load_config("drawn-tiny", [*SMALL, *overrides])
    return train_run(config, folder, measure=measure, device="cpu", show_progress=False, **options)


def test_a_folder_in_which_a_training_goes_on_and_faces_that_no_memory_holds_are_refused(tmp_path):
    working = pytest.raises(CourseError, match=rf"\(process {os.getpid()}\)")
    with locked(tmp_path / "run", "a training"), working:
        train(tmp_path / "run", "seed=1")
    with pytest.raises(CourseError, match=r"no memory left for these faces .*data\.count"):
        train(tmp_path / "run", load=lambda source, split, **options: np.empty(10**17))
    assert list(tmp_path.iterdir()) == []


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A run in a folder where a killed process left its lock."""
    folder = tmp_path_factory.mktemp("run")
    (folder / ".lock").write_text("4194304")
    train(folder)
    return folder


def test_the_lock_of_a_killed_process_does_not_block_and_none_is_left_behind(finished):
    assert (finished / "last.safetensors").exists()
    assert not (finished / ".lock").exists()


WRONG_BATCHES = [("train.batch_size=64",), ("train.batch_size=18", "train.accumulate=3")]


@pytest.mark.parametrize("overrides", WRONG_BATCHES)
def test_a_run_that_the_loop_refuses_leaves_no_folder_and_one_that_cannot_be_is_one_message(
    tmp_path, overrides
):
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "run", tmp_path / "deep" / "er"):
        with pytest.raises(CourseError, match="batch_size"):
            train(folder, "data.count=17", *overrides)
    for name, said in (("x" * 300, "name is too long"), ("file", "is a file"), ("file/run", "is a file")):
        with pytest.raises(CourseError, match=said):
            train(tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


DAMAGED = ["a folder", "[]", "null", "{", '{"sessions": 5}', '{"faces": {"train": "many"}}', "[" * 100_000]


@pytest.mark.parametrize("damage", DAMAGED)
def test_a_damaged_record_is_named_and_nothing_is_overwritten(finished, tmp_path, damage):
    shutil.copytree(finished, tmp_path, dirs_exist_ok=True)
    record = tmp_path / "run.json"
    record.unlink()
    record.mkdir() if damage == "a folder" else record.write_text(damage)
    kept = [tmp_path / name for name in ("config.yaml", "last.safetensors")]
    before = [path.read_bytes() for path in kept]
    with pytest.raises(CourseError, match=r"run\.json is damaged .*remove it to go on"):
        train(tmp_path, "train.epochs=2")
    assert [path.read_bytes() for path in kept] == before
