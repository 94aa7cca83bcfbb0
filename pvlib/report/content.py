"""What a report tells, and its forms: one HTML page, one Markdown file, both from the same tables.

The page opens anywhere: pictures inside, no script, nothing fetched. What a stranger's file says is escaped by
the templates beside this module.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pvlib.data.expression_colours import COLOURS
from pvlib.evaluation.measures import HEADLINE, MEASURES, cell
from pvlib.markdown import markdown_table, plain
from pvlib.report import tables
from pvlib.report.chosen_faces import FacePicture
from pvlib.report.drawings import Drawing
from pvlib.templates import fill


@dataclass(frozen=True, kw_only=True)
class Report:
    """One evaluation, ready to be written.

    Attributes:
        title: the run's name.
        summary: one sentence: which network, which weights, which faces.
        cautions: what makes the numbers better than they would be on new faces; printed in red.
        document: the JSON of the evaluation; under "comparisons" other runs on the same faces, under
            "switches" this network with parts switched.
        drawings: figures by name (confusion, reliability, risk_coverage, measures, raters, curves).
        faces: pictures by the title of their group; none where faces may not be shown.
        facts: what was measured, and with what.
        command: what repeats it.
    """

    title: str
    summary: str
    cautions: Sequence[str]
    document: Mapping[str, Any]
    drawings: Mapping[str, Drawing]
    facts: Mapping[str, str]
    command: str
    faces: Mapping[str, Sequence[FacePicture]] = field(default_factory=dict)

    def as_page(self) -> str:
        """Return the whole HTML page."""
        numbers = self.document["metrics"]
        return self._written(
            "page.html.jinja",
            colours=COLOURS,
            tiles=[(MEASURES[key], cell(numbers[key], key)) for key in HEADLINE if numbers.get(key)],
            meanings=[(measure.title, measure.meaning) for measure in MEASURES.values()],
        )

    def as_markdown(self, short: bool = False) -> str:
        """Return Markdown tables, to be pasted into a note or committed beside their command.

        Args:
            short: recognition, uncertainty and comparisons alone, for a terminal.
        """
        return self._written("table.md.jinja", short=short).strip() + "\n"

    def _written(self, template: str, **more: Any) -> str:
        return fill(
            "pvlib.report",
            template,
            report=self,
            tables=tables.all_tables(self.document, self.facts),
            comparisons=[
                tables.comparison(self.document, compared) for compared in self.document["comparisons"]
            ],
            as_markdown=_as_markdown,
            **more,
        )


def _as_markdown(table: tables.Table) -> str:
    rows = ([plain(str(cell)) for cell in row] for row in table.rows)
    return markdown_table([plain(title) for title in table.head], rows, numbers=True)
