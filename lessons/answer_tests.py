"""The tests that every lesson takes: of its answer checks, and of its figures.

test_right, test_wrong, test_unwritten, test_examples = answer_tests("raters", RIGHT, WRONG, EXAMPLES, OURS)
"""

import itertools
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import plotly.graph_objects as go
import pytest
import torch

from poster_var_course.checks import run_check
from poster_var_course.checks.beside import Elsewhere, Function
from poster_var_course.classroom.judging.wire import decode, encode
from pvlib.figures.interactive import bundle

Answer = Callable[..., Any]
Example = tuple[
    Any, ...
]  # exercise, words of the hint, what is given, what is expected, which part of the answer


def is_true_of(answer: Answer, given: Sequence[Any], expected: Any, part: int | None = None) -> bool:
    """Whether an answer gives what a hint says by hand, as a whole or in the part with that number."""
    value = answer(*given)
    value = torch.as_tensor(value if part is None else value[part], dtype=torch.float32)
    wanted = torch.as_tensor(expected, dtype=torch.float32)
    return value.shape == wanted.shape and torch.allclose(value, wanted, atol=1e-4)


class AsGraded(Elsewhere):
    """An answer in this process to which all goes as bytes, as a grader sends it to a process of its own."""

    def __init__(self, yours: Any, kept: list[Any] | None = None):
        self.yours, self.unwritten = yours, False
        self._kept = [] if kept is None else kept

    def __call__(self, *arguments: object, **named: object) -> Any:
        given, by_name = self._there((arguments, named))
        return self._here(self.yours(*given, **by_name))

    def run(self, function: Function, values: Sequence[object]) -> Any:
        return self._here(function(self.yours, *self._there(tuple(values))))

    def _there(self, values: Any) -> Any:
        return decode(encode(values, self._number_of), lambda number, _: self._kept[number])

    def _here(self, value: Any) -> Any:
        return decode(encode(value, self._keep), lambda number, _: AsGraded(self._kept[number], self._kept))

    def _keep(self, value: object) -> int:
        self._kept.append(value)
        return len(self._kept) - 1

    def _number_of(self, value: object) -> int:
        assert isinstance(value, AsGraded), f"a grader cannot send a {type(value).__name__} to an answer"
        return self._keep(value.yours)


def answer_tests(
    word: str,
    right: Sequence[tuple[str, object]],
    wrong: Sequence[tuple[str, object, str]],
    examples: Sequence[Example] = (),
    ours: Mapping[str, Answer] = MappingProxyType({}),
) -> tuple[Callable[..., None], ...]:
    """Return the tests of a lesson's answers: three, and a fourth where there are examples.

    Args:
        word: the lesson's name.
        right: exercise and an answer that passes.
        wrong: exercise, an answer that does not pass, and words of the hint that it gets.
        examples: of the fallback hints; none may be true of a wrong answer that it is shown for.
        ours: the course's own answers, which pass, and of which the examples must be true.
    """
    right = [*right, *ours.items()]
    exercises = sorted({exercise for exercise, _ in right})

    @pytest.mark.parametrize(("exercise", "yours"), right, ids=range(len(right)))
    def test_a_right_answer_passes(exercise: str, yours: object) -> None:
        result = run_check(f"{word}.{exercise}", yours)
        assert result.passed, result
        graded = run_check(f"{word}.{exercise}", AsGraded(yours))
        assert graded.passed, graded

    @pytest.mark.parametrize(("exercise", "yours", "words"), wrong, ids=range(len(wrong)))
    def test_a_typical_mistake_gets_its_own_hint(exercise: str, yours: Any, words: str) -> None:
        result = run_check(f"{word}.{exercise}", yours)
        assert result.status == "wrong"
        assert words in result.hint, result
        for asked, said, *example in examples:  # a hint that is already true of the answer would help nobody
            if asked == exercise and said in result.hint:
                assert not is_true_of(yours, *example), f"true of this answer already: {result.hint}"

    @pytest.mark.parametrize("exercise", exercises)
    @pytest.mark.parametrize("yours", [lambda *given: None, lambda *given: ...], ids=["None", "..."])
    def test_an_unwritten_answer_is_called_unwritten(exercise: str, yours: object) -> None:
        assert run_check(f"{word}.{exercise}", yours).status == "unwritten"

    def test_the_examples_of_hints_are_true_of_the_courses_answers_and_are_shown() -> None:
        for asked, said, *example in examples:
            assert is_true_of(ours[asked], *example), said
            hints = [run_check(f"{word}.{e}", yours).hint for e, yours, _ in wrong if e == asked]
            assert any(said in hint for hint in hints), said

    tests = (
        test_a_right_answer_passes,
        test_a_typical_mistake_gets_its_own_hint,
        test_an_unwritten_answer_is_called_unwritten,
    )
    last = test_the_examples_of_hints_are_true_of_the_courses_answers_and_are_shown
    return (*tests, last) if examples else tests


def figure_test(*figures: tuple[Callable[[], tuple[Any, ...]], Sequence[str]]) -> Callable[..., None]:
    """Return the test of a lesson's figures, each given as a call that draws it and as words of its description."""

    @pytest.mark.parametrize(("draw", "words"), figures, ids=range(len(figures)))
    def test_a_figure_is_drawn_and_tells_its_numbers(draw: Callable[[], Any], words: Sequence[str]) -> None:
        *moving, still, alt = draw()
        bundle(moving[0] if moving else None, still, alt)
        assert [each for each in words if each not in alt] == []
        for slider in (slider for figure in moving for slider in figure.layout.sliders):
            if slider.steps[0].method == "animate":  # a step for every frame, called as it is
                names = [frame.name for frame in moving[0].frames]
                assert [step.args[0][0] for step in slider.steps] == names
                assert [step.label for step in slider.steps] == names

    return test_a_figure_is_drawn_and_tells_its_numbers


def seen(moving: go.Figure, *positions: int) -> Sequence[Any]:
    """The traces after the sliders were set, by the rules of plotly's restyle: values take turns over the traces."""
    moving = go.Figure(moving)
    for slider, position in zip(moving.layout.sliders, positions, strict=True):
        changes, traces = slider.steps[position].args
        for name, values in changes.items():
            for trace, value in zip(traces, itertools.cycle(values), strict=False):
                if value is not None:  # not for this kind of trace
                    moving.data[trace][name] = value
    return moving.data
