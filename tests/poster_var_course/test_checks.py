"""The check mechanism: right work passes, unwritten work is met kindly, wrong work gets the matching hint."""

import itertools

import pytest
import torch

from poster_var_course import chosen
from poster_var_course.checks import (
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


@answer("spare.half_square", hints=("Look at the square.", "Something stands before it.", "x * x / 2"))
def half_square(yours):
    """half the square of each value"""
    x = torch.tensor([1.0, 2.0, 3.0])
    mistakes = [(x * x, "One half stands before the square.")]
    expect_close(yours(x), x * x / 2, "For [1, 2, 3]", mistakes=mistakes)


@answer("spare.layer", hints=("a", "b", "c"))
def layer(yours):
    """a layer that keeps the shape"""
    expect_shape(yours()(torch.zeros(2, 3)), (2, 3), "For a batch of 2")


@answer("spare.even", hints=("a", "b", "c"))
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


def test_a_typical_mistake_gets_its_own_hint_beside_expected_and_given():
    result = run_check("spare.half_square", lambda x: x**2)
    assert result.status == "wrong"
    assert result.message == "For [1, 2, 3]: expected [0.5, 2, 4.5], got [1, 4, 9]."
    assert result.hint == "One half stands before the square."


def test_a_value_where_a_function_is_wanted_is_answered_with_advice():
    assert run_check("spare.half_square", torch.ones(3)).hint.startswith("Hand in the function")
    assert not run_check("spare.half_square", lambda x: x(1)).hint


def test_an_error_in_the_learners_code_is_reported_with_its_line_and_not_one_of_a_judge():
    message = run_check("spare.half_square", broken).message
    assert "AttributeError: 'Tensor' object has no attribute 'no_such_thing'" in message
    assert f"line {broken.__code__.co_firstlineno + 1}, in broken: return x.no_such_thing" in message
    assert "in _judge_score" not in run_check("reparameterization.score_gradient", torch.ones(3)).message


def raises_not_implemented(x):
    raise NotImplementedError


def marks_a_line_of_its_own(x):
    return x * x  # write your lines here


@pytest.mark.parametrize("yours", [None, ..., unwritten, lambda x: ..., raises_not_implemented])
def test_unwritten_work_is_called_not_written_yet(yours):
    assert run_check("spare.half_square", yours).status == "unwritten"
    assert run_check("spare.layer", UnwrittenLayer).status == "unwritten"
    assert run_check("spare.layer", torch.nn.Identity).passed


def test_a_plain_value_is_checked_too():
    assert run_check("spare.even", 4).passed
    result = run_check("spare.even", 3)
    assert (result.message, result.hint) == ("Expected an even number, got 3.", "Try its double.")


def test_many_values_are_summed_up_by_the_worst_one():
    target, given = torch.zeros(2, 5), torch.zeros(2, 5)
    given[1, 3] = 0.5
    with pytest.raises(Exception, match=r"1 of 10 values differ; at \[1, 3\] expected 0, got 0.5"):
        expect_close(given, target, "For zeros")


def forgets_to_return(x):
    x * x / 2


def not_implemented_by_torch(x):
    raise_it = torch.sparse_coo_tensor([[0]], [1.0], (3,))
    return torch.linalg.inv(raise_it)


def speaks_of_ellipsis(x):
    raise RuntimeError("an ellipsis in a sentence")


class SilentError(Exception):
    def __str__(self):
        raise RuntimeError


def raises_silently(x):
    raise SilentError


@pytest.mark.parametrize(("yours", "words"), [
    (forgets_to_return, "is `return` missing"),
    (not_implemented_by_torch, "NotImplementedError"),
    (speaks_of_ellipsis, "an ellipsis in a sentence"),
    (raises_silently, "SilentError"),
    (marks_a_line_of_its_own, "expected [0.5, 2, 4.5]"),
    (lambda x: exit(3), "SystemExit"),
    (lambda x: (x.sum(), 1.0), "expected shape (3,)"),
    (lambda x: x.sum(), "expected shape (3,), got ()"),
    (lambda x: x / 0, "got NaN or infinity"),
    (lambda x: "word", "expected a tensor or a number, got str"),
    (lambda x: [[1], [2, 3]], "expected a tensor or a number, got list"),
    (lambda: 0, "TypeError"),
    (7, "'int' object is not callable"),
])  # fmt: skip
def test_written_work_that_fails_is_told_what_was_expected_and_never_called_unwritten(yours, words, recwarn):
    result = run_check("spare.half_square", yours)
    assert result.status == "wrong"
    assert words in result.message
    assert not recwarn.list


@pytest.mark.parametrize("yours", [
    lambda x: x**2 / 2,
    lambda x: (x**2 / 2).to_sparse(),
    lambda x: (x**2 / 2).numpy()[::-1].copy()[::-1],
    lambda x: (x**2 / 2).half(),
    lambda x: (x**2 / 2).bfloat16(),
    lambda x: (x**2 / 2).to(torch.complex64),
    lambda x: (x**2 / 2).tolist(),
    lambda x: torch.nn.Parameter(x**2 / 2),
])  # fmt: skip
def test_a_right_answer_passes_in_every_form(yours, recwarn):
    assert run_check("spare.half_square", yours).passed
    assert not recwarn.list


def test_a_right_answer_in_place_passes_and_is_told_what_it_changed():
    result = run_check("spare.half_square", lambda x: x.mul_(x).div_(2))
    assert result.passed
    assert result.hint.startswith("You changed x itself")
    assert run_check("spare.half_square", lambda x: x**2 / 2).hint == ""


def sets_everything(x):
    torch.set_default_dtype(torch.float64)
    torch.set_num_threads(torch.get_num_threads() + 1)
    torch.use_deterministic_algorithms(True)
    return x**2 / 2


def test_a_check_leaves_torchs_settings_and_the_lessons_random_numbers_alone():
    def settings():
        return (
            torch.get_default_dtype(),
            torch.get_num_threads(),
            torch.are_deterministic_algorithms_enabled(),
        )

    before, state = settings(), torch.get_rng_state()
    assert run_check("spare.half_square", sets_everything).passed
    assert settings() == before
    run_check("spare.half_square", lambda x: x + torch.rand(3))
    assert torch.equal(torch.get_rng_state(), state)


def test_what_an_answer_puts_in_the_place_of_the_checks_tools_does_not_decide(monkeypatch):
    from lessons.reparameterization import checks_and_hints as checks

    run_check("reparameterization.reparameterize", None)  # loads it
    for name in ("allclose", "isclose", "equal"):
        monkeypatch.setattr(torch, name, lambda *given, **named: True)

    def cheats(mean, log_variance, noise):
        checks.expect_close = checks.expect = lambda *given, **named: None
        return mean

    for yours in (cheats, lambda mean, log_variance, noise: mean):
        assert run_check("reparameterization.reparameterize", yours).status == "wrong"


@pytest.fixture
def bundles(monkeypatch):
    shown = []
    monkeypatch.setattr("poster_var_course.checks.shown.show", shown.append)
    return shown


def test_hints_are_folded_one_inside_the_other(bundles):
    hint("spare.half_square")
    page, words = bundles[0]["text/html"], ("Look at the square.", "Something stands before it.", "x * x / 2")
    steps = [page.index(each) for each in words]
    assert steps == sorted(steps)
    assert page.count("<details") == 3
    assert " open" not in page
    assert page.index("</details>") > steps[-1]  # the second is inside the first, the third inside the second


def loops(x):
    while True:
        try:
            pass
        except BaseException:
            continue


@pytest.mark.parametrize(("yours", "words"), [
    (loops, "still running"),
    (lambda x: [torch.ones(2**20) for _ in itertools.count()], "GiB of memory"),
    (lambda x: bytearray(2**40), "more memory"),
])  # fmt: skip
def test_an_answer_without_end_is_stopped_with_a_kind_word(monkeypatch, yours, words):
    monkeypatch.setattr("poster_var_course.checks.limits.SECONDS", 0.3 if yours is loops else 60.0)
    monkeypatch.setattr("poster_var_course.checks.limits.MEMORY", 2**28)
    result = run_check("spare.half_square", yours)
    assert result.status == "wrong"
    assert "stopped" in result.message
    assert words in result.message
    assert run_check("spare.half_square", lambda x: x**2 / 2).passed  # and nothing of the limit is left


def test_the_learners_function_is_chosen_once_it_passes_and_the_choice_is_told(capsys):
    def mine(x):
        return x * x / 2

    assert chosen("spare.half_square", mine, torch.square) is mine
    assert "what you wrote" in capsys.readouterr().out
    assert chosen("spare.half_square", unwritten, torch.square) is torch.square
    assert "Until spare.half_square passes its check, this lesson uses" in capsys.readouterr().out


def test_check_says_the_outcome_in_words(capsys):
    check("spare.half_square", lambda x: x**2 / 2)
    assert capsys.readouterr().out.startswith("✔ Passed: half the square of each value")
    check("spare.half_square", None)
    assert "Not written yet" in capsys.readouterr().out
    check("spare.half_square", lambda x: x**2)
    assert "Hint: One half stands before the square." in capsys.readouterr().out


def test_strict_checks_raise_for_wrong_and_for_unwritten_work(monkeypatch):
    monkeypatch.setenv("PVLIB_STRICT_CHECKS", "1")
    for yours in (None, lambda x: x):
        with pytest.raises(CheckFailedError, match=r"spare\.half_square"):
            check("spare.half_square", yours)


def test_an_unknown_check_is_answered_with_the_nearest_name_and_one_without_three_hints_is_refused():
    with pytest.raises(CourseError, match=r'did you mean "spare\.half_square"'):
        run_check("spare.half_squares", None)
    with pytest.raises(ValueError, match="three hints"):
        answer("spare.lazy", hints=("only one",))(half_square)


def test_the_outcome_is_html_plain_text_and_data_at_once(bundles):
    check("spare.even", 3)
    (bundle,) = bundles
    assert bundle["application/vnd.pvlib.check+json"] == {"id": "spare.even", "status": "wrong"}
    for words in ("Not yet right: an even number", "Expected an even number, got 3.", "Try its double."):
        assert words in bundle["text/html"]
        assert words in bundle["text/plain"]
