"""Faces drawn per second, in one process and in two."""

import time
from dataclasses import dataclass

from pvlib.data.drawn import draw_faces


@dataclass(frozen=True)
class DrawingSpeed:
    """Faces per second once all processes run, and the seconds until they do; ``aim`` is for two cores."""

    size: int
    colour: bool
    workers: int
    faces_per_second: float
    start_seconds: float
    aim: float


def measure_drawing(quick: bool) -> list[DrawingSpeed]:
    """Draw faces of 48×48 in grey and of 224×224 in colour, in one process and in two.

    Each is done for few faces and for three times as many: the difference is drawing alone, the rest is the
    start of the processes.
    """
    results = []
    for size, colour, count, aim in ((48, False, 1200, 400.0), (224, True, 200, 60.0)):
        count = 8 if quick else count
        for workers in (1,) if quick else (1, 2):
            few, many = (_seconds(n, size, colour, workers) for n in (count, 3 * count))
            drawing = max(many - few, 1e-9)  # of 2 · count faces
            start = max(0.0, few - 0.5 * drawing)
            results.append(DrawingSpeed(size, colour, workers, 2 * count / drawing, start, aim))
    return results


def _seconds(count: int, size: int, colour: bool, workers: int) -> float:
    started = time.perf_counter()
    draw_faces(count, seed=1, size=size, colour=colour, workers=workers)
    return time.perf_counter() - started
