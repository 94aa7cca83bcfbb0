"""``python -m benchmarks``: measure, print a table, and store the numbers on request."""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

import torch

from benchmarks.drawing import DrawingSpeed, measure_drawing
from benchmarks.machine import describe
from benchmarks.networks import SIZES, Measurement, measure_networks
from benchmarks.reading import AIM, Prepared, ReadingSpeed, measure_reading, prepared_sets
from benchmarks.released import Comparison, compare
from benchmarks.startup import StartUp, measure_startup
from pvlib.errors import CourseError
from pvlib.files import atomic_write
from pvlib.training.devices import keep_freed_memory

STEP_AIM = 0.6  # of the convolution's peak, in a training step at paper size


def main(arguments: list[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    if options.threads:
        torch.set_num_threads(options.threads)
    rounds = options.rounds or (1 if options.quick else 9)
    keep_freed_memory()  # as a training does
    device = torch.device(options.device)
    machine = describe(device)
    print_machine(machine)
    rows: list[Measurement] = []
    try:
        startup = measure_startup(rounds, options.quick)
        print_startup(startup)
        with prepared_sets(64 if options.quick else 1024) as sets:
            print_preparing(sets)
            reading = measure_reading(sets, rounds, options.quick)
        print_reading(reading)
        drawing = measure_drawing(options.quick)
        print_drawing(drawing)
        for size in [options.size] if options.size else ["tiny"] if options.quick else list(SIZES):
            rows += measure_networks(size, rounds, device, options.quick, options.batch)
            print_networks([row for row in rows if row.size == size])
        comparisons = compare(rows)
        print_comparisons(comparisons)
        if options.json:
            results = {
                "machine": machine,
                "rounds": rounds,
                "networks": [asdict(row) for row in rows],
                "released": [asdict(comparison) for comparison in comparisons],
                "preparing": {name: len(made.files) / made.seconds for name, made in sets.items()},
                "reading": [{**asdict(row), "times_as_fast": row.times_as_fast} for row in reading],
                "drawing": [asdict(row) for row in drawing],
                "startup": [asdict(row) for row in startup],
            }
            with atomic_write(options.json) as temporary:
                temporary.write_text(json.dumps(results, indent=2) + "\n")
    except CourseError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def parser() -> argparse.ArgumentParser:
    command = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    command.add_argument("--size", choices=SIZES, help="only this size")
    command.add_argument("--batch", type=int, help="faces a batch; 8 at paper size, 64 at tiny by default")
    command.add_argument("--device", default="cpu", help='where the networks run, e.g. "cuda"')
    command.add_argument("--threads", type=int, help="CPU threads; torch's own choice by default")
    command.add_argument("--rounds", type=int, help="how often each thing is timed; the median counts")
    command.add_argument("--json", type=Path, help="also write the numbers to this file")
    command.add_argument("--quick", action="store_true", help="seconds instead of minutes, to try it out")
    return command


def print_machine(machine: dict[str, str | int | float]) -> None:
    print("; ".join(f"{fact}: {value}" for fact, value in machine.items()))


def print_networks(rows: list[Measurement]) -> None:
    first = rows[0]
    print(f"\nPOSTER-Var, {first.size} size, batch {first.batch}")
    print("  peaks in GFLOP/s: " + "; ".join(_peaks(row) for row in rows if row.action == "forward"))
    print(
        f"  {'':14}{'ms/image':>10}{'images/s':>10}{'GFLOP/image':>13}{'GFLOP/s':>10}"
        f"{'% of matmul':>13}{'% of conv':>11}{'memory MiB':>12}"
    )
    for row in rows:
        memory = "unknown" if row.memory is None else f"{row.memory:.0f}"
        print(
            f"  {row.action + ' ' + row.precision:14}{row.seconds * 1e3:10.2f}{1 / row.seconds:10.1f}"
            f"{row.gflop:13.3f}{row.gflops:10.1f}{row.matmul_share:13.1%}{row.conv_share:11.1%}{memory:>12}"
        )
    for row in rows:
        if row.size == "paper" and row.action == "step":
            verdict = "met" if row.conv_share >= STEP_AIM else "missed"
            print(f"  aim: a step in {row.precision} at {STEP_AIM:.0%} of the convolution's peak: {verdict}")


def _peaks(row: Measurement) -> str:
    return f"{row.precision} matrix product {row.matmul_peak:.0f}, 256-channel 3x3 conv {row.conv_peak:.0f}"


def print_comparisons(comparisons: list[Comparison]) -> None:
    if not comparisons:
        return
    print("\nPaper size beside the released code, its seconds scaled by the matrix-product peak")
    print(f"  {'':28}{'ms/image':>10}{'released':>10}{'times as fast':>15}   aim")
    for row in comparisons:
        aim = (
            "" if row.aim is None else f"{row.aim:.1f} {'met' if row.times_as_fast >= row.aim else 'missed'}"
        )
        print(
            f"  {row.what:28}{row.seconds * 1e3:10.2f}{row.released_scaled * 1e3:10.2f}"
            f"{row.times_as_fast:15.2f}   {aim}"
        )


def print_preparing(sets: dict[str, Prepared]) -> None:
    print("\nPreparing, drawn faces in the owners' layout, one process")
    for name, made in sets.items():
        print(f"  {name:8}{len(made.files) / made.seconds:8.0f} images/s ({len(made.files)} files)")


def print_reading(rows: list[ReadingSpeed]) -> None:
    print(
        "\nReading with random changes, images/s: batches from the prepared file, and file by file with Pillow"
    )
    print(f"  {'':40}{'batched':>10}{'one by one':>12}{'times as fast':>15}   aim")
    for row in rows:
        what = f"{row.data_set} {row.stored} -> {row.output_size}, {row.recipe}"
        met = "met" if row.times_as_fast >= AIM else "missed"
        print(
            f"  {what:40}{row.batched:10.0f}{row.one_by_one:12.0f}{row.times_as_fast:15.1f}   {AIM:.1f} {met}"
        )


def print_drawing(rows: list[DrawingSpeed]) -> None:
    print("\nDrawing, faces/s")
    for row in rows:
        what = f"{row.size} px {'colour' if row.colour else 'grey'}, {row.workers} at work"
        verdict = "met" if row.faces_per_second >= row.aim else "missed"
        aim = f"aim {row.aim:.0f} {verdict}" if row.workers == 2 else ""  # two cores
        start = f"{row.start_seconds:.1f} s to start"
        print(f"  {what:40}{row.faces_per_second:10.0f}   {start:16}   {aim}".rstrip())


def print_startup(rows: list[StartUp]) -> None:
    print("\nStart-up, a process each, beside `import torch`")
    for row in rows:
        verdict = "met" if row.times_torch <= row.limit else "missed"
        print(
            f"  {row.what:40}{row.seconds:10.2f} s{row.times_torch:10.2f}   at most {row.limit:.1f} {verdict}"
        )


if __name__ == "__main__":
    sys.exit(main())
