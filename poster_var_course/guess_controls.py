"""The widgets with which a learner answers a `guess`; every change is kept at once."""

from collections.abc import Callable

import ipywidgets as widgets
from IPython.display import display

from poster_var_course.guesses import Guess, Question, asked, keep

Keep = Callable[[object], None]


def ask(question: Question, before: Guess | None) -> None:
    """Show the question, and under it the controls with the guess made before, if there is one."""
    output = display(asked(question), raw=True, display_id=True)

    def changed(value: object) -> None:
        keep(question, value)
        output.update(asked(question), raw=True)

    if question.votes is not None:
        counts = dict.fromkeys(question.options, 0) | (before if isinstance(before, dict) else {})
        display(_votes(question.votes, counts, changed))
    elif question.ends:
        display(_number(*question.ends, before if isinstance(before, int | float) else None, changed))
    else:
        choice = widgets.RadioButtons(options=question.options, value=before, layout={"width": "auto"})
        choice.observe(lambda change: changed(change["new"]), names="value")
        display(choice)


def _number(low: float, high: float, before: float | None, changed: Keep) -> widgets.Widget:
    """A field and a button; what lies outside the range is moved to its end."""
    whole = float(low).is_integer() and float(high).is_integer()
    field = (widgets.IntText if whole else widgets.FloatText)(
        value=low if before is None else before, layout={"width": "9em"}
    )
    button = widgets.Button(description="This is my guess")

    def clicked(_: object) -> None:
        field.value = min(max(field.value, low), high)
        changed(field.value)

    button.on_click(clicked)
    return widgets.HBox([field, button], layout={"flex_flow": "row wrap"})


def _votes(total: int, counts: dict[str, int], changed: Keep) -> widgets.Widget:
    """A minus, the count and a plus for each option; no more votes than there are."""
    left = widgets.Label()
    shown = {option: widgets.Label(layout={"width": "2em"}) for option in counts}

    def refresh() -> None:
        left.value = f"votes left: {total - sum(counts.values())}"
        for option, label in shown.items():
            label.value = str(counts[option])

    def change(option: str, step: int) -> None:
        if counts[option] + step >= 0 and sum(counts.values()) + step <= total:
            counts[option] += step
            refresh()
            changed(dict(counts))

    def button(option: str, step: int) -> widgets.Button:
        sign, words = ("−", "one vote less") if step < 0 else ("+", "one vote more")
        made = widgets.Button(description=sign, tooltip=f"{words} for {option}", layout={"width": "2.5em"})
        made.on_click(lambda _: change(option, step))
        return made

    rows = [
        widgets.HBox(
            [
                widgets.Label(option, layout={"width": "6em"}),
                button(option, -1),
                shown[option],
                button(option, 1),
            ]
        )
        for option in counts
    ]
    refresh()
    return widgets.VBox([*rows, left])
