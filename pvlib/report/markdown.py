"""The report as Markdown tables, to be pasted into a note or committed beside its command."""

from pvlib.markdown import markdown_table, plain
from pvlib.report import tables
from pvlib.report.content import Report


def as_markdown(report: Report) -> str:
    """Return the whole text; its tables are those of the page."""
    parts = [f"# Evaluation of {plain(report.title)}", plain(report.summary)]
    parts += [f"> **Warning:** {plain(warning)}" for warning in report.warnings]
    parts.append(f"```\n{report.command}\n```")
    sections = {
        "Recognition": [
            tables.quality(report.document),
            tables.classes(report.document),
            tables.confusion(report.document),
        ],
        "Calibration": [tables.methods(report.document)],
        "Uncertainty": [tables.uncertainties(report.document)],
    }
    for title, contents in sections.items():
        parts.append(f"## {title}")
        parts += [_table(table) for table in contents]
    if report.comparisons:
        parts.append("## Comparison")
        for one in report.comparisons:
            parts.append(_table(tables.comparison(report.document, one.other, one.result)))
            parts.append(plain(tables.mcnemar_sentence(one.other, one.result)))
    parts += ["## How it was measured", _table(tables.facts_table(report.facts))]
    return "\n\n".join(parts) + "\n"


def _table(table: tables.Table) -> str:
    rows = ([plain(str(cell)) for cell in row] for row in table.rows)
    text = markdown_table([plain(title) for title in table.head], rows, numbers=True)
    return f"{plain(table.caption)}\n\n{text}" if table.caption else text
