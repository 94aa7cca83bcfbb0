"""What can go wrong with a run ends in one message with what to do, and the last checkpoint loads."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import safetensors.torch
import torch
from safetensors import safe_open
from small import CONFIG, bright_or_dark, new_network, run, weights

from pvlib.errors import CourseError
from pvlib.losses import Objective
from pvlib.training import engine
from pvlib.training.checkpoints import checkpoint_path, load_network
from pvlib.training.source import mapped_file

HERE = Path(__file__).parent
FINE = replace(CONFIG, batch_size=2, epochs=1, save_steps=5)  # 32 steps


@dataclass(frozen=True)
class Failing(Objective):
    """Fails at a step: the device has no memory left, or else the loss is multiplied by what it says."""

    at: int = 1
    says: float | None = None

    def __call__(self, logits, target, distribution=None):
        CALLS.append(1)
        loss = super().__call__(logits, target, distribution)
        if len(CALLS) == self.at:
            if self.says is None:
                raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB")
            return loss * self.says
        return loss


CALLS: list[int] = []


@pytest.fixture(autouse=True)
def count_from_zero():
    CALLS.clear()


@pytest.mark.parametrize("says", [float("nan"), float("inf")])
def test_a_loss_that_is_no_number_is_found_within_a_few_steps_and_never_saved(tmp_path, says):
    with pytest.raises(CourseError, match="by step 20 of epoch 1: lower the learning rate") as refusal:
        run(tmp_path, replace(FINE, save_steps=None, objective=Failing(at=12, says=says)))
    assert "clip = 1" in str(refusal.value)
    assert len(CALLS) == 20
    assert not checkpoint_path(tmp_path).exists()


def test_a_limited_gradient_that_is_no_number_ends_in_the_same_message(tmp_path):
    config = replace(FINE, clip=1.0, objective=Failing(at=12, says=float("nan")))
    with pytest.raises(CourseError, match="by step 15 of epoch 1"):
        run(tmp_path, config)
    load_network(tmp_path)


def test_the_checkpoint_before_a_loss_that_is_no_number_stays_and_loads(tmp_path):
    with pytest.raises(CourseError, match="no longer numbers"):
        run(tmp_path, replace(FINE, objective=Failing(at=12, says=float("nan"))))
    network = load_network(tmp_path)
    assert torch.isfinite(weights(network)).all()


def test_weights_that_are_no_numbers_are_found_even_if_the_loss_is_one(tmp_path):
    network = new_network()
    with torch.no_grad():
        network.head.log_variance.weight[0, 0] = float("nan")

    @dataclass(frozen=True)
    class Blind(Objective):
        def __call__(self, logits, target, distribution=None):
            return super().__call__(logits.nan_to_num(), target, distribution)

    with pytest.raises(CourseError, match="no longer numbers by step 5 of epoch 1"):
        run(tmp_path, replace(FINE, objective=Blind()), network=network)
    assert not checkpoint_path(tmp_path).exists()


def test_a_device_without_memory_says_what_to_change_and_the_checkpoint_loads(tmp_path):
    with pytest.raises(CourseError, match=r"no memory left for 2 faces .* batch_size or precision = bf16"):
        run(tmp_path, replace(FINE, objective=Failing(at=12)))
    load_network(tmp_path)


def test_a_device_whose_memory_others_fill_is_told_of_before_the_first_step(tmp_path, monkeypatch):
    def full(*_arguments):
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(engine, "begin", full)
    with pytest.raises(CourseError, match="or end what else computes there"):
        run(tmp_path, FINE)


def test_what_has_no_memory_may_go_through_in_more_parts(tmp_path):
    with pytest.raises(CourseError, match="accumulate = 4"):
        run(tmp_path, replace(CONFIG, accumulate=2, objective=Failing()))


@pytest.mark.parametrize(
    ("row", "said"),
    [([0.0, 0.0], "dark 0, bright 0"), ([1.5, -0.5], "dark 1.5, bright -0.5"), ([1.0, 1.0], "dark 1, bright 1"),
     ([float("nan"), 1.0], "dark nan")],
)  # fmt: skip
def test_a_face_whose_label_is_outside_the_classes_is_named_before_the_first_step(row, said):
    faces = bright_or_dark()
    faces.target[7] = torch.tensor(row)
    with pytest.raises(CourseError, match="row 7: its target is no label distribution") as refusal:
        run(faces=faces, config=replace(CONFIG, objective=Failing(at=0, says=1.0)))
    assert CALLS == []
    assert said in str(refusal.value)
    faces = replace(faces, ids=tuple(f"face{number}.png" for number in range(64)))
    with pytest.raises(CourseError, match=r"face7\.png \(row 7\)"):
        run(faces=faces)


def test_a_target_that_sums_to_less_than_one_is_allowed():
    faces = bright_or_dark()
    faces.target[7] *= 0.6  # FER+'s released target
    run(faces=faces, config=replace(CONFIG, epochs=1))


def mapped(tmp_path):
    """Those faces in a file, memory-mapped, with the path."""
    faces, path = bright_or_dark(), tmp_path / "faces.safetensors"
    safetensors.torch.save_file({"images": faces.images}, path)
    with safe_open(path, framework="pt") as file:
        return replace(faces, images=file.get_tensor("images")), path


needs_maps = pytest.mark.skipif(
    not Path("/proc/self/maps").exists(), reason="this system does not tell its maps"
)


@needs_maps
def test_the_file_of_mapped_faces_is_found_and_other_faces_have_none(tmp_path):
    faces, path = mapped(tmp_path)
    assert mapped_file(faces.images).path == path
    assert mapped_file(faces.images[5:9]).path == path
    assert mapped_file(faces.images.clone()) is None
    assert mapped_file(torch.zeros(0)) is None


@needs_maps
@pytest.mark.parametrize("how", ["deleted", "cut short", "replaced"])
def test_faces_that_vanish_during_the_run_are_named_and_the_checkpoint_goes_on_once_they_are_back(
    tmp_path, how
):
    faces, path = mapped(tmp_path)
    whole = path.read_bytes()

    @dataclass(frozen=True)
    class Vanishing(Objective):
        def __call__(self, logits, target, distribution=None):
            CALLS.append(1)
            if len(CALLS) == 12:
                if how == "cut short":
                    with path.open("rb+") as file:
                        file.truncate(1000)
                elif how == "deleted":
                    path.unlink()
                else:
                    other = path.with_suffix(".new")
                    other.write_bytes(whole)
                    other.replace(path)
            return super().__call__(logits, target, distribution)

    config = replace(FINE, objective=Vanishing())
    with pytest.raises(CourseError, match=r"faces\.safetensors: the training faces .* put the file back"):
        run(tmp_path / "run", config, faces=faces)
    assert len(CALLS) == 12  # not one step more
    path.write_bytes(whole)
    with safe_open(path, framework="pt") as file:
        back = replace(bright_or_dark(), images=file.get_tensor("images"))
    _, history = run(tmp_path / "run", config, faces=back)
    assert len(history) == 1


FULL_DISK = """
import resource, sys
from dataclasses import replace
from pathlib import Path
from small import CONFIG, run
from pvlib.errors import CourseError
folder = Path(sys.argv[1])
run(folder, replace(CONFIG, epochs=1))
room = (folder / "last.safetensors").stat().st_size // 2
resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
try:
    run(folder)
except CourseError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="file size limits are POSIX")
def test_a_disk_without_room_says_so_and_the_last_checkpoint_loads(tmp_path):
    command = [sys.executable, "-c", FULL_DISK, str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": str(HERE)}
    finished = subprocess.run(command, capture_output=True, text=True, timeout=300, env=environment)
    assert "last.safetensors" in finished.stdout, finished.stderr
    assert "Nothing was changed" in finished.stdout
    state = json.loads((tmp_path / "last.json").read_text())
    assert len(state["history"]) == 1
    load_network(tmp_path)
    assert [path.name for path in tmp_path.glob(".*")] == []
