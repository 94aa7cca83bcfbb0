"""The benchmark's numbers hang together; what they are is another matter, and not a test's."""

import json
from dataclasses import replace

import pytest
import torch
from PIL import Image

from benchmarks.__main__ import main, print_comparisons
from benchmarks.networks import Measurement, count_flops
from benchmarks.peaks import peak_tasks
from benchmarks.reading import usual_pipeline
from benchmarks.released import compare
from benchmarks.timing import Task, time_in_turns
from pvlib.data.recipes import RECIPES, recipe

CPU = torch.device("cpu")
PRECISIONS = ("fp32", "bf16")


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """What ``python -m benchmarks --quick`` stores."""
    before = torch.get_num_threads()
    path = tmp_path_factory.mktemp("benchmarks") / "results.json"
    assert main(["--quick", "--threads", "1", "--json", str(path)]) == 0
    torch.set_num_threads(before)
    return json.loads(path.read_text())


def test_every_size_recipe_and_start_up_of_a_quick_benchmark_is_measured(results):
    rows = {(row["size"], row["precision"], row["action"]) for row in results["networks"]}
    assert rows == {("tiny", precision, action) for precision in PRECISIONS for action in ("forward", "step")}
    assert all(speed > 0 for speed in results["preparing"].values())
    assert {(row["size"], row["colour"]) for row in results["drawing"]} == {(48, False), (224, True)}
    reading = {row["recipe"]: row for row in results["reading"]}
    assert set(reading) == {name for name in RECIPES if not name.startswith(("affectnet", "drawn"))}
    for row in reading.values():
        assert row["times_as_fast"] == pytest.approx(row["batched"] / row["one_by_one"])
    (row,) = results["startup"]  # quick; the others take longer
    assert row["what"] == "pvlib --help"
    assert 0 < row["times_torch"] < row["seconds"] / 0.01  # no import of torch takes a hundredth of a second


@pytest.mark.parametrize("precision", PRECISIONS)
def test_a_training_step_takes_about_three_times_the_operations_of_a_forward_pass_and_more_memory(
    results, precision
):
    # the backward pass takes two products for each one, the first layer one only, attention five for two
    forward, step = sorted(
        (row for row in results["networks"] if row["precision"] == precision), key=lambda row: row["action"]
    )
    assert 2.8 < step["gflop"] / forward["gflop"] < 3.5
    if step["memory"] is not None:  # this system tells the high-water mark of a process
        assert step["memory"] > forward["memory"] > 0


def test_rates_and_shares_follow_from_seconds_operations_and_peaks(results):
    for row in results["networks"]:
        assert row["gflops"] == pytest.approx(row["gflop"] / row["seconds"])
        assert row["matmul_share"] == pytest.approx(row["gflops"] / row["matmul_peak"])
        assert row["conv_share"] == pytest.approx(row["gflops"] / row["conv_peak"])
        assert row["matmul_peak"] > 0
        assert row["conv_peak"] > 0


@pytest.mark.parametrize("name", RECIPES)
def test_the_usual_way_gives_faces_of_the_same_form_and_spread(name):
    # both see the same grey ramp; their means over many draws agree where nothing is cut off or mirrored away
    chosen = replace(recipe(name), erasing=0.0, padding="reflection")
    ramp = torch.linspace(60, 180, 48).round().byte().expand(48, 48).contiguous()
    picture = Image.fromarray(ramp.numpy()).convert("RGB")
    torch.manual_seed(0)
    ours = chosen.training()(ramp.expand(50, 1, 48, 48))
    pipeline = usual_pipeline(chosen)
    theirs = torch.stack([pipeline(picture) for _ in range(50)])
    assert ours.shape == theirs.shape
    side = chosen.output_size
    middle = slice(3 * side // 8, 5 * side // 8)
    ours, theirs = (made[..., middle, middle] for made in (ours, theirs))
    assert ours.mean().item() == pytest.approx(theirs.mean().item(), abs=0.15)
    assert ours.std().item() == pytest.approx(theirs.std().item(), rel=0.25)


@pytest.mark.parametrize("quick", [True, False])
def test_the_operations_of_both_peaks_are_counted_as_torch_counts_them(quick):
    for task in peak_tasks("fp32", torch.device("meta"), quick):
        assert task.flops == count_flops(task.call)


def test_tasks_take_turns_after_two_calls_each_that_are_not_counted():
    calls = []
    tasks = [Task(name, lambda name=name: calls.append(name), 0) for name in "ab"]
    assert set(time_in_turns(tasks, 3, CPU)) == {"a", "b"}
    assert "".join(calls) == "aabb" + "ababab"


def paper_row(action: str, precision: str, seconds: float, matmul_peak: float) -> Measurement:
    return Measurement(
        "paper", 8, precision, action, seconds, 1.0, 1.0, matmul_peak, 1.0, 1.0, 1.0, memory=None
    )


def test_released_seconds_shrink_as_the_peak_of_this_machine_grows(capsys):
    rows = [  # twice the peak of the machine that timed the released code
        paper_row("forward", "fp32", 0.150 / 4, 2 * 149),
        paper_row("step", "fp32", 0.461 / 2, 2 * 149),
        paper_row("forward", "bf16", 0.089, 2 * 503),
        paper_row("step", "bf16", 0.461 / 8, 2 * 503),
    ]
    comparisons = compare(rows)
    times = {row.what: row.times_as_fast for row in comparisons}
    assert times["forward fp32, released fp32"] == pytest.approx(2)
    assert times["step fp32, released fp32"] == pytest.approx(1)
    assert times["forward bf16, released bf16"] == pytest.approx(0.5)
    assert times["step bf16, released fp32"] == pytest.approx(4)
    print_comparisons(comparisons)
    verdicts = [line.split()[-1] for line in capsys.readouterr().out.splitlines() if "1.3" in line]
    assert verdicts == ["met", "missed"]
