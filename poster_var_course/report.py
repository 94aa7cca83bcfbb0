"""The pages that a run leaves: each lesson as HTML, and one table over all of them (`pvlib run`).

Both open from the disk, without a server, a kernel or a network: formulas are set as MathML when the page is made,
and a page with moving figures holds the library that moves them, once.
"""

import re
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

import jinja2
from jinja2 import pass_context
from jinja2.runtime import Context
from nbconvert import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode
from plotly.offline import get_plotlyjs
from traitlets.config import Config

from poster_var_course.formulas import FORMULA, mathml
from poster_var_course.order import LessonEntry
from poster_var_course.outputs import short
from poster_var_course.records import Record
from pvlib.errors import CourseError
from pvlib.figures import PLOTLY
from pvlib.files import atomic_write


class _Renderer(IPythonRenderer):
    """nbconvert's Markdown, with formulas as MathML instead of TeX that a script from another host would set.

    What cannot be set (a learner's own cell may hold anything) is shown as TeX.
    """

    def inline_math(self, body: str) -> str:
        return _set_or_tex(body, "inline")

    def block_math(self, body: str) -> str:
        return _set_or_tex(body, "block")

    def latex_environment(self, name: str, body: str) -> str:
        return _set_or_tex(rf"\begin{{{name}}}{body}\end{{{name}}}", "block")

    def block_html(self, html: str) -> str:
        """HTML that begins a line, such as a folded answer: Markdown leaves its formulas alone."""

        def mathml_of(found: re.Match[str]) -> str:
            return _set_or_tex(found[1] or found[2], "block" if found[1] else "inline")

        return str(super().block_html(FORMULA.sub(mathml_of, html)))


def _set_or_tex(tex: str, display: str) -> str:
    try:
        return mathml(tex, display=display)
    except CourseError:
        return f"<code>{escape(tex)}</code>"


def html_of(markdown: str, attachments: dict[str, dict[str, str]] | None = None) -> str:
    """Markdown as a notebook's cell shows it, with formulas as MathML."""
    renderer = _Renderer(escape=False, attachments=attachments, exclude_anchor_links=True)
    return str(MarkdownWithMath(renderer=renderer).render(markdown))


class _Exporter(HTMLExporter):
    @pass_context
    def markdown2html(self, context: Context, source: str) -> str:
        return html_of(source, context.get("cell", {}).get("attachments"))


def html_page(notebook: NotebookNode, title: str) -> str:
    """An executed notebook as one page that asks nothing of another host."""
    exporter = _Exporter(
        config=Config({"HTMLExporter": {"exclude_input_prompt": True}}),
        template_name="lab",
        template_file="lesson.html.jinja",
        extra_loaders=[jinja2.PackageLoader("poster_var_course", ".")],
        language_code="en",
    )
    exporter.log.setLevel("ERROR")
    moves = any(
        PLOTLY in output.get("data", {}) for cell in notebook.cells for output in cell.get("outputs", [])
    )
    exporter.environment.globals |= {"plotly_mime": PLOTLY, "plotly_js": get_plotlyjs() if moves else ""}
    text, _ = exporter.from_notebook_node(notebook, resources={"metadata": {"name": title}})
    return str(text)


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
