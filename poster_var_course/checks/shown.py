"""How a check's outcome and a hint look: words first, so that nobody needs the colour to read them."""

from dataclasses import dataclass
from html import escape

from poster_var_course.outputs import CHECK, show

GREEN, AMBER = "#1a7f37", "#b26a00"
HEADS = {"passed": "✔ Passed", "unwritten": "○ Not written yet", "wrong": "△ Not yet right"}
NEXT = {
    "unwritten": 'Write the marked lines above, run that cell, then this one. Stuck? Run hint("{id}").',
    "wrong": 'For a step-by-step hint, run hint("{id}").',
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
    _panel(head, lines, GREEN if result.passed else AMBER, {CHECK: data})


def display_hints(identifier: str, hints: tuple[str, ...], total: int) -> None:
    """Show the steps given so far, and whether there are more."""
    lines = [f"{step}. {text}" for step, text in enumerate(hints, start=1)]
    if len(hints) < total:
        lines.append("Run this cell again for the next step.")
    _panel(f"Hint {len(hints)} of {total} for {identifier}", lines, AMBER, {})


def _panel(head: str, lines: list[str], colour: str, more: dict) -> None:
    paragraphs = "".join(f'<p style="margin:0.3em 0 0">{escape(line)}</p>' for line in lines)
    style = f"border-left:0.3em solid {colour};padding:0.4em 0.8em;margin:0.3em 0"
    title = f'<strong style="color:{colour}">{escape(head)}</strong>'
    html = f'<div role="status" style="{style}">{title}{paragraphs}</div>'
    show({"text/html": html, "text/plain": "\n".join([head, *lines]), **more})
