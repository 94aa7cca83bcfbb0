"""A run that was stopped, killed or cut off in the middle of an epoch ends like one that never was."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import safetensors.torch
import torch
from killing import OPTIONS, accuracy, difference
from small import CONFIG, MINUTE, OFTEN, bright_or_dark, look_every, new_network, run

from pvlib.errors import CourseError
from pvlib.files import atomic_write
from pvlib.training import state as training_state
from pvlib.training.batches import Sampling
from pvlib.training.checkpoints import BEST, checkpoint_path, load_network, read_state, read_tensors
from pvlib.training.state import CheckpointKeeper

HERE = Path(__file__).parent


class StopHereError(Exception):
    """Stands for whatever ends a run between two steps."""


def stop_after_saving(monkeypatch, folder, config, saves):
    """Run until so many checkpoints are written."""
    with monkeypatch.context() as patch:
        save, left = CheckpointKeeper.save, [saves]

        def save_and_stop(self, state):
            save(self, state)
            left[0] -= 1
            if not left[0]:
                raise StopHereError

        patch.setattr(CheckpointKeeper, "save", save_and_stop)
        with pytest.raises(StopHereError):
            run(folder, config, measure=accuracy)


@pytest.mark.parametrize("name", OPTIONS)
def test_a_run_that_goes_on_within_an_epoch_ends_with_the_same_bits(tmp_path, monkeypatch, name):
    look_every(2, monkeypatch.setattr)
    often = replace(OPTIONS[name], epochs=2)
    seldom = replace(often, save_minutes=None)
    run(tmp_path / "whole", seldom, measure=accuracy)
    stop_after_saving(monkeypatch, tmp_path / "parts", often, saves=1)
    position = read_state(tmp_path / "parts")["position"]
    assert (position["epoch"], position["step"]) == (0, 2)
    run(tmp_path / "parts", seldom, measure=accuracy)  # how often it saves may change
    assert difference(tmp_path / "whole", tmp_path / "parts") == ""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_a_run_killed_at_random_moments_ends_with_the_same_bits():
    # A fresh process forks the runs, as torch's threads of this one would not survive a fork.
    command = [sys.executable, str(HERE / "killing.py"), "--kills", "4", "--seed", "1", "everything"]
    environment = {**os.environ, "PYTHONPATH": str(HERE.parents[1])}
    finished = subprocess.run(command, capture_output=True, text=True, timeout=400, env=environment)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert finished.stdout.count("killed 4 times") == 1
    assert finished.stdout.count("all bit-identical") == 1


def test_the_comparison_of_two_runs_sees_one_changed_bit(tmp_path):
    for name in ("one", "other"):
        run(tmp_path / name, replace(CONFIG, epochs=1), measure=accuracy)
    assert difference(tmp_path / "one", tmp_path / "other") == ""

    def flip(kept):
        kept["optimizer.head.mean.bias:exp_avg"].view(torch.int32)[0] ^= 1

    tensors(flip)(tmp_path / "one")
    assert "head.mean.bias:exp_avg" in difference(tmp_path / "one", tmp_path / "other")


@pytest.mark.parametrize(("minutes", "stands"), [(OFTEN, (0, 10)), (None, (1, 0))])
def test_a_run_saves_within_an_epoch_by_the_clock_or_after_epochs_only(
    tmp_path, monkeypatch, minutes, stands
):
    config = replace(CONFIG, batch_size=4, epochs=1, save_minutes=minutes)  # 16 steps; it looks after 10
    stop_after_saving(monkeypatch, tmp_path, config, saves=1)
    position = read_state(tmp_path)["position"]
    assert (position["epoch"], position["step"]) == stands


def test_a_run_killed_between_best_and_last_writes_both_again(tmp_path, monkeypatch):
    run(tmp_path / "whole", replace(CONFIG, epochs=1), measure=accuracy)
    with monkeypatch.context() as patch:
        write = training_state.write_checkpoint

        def only_best(folder, tensors, state, which="last"):
            if which != BEST:
                raise StopHereError
            write(folder, tensors, state, which)

        patch.setattr(training_state, "write_checkpoint", only_best)
        with pytest.raises(StopHereError):
            run(tmp_path / "cut", replace(CONFIG, epochs=1), measure=accuracy)
    assert checkpoint_path(tmp_path / "cut", BEST).exists()
    run(tmp_path / "cut", replace(CONFIG, epochs=1), measure=accuracy)
    assert difference(tmp_path / "whole", tmp_path / "cut") == ""


def test_what_a_killed_save_left_behind_is_removed_by_the_run_that_goes_on(tmp_path):
    run(tmp_path, replace(CONFIG, epochs=1))
    with atomic_write(checkpoint_path(tmp_path)) as temporary:
        temporary.write_bytes(checkpoint_path(tmp_path).read_bytes())
        left = temporary.with_name(temporary.name.replace(temporary.name.split(".")[2], "0123abcd"))
        left.write_bytes(b"half of a checkpoint")
    kept = tmp_path / ".last.notes.safetensors"
    kept.write_bytes(b"somebody's own")
    run(tmp_path)
    assert not left.exists()
    assert kept.exists()


def test_a_cosine_run_may_not_grow_as_its_rates_depend_on_its_length(tmp_path):
    cosine = replace(CONFIG, epochs=1, schedule="cosine")
    run(tmp_path, cosine)
    with pytest.raises(CourseError, match="epochs=1, not 2"):
        run(tmp_path, replace(cosine, epochs=2))


def header(change, which="last"):
    """Damage that changes what a checkpoint says of its run; a text stands there instead."""

    def damage(folder):
        state = read_state(folder, which)
        text = change if isinstance(change, str) else json.dumps(change(state) or state)
        path = checkpoint_path(folder, which)
        safetensors.torch.save_file(read_tensors(folder, which), path, metadata={"state": text})

    return damage


def without(*keys):
    return header(lambda state: {key: value for key, value in state.items() if key not in keys})


def tensors(change):
    """Damage that changes what the last checkpoint holds."""

    def damage(folder):
        kept, state = read_tensors(folder), json.dumps(read_state(folder))
        change(kept)
        safetensors.torch.save_file(kept, checkpoint_path(folder), metadata={"state": state})

    return damage


def contents(change, which="last"):
    """Damage that makes other bytes of a checkpoint's bytes."""

    def damage(folder):
        path = checkpoint_path(folder, which)
        path.write_bytes(change(path.read_bytes()))

    return damage


