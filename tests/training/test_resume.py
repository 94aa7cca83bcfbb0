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
from safetensors import safe_open
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
    path, tensors = checkpoint_path(tmp_path / "one"), read_tensors(tmp_path / "one")
    moment = tensors["optimizer.head.mean.bias:exp_avg"]
    moment.view(torch.int32)[0] ^= 1
    with safe_open(path, framework="pt") as file:
        metadata = file.metadata()
    safetensors.torch.save_file(tensors, path, metadata=metadata)
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


def rewrite_header(folder, text, which="last"):
    path = checkpoint_path(folder, which)
    safetensors.torch.save_file(read_tensors(folder, which), path, metadata={"state": text})


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


@pytest.mark.parametrize(("change", "said"), [
    (lambda state: state.pop("history"), "history"), (lambda state: state.pop("position"), "position"),
    (lambda state: state.pop("size"), "size"), (lambda state: state.pop("names"), "names"),
    (lambda state: state.update(history=None), "history"), (lambda state: state.update(history=[{}]), "history.0"),
    (lambda state: state.update(history=[{"epoch": "1"}]), "history.0"), (lambda state: state.update(names=5), "names"),
    (lambda state: state.update(position={"step": "x"}), "position.step"),
    (lambda state: state.update(config=None), "config"), (lambda state: state.update(config={}), "another|not "),
    (lambda state: state.update(run=[1]), "run"), (lambda state: state.update(scaler=5), "scaler"),
    (lambda state: state["position"].update(step=1_000_000), "step 1000000"),
    (lambda state: state["position"].update(step=-1), "step -1"),
    (lambda state: state["position"].update(epoch=1), "after 1 epochs, with 2"),
    (lambda state: state["position"].update(loss_sum=float("nan")), "damaged"),
    (lambda state: state.update(history=state["history"][:1]), "after 2 epochs, with 1"),
    (lambda state: state.clear(), "names|damaged"),
])  # fmt: skip
def test_a_header_without_a_key_or_with_an_impossible_value_is_one_message_that_names_the_file(
    copied, change, said
):
    state = read_state(copied)
    change(state)
    rewrite_header(copied, json.dumps(state))
    with pytest.raises(CourseError, match=said) as caught:
        go_on(copied)
    assert str(copied) in str(caught.value)
    assert "another folder" in str(caught.value)


@pytest.mark.parametrize("text", ["null", "[]", "{}", "5", "[" * 100_000, '{"a":' * 100_000, "", "{", "NaN"])
def test_a_header_that_is_no_record_is_one_short_message(copied, text):
    rewrite_header(copied, text)
    with pytest.raises(CourseError, match=r"last\.safetensors") as caught:
        go_on(copied)
    assert len(str(caught.value)) < 1000


@pytest.mark.parametrize("step", [1e30, -1.0, float("nan"), 9.0])
def test_a_step_of_adamw_that_the_run_cannot_have_taken_is_refused(copied, step):
    tensors, state = read_tensors(copied), read_state(copied)
    tensors["optimizer.head.mean.bias:step"] = torch.tensor(step)  # two epochs of four steps were taken
    safetensors.torch.save_file(tensors, checkpoint_path(copied), metadata={"state": json.dumps(state)})
    with pytest.raises(
        CourseError, match=r'"step" of "head\.mean\.bias" is missing, misshapen or impossible'
    ):
        go_on(copied)


@pytest.mark.parametrize("how", ["missing", "cut", "of another epoch"])
def test_best_weights_that_are_gone_damaged_or_others_are_named(copied, how):
    best = checkpoint_path(copied, BEST)
    if how == "missing":
        best.unlink()
    elif how == "cut":
        best.write_bytes(best.read_bytes()[:-100])
    else:
        state = read_state(copied, BEST)
        state["best"]["epoch"] = 2
        rewrite_header(copied, json.dumps(state), BEST)
    with pytest.raises(
        CourseError, match=r"best\.safetensors: the weights of the best epoch, 1, are missing or damaged"
    ):
        go_on(copied)


def test_a_file_where_tensorboard_writes_is_named(copied):
    pytest.importorskip("tensorboard")
    shutil.rmtree(copied / "tensorboard", ignore_errors=True)
    (copied / "tensorboard").write_text("somebody's own")
    with pytest.raises(CourseError, match=r"tensorboard.* move it away"):
        go_on(copied)


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


def test_a_run_of_an_older_version_is_refused_by_name(copied):
    state = read_state(copied)
    del state["format"]
    rewrite_header(copied, json.dumps(state))
    with pytest.raises(CourseError, match="older version"):
        go_on(copied)


@pytest.mark.parametrize("content", [b"", b"nonsense", None])
def test_a_damaged_checkpoint_is_named(copied, content):
    path = checkpoint_path(copied)
    path.write_bytes(path.read_bytes()[:1000] if content is None else content)
    with pytest.raises(CourseError, match=r"last\.safetensors"):
        go_on(copied)
    with pytest.raises(CourseError, match=r"last\.safetensors"):
        load_network(copied)


def test_weights_and_moments_that_are_missing_are_named(copied):
    tensors, metadata = read_tensors(copied), {"state": json.dumps(read_state(copied))}
    for key in ("optimizer.head.mean.bias:exp_avg", "network.head.mean.bias"):
        del tensors[key]
        safetensors.torch.save_file(tensors, checkpoint_path(copied), metadata=metadata)
        with pytest.raises(CourseError, match=r"head\.mean\.bias"):
            go_on(copied)
    with pytest.raises(CourseError, match=r"head\.mean\.bias"):
        load_network(copied)
