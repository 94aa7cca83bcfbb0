"""What a lesson records, over several seeds: the table behind a sentence that names an interval.

    python -m lessons.over_seeds start_here 1,2,3,4,5 turned_points dark_skin_points

Runs the lesson with these seeds (each run is kept and not repeated) and prints, for each of these metrics, or for all
that are single numbers, the mean with its 95 % t-interval over the seeds, the smallest and the largest.
"""

import json
import subprocess
import sys
from pathlib import Path

from pvlib.evaluation.intervals import mean_interval

RUNS = Path("runs/seeds")


def metrics_of(word: str, seed: int) -> dict[str, object]:
    """The metrics that the lesson records with this seed."""
    out = RUNS / str(seed)
    command = [
        sys.executable,
        "-m",
        "poster_var_course",
        "run",
        word,
        "-p",
        f"seed={seed}",
        "--out",
        str(out),
    ]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    (record,) = out.glob(f"[0-9][0-9]_{word}.json")
    return dict(json.loads(record.read_text(encoding="utf-8"))["metrics"])


def main(word: str, seeds: list[int], wanted: list[str]) -> None:
    """Print the table as Markdown."""
    runs = [metrics_of(word, seed) for seed in seeds]
    single = [name for name, value in runs[0].items() if isinstance(value, int | float)]
    print(
        f"| metric | mean over the seeds {', '.join(map(str, seeds))} | smallest | largest |\n|---|---|---|---|"
    )
    for name in wanted or single:
        values = [float(run[name]) for run in runs]  # type: ignore[arg-type]
        mean = mean_interval(values)
        half = (mean.high - mean.low) / 2
        print(f"| {name} | {mean.value:.4g} ± {half:.2g} | {min(values):.4g} | {max(values):.4g} |")


if __name__ == "__main__":
    main(sys.argv[1], [int(seed) for seed in sys.argv[2].split(",")], sys.argv[3:])
