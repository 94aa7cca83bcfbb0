"""Means and paired differences over seeds, from what the runs of a grid measured.

What differs from seed to seed are the initial weights, the order of the faces, their random changes, noise and
drop-path; training and test faces stay. So an interval tells where the mean of ever more seeds would settle:
not where the next seed lands, which varies more, and not what other faces would say.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from pvlib.evaluation.ablation.columns import read_column
from pvlib.evaluation.ablation.grid import Grid
from pvlib.evaluation.intervals import Interval, mean_interval

Results = Mapping[tuple[str, int], Mapping[str, Any]]
"""The ``result.json`` of every finished run by (variant, seed)."""
Values = Mapping[int, float]
"""One measured number by seed."""


@dataclass(frozen=True)
class Cell:
    """One column of one variant.

    Attributes:
        by_seed: values; seeds without a finished run, or without this number, are absent.
        mean: with its 95 % t-interval over seeds; None without any value.
        difference: to the reference variant, over the seeds that both have; None with no seed in common, and
            for the reference itself.
    """

    by_seed: Values
    mean: Interval | None
    difference: Interval | None


@dataclass(frozen=True, kw_only=True)
class Effect:
    """What a change on one axis does, averaged over all values of the other axes.

    Attributes:
        axis, value, against: the change, from ``against`` to ``value``.
        differences: by column, over seeds: each seed gives one number, the mean of its differences.
    """

    axis: str
    value: str
    against: str
    differences: Mapping[str, Interval | None]

    def __str__(self) -> str:
        return f"{self.axis}: {self.value} instead of {self.against}"


Table = Mapping[str, Mapping[str, Cell]]
"""A cell by variant and column."""


def cells(grid: Grid, results: Results) -> Table:
    """Return a cell by variant and column."""
    return {
        variant: {column: _cell(grid, results, variant, column) for column in grid.columns}
        for variant in grid.configs
    }


def effects(grid: Grid, table: Table) -> list[Effect]:
    """Return the effect of every change on an axis from the reference's value; none for a grid of one axis."""
    reference = grid.against.split("+")
    changes = [
        (place, axis, name)
        for place, (axis, names) in enumerate(grid.axes.items())
        for name in names
        if len(grid.axes) > 1 and name != reference[place]
    ]
    found = []
    for place, axis, name in changes:
        pairs = [
            (variant, "+".join([*parts[:place], reference[place], *parts[place + 1 :]]))
            for variant in grid.configs
            if (parts := variant.split("+"))[place] == name
        ]
        differences = {column: _mean_difference(pairs, table, column) for column in grid.columns}
        found.append(Effect(axis=axis, value=name, against=reference[place], differences=differences))
    return found


def _cell(grid: Grid, results: Results, variant: str, column: str) -> Cell:
    values, against = (_values(results, name, column) for name in (variant, grid.against))
    differences = [values[seed] - against[seed] for seed in values if seed in against]
    return Cell(values, _mean(values.values()), None if variant == grid.against else _mean(differences))


def _values(results: Results, variant: str, column: str) -> Values:
    """What the runs of a variant measured, by seed."""
    read = {seed: read_column(column, result) for (name, seed), result in results.items() if name == variant}
    return {seed: value for seed, value in sorted(read.items()) if value is not None}


def _mean_difference(pairs: list[tuple[str, str]], table: Table, column: str) -> Interval | None:
    """Over seeds, of the mean over those pairs that know the number at all; seeds that lack one of them are out."""
    known = [(table[a][column].by_seed, table[b][column].by_seed) for a, b in pairs]
    known = [(ours, theirs) for ours, theirs in known if ours and theirs]
    whole = set.intersection(*({*ours} & {*theirs} for ours, theirs in known)) if known else set()
    return _mean([sum(ours[s] - theirs[s] for ours, theirs in known) / len(known) for s in sorted(whole)])


def _mean(values: Collection[float]) -> Interval | None:
    return mean_interval(list(values)) if values else None
