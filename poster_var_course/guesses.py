"""A prediction before the answer: asked for by `guess`, kept, and shown again beside the truth by `reveal`.

A guess is kept in the notebook's output, where a teacher who collects notebooks finds it; in ``predictions.json``
beside the notebook, where a restarted kernel finds it; and in the record that `pvlib run` makes of the notebook.
No result of a lesson may depend on one: without anybody at the keyboard there is none.
"""

import json
import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from poster_var_course.outputs import PREDICTION, panel, plain_value, show
from pvlib.errors import CourseError
from pvlib.files import atomic_write

KEPT = Path("predictions.json")  # in the folder where the notebook's kernel works
CLASS = Path("class_predictions.json")  # a teacher's file: {question: [guess, guess, …]}
BLUE = "#0072b2"
BINS = 5

Guess = float | str | dict[str, int]


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question and the form of its answer: a number in `ends`, one of `options`, or `votes` given to them."""

    id: str
    text: str
    ends: tuple[float, float] | None
    options: tuple[str, ...]
    votes: int | None

    def accept(self, value: object) -> Guess:
        """`value` in the form of this question; CourseError says what form that is."""
        if self.votes is not None:
            if isinstance(value, Mapping) and set(value) <= set(self.options):
                return {option: int(value.get(option, 0)) for option in self.options}
            raise CourseError(f"{self.id}: wanted votes by option, got {value!r:.200}")
        plain = plain_value(self.id, value)
        if self.ends is None and isinstance(plain, str) and plain in self.options:
            return plain
        if self.ends is not None and isinstance(plain, int | float) and not isinstance(plain, bool):
            return plain
        wanted = "a number" if self.ends else f"one of {', '.join(self.options)}"
        raise CourseError(f"{self.id}: wanted {wanted}, got {plain!r:.200}")

    @property
    def form(self) -> str:
        """What is to be given, in words."""
        if self.ends:
            return "A number between {:g} and {:g}".format(*self.ends)
        return f"{'One' if self.votes is None else f'{self.votes} votes'} of: {', '.join(self.options)}"


_questions: dict[str, Question] = {}
_guesses: dict[str, Guess] = {}


def guess(
    identifier: str,
    text: str,
    *,
    low: float | None = None,
    high: float | None = None,
    options: Sequence[str] = (),
    votes: int | None = None,
) -> None:
    """Ask for a prediction before the answer is shown; `pvlib run` shows the question and goes on.

    Args:
        identifier: the lesson's word and the question's name, "raters.order".
        text: the question.
        low: with `high`, the ends of the range of a number.
        high: the upper end.
        options: without a range: one of these is to be chosen, or
        votes: so many votes are to be given to them.
    """
    ends = None if low is None or high is None else (low, high)
    if bool(options) == bool(ends) or (votes is not None and not options):
        raise CourseError(f"{identifier}: a question has low and high, or options (with votes or without)")
    question = Question(id=identifier, text=text, ends=ends, options=tuple(options), votes=votes)
    _questions[identifier] = question
    try:
        if (kept := _read(KEPT).get(identifier)) is not None:
            _guesses[identifier] = question.accept(kept)
    except CourseError:  # the question has another form than when the guess was made
        _guesses.pop(identifier, None)
    if os.environ.get("PVLIB_HEADLESS") == "1":
        show(asked(question))
    else:
        from poster_var_course.guess_controls import ask  # widgets take half a second to import

        ask(question, _guesses.get(identifier))


def keep(question: Question, value: object) -> None:
    """Keep a guess, here and in the file."""
    _guesses[question.id] = question.accept(value)
    everything = _read(KEPT) | {question.id: _guesses[question.id]}
    with atomic_write(KEPT) as temporary:
        temporary.write_text(json.dumps(everything, indent=1) + "\n", encoding="utf-8")


def asked(question: Question) -> dict[str, object]:
    """The question, with the guess so far, as one output."""
    mine = _guesses.get(question.id)
    line = f"{question.form}. Guess before you read on." if mine is None else f"Your guess: {_told(mine)}."
    return panel(
        f"Guess first. {question.text}", [line], BLUE, {PREDICTION: {"id": question.id, "guess": mine}}
    )


def reveal(identifier: str, truth: object) -> None:
    """Show the answer beside the learner's guess, and beside the class's guesses where a teacher's file is."""
    if identifier not in _questions:
        raise CourseError(
            f'reveal: "{identifier}" was not asked; run the cell that holds guess("{identifier}", …)'
        )
    question = _questions[identifier]
    answer, mine = question.accept(truth), _guesses.get(identifier)
    lines = [
        "You made no guess." if mine is None else f"You said: {_told(mine)}.",
        f"Answer: {_told(answer)}.",
    ]
    if isinstance(said := _read(CLASS).get(identifier), list) and said:
        lines += ["Your class said:", *_histogram(question, [question.accept(value) for value in said])]
    show(panel(question.text, lines, BLUE, {PREDICTION: {"id": identifier, "guess": mine, "truth": answer}}))


def _told(value: Guess) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{option} {count}" for option, count in value.items() if count) or "no votes"
    if isinstance(value, str):
        return value
    return f"{value:,.0f}" if value == round(value) else f"{value:,.4g}"


def _histogram(question: Question, said: Sequence[Guess]) -> list[str]:
    """A line of blocks for each option, or for each fifth of a number's range."""
    if question.ends:
        low, width = question.ends[0], (question.ends[1] - question.ends[0]) / BINS
        places = [min(max(math.floor((float(value) - low) / width), 0), BINS - 1) for value in said]  # type: ignore[arg-type]
        names = [f"{low + i * width:g} to {low + (i + 1) * width:g}" for i in range(BINS)]
        bars = [(name, places.count(i)) for i, name in enumerate(names)]
    elif question.votes is None:
        bars = [(option, said.count(option)) for option in question.options]
    else:
        sums = [
            sum(value[option] for value in said if isinstance(value, dict)) for option in question.options
        ]
        bars = list(zip(question.options, sums, strict=True))
    scale = min(1.0, 40 / max(count for _, count in bars))
    return [f"{name}: {'█' * round(count * scale)} {count}" for name, count in bars]


def _read(path: Path) -> dict[str, object]:
    """A file of guesses; one that cannot be read counts as empty, since no lesson may stop at it."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
