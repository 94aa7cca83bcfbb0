"""Means and paired differences over seeds, from what the runs of a grid measured.

What differs from seed to seed are the initial weights, the order of the faces, their random changes, noise and
drop-path; training and test faces stay. So an interval tells where the mean of ever more seeds would settle:
not where the next seed lands, which varies more, and not what other faces would say.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pvlib.evaluation.ablation.columns import COLUMNS
from pvlib.evaluation.ablation.grid import Grid
from pvlib.evaluation.intervals import Interval, mean_interval, paired_difference

Results = Mapping[tuple[str, int], Mapping[str, Any]]
"""The ``result.json`` of every finished run by (variant, seed)."""
Values = Mapping[int, float]
"""One measured number by seed."""


@dataclass(frozen=True)
class Cell:
    """One column of one variant.

    Attributes:
        values: by seed; seeds without a finished run, or without this number, are absent.
        mean: with its 95 % t-interval over seeds; None without any value.
        difference: to the reference variant, over the seeds that both have; None with no seed in common, and
            for the reference itself.
    """

    values: Values
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
    against = {column: _values(results, grid.reference, column) for column in grid.columns}
    table: dict[str, dict[str, Cell]] = {}
    for variant in grid.variants:
        table[variant] = {}
        for column in grid.columns:
            values = _values(results, variant, column)
            mean = mean_interval(list(values.values())) if values else None
            both = [] if variant == grid.reference else [seed for seed in values if seed in against[column]]
            ours, theirs = [values[seed] for seed in both], [against[column][seed] for seed in both]
            table[variant][column] = Cell(values, mean, paired_difference(ours, theirs) if both else None)
    return table


def effects(grid: Grid, table: Table) -> list[Effect]:
    """Return the effect of every change on an axis from the reference's value; none for a grid of one axis."""
    reference = grid.reference.split("+")
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
            for variant in grid.variants
            if (parts := variant.split("+"))[place] == name
        ]
        differences = {column: _mean_difference(pairs, table, column) for column in grid.columns}
        found.append(Effect(axis=axis, value=name, against=reference[place], differences=differences))
    return found


def _values(results: Results, variant: str, column: str) -> Values:
    """What the runs of a variant measured, by seed."""
    read = {seed: COLUMNS[column].read(result) for (name, seed), result in results.items() if name == variant}
    return {seed: value for seed, value in sorted(read.items()) if value is not None}


def _mean_difference(pairs: list[tuple[str, str]], table: Table, column: str) -> Interval | None:
    """Over seeds, of the mean over those pairs that know the number at all; seeds that lack one of them are out."""
    known = [(table[a][column].values, table[b][column].values) for a, b in pairs]
    known = [(ours, theirs) for ours, theirs in known if ours and theirs]
    if not known:
        return None
    whole = set.intersection(*(set(ours) & set(theirs) for ours, theirs in known))
    differences = [sum(ours[s] - theirs[s] for ours, theirs in known) / len(known) for s in sorted(whole)]
    return mean_interval(differences) if differences else None
