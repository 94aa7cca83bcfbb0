"""Our speed beside the released code's, as if it ran on this machine.

The released code was timed once, on a quiet 2-core CPU, beside the peak of that machine. Its seconds here
would be those seconds times (peak there / peak here).
"""

from dataclasses import dataclass

from benchmarks.networks import Measurement


@dataclass(frozen=True)
class ReleasedSpeed:
    """Seconds for one image at paper size and batch 8, and GFLOP/s of the matrix product beside it."""

    forward: float
    step: float
    matmul_peak: float


BATCH = 8
RELEASED = {
    "fp32": ReleasedSpeed(forward=0.150, step=0.461, matmul_peak=149),
    "bf16": ReleasedSpeed(forward=0.089, step=0.283, matmul_peak=503),
}


@dataclass(frozen=True)
class Comparison:
    """How many times as fast as the released code we are, and how many we aim for (None: no aim set)."""

    what: str
    seconds: float
    released_scaled: float
    times_as_fast: float
    aim: float | None


def compare(rows: list[Measurement]) -> list[Comparison]:
    """Return the comparisons at paper size; ``rows`` holds all four measurements of it.

    None at another batch than the released code was timed with.
    """
    found = {(row.action, row.precision): row for row in rows if (row.size, row.batch) == ("paper", BATCH)}
    pairs = [  # ours, the released one's precision, aim
        ("forward", "fp32", "fp32", 1.3),
        ("step", "fp32", "fp32", 1.3),
        ("forward", "bf16", "bf16", None),
        ("step", "bf16", "bf16", None),
        ("step", "bf16", "fp32", 3.0),
    ]
    return [_compare(found, *pair) for pair in pairs] if found else []


def _compare(found: dict, action: str, ours: str, theirs: str, aim: float | None) -> Comparison:
    seconds = found[action, ours].seconds
    released = RELEASED[theirs]
    scaled = getattr(released, action) * released.matmul_peak / found[action, theirs].matmul_peak
    return Comparison(f"{action} {ours}, released {theirs}", seconds, scaled, scaled / seconds, aim)
