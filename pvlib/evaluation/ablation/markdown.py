"""The table of a grid as Markdown, for people."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from pvlib.evaluation.ablation.columns import COLUMNS, Column
from pvlib.evaluation.ablation.grid import Grid
from pvlib.evaluation.ablation.published import DATA_SETS, STANDARD_ERROR, published
from pvlib.evaluation.ablation.statistics import Cell, Effect
from pvlib.evaluation.ablation.warnings import warnings_of
from pvlib.evaluation.intervals import Interval
from pvlib.markdown import markdown_table

Results = Mapping[tuple[str, int], Mapping[str, Any]]


def as_markdown(
    grid: Grid,
    table: Mapping[str, Mapping[str, Cell]],
    changes: Sequence[Effect],
    results: Results,
    *,
    command: str = "",
    made_with: str = "",
    problems: Sequence[str] = (),
) -> str:
    """Return the whole text.

    Args:
        table, changes: of ``statistics.cells`` and ``statistics.effects``.
        results, command, problems, made_with: as for ``table.write_table``.
    """
    parts = [f"# {grid.name}"]
    if grid.about:
        parts.append(grid.about)
    parts += [f"> **Warning:** {warning}" for warning in warnings_of(grid)]
    if command:
        parts.append(f"```\n{command}\n```")
    parts.append(_about_runs(grid, results))
    if made_with:
        parts.append(made_with)
    parts += [f"- failed: {problem}" for problem in problems]
    parts += ["## Mean over seeds, ± half of the 95 % interval", _means(grid, table)]
    if len(grid.variants) > 1:
        parts += [
            f"## Difference to {grid.reference}",
            "Seed by seed, mean and 95 % interval; in bold where the interval leaves out zero. Of twenty "
            "intervals one leaves it out by chance alone.",
            _differences(grid, table),
        ]
    if changes:
        parts += [
            "## One change at a time",
            "Averaged over all values of the other axes within each seed, then over seeds.",
            _effects(grid, changes),
        ]
    if grid.data:
        parts += ["## As published", _published(grid, table)]
    return "\n\n".join(parts) + "\n"


def _about_runs(grid: Grid, results: Results) -> str:
    planned, faces = len(grid.runs), {result["faces"] for result in results.values()}
    counted = " or ".join(f"{count:,}" for count in sorted(faces)) or "no"
    seeds = ", ".join(str(seed) for seed in grid.seeds)
    weights = "after the last epoch"
    if grid.scoring.which == "best":
        chosen_on = {run.config.select for run in grid.runs}
        faces_that_chose = {"valid": "validation faces", "test": "the test faces"}
        weights = (
            f"of the epoch that did best on {' or '.join(faces_that_chose[one] for one in sorted(chosen_on))}"
        )
    done = "" if len(results) == planned else f" **{len(results)} of {planned} runs are done.**"
    return (
        f"{len(grid.variants)} variants under seeds {seeds}, scored on {counted} faces "
        f"({grid.scoring.split}) with the weights {weights}. Seeds change the initial weights, the order and the random "
        f"changes of the faces, and noise; not which faces.{done}"
    )


def _means(grid: Grid, table: Mapping[str, Mapping[str, Cell]]) -> str:
    rows = []
    for variant in grid.variants:
        row = table[variant]
        seeds = max((len(cell.values) for cell in row.values()), default=0)
        means = [_plus_minus(row[name].mean, COLUMNS[name]) for name in grid.columns]
        rows.append([variant, str(seeds), *means])
    return markdown_table(["variant", "seeds", *_titles(grid)], rows)


def _differences(grid: Grid, table: Mapping[str, Mapping[str, Cell]]) -> str:
    rows = [
        [variant, *(_signed(table[variant][name].difference, COLUMNS[name]) for name in grid.columns)]
        for variant in grid.variants
        if variant != grid.reference
    ]
    return markdown_table(["variant", *_titles(grid)], rows)


def _effects(grid: Grid, changes: Sequence[Effect]) -> str:
    rows = [
        [
            f"{change.axis}: {change.value} instead of {change.against}",
            *(_signed(change.differences[name], COLUMNS[name]) for name in grid.columns),
        ]
        for change in changes
    ]
    return markdown_table(["change", *_titles(grid)], rows)


def _published(grid: Grid, table: Mapping[str, Mapping[str, Cell]]) -> str:
    """Accuracy and its difference to the reference's row, ours first."""
    against = grid.published.get(grid.reference)
    rows = []
    for variant in grid.variants:
        if variant not in grid.published:
            continue
        ours = table[variant].get("accuracy")
        row = [variant, "–" if ours is None else _plus_minus(ours.mean, COLUMNS["accuracy"])]
        row += ["–" if ours is None else _signed(ours.difference, COLUMNS["accuracy"])]
        row += [
            f"{grid.published[variant]}{'' if published(grid.published[variant]).verified else ' (unverified)'}"
        ]
        row += [_published_cell(grid.published[variant], against, data) for data in grid.data]
        rows.append(row)
    errors = ", ".join(
        f"{DATA_SETS[data]} {STANDARD_ERROR[data]}" for data in grid.data if data in STANDARD_ERROR
    )
    note = (
        "Accuracy in per cent and, in brackets, its difference to the published row of the reference; published "
        "without intervals over seeds."
    )
    if errors:
        note += f" Binomial standard error of one such accuracy, in points: {errors}."
    header = ["variant", "ours", "difference", "published row", *(DATA_SETS[data] for data in grid.data)]
    return f"{note}\n\n{markdown_table(header, rows)}"


def _published_cell(row: str, against: str | None, data: str) -> str:
    value = published(row).accuracy.get(data)
    if value is None:
        return "–"
    base = published(against).accuracy.get(data) if against and against != row else None
    return f"{value:.2f}" if base is None else f"{value:.2f} ({_sign(value - base, 2)})"


def _titles(grid: Grid) -> list[str]:
    arrows = {"higher": " ↑", "lower": " ↓", None: ""}
    return [COLUMNS[name].title + arrows[COLUMNS[name].better] for name in grid.columns]


def _plus_minus(interval: Interval | None, column: Column) -> str:
    if interval is None:
        return "–"
    mean = _sign(interval.value, column.digits).removeprefix("+")
    if math.isnan(interval.low):
        return mean
    return f"{mean} ± {(interval.high - interval.low) / 2:.{column.digits}f}"


def _signed(interval: Interval | None, column: Column) -> str:
    if interval is None:
        return "–"
    mean = _sign(interval.value, column.digits)
    if math.isnan(interval.low):
        return mean
    text = f"{mean} [{_sign(interval.low, column.digits)}, {_sign(interval.high, column.digits)}]"
    return f"**{text}**" if interval.low > 0 or interval.high < 0 else text


def _sign(value: float, digits: int) -> str:
    return f"{value:+.{digits}f}".replace("-", "−")
