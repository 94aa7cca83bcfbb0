"""The pages that a run leaves: each lesson as HTML, and one table over all of them (`pvlib run`).

Both open from the disk without a server. Pictures are inside the files; only formulas need the network, since
nbconvert's page loads MathJax (offline they are readable as TeX).
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import jinja2
from nbconvert import HTMLExporter
from nbformat import NotebookNode
from traitlets.config import Config

from poster_var_course.order import LessonEntry
from poster_var_course.outputs import short
from poster_var_course.records import Record
from pvlib.files import atomic_write


def html_page(notebook: NotebookNode, title: str) -> str:
    """An executed notebook as one page, pictures embedded."""
    config = Config({"HTMLExporter": {"embed_images": True, "exclude_input_prompt": True}})
    exporter = HTMLExporter(config=config, template_name="lab", language_code="en", require_js_url="")
    exporter.log.setLevel("ERROR")
    text, _ = exporter.from_notebook_node(notebook, resources={"metadata": {"name": title}})
    # no widget needs require.js, and an empty script tag is no valid page
    return str(text).replace('<script src=""></script>', "")


def write_report(path: Path, entries: Sequence[LessonEntry], records: Mapping[str, Record | None]) -> None:
    """Write the table: one row a lesson, in order, with what its record says."""
    known = [record for record in records.values() if record]
    page = jinja2.Environment(
        loader=jinja2.PackageLoader("poster_var_course", "."),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
    )
    page.filters |= {"seconds": _seconds, "value": short}
    text = page.get_template("report.html.jinja").render(
        rows=[(entry, records.get(entry.name)) for entry in entries],
        done=sum(record.status == "done" for record in known),
        total=sum(record.seconds for record in known),
        latest=max(known, key=lambda record: record.started, default=None),
        marks={"done": "✔ done", "failed": "✘ failed", "missing": "○ not run yet"},
        statuses={"passed": "passed", "unwritten": "not written yet", "wrong": "not yet right"},
    )
    with atomic_write(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def _seconds(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 100 else f"{seconds / 60:.1f} min"
