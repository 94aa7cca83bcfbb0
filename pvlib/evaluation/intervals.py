"""How far a number could lie from the truth: bootstrap over faces, Student's t over seeds.

A number measured on one set of faces would come out differently on other faces of the same kind. The bootstrap
(Efron, 1979) draws as many faces with replacement, many times, and takes the middle 95 % of what comes out. It
says nothing of other seeds: for those, train several networks and use :func:`mean_interval`.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from scipy import stats
from torch import Tensor

from pvlib.errors import CourseError

# How often each face was drawn, (replicates, N), every row sums to N -> named numbers, (replicates,) each.
Statistic = Callable[[Tensor], dict[str, Tensor]]
LEVEL = 0.95  # share of outcomes inside an interval
# Counts held at once: 2 MB in double precision, which stays in a processor's cache.
_COUNTS_AT_ONCE = 250_000


@dataclass(frozen=True)
class Interval:
    """A number with its interval; NaN where it does not exist, e.g. the precision of a class never named."""

    value: float
    low: float = math.nan
    high: float = math.nan

    def as_json(self) -> dict[str, float | None] | None:
        """Return {"value", "low", "high"}, or None where there is no number: JSON knows no NaN."""
        if not math.isfinite(self.value):
            return None
        return {key: number if math.isfinite(number) else None for key, number in vars(self).items()}


def as_json(numbers: dict[str, Interval]) -> dict[str, Any]:
    """Return :meth:`Interval.as_json` of each."""
    return {name: number.as_json() for name, number in numbers.items()}


def bootstrap(
    statistic: Statistic, faces: int, *, replicates: int = 1000, seed: int = 0
) -> dict[str, Interval]:
    """Return each number of ``statistic`` with its percentile interval over resampled faces.

    Every number sees the same resamples, so that a difference of two is paired. For a number that resampling
    makes larger, see :func:`reflected`.

    Args:
        statistic: sees faces only by how often each was drawn.
        faces: N.
        replicates: resamples; 0 for numbers without intervals.

    Raises:
        CourseError: without faces.
    """
    if faces < 1:
        raise CourseError("there are no faces to measure on")
    values = {name: number.item() for name, number in statistic(torch.ones(1, faces).double()).items()}
    if replicates == 0:
        return {name: Interval(value) for name, value in values.items()}
    generator = torch.Generator().manual_seed(seed)
    at_once = max(1, _COUNTS_AT_ONCE // faces)
    parts: dict[str, list[Tensor]] = {name: [] for name in values}
    for start in range(0, replicates, at_once):
        counts = _resample(min(at_once, replicates - start), faces, generator)
        for name, numbers in statistic(counts).items():
            parts[name].append(numbers)
    tails = torch.tensor([(1 - LEVEL) / 2, (1 + LEVEL) / 2], dtype=torch.float64)
    intervals = {}
    for name, value in values.items():
        drawn = torch.cat(parts[name]).double()
        low, high = drawn.nanquantile(tails).tolist()
        intervals[name] = Interval(value, low, high)
    return intervals


def reflected(interval: Interval, least: float = -math.inf) -> Interval:
    """Return the basic bootstrap interval, 2v − high to 2v − low, widened to hold the value v.

    For a number that noise alone makes larger, such as a calibration error: resampling adds the same noise once
    more, so that the percentiles sit above the value by about as much as the value sits above the truth
    (Davison & Hinkley, 1997, section 5.2). The value may therefore be the upper end.

    Args:
        least: what the number cannot be smaller than.
    """
    low, high = 2 * interval.value - interval.high, 2 * interval.value - interval.low
    if math.isnan(low):
        return interval
    return Interval(interval.value, max(min(low, interval.value), least), max(high, interval.value))


def _resample(replicates: int, faces: int, generator: torch.Generator) -> Tensor:
    """How often each face was drawn, float64, (replicates, N)."""
    drawn = torch.randint(faces, (replicates, faces), generator=generator)
    ones = torch.ones(1, 1, dtype=torch.float64).expand(replicates, faces)
    return torch.zeros(replicates, faces, dtype=torch.float64).scatter_add_(1, drawn, ones)


def mean_interval(values: Sequence[float]) -> Interval:
    """Return the mean over seeds with Student's t interval; one value alone has no interval.

    Raises:
        CourseError: without values.
    """
    if not len(values):
        raise CourseError("there are no values to average")
    numbers = torch.as_tensor(values, dtype=torch.float64)
    mean, count = numbers.mean().item(), len(numbers)
    if count == 1:
        return Interval(mean)
    half = stats.t.ppf((1 + LEVEL) / 2, count - 1) * numbers.std().item() / math.sqrt(count)
    return Interval(mean, mean - half, mean + half)