def tensorboard_is_a_file(folder):
    shutil.rmtree(folder / "tensorboard", ignore_errors=True)
    (folder / "tensorboard").write_text("somebody's own")


@pytest.fixture(scope="module")
def two_epochs(tmp_path_factory):
    """A run of two epochs, of which the first was the best."""
    folder = tmp_path_factory.mktemp("run")
    accuracies = iter((0.9, 0.1))
    run(folder, replace(CONFIG, epochs=2), measure=lambda network: {"accuracy": next(accuracies)})
    return folder


@pytest.fixture
def copied(two_epochs, tmp_path):
    return shutil.copytree(two_epochs, tmp_path / "run")


def go_on(folder):
    return run(folder, replace(CONFIG, epochs=3), measure=accuracy)


STEP, BIAS = "optimizer.head.mean.bias:step", r"head\.mean\.bias"
IMPOSSIBLE = rf'"step" of "{BIAS}" is missing, misshapen or impossible'  # two epochs of four steps were taken
OTHER_BEST = r"best\.safetensors: the weights of the best epoch, 1, are missing or damaged"


HEADERS = [
    *((without(key), key) for key in ("history", "position", "size", "names")),
    (header(lambda state: state.update(history=None)), "history"), (header(lambda state: state.update(names=5)), "names"),
    (header(lambda state: state.update(history=[{}])), "history.0"),
    (header(lambda state: state.update(history=[{"epoch": "1"}])), "history.0"),
    (header(lambda state: state.update(position={"step": "x"})), "position.step"),
    (header(lambda state: state.update(config=None)), "config"), (header(lambda state: state.update(run=[1])), "run"),
    (header(lambda state: state.update(config={})), "another|not "),
    (header(lambda state: state.update(scaler=5)), "scaler"),
    (header(lambda state: state["position"].update(step=1_000_000)), "step 1000000"),
    (header(lambda state: state["position"].update(step=-1)), "step -1"),
    (header(lambda state: state["position"].update(epoch=1)), "after 1 epochs, with 2"),
    (header(lambda state: state["position"].update(loss_sum=float("nan"))), "damaged"),
    (header(lambda state: state.update(history=state["history"][:1])), "after 2 epochs, with 1"),
]  # fmt: skip


