"""The check mechanism: right work passes, unwritten work is met kindly, wrong work gets the matching hint."""

import pytest
import torch

from pvlib.course.checks import (
    CheckFailedError,
    answer,
    check,
    expect,
    expect_close,
    expect_shape,
    hint,
    run_check,
)
from pvlib.errors import CourseError


@answer("99.half_square", hints=("Look at the square.", "Something stands before it.", "x * x / 2"))
def half_square(yours):
    """half the square of each value"""
    x = torch.tensor([1.0, 2.0, 3.0])
    mistakes = [(x * x, "One half stands before the square.")]
    expect_close(yours(x), x * x / 2, "For [1, 2, 3]", mistakes=mistakes)


@answer("99.layer", hints=("a", "b", "c"))
def layer(yours):
    """a layer that keeps the shape"""
    expect_shape(yours()(torch.zeros(2, 3)), (2, 3), "For a batch of 2")


@answer("99.even", hints=("a", "b", "c"))
def even(yours):
    """an even number"""
    expect(yours % 2 == 0, f"Expected an even number, got {yours}.", "Try its double.")


def broken(x):
    return x.no_such_thing


def unwritten(x): ...  # write your lines here


class UnwrittenLayer:
    def __init__(self): ...  # write your lines here

    def __call__(self, x):
        return self.weight * x


def test_a_right_answer_passes():
    assert run_check("99.half_square", lambda x: x**2 / 2).passed


def test_a_typical_mistake_gets_its_own_hint_beside_expected_and_given():
    result = run_check("99.half_square", lambda x: x**2)
    assert result.status == "wrong"
    assert result.message == "For [1, 2, 3]: expected [0.5, 2, 4.5], got [1, 4, 9]."
    assert result.hint == "One half stands before the square."


@pytest.mark.parametrize(
    ("yours", "words"),
    [
        (lambda x: x.sum(), "expected shape (3,), got ()"),
        (lambda x: x / 0, "got NaN or infinity"),
        (lambda x: "word", "expected a tensor or a number, got str"),
        (lambda x: [[1], [2, 3]], "expected a tensor or a number, got list"),
        (lambda: 0, "TypeError"),
        (7, "'int' object is not callable"),
    ],
)
def test_any_other_answer_is_told_what_was_expected(yours, words):
    result = run_check("99.half_square", yours)
    assert result.status == "wrong"
    assert words in result.message


def test_an_error_in_the_learners_code_is_reported_with_its_line():
    message = run_check("99.half_square", broken).message
    assert "AttributeError: 'Tensor' object has no attribute 'no_such_thing'" in message
    assert f"line {broken.__code__.co_firstlineno + 1}, in broken: return x.no_such_thing" in message


def raises_not_implemented(x):
    raise NotImplementedError


@pytest.mark.parametrize("yours", [None, ..., unwritten, lambda x: ..., raises_not_implemented])
def test_unwritten_work_is_called_not_written_yet(yours):
    assert run_check("99.half_square", yours).status == "unwritten"


def test_a_class_with_a_placeholder_inside_is_not_written_yet():
    assert run_check("99.layer", UnwrittenLayer).status == "unwritten"
    assert run_check("99.layer", lambda: lambda x: None).status == "unwritten"
    assert run_check("99.layer", torch.nn.Identity).passed


def test_a_plain_value_is_checked_too():
    assert run_check("99.even", 4).passed
    result = run_check("99.even", 3)
    assert (result.message, result.hint) == ("Expected an even number, got 3.", "Try its double.")


def test_many_values_are_summed_up_by_the_worst_one():
    target = torch.zeros(2, 5)
    given = target.clone()
    given[1, 3] = 0.5
    with pytest.raises(Exception, match=r"1 of 10 values differ; at \[1, 3\] expected 0, got 0.5"):
        expect_close(given, target, "For zeros")


def test_a_check_leaves_the_lessons_random_numbers_alone():
    torch.manual_seed(3)
    expected = torch.rand(4)
    torch.manual_seed(3)
    run_check("99.half_square", lambda x: x + torch.rand(3))
    assert torch.equal(torch.rand(4), expected)


def test_hints_come_one_step_more_with_every_call(capsys):
    shown = []
    for _ in range(4):
        hint("99.half_square")
        shown.append(capsys.readouterr().out)
    assert ["x * x / 2" in text for text in shown] == [False, False, True, True]
    assert ["Something stands before it." in text for text in shown] == [False, True, True, True]
    assert all("Look at the square." in text for text in shown)


def test_check_says_the_outcome_in_words(capsys):
    check("99.half_square", lambda x: x**2 / 2)
    assert capsys.readouterr().out.startswith("✔ Passed: half the square of each value")
    check("99.half_square", None)
    assert "Not written yet" in capsys.readouterr().out
    check("99.half_square", lambda x: x**2)
    assert "Hint: One half stands before the square." in capsys.readouterr().out


@pytest.mark.parametrize("yours", [None, lambda x: x])
def test_strict_checks_raise_for_wrong_and_for_unwritten_work(monkeypatch, yours):
    monkeypatch.setenv("PVLIB_STRICT_CHECKS", "1")
    with pytest.raises(CheckFailedError, match=r"99\.half_square"):
        check("99.half_square", yours)


def test_an_unknown_check_is_answered_with_the_nearest_name():
    with pytest.raises(CourseError, match=r'did you mean "99\.half_square"'):
        run_check("99.half_squares", None)


def test_a_check_without_three_hints_is_refused_where_it_is_written():
    with pytest.raises(ValueError, match="three hints"):
        answer("99.lazy", hints=("only one",))(half_square)


def test_the_outcome_is_html_plain_text_and_data_at_once(monkeypatch):
    bundles = []
    monkeypatch.setattr("pvlib.course.checks.shown.show", bundles.append)
    check("99.even", 3)
    (bundle,) = bundles
    assert bundle["application/vnd.pvlib.check+json"] == {"id": "99.even", "status": "wrong"}
    for words in ("Not yet right: an even number", "Expected an even number, got 3.", "Try its double."):
        assert words in bundle["text/html"]
        assert words in bundle["text/plain"]
