"""The report's short form, for the terminal."""

from pathlib import Path

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table as RichTable

from pvlib.report import tables
from pvlib.report.content import Report


def show(report: Report, console: Console) -> None:
    """Print warnings, measures, classes, the confusion matrix and comparisons."""
    console.print(
        f"[bold]{escape(report.title)}[/]: {escape(report.summary)}", soft_wrap=True, highlight=False
    )
    for warning in report.warnings:
        console.print(f"[bold red]{escape(warning)}[/]", soft_wrap=True, highlight=False)
    for table in (tables.quality, tables.classes, tables.confusion):
        _print(table(report.document), console)
    _print(tables.uncertainties(report.document), console, intervals=False)
    for one in report.comparisons:
        _print(tables.comparison(report.document, one.other, one.result), console)
        console.print(escape(tables.mcnemar_sentence(one.other, one.result)), soft_wrap=True, highlight=False)


def tell_where(folder: Path, console: Console) -> None:
    """Say which file to open first."""
    console.print(f"report: {folder / 'index.html'}", soft_wrap=True, highlight=False)


def _print(table: tables.Table, console: Console, intervals: bool = True) -> None:
    shown = RichTable(
        box=box.SIMPLE_HEAD, pad_edge=False, title=escape(table.caption) or None, title_justify="left"
    )
    rows = [[str(one) if intervals else one.text for one in row] for row in table.rows]
    for place, head in enumerate(table.head):
        # a number is never cut; a head or a name may take several lines
        widest = 0 if intervals or not place else max(len(row[place]) for row in rows)
        shown.add_column(escape(head), justify="right" if place else "left", min_width=widest)
    for row in rows:
        shown.add_row(*map(escape, row))
    console.print(shown)