@pytest.mark.parametrize(("damage", "said"), [
    *HEADERS,
    (without("format"), "older version"),
    *((header(text), r"last\.safetensors")
      for text in ("null", "[]", "{}", "5", "[" * 100_000, '{"a":' * 100_000, "", "{", "NaN")),
    *((tensors(lambda kept, step=step: kept[STEP].fill_(step)), IMPOSSIBLE) for step in (1e30, -1.0, float("nan"), 9.0)),
    *((tensors(lambda kept, key=key: kept.pop(key)), BIAS)
      for key in ("optimizer.head.mean.bias:exp_avg", "network.head.mean.bias")),
    *((contents(change), r"last\.safetensors")
      for change in (lambda whole: b"", lambda whole: b"nonsense", lambda whole: whole[:1000])),
    (lambda folder: checkpoint_path(folder, BEST).unlink(), OTHER_BEST),
    (contents(lambda whole: whole[:-100], BEST), OTHER_BEST),
    (header(lambda state: state["best"].update(epoch=2), BEST), OTHER_BEST),
    (tensorboard_is_a_file, r"tensorboard.* move it away"),
])  # fmt: skip
def test_what_is_damaged_or_of_others_is_named_with_its_file_in_one_short_message(copied, damage, said):
    damage(copied)
    with pytest.raises(CourseError, match=said) as caught:
        go_on(copied)
    assert str(copied) in str(caught.value)
    assert "another folder" in str(caught.value) or (damage, said) not in HEADERS
    assert len(str(caught.value)) < 1000


@pytest.mark.parametrize(("damage", "said"), [
    (contents(lambda whole: whole[:1000]), r"last\.safetensors"),
    (tensors(lambda kept: kept.pop("network.head.mean.bias")), BIAS),
])  # fmt: skip
def test_no_network_is_made_of_a_damaged_checkpoint(copied, damage, said):
    damage(copied)
    with pytest.raises(CourseError, match=said):
        load_network(copied)


@pytest.mark.parametrize(("change", "said"), [
    ({"config": replace(CONFIG, learning_rate=1e-4)}, "learning_rate=0.003, not 0.0001"),
    ({"config": replace(CONFIG, sampling=Sampling(balance=1.0))}, "sampling.balance=0.0, not 1.0"),
    ({"config": replace(CONFIG, recipe=replace(CONFIG.recipe, rotation=11))}, "recipe.rotation=10, not 11"),
    ({"config": replace(CONFIG, epochs=1)}, "already has 2 epochs"),
    ({"size": replace(MINUTE, layer_embedding=False)}, "size.layer_embedding=True, not False"),
    ({"run_notes": {"data": "others"}}, "data=null, not others"),
    ({"faces": bright_or_dark(32)}, "faces=64, not 32; the data changed"),
])  # fmt: skip
def test_another_run_is_refused_by_its_first_key_and_the_folder_stays_whole(copied, change, said):
    before = {path: path.read_bytes() for path in copied.iterdir() if path.is_file()}
    options = {"config": CONFIG, **change}
    network = new_network(options.pop("size", MINUTE))
    with pytest.raises(CourseError) as caught:
        run(copied, network=network, **options)
    assert said in str(caught.value)
    assert {path: path.read_bytes() for path in copied.iterdir() if path.is_file()} == before
