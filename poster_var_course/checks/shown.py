"""How a check's outcome and a hint look: words first, so that nobody needs the colour to read them."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from poster_var_course.outputs import CHECK, panel, show

GREEN, AMBER = "#1a7f37", "#b26a00"
HEADS = {"passed": "✔ Passed", "unwritten": "○ Not written yet", "wrong": "△ Not yet right"}
NEXT = {
    "unwritten": 'Write the marked lines above, run that cell, then this one. Stuck? hint("{id}") has three folded steps.',
    "wrong": 'Three folded hints are under hint("{id}").',
}


@dataclass(frozen=True)
class Result:
    """Outcome of one check; `status` is "passed", "unwritten" or "wrong"."""

    id: str
    title: str
    status: str
    message: str = ""
    hint: str = ""

    @property
    def passed(self) -> bool:
        return self.status == "passed"


def display_result(result: Result) -> None:
    """Show one outcome as HTML and as plain text with the same words."""
    lines = [] if result.status != "wrong" else [result.message]
    if result.hint:
        lines.append(f"Hint: {result.hint}")
    if result.status in NEXT:
        lines.append(NEXT[result.status].format(id=result.id))
    head = f"{HEADS[result.status]}: {result.title}"
    data = {"id": result.id, "status": result.status}
    show(panel(head, lines, GREEN if result.passed else AMBER, {CHECK: data}))


def display_hints(title: str, hints: Sequence[str]) -> None:
    """Show the steps, each folded inside the one before: the learner opens as many as are needed."""
    html = ""
    for step, words in reversed(list(enumerate(hints, start=1))):
        summary = f'<summary style="cursor:pointer">Hint {step} of {len(hints)}</summary>'
        paragraph = f'<p style="margin:0.3em 0">{escape(words)}</p>'
        html = f'<details style="margin:0.3em 0 0 0.8em">{summary}{paragraph}{html}</details>'
    text = "\n".join([f"Hints: {title}", *(f"{step}. {words}" for step, words in enumerate(hints, start=1))])
    head = f"<strong>Stuck? {escape(title)}</strong>"
    show({"text/html": f"<div>{head}{html}</div>", "text/plain": text})
