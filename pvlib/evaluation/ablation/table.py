"""The table of a grid: Markdown for people, JSON with every number, CSV with one line a run."""

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pvlib.evaluation.ablation.columns import COLUMNS
from pvlib.evaluation.ablation.grid import Grid
from pvlib.evaluation.ablation.markdown import Results, as_markdown
from pvlib.evaluation.ablation.published import published
from pvlib.evaluation.ablation.statistics import Cell, Effect, cells, effects
from pvlib.evaluation.ablation.warnings import warnings_of
from pvlib.evaluation.intervals import Interval
from pvlib.files import atomic_write


def write_table(
    grid: Grid,
    folder: Path,
    results: Results,
    *,
    command: str = "",
    problems: Sequence[str] = (),
    made_with: str = "",
) -> Path:
    """Write ``table.md``, ``table.json`` and ``runs.csv`` into ``folder``; return the Markdown's path.

    Args:
        results: evaluation JSON of every finished run by (variant, seed); any may be missing.
        command: that made it, to be printed above.
        problems: one line for each run that failed.
        made_with: one line on code and machines.

    Raises:
        CourseError: the folder cannot be written to.
    """
    table = cells(grid, results)
    changes = effects(grid, table)
    markdown = as_markdown(
        grid, table, changes, results, command=command, made_with=made_with, problems=problems
    )
    with atomic_write(folder / "runs.csv") as temporary, temporary.open("w", newline="") as file:
        _write_runs(file, grid, results)
    content = _as_json(grid, table, changes, command, problems) | {"made_with": made_with}
    with atomic_write(folder / "table.json") as temporary:
        temporary.write_text(json.dumps(content, indent=1, ensure_ascii=False), encoding="utf-8")
    with atomic_write(folder / "table.md") as temporary:
        temporary.write_text(markdown, encoding="utf-8")
    return folder / "table.md"


def _as_json(
    grid: Grid,
    table: Mapping[str, Mapping[str, Cell]],
    changes: Sequence[Effect],
    command: str,
    problems: Sequence[str],
) -> dict[str, Any]:
    def plain(interval: Interval | None) -> dict[str, float | None] | None:
        return interval and interval.as_json()

    return {
        "grid": grid.name,
        "about": grid.about,
        "command": command,
        "warnings": warnings_of(grid),
        "seeds": list(grid.seeds),
        "reference": grid.reference,
        "scoring": vars(grid.scoring),
        "columns": {name: COLUMNS[name].title for name in grid.columns},
        "variants": {
            variant: {
                name: {
                    "by_seed": dict(cell.values),
                    "mean": plain(cell.mean),
                    "difference": plain(cell.difference),
                }
                for name, cell in row.items()
            }
            for variant, row in table.items()
        },
        "effects": [
            {
                "axis": change.axis,
                "value": change.value,
                "against": change.against,
                "differences": {name: plain(value) for name, value in change.differences.items()},
            }
            for change in changes
        ],
        "published": {
            variant: {
                "row": row,
                "source": published(row).source,
                "verified": published(row).verified,
                "accuracy": published(row).accuracy,
            }
            for variant, row in grid.published.items()
        },
        "problems": list(problems),
    }


def _write_runs(file: Any, grid: Grid, results: Results) -> None:
    """One line a run: variant, its value on every axis, seed, and every column."""
    several = len(grid.axes) > 1
    writer = csv.writer(file)
    writer.writerow(["variant", *(grid.axes if several else ()), "seed", *grid.columns])
    for (variant, seed), result in sorted(results.items()):
        numbers = [COLUMNS[name].read(result) for name in grid.columns]
        values = variant.split("+") if several else []
        writer.writerow([variant, *values, seed, *("" if number is None else number for number in numbers)])
