"""The table of a grid: JSON with every number, Markdown of the same for people, CSV with one line a run."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pvlib.evaluation.ablation.columns import COLUMNS, head_of, read_column
from pvlib.evaluation.ablation.grid import Grid
from pvlib.evaluation.ablation.paired_runs import Results, cells, effects
from pvlib.evaluation.ablation.published import DATA_SETS, ROWS
from pvlib.evaluation.intervals import Interval
from pvlib.evaluation.measures import cell, in_signs
from pvlib.files import write_whole
from pvlib.templates import fill


def write_table(
    grid: Grid, name: str, folder: Path, results: Results, *, command: str = "", problems: Sequence[str] = ()
) -> Path:
    """Write ``table.md``, ``table.json`` and ``runs.csv`` into ``folder``; return the Markdown's path.

    Args:
        name: of the grid, to be printed above.
        results: of the finished runs; any may be missing.
        command: that made it.
        problems: one line for each run that failed.

    Raises:
        CourseError: the folder cannot be written to.
    """
    table = cells(grid, results)
    content = {
        "grid": name,
        "about": grid.about,
        "command": command,
        "made_with": _made_with(results),
        "problems": list(problems),
        "warnings": grid.warnings(),
        "seeds": list(grid.seeds),
        "reference": grid.against,
        "scoring": asdict(grid.evaluation),
        "columns": {column: head_of(column) for column in grid.columns},
        "variants": table,
        "effects": effects(grid, table),
        "published": {variant: {"row": row, **ROWS[row]} for variant, row in grid.published.items()},
    }
    write_whole(folder / "runs.csv", _as_csv(grid, results))
    write_whole(folder / "table.json", json.dumps(content, indent=1, ensure_ascii=False, default=_plain))
    write_whole(folder / "table.md", _in_markdown(content, grid, results))
    return folder / "table.md"


def _plain(value: Any) -> Any:
    """An interval, a cell or an effect as JSON."""
    return value.as_json() if isinstance(value, Interval) else vars(value)


def _as_csv(grid: Grid, results: Results) -> str:
    """One line a run: variant, its value on every axis, seed, and every column."""
    several = len(grid.axes) > 1
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["variant", *(grid.axes if several else ()), "seed", *grid.columns])
    for (variant, seed), result in sorted(results.items()):
        values = variant.split("+") if several else []
        writer.writerow([variant, *values, seed, *(read_column(name, result) for name in grid.columns)])
    return file.getvalue()


def _in_markdown(content: Mapping[str, Any], grid: Grid, results: Results) -> str:
    faces = sorted({result["evaluation"]["faces"] for result in results.values()})
    chosen_on = {"valid": "validation faces", "test": "the test faces"}
    return fill(
        "pvlib.evaluation.ablation",
        "table.md.jinja",
        **content,
        told=_told,
        beside=_beside,
        data_sets=DATA_SETS,
        planned=len(grid.runs),
        done=len(results),
        faces=" or ".join(f"{count:,}" for count in faces),
        chosen_on=" or ".join(chosen_on[each] for each in sorted({run.config.select for run in grid.runs})),
    )


def _told(number: Interval | None, column: str, signed: bool = False) -> str:
    """A number with its interval; a difference in bold where that leaves out zero."""
    if number is None:
        return "–"
    text = str(cell(number.as_json(), COLUMNS[column][-1], signed))
    return f"**{text}**" if signed and (number.low > 0 or number.high < 0) else text


def _beside(row: Mapping[str, Any], reference: Mapping[str, Any] | None, data: str) -> str:
    """A published accuracy and its difference to that of the reference, where both are known."""
    value, against = row["accuracy"].get(data), (reference or row)["accuracy"].get(data)
    if value is None:
        return "–"
    known = against is not None and reference is not None and reference["row"] != row["row"]
    return f"{value:.2f} ({in_signs(value - against, 2)})" if known else f"{value:.2f}"


def _made_with(results: Results) -> str:
    """One line on code, libraries, machines and time; more than one commit or version in it says that not all
    runs were made alike."""
    sessions = [session for result in results.values() for session in result["sessions"]]
    if not sessions:
        return ""

    def listed(values: set[Any]) -> str:
        return ", ".join(sorted(str(value) for value in values))

    minutes = sum(result["training"]["seconds"] for result in results.values()) / 60
    git = [session["git"] for session in sessions]
    changed = {True: " with local changes", False: ""}
    return (
        f"{minutes:.0f} minutes of training in all; "
        f"torch {listed({session['versions'].get('torch') for session in sessions})}, "
        f"{listed({session['device'] for session in sessions})}, "
        f"threads of each run: {listed({session['threads'] for session in sessions})}; code: "
        f"{listed({g['commit'][:7] + changed[g['dirty']] if g else 'no repository' for g in git})}."
    )
