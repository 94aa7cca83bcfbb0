"""The report as one HTML page: pictures inside, no script, nothing fetched from anywhere."""

from collections.abc import Sequence
from html import escape
from importlib.resources import files

from pvlib.data.labels import COLOURS
from pvlib.evaluation.measures import MEASURES, Cell, cell
from pvlib.report import tables
from pvlib.report.content import FacePicture, Report
from pvlib.report.pictures import Drawing, figure_source
from pvlib.report.tables import Table

_TILES = (
    "accuracy",
    "mean_class_accuracy",
    "negative_log_likelihood",
    "brier",
    "calibration_error",
    "kl_to_votes",
)
# a browser that obeys it loads nothing from outside, whatever a name in the page contains
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


def as_page(report: Report) -> str:
    """Return the whole page."""
    style = files("pvlib.report").joinpath("page.css").read_text(encoding="utf-8")
    sections = (
        _recognition(report),
        _calibration(report),
        _uncertainty(report),
        _comparisons(report),
        _training(report),
        _faces(report),
        _method(report),
    )
    title = escape(f"Evaluation of {report.title}")
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<title>{title}</title>
<style>
{style}</style>
</head>
<body>
<main>
<header>
<h1>{title}</h1>
<p class="summary">{escape(report.summary)}</p>
{_warnings(report.warnings)}
{_tiles(report)}
</header>
{"".join(section for section in sections if section)}
</main>
</body>
</html>
"""


def _warnings(warnings: Sequence[str]) -> str:
    return "\n".join(f'<p class="warning" role="alert">{escape(warning)}</p>' for warning in warnings)


def _tiles(report: Report) -> str:
    numbers = report.document["metrics"]
    tiles = "".join(
        f'<div title="{escape(MEASURES[key].meaning)}"><dt>{escape(MEASURES[key].head)}</dt>'
        f"<dd>{_written(cell(numbers[key], key))}</dd></div>"
        for key in _TILES
        if numbers.get(key) is not None
    )
    return f'<dl class="tiles">{tiles}</dl>'


def _recognition(report: Report) -> str:
    figure, table = _figure(report, "confusion", "narrow"), _table(tables.classes(report.document), dots=True)
    return _section("Recognition", f'<div class="side">{figure}{table}</div>')


def _calibration(report: Report) -> str:
    return _section(
        "Calibration: does its confidence keep its word?",
        f'<div class="side">{_figure(report, "reliability", "narrow")}{_figure(report, "classwise", "narrow")}</div>'
        f"{_table(tables.methods(report.document))}",
    )


def _uncertainty(report: Report) -> str:
    right = f"<div>{_figure(report, 'measures', 'wide')}{_figure(report, 'raters', 'narrow')}</div>"
    return _section(
        "Uncertainty: does it know when it may be wrong?",
        f'<div class="side">{_figure(report, "risk_coverage", "narrow")}{right}</div>'
        f"{_table(tables.uncertainties(report.document))}",
    )


def _comparisons(report: Report) -> str:
    parts = "".join(
        f"<h3>Against {escape(one.other)}</h3><p>{escape(tables.mcnemar_sentence(one.other, one.result))}</p>"
        f"{_table(tables.comparison(report.document, one.other, one.result))}"
        for one in report.comparisons
    )
    return _section("Comparison", parts)


def _training(report: Report) -> str:
    return _section("Training", _figure(report, "curves", "curves"))


def _faces(report: Report) -> str:
    parts = "".join(
        f'<h3>{escape(title)}</h3><ul class="faces">{"".join(_face(one) for one in group)}</ul>'
        for title, group in report.faces.items()
        if group
    )
    if not parts and report.why_no_faces:
        parts = f'<p class="quiet">{escape(report.why_no_faces)}</p>'
    return _section("Faces", parts)


def _method(report: Report) -> str:
    rows = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td>{escape(value)}</td></tr>'
        for name, value in report.facts.items()
    )
    meanings = "".join(
        f'<tr><th scope="row">{escape(measure.title)}</th><td>{escape(measure.meaning)}</td></tr>'
        for measure in MEASURES.values()
    )
    return _section(
        "How it was measured",
        f'<div class="scroll"><table class="facts"><tbody>{rows}</tbody></table></div>'
        f"<h3>The command</h3><pre>{escape(report.command)}</pre>"
        f'<h3>The measures</h3><table class="facts"><tbody>{meanings}</tbody></table>',
    )


def _section(title: str, body: str) -> str:
    return f"<section>\n<h2>{escape(title)}</h2>\n{body}\n</section>\n" if body else ""


def _figure(report: Report, name: str, width: str) -> str:
    drawing: Drawing | None = report.drawings.get(name)
    if drawing is None:
        return ""
    return (
        f'<figure class="{width}"><img alt="{escape(drawing.alt)}" src="{figure_source(drawing.figure)}">'
        f"<figcaption>{escape(drawing.caption)}</figcaption></figure>"
    )


def _table(table: Table, dots: bool = False) -> str:
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in table.head)
    rows = "".join(_row(row, table, dots) for row in table.rows)
    # the caption stays in place while a phone's reader moves a wide table sideways
    return (
        f'<div><p class="caption">{escape(table.caption)}</p><div class="scroll" role="region" tabindex="0" '
        f'aria-label="{escape(table.caption)}"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div></div>'
    )


def _row(row: Sequence[Cell], table: Table, dots: bool) -> str:
    name = row[0].text
    dot = f'<span class="dot" style="background:{COLOURS[name]}"></span>' if dots and name in COLOURS else ""
    note = f"<small>{escape(table.notes[name])}</small>" if name in table.notes else ""
    cells = "".join(f"<td>{_written(one)}</td>" for one in row[1:])
    return f'<tr><th scope="row">{dot}{escape(name)}{note}</th>{cells}</tr>'


def _written(one: Cell) -> str:
    return escape(one.text) + (f"<small>{escape(one.interval)}</small>" if one.interval else "")


def _face(one: FacePicture) -> str:
    votes = f'<br><span class="quiet">{escape(one.votes)}</span>' if one.votes else ""
    return (
        f'<li><img alt="{escape(one.alt)}" src="{one.source}"><p><b>{escape(one.said[0])}</b> {100 * one.said[1]:.0f} %'
        f"<br>label: {escape(one.label[0])}{votes}"
        f'<br><span class="quiet">{escape(one.about)}</span></p></li>'
    )
