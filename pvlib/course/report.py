"""The pages that a run leaves: each lesson as HTML, and one table over all of them (`pvlib run`).

Both open from the disk without a server. Pictures are inside the files; only formulas need the network, since
nbconvert's page loads MathJax (offline they are readable as TeX).
"""

from collections.abc import Sequence
from html import escape
from pathlib import Path

from nbconvert import HTMLExporter
from nbformat import NotebookNode
from traitlets.config import Config

from pvlib.course.records import Record
from pvlib.files import atomic_write

MARKS = {"done": "✔ done", "failed": "✘ failed", "missing": "○ not run yet"}
STYLE = """
:root { color-scheme: light dark; --line: #8886; --good: #1a7f37; --bad: #c62828; }
@media (prefers-color-scheme: dark) { :root { --good: #57c46f; --bad: #ff8a80; } }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; padding-bottom: 0.5rem; }
th, td { text-align: left; vertical-align: top; padding: 0.5rem; border-bottom: 1px solid var(--line); }
td.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.status { font-weight: 600; white-space: nowrap; }
.done { color: var(--good); }
.failed { color: var(--bad); }
ul { list-style: none; margin: 0; padding: 0; }
td p { margin: 0.2rem 0 0; }
a { white-space: nowrap; }
footer { margin-top: 2rem; font-size: 0.9rem; }
"""


def write_html(notebook: NotebookNode, path: Path, title: str) -> None:
    """Export an executed notebook as one file, pictures embedded."""
    config = Config({"HTMLExporter": {"embed_images": True, "exclude_input_prompt": True}})
    exporter = HTMLExporter(config=config, template_name="lab", language_code="en", require_js_url="")
    exporter.log.setLevel("ERROR")
    text, _ = exporter.from_notebook_node(notebook, resources={"metadata": {"name": title}})
    with atomic_write(path) as temporary:
        # no widget needs require.js, and an empty script tag is no valid page
        temporary.write_text(text.replace('<script src=""></script>', ""), encoding="utf-8")


def write_report(path: Path, lessons: Sequence[str], records: Sequence[Record]) -> None:
    """Write the table: one row a lesson, in order, with what its record says."""
    known = {record.lesson: record for record in records}
    rows = "\n".join(_row(lesson, known.get(lesson)) for lesson in lessons)
    latest = max(records, key=lambda record: record.started, default=None)
    with atomic_write(path) as temporary:
        temporary.write_text(_page(rows, len(lessons), records, latest), encoding="utf-8")


def _page(rows: str, count: int, records: Sequence[Record], latest: Record | None) -> str:
    done = sum(record.status == "done" for record in records)
    total = sum(record.seconds for record in records)
    heads = "".join(
        f'<th scope="col">{head}</th>'
        for head in ("Lesson", "Status", "Time", "Memory", "What it measured", "Answer checks", "Files")
    )
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>POSTER-Var course: report of the run</title>
<style>{STYLE}</style>
</head>
<body>
<main>
<h1>POSTER-Var course: report of the run</h1>
<table>
<caption>{done} of {count} lessons done, {_time(total)} in all.</caption>
<thead><tr>{heads}</tr></thead>
<tbody>
{rows}
</tbody>
</table>
</main>
<footer>{_footer(latest)}</footer>
</body>
</html>
"""


def _row(lesson: str, record: Record | None) -> str:
    status = record.status if record else "missing"
    cells = [
        f'<th scope="row">{_title(lesson, record)}</th>',
        f'<td><span class="status {status}">{MARKS[status]}</span>{_error(record)}</td>',
        f'<td class="number">{_time(record.seconds) if record else ""}</td>',
        f'<td class="number">{f"{record.peak_memory_mib:,.0f} MiB" if record else ""}</td>',
        f"<td>{_pairs(record.metrics) if record else ''}</td>",
        f"<td>{_checks(record.checks) if record else ''}</td>",
        f"<td>{_links(lesson) if record else ''}</td>",
    ]
    return f"<tr>{''.join(cells)}</tr>"


def _title(lesson: str, record: Record | None) -> str:
    words = escape(f"{lesson[:2]} {lesson[3:].replace('_', ' ')}")
    return f'<a href="{lesson}.html">{words}</a>' if record else words


def _error(record: Record | None) -> str:
    if record is None or record.error is None:
        return ""
    return f"<p>In cell {escape(record.error['cell'])}: {escape(record.error['message'])}</p>"


def _pairs(metrics: dict[str, object]) -> str:
    def shown(value: object) -> str:
        if isinstance(value, list):
            return f"{len(value)} values"
        return f"{value:.4g}" if isinstance(value, float) else str(value)

    items = "".join(
        f"<li>{escape(name.replace('_', ' '))}: <strong>{escape(shown(value))}</strong></li>"
        for name, value in metrics.items()
    )
    return f"<ul>{items}</ul>"


def _checks(checks: dict[str, str]) -> str:
    if not checks:
        return "none"
    words = {"passed": "passed", "unwritten": "not written yet", "wrong": "not yet right"}
    counts = {text: list(checks.values()).count(status) for status, text in words.items()}
    return "<br>".join(f"{count} {text}" for text, count in counts.items() if count)


def _links(lesson: str) -> str:
    names = (("notebook", "ipynb"), ("record", "json"))
    links = (f'<li><a href="{lesson}.{ending}">{name} {lesson[:2]}</a></li>' for name, ending in names)
    return f"<ul>{''.join(links)}</ul>"


def _time(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 100 else f"{seconds / 60:.1f} min"


def _footer(latest: Record | None) -> str:
    if latest is None:
        return ""
    versions = ", ".join(f"{name} {version}" for name, version in latest.versions.items())
    return (
        f"<p>Last run {escape(latest.started)} on {escape(latest.device)}, {latest.threads} threads, "
        f"{escape(latest.platform)}. {escape(versions)}.</p>"
    )
