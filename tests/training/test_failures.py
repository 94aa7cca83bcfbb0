"""What can go wrong with a run ends in one message with what to do, and the last checkpoint loads."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
import torch
from small import CONFIG, OFTEN, bright_or_dark, look_every, new_network, run, weights
from torch import Tensor

from pvlib.errors import CourseError
from pvlib.losses import Objective
from pvlib.training import loop
from pvlib.training.checkpoints import checkpoint_path, load_network, read_state

FINE = replace(CONFIG, batch_size=2, epochs=1, save_minutes=OFTEN)  # 32 steps


@dataclass(frozen=True)
class Spoilt(Objective):
    """Makes of the loss at a step what ``HAPPENS`` says; a blind one takes logits that are no numbers for zeros."""

    at: int = 1
    blind: bool = False

    def __call__(self, logits, target, distribution=None):
        CALLS.append(1)
        loss = super().__call__(logits.nan_to_num() if self.blind else logits, target, distribution)
        return HAPPENS[0](loss) if HAPPENS and len(CALLS) == self.at else loss


def no_memory(*_arguments):
    raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB")


CALLS: list[int] = []
HAPPENS: list[Callable[[Tensor], object]] = []


@pytest.fixture(autouse=True)
def count_from_zero(monkeypatch):
    CALLS.clear()
    HAPPENS.clear()
    look_every(5, monkeypatch.setattr)


@pytest.mark.parametrize(("says", "clip"), [(float("nan"), None), (float("inf"), None), (float("nan"), 1.0)])
def test_a_loss_that_is_no_number_is_found_within_a_few_steps_and_the_checkpoint_before_loads(
    tmp_path, says, clip
):
    HAPPENS.append(lambda loss: loss * says)
    with pytest.raises(CourseError, match=r"by step 15 of epoch 1: lower the learning rate .*clip = 1"):
        run(tmp_path, replace(FINE, clip=clip, objective=Spoilt(at=12)))
    assert len(CALLS) == 15
    assert torch.isfinite(weights(load_network(tmp_path))).all()
    assert read_state(tmp_path)["position"]["step"] == 10


def test_weights_that_are_no_numbers_are_found_even_if_the_loss_is_one(tmp_path):
    network = new_network()
    with torch.no_grad():
        network.head.log_variance.weight[0, 0] = float("nan")
    with pytest.raises(CourseError, match="no longer numbers by step 5 of epoch 1"):
        run(tmp_path, replace(FINE, objective=Spoilt(blind=True)), network=network)
    assert not checkpoint_path(tmp_path).exists()


def test_a_device_without_memory_says_what_to_change_and_the_checkpoint_loads(tmp_path):
    says = r"no memory left for 2 faces .*accumulate = 2.* batch_size or precision = bf16"
    HAPPENS.append(no_memory)
    with pytest.raises(CourseError, match=says):
        run(tmp_path, replace(FINE, objective=Spoilt(at=12)))
    load_network(tmp_path)


@pytest.mark.parametrize("ask", [
    lambda loss: torch.empty(2**46), lambda loss: torch.empty(2**62, 2**62), lambda loss: bytearray(2**60),
])  # fmt: skip
def test_a_cpu_without_memory_says_the_same(ask):
    HAPPENS.append(ask)
    with pytest.raises(CourseError, match=r"no memory left for 2 faces .* or end what else computes there"):
        run(config=replace(FINE, save_minutes=None, objective=Spoilt()))


def test_a_device_whose_memory_others_fill_is_told_of_before_the_first_step(tmp_path, monkeypatch):
    monkeypatch.setattr(loop, "begin", no_memory)
    with pytest.raises(CourseError, match="or end what else computes there"):
        run(tmp_path, FINE)


@pytest.mark.parametrize(
    ("row", "said"),
    [([0.0, 0.0], "dark 0, bright 0"), ([1.5, -0.5], "dark 1.5, bright -0.5"), ([1.0, 1.0], "dark 1, bright 1"),
     ([float("nan"), 1.0], "dark nan")],
)  # fmt: skip
def test_a_face_whose_label_is_outside_the_classes_is_named_before_the_first_step(row, said):
    faces = bright_or_dark()
    faces.target[7] = torch.tensor(row)
    with pytest.raises(CourseError, match="row 7: its target is no label distribution") as refusal:
        run(faces=faces, config=replace(CONFIG, objective=Spoilt()))
    assert CALLS == []
    assert said in str(refusal.value)
    faces = replace(faces, ids=tuple(f"face{number}.png" for number in range(64)))
    with pytest.raises(CourseError, match=r"face7\.png \(row 7\)"):
        run(faces=faces)


def test_a_target_that_sums_to_less_than_one_is_allowed():
    faces = bright_or_dark()
    faces.target[7] *= 0.6  # FER+'s released target
    run(faces=faces, config=replace(CONFIG, epochs=1))


@pytest.mark.skipif(sys.platform == "win32", reason="file size limits are POSIX")
def test_a_disk_without_room_says_so_and_the_last_checkpoint_loads(tmp_path):
    import resource

    run(tmp_path, replace(CONFIG, epochs=1))
    room, limits = checkpoint_path(tmp_path).stat().st_size // 2, resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, limits[1]))
    try:
        with pytest.raises(CourseError, match=r"last\.safetensors.* Nothing was changed"):
            run(tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert len(read_state(tmp_path)["history"]) == 1
    load_network(tmp_path)
    assert [path.name for path in tmp_path.glob(".*")] == []
