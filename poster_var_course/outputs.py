"""What a lesson hands to the runner travels in a cell's output, so that the notebook itself is the record."""

import math
from collections.abc import Sequence
from html import escape
from numbers import Real

from pvlib.errors import CourseError

METRICS = "application/vnd.pvlib.metrics+json"
CHECK = "application/vnd.pvlib.check+json"
PREDICTION = "application/vnd.pvlib.prediction+json"


def record(**metrics: object) -> None:
    """Show the lesson's results and hand them to `pvlib run`: `record(accuracy=0.93, epochs=4)`.

    A value is a finite number, a word, or a list, tensor or array of these. Numbers are kept at full
    precision, so that two runs can be compared. A name recorded twice keeps its last value.
    """
    values = {name: plain_value(name, value) for name, value in metrics.items()}
    text = ", ".join(f"{name} = {short(value)}" for name, value in values.items())
    rows = "".join(f"<tr><td>{escape(n)}</td><td>{escape(short(v))}</td></tr>" for n, v in values.items())
    table = f"<details><summary>Recorded: {len(values)} results</summary><table>{rows}</table></details>"
    show({METRICS: values, "text/html": table, "text/plain": f"Recorded: {text}"})


def show(bundle: dict[str, object]) -> None:
    """Put one output with several representations into the running cell; plain Python prints its text."""
    from IPython import get_ipython  # a second of start-up that only a notebook needs
    from IPython.display import display

    if get_ipython() is None:
        print(bundle["text/plain"])
    else:
        display(bundle, raw=True)


def panel(head: str, lines: Sequence[str], colour: str, more: dict[str, object]) -> dict[str, object]:
    """One output with the same words as HTML and as plain text, beside what programs read."""
    paragraphs = "".join(f'<p style="margin:0.3em 0 0">{escape(line)}</p>' for line in lines)
    style = f"border-left:0.3em solid {colour};padding:0.4em 0.8em;margin:0.3em 0"
    title = f"<strong>{escape(head)}</strong>"  # in the page's own colour, light or dark
    html = f'<div role="status" style="{style}">{title}{paragraphs}</div>'
    return {"text/html": html, "text/plain": "\n".join([head, *lines]), **more}


def plain_value(name: str, value: object) -> object:
    """`value` as JSON knows it; CourseError names what is no finite number, word or list of these."""
    if isinstance(value, list | tuple):
        return [plain_value(name, part) for part in value]
    if hasattr(value, "tolist"):  # tensors and arrays, whatever library they come from
        return plain_value(name, value.tolist())
    if isinstance(value, str | bool):
        return value
    if isinstance(value, Real) and math.isfinite(value):
        return value if isinstance(value, int) else float(value)
    raise CourseError(
        f"record: {name} is {value!r:.200}; a metric is a finite number, a word, or a list of these"
    )


def short(value: object) -> str:
    """Return a recorded value as a person reads it."""
    if isinstance(value, list):
        return f"{len(value)} values"
    return f"{value:.5g}" if isinstance(value, float) else str(value)
