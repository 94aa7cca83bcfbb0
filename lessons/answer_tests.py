"""The tests that every lesson's answer checks take, made of the lesson's own tables of right and wrong answers.

test_right, test_wrong, test_unwritten, test_examples = answer_tests("raters", RIGHT, WRONG, EXAMPLES, OURS)
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
import torch

from poster_var_course.checks import run_check


@dataclass(frozen=True, kw_only=True)
class Example:
    """What a fallback hint says by hand: `given` gives `expected` (or the `part` of the answer with that number).

    `words` are part of the hint.
    """

    exercise: str
    words: str
    given: tuple[Any, ...]
    expected: Any
    part: int | None = None

    def is_true_of(self, answer: Callable[..., Any]) -> bool:
        value = answer(*self.given)
        value = torch.as_tensor(value if self.part is None else value[self.part], dtype=torch.float32)
        wanted = torch.as_tensor(self.expected, dtype=torch.float32)
        return value.shape == wanted.shape and torch.allclose(value, wanted, atol=1e-4)


def answer_tests(
    word: str,
    right: Sequence[tuple[str, object]],
    wrong: Sequence[tuple[str, object, str]],
    examples: Sequence[Example] = (),
    ours: Mapping[str, Callable[..., Any]] | None = None,
) -> tuple[Callable[..., None], ...]:
    """Return the tests of a lesson's answers: three, and a fourth where there are examples.

    Args:
        word: the lesson's name.
        right: exercise and an answer that passes.
        wrong: exercise, an answer that does not pass, and words of the hint that it gets.
        examples: of the fallback hints; none may be true of a wrong answer that it is shown for.
        ours: the course's own answers, of which the examples must be true.
    """
    exercises = sorted({exercise for exercise, _ in right})

    @pytest.mark.parametrize(("exercise", "yours"), right, ids=range(len(right)))
    def test_a_right_answer_passes(exercise: str, yours: object) -> None:
        result = run_check(f"{word}.{exercise}", yours)
        assert result.passed, result

    @pytest.mark.parametrize(("exercise", "yours", "words"), wrong, ids=range(len(wrong)))
    def test_a_typical_mistake_gets_its_own_hint(exercise: str, yours: Any, words: str) -> None:
        result = run_check(f"{word}.{exercise}", yours)
        assert result.status == "wrong"
        assert words in result.hint, result
        for example in examples:  # a hint that is already true of the answer would help nobody
            if example.exercise == exercise and example.words in result.hint:
                assert not example.is_true_of(yours), f"true of this answer already: {result.hint}"

    @pytest.mark.parametrize("exercise", exercises)
    @pytest.mark.parametrize("yours", [lambda *given: None, lambda *given: ...], ids=["None", "..."])
    def test_an_unwritten_answer_is_called_unwritten(exercise: str, yours: object) -> None:
        assert run_check(f"{word}.{exercise}", yours).status == "unwritten"

    def test_the_examples_of_hints_are_true_of_the_courses_answers_and_are_shown() -> None:
        for example in examples:
            assert example.is_true_of((ours or {})[example.exercise]), example
            hints = [run_check(f"{word}.{e}", yours).hint for e, yours, _ in wrong if e == example.exercise]
            assert any(example.words in hint for hint in hints), example

    tests = (
        test_a_right_answer_passes,
        test_a_typical_mistake_gets_its_own_hint,
        test_an_unwritten_answer_is_called_unwritten,
    )
    last = test_the_examples_of_hints_are_true_of_the_courses_answers_and_are_shown
    return (*tests, last) if examples else tests
