"""Several processes compute what one computes, and what cannot be had is refused by name."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from small import CONFIG, bright_or_dark, run
from two_processes import train

from pvlib.errors import CourseError
from pvlib.training.batches import Batches
from pvlib.training.devices import make_fabric

HERE = Path(__file__).parent


def test_two_processes_have_the_loss_of_one_at_every_step_go_on_where_they_stopped_and_end_together(tmp_path):
    one = train(make_fabric("cpu"))
    command = [sys.executable, str(HERE / "two_processes.py"), str(tmp_path)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(HERE.parents[1])}
    finished = subprocess.run(command, capture_output=True, text=True, timeout=400, env=environment)
    # in the last run of the program the second process fails: both end
    assert finished.returncode != 0
    assert "the disk of this test is full" in finished.stderr
    told = [json.loads((tmp_path / f"{process}.json").read_text()) for process in (0, 1)]
    first, second = (each["whole"] for each in told)

    both = (torch.tensor(first["losses"]) + torch.tensor(second["losses"])) / 2
    # Sums in another order differ in the last bits of float32, and Adam lets that grow a little.
    torch.testing.assert_close(both, torch.tensor(one["losses"]), rtol=1e-5, atol=0)
    assert both.std() > 0.05  # so the steps differ by far more than that
    assert first["losses"] != second["losses"]  # each had faces of its own
    assert first["weights"] == second["weights"]
    torch.testing.assert_close(
        torch.tensor(first["weights"]), torch.tensor(one["weights"]), rtol=0, atol=1e-3
    )
    assert first["means"] == second["means"] == pytest.approx(one["means"], rel=1e-5)
    assert first["metrics"] == second["metrics"] == {"accuracy": 0.5, "measured by": 0}

    for each in told:
        assert each["resumed"]["losses"] == each["whole"]["losses"][4:]  # after one epoch of four steps
        assert each["resumed"]["weights"] == each["whole"]["weights"]
        assert "not all processes find the same checkpoint" in each["apart"]
        assert each["slow libraries"] == []  # none of them is needed, and a run would wait seconds for them


def test_processes_share_every_steps_faces_and_agree_on_their_order():
    given = {
        "faces": bright_or_dark(),
        "rows": torch.arange(64),
        "config": CONFIG,
        "device": torch.device("cpu"),
    }
    whole = Batches(**given, process=0, processes=1)
    halves = [Batches(**given, process=number, processes=2) for number in (0, 1)]
    order = whole.order(epoch=3)
    assert torch.equal(order.flatten().sort().values, torch.arange(64))
    assert all(torch.equal(half.order(epoch=3), order) for half in halves)
    for step in order:
        assert torch.equal(torch.cat([half.own(step) for half in halves]), step)
    assert not torch.equal(whole.order(epoch=4), order)


@pytest.mark.parametrize(("asked", "said"), [
    ({"device": "cpu:0"}, 'device "cpu:0" is not here; there is: cpu'),
    ({"device": "tpu"}, 'device "tpu" is not here; there is: cpu'),
    ({"device": "cuda:77"}, 'device "cuda:77" is not here'),
    ({"devices": 0}, "devices must be a whole number of at least 1, not 0"),
    ({"nodes": 1.5}, "nodes must be a whole number"),
    ({"precision": "int8"}, 'precision must be "fp32", "bf16" or "fp16"'),
    ({"precision": "fp16"}, 'precision "fp16" needs a GPU: choose "bf16" or "fp32"'),
])  # fmt: skip
def test_what_cannot_be_had_is_refused_by_name(asked, said):
    with pytest.raises(CourseError, match=said.replace("(", r"\(")):
        make_fabric(**{"device": "cpu", **asked})


def test_a_fabric_of_another_precision_or_of_processes_that_cannot_share_a_step_is_refused():
    class Three:
        """A fabric of three processes, as far as the check looks."""

        world_size, strategy = 3, make_fabric("cpu").strategy

    for made, asked in (("fp32", "bf16"), ("bf16", "fp32")):
        with pytest.raises(CourseError, match=f'asks for precision "{asked}"'):
            run(config=replace(CONFIG, precision=asked), fabric=make_fabric("cpu", precision=made))
    with pytest.raises(CourseError, match="batch_size = 16 cannot be shared out equally"):
        run(fabric=Three())


def test_bfloat16_rounds_what_a_layer_computes_but_not_the_noise_of_the_head():
    fabric = make_fabric("cpu", precision="bf16")
    noise = torch.tensor([1 + 2**-20])
    assert fabric.strategy.precision.convert_input(noise).item() == 1 + 2**-20
    with fabric.autocast():
        assert torch.nn.Linear(2, 2)(torch.ones(1, 2)).dtype == torch.bfloat16
