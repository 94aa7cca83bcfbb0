"""The benchmark's numbers hang together; what they are is another matter, and not a test's."""

import json

import pytest
import torch

from benchmarks.__main__ import main, print_comparisons
from benchmarks.networks import Measurement, count_flops, network_calls
from benchmarks.peaks import peak_tasks
from benchmarks.released import compare
from benchmarks.timing import Task, time_in_turns

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """What ``python -m benchmarks --quick`` stores."""
    before = torch.get_num_threads()
    path = tmp_path_factory.mktemp("benchmarks") / "results.json"
    assert main(["--quick", "--threads", "1", "--json", str(path)]) == 0
    torch.set_num_threads(before)
    return json.loads(path.read_text())


def test_every_precision_and_action_of_the_tiny_size_is_measured(results):
    rows = {(row["size"], row["precision"], row["action"]) for row in results["networks"]}
    assert rows == {
        ("tiny", precision, action) for precision in ("fp32", "bf16") for action in ("forward", "step")
    }


def test_rates_and_shares_follow_from_seconds_operations_and_peaks(results):
    for row in results["networks"]:
        assert row["gflops"] == pytest.approx(row["gflop"] / row["seconds"])
        assert row["matmul_share"] == pytest.approx(row["gflops"] / row["matmul_peak"])
        assert row["conv_share"] == pytest.approx(row["gflops"] / row["conv_peak"])
        assert row["matmul_peak"] > 0
        assert row["conv_peak"] > 0


def test_a_training_step_takes_about_three_times_the_operations_of_a_forward_pass(results):
    # the backward pass takes two products for each one, the first layer one only, attention five for two
    gflop = {(row["precision"], row["action"]): row["gflop"] for row in results["networks"]}
    for precision in ("fp32", "bf16"):
        assert 2.8 < gflop[precision, "step"] / gflop[precision, "forward"] < 3.5


def test_a_training_step_needs_more_memory_than_a_forward_pass(results):
    memory = {(row["precision"], row["action"]): row["memory"] for row in results["networks"]}
    for precision in ("fp32", "bf16"):
        if memory[precision, "step"] is None:
            pytest.skip("this system does not tell the high-water mark of a process")
        assert memory[precision, "step"] > memory[precision, "forward"] > 0


def test_the_reader_is_timed_on_the_faces_it_opened(results):
    reading = results["reading"]
    assert reading["faces"] == 256
    assert 0 < reading["images_per_second"] < reading["images_per_second_unchanged"]


def test_the_paper_size_takes_the_published_number_of_operations():
    forward = network_calls("paper", 1, "fp32", CPU)["forward"]
    assert count_flops(forward) / 1e9 == pytest.approx(17.2, abs=0.1)


@pytest.mark.parametrize("quick", [True, False])
def test_the_operations_of_both_peaks_are_counted_as_torch_counts_them(quick):
    for task in peak_tasks("fp32", CPU, quick):
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


def test_without_the_paper_size_nothing_is_compared():
    assert compare([]) == []


def test_a_missing_ferplus_file_is_named(capsys, tmp_path):
    assert main(["--quick", "--threads", "1", "--ferplus", str(tmp_path / "none.safetensors")]) == 1
    assert "none.safetensors" in capsys.readouterr().err
