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


@dataclass(frozen=True)
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


def read_values(results: Mapping[tuple[str, int], Mapping[str, Any]], variant: str, column: str) -> Values:
    """Return what the runs of a variant measured, by seed."""
    read = {seed: COLUMNS[column].read(result) for (name, seed), result in results.items() if name == variant}
    return {seed: value for seed, value in sorted(read.items()) if value is not None}


def cells(grid: Grid, results: Mapping[tuple[str, int], Mapping[str, Any]]) -> dict[str, dict[str, Cell]]:
    """Return a cell by variant and column.

    Args:
        results: the evaluation JSON of every finished run by (variant, seed).
    """
    values = {
        variant: {column: read_values(results, variant, column) for column in grid.columns}
        for variant in grid.variants
    }
    return {
        variant: {
            column: Cell(
                own[column],
                mean_interval(list(own[column].values())) if own[column] else None,
                None
                if variant == grid.reference
                else _difference(own[column], values[grid.reference][column]),
            )
            for column in grid.columns
        }
        for variant, own in values.items()
    }


def effects(grid: Grid, table: Mapping[str, Mapping[str, Cell]]) -> list[Effect]:
    """Return the effect of every change on an axis from the reference's value; none for a grid of one axis."""
    if len(grid.axes) < 2:
        return []
    reference = grid.reference.split("+")
    found = []
    for place, (axis, names) in enumerate(grid.axes.items()):
        for name in names:
            if name == reference[place]:
                continue
            pairs = [
                (variant, "+".join([*parts[:place], reference[place], *parts[place + 1 :]]))
                for variant in grid.variants
                if (parts := variant.split("+"))[place] == name
            ]
            differences = {column: _mean_difference(pairs, table, column) for column in grid.columns}
            found.append(Effect(axis, name, reference[place], differences))
    return found


def _difference(ours: Values, theirs: Values) -> Interval | None:
    both = [seed for seed in ours if seed in theirs]
    return paired_difference([ours[s] for s in both], [theirs[s] for s in both]) if both else None


def _mean_difference(
    pairs: list[tuple[str, str]], table: Mapping[str, Mapping[str, Cell]], column: str
) -> Interval | None:
    """Over seeds, of the mean over those pairs that know the number at all; seeds that lack one of them are out."""
    known = [(table[a][column].values, table[b][column].values) for a, b in pairs]
    known = [(ours, theirs) for ours, theirs in known if ours and theirs]
    if not known:
        return None
    whole = set.intersection(*(set(ours) & set(theirs) for ours, theirs in known))
    differences = [sum(ours[s] - theirs[s] for ours, theirs in known) / len(known) for s in sorted(whole)]
    return mean_interval(differences) if differences else None
