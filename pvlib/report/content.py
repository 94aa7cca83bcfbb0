"""What a report tells, before it is a page or a table: numbers, pictures, facts and warnings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pvlib.report.pictures import Drawing


@dataclass(frozen=True)
class FacePicture:
    """One face with what was said of it.

    Attributes:
        source: the picture, for ``src``.
        said, label: expression and its share, such as ("anger", 0.93).
        votes: what the raters said, in words; empty where no votes are known.
        about: why it is shown, such as "entropy 1.62".
    """

    source: str
    said: tuple[str, float]
    label: tuple[str, float]
    votes: str
    about: str

    @property
    def alt(self) -> str:
        """The caption without the picture."""
        return f"Face labelled {self.label[0]}, called {self.said[0]} with {100 * self.said[1]:.0f} %."


@dataclass(frozen=True)
class Comparison:
    """Another run on the same faces: its name, what ``compare`` said, and under "metrics" its own numbers."""

    other: str
    result: Mapping[str, Any]


@dataclass(frozen=True)
class Report:
    """One evaluation, ready to be written.

    Attributes:
        title: the run's name.
        summary: one sentence: which network, which weights, which faces.
        warnings: what makes the numbers better than they would be on new faces; printed in red.
        document: the JSON of the evaluation.
        drawings: figures by name (confusion, reliability, classwise, risk_coverage, measures, raters, curves).
        faces: pictures by the title of their group.
        why_no_faces: said in their place where none are shown.
        comparisons: other runs on the same faces.
        facts: what was measured, and with what.
        command: what repeats it.
    """

    title: str
    summary: str
    warnings: Sequence[str]
    document: Mapping[str, Any]
    drawings: Mapping[str, Drawing]
    facts: Mapping[str, str]
    command: str
    faces: Mapping[str, Sequence[FacePicture]] = field(default_factory=dict)
    why_no_faces: str = ""
    comparisons: Sequence[Comparison] = ()
