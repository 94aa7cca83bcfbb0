"""Faces drawn per second, in one process and in two."""

import time
from dataclasses import dataclass

from pvlib.data.drawn import draw_faces


@dataclass(frozen=True)
class DrawingSpeed:
    """Faces per second; ``aim`` is for two cores."""

    size: int
    colour: bool
    workers: int
    faces_per_second: float
    aim: float


def measure_drawing(quick: bool) -> list[DrawingSpeed]:
    """Draw faces of 48×48 in grey and of 224×224 in colour; starting the second process counts."""
    results = []
    for size, colour, count, aim in ((48, False, 1200, 400.0), (224, True, 200, 60.0)):
        count = 8 if quick else count
        for workers in (1,) if quick else (1, 2):
            started = time.perf_counter()
            draw_faces(count, seed=1, size=size, colour=colour, workers=workers)
            speed = count / (time.perf_counter() - started)
            results.append(DrawingSpeed(size, colour, workers, speed, aim))
    return results
