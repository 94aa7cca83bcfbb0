"""The table of a grid: JSON with every number, Markdown of the same for people, CSV with one line a run."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import jinja2

from pvlib.evaluation.ablation.columns import COLUMNS, Column
from pvlib.evaluation.ablation.grid import Grid
from pvlib.evaluation.ablation.paired_runs import Results, Table, cells, effects
from pvlib.evaluation.ablation.published import DATA_SETS, STANDARD_ERROR, published
from pvlib.evaluation.intervals import Interval
from pvlib.evaluation.measures import in_signs
from pvlib.files import atomic_write
from pvlib.markdown import markdown_table

Rows = Iterable[tuple[Sequence[str], Mapping[str, Interval | None]]]
"""What names each row, and its numbers by column."""


def write_table(
    grid: Grid, folder: Path, results: Results, *, command: str = "", problems: Sequence[str] = ()
) -> Path:
    """Write ``table.md``, ``table.json`` and ``runs.csv`` into ``folder``; return the Markdown's path.

    Args:
        results: of the finished runs; any may be missing.
        command: that made it, to be printed above.
        problems: one line for each run that failed.

    Raises:
        CourseError: the folder cannot be written to.
    """
    table = cells(grid, results)
    changes = effects(grid, table)
    content = {
        "grid": grid.name,
        "about": grid.about,
        "command": command,
        "made_with": _made_with(results),
        "problems": list(problems),
        "warnings": grid.warnings(),
        "seeds": list(grid.seeds),
        "reference": grid.reference,
        "scoring": asdict(grid.scoring),
        "columns": {name: COLUMNS[name].measure.head for name in grid.columns},
        "variants": {
            variant: {
                name: {"by_seed": cell.values, "mean": cell.mean, "difference": cell.difference}
                for name, cell in row.items()
            }
            for variant, row in table.items()
        },
        "effects": changes,
        "published": {
            variant: {"row": row, **vars(published(row))} for variant, row in grid.published.items()
        },
    }
    text = _in_markdown(
        content,
        grid,
        results,
        means=_rows(grid, ["variant", "seeds"], _means(table), Column.plus_minus),
        differences=_rows(grid, ["variant"], _differences(grid, table), Column.signed),
        changes=_rows(grid, ["change"], (([str(each)], each.differences) for each in changes), Column.signed),
        beside=_beside(grid, table) if grid.data else "",
    )
    for name, written in (
        ("runs.csv", _as_csv(grid, results)),
        ("table.json", json.dumps(content, indent=1, ensure_ascii=False, default=_plain)),
        ("table.md", text),
    ):
        with atomic_write(folder / name) as temporary:
            temporary.write_text(written, encoding="utf-8")
    return folder / "table.md"


def _plain(value: Any) -> Any:
    """An interval or an effect as JSON."""
    return value.as_json() if isinstance(value, Interval) else vars(value)


def _as_csv(grid: Grid, results: Results) -> str:
    """One line a run: variant, its value on every axis, seed, and every column."""
    several = len(grid.axes) > 1
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["variant", *(grid.axes if several else ()), "seed", *grid.columns])
    for (variant, seed), result in sorted(results.items()):
        values = variant.split("+") if several else []
        writer.writerow([variant, *values, seed, *(COLUMNS[name].read(result) for name in grid.columns)])
    return file.getvalue()


def _in_markdown(content: Mapping[str, Any], grid: Grid, results: Results, **tables: str) -> str:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("pvlib.evaluation.ablation", "."),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )  # Markdown: nothing is escaped
    faces = sorted({result["evaluation"]["faces"] for result in results.values()})
    chosen_on = {"valid": "validation faces", "test": "the test faces"}
    return environment.get_template("table.md.jinja").render(
        **content,
        **tables,
        planned=len(grid.runs),
        done=len(results),
        faces=" or ".join(f"{count:,}" for count in faces),
        chosen_on=" or ".join(chosen_on[name] for name in sorted({run.config.select for run in grid.runs})),
        errors=", ".join(
            f"{DATA_SETS[data]} {STANDARD_ERROR[data]}" for data in grid.data if data in STANDARD_ERROR
        ),
    )


def _means(table: Table) -> Rows:
    for variant, row in table.items():
        seeds = max(len(cell.values) for cell in row.values())
        yield [variant, str(seeds)], {name: cell.mean for name, cell in row.items()}


def _differences(grid: Grid, table: Table) -> Rows:
    for variant, row in table.items():
        if variant != grid.reference:
            yield [variant], {name: cell.difference for name, cell in row.items()}


def _rows(grid: Grid, head: Sequence[str], rows: Rows, text: Callable[[Column, Interval | None], str]) -> str:
    columns = [COLUMNS[name] for name in grid.columns]
    lines = [
        [*names, *(text(COLUMNS[name], numbers[name]) for name in grid.columns)] for names, numbers in rows
    ]
    return markdown_table([*head, *(column.measure.head for column in columns)], lines)


def _beside(grid: Grid, table: Table) -> str:
    """Accuracy and its difference to the reference's row, ours first."""
    column, lines = COLUMNS["accuracy"], []
    reference = grid.published.get(grid.reference)
    for variant in (variant for variant in grid.variants if variant in grid.published):
        name, ours = grid.published[variant], table[variant].get("accuracy")
        line = [variant, "–", "–", name + ("" if published(name).verified else " (unverified)")]
        if ours is not None:
            line[1:3] = column.plus_minus(ours.mean), column.signed(ours.difference)
        against = {} if reference in (None, name) else published(str(reference)).accuracy
        for data in grid.data:
            value = published(name).accuracy.get(data)
            text = "–" if value is None else f"{value:.2f}"
            if value is not None and data in against:
                text += f" ({in_signs(value - against[data], 2)})"
            line.append(text)
        lines.append(line)
    head = ["variant", "ours", "difference", "published row", *(DATA_SETS[data] for data in grid.data)]
    return markdown_table(head, lines)


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
