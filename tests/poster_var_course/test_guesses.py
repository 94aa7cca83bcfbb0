"""A prediction is asked for, kept beside the notebook, and shown again with the answer."""

import json

import pytest

from poster_var_course import guess, guesses, reveal
from pvlib.errors import CourseError

PREDICTION = "application/vnd.pvlib.prediction+json"


@pytest.fixture
def shown(monkeypatch, tmp_path):
    bundles = []
    monkeypatch.setattr("poster_var_course.guesses.show", bundles.append)
    monkeypatch.setenv("PVLIB_HEADLESS", "1")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(guesses, "_guesses", {})
    monkeypatch.setattr(guesses, "_questions", {})
    return bundles


def test_without_anybody_the_question_and_the_answer_are_shown_and_nothing_is_kept(shown, tmp_path):
    guess("spare.count", "How many?", low=0, high=1000)
    reveal("spare.count", 9)
    assert "Guess first. How many?" in shown[0]["text/plain"]
    assert shown[1][PREDICTION] == {"id": "spare.count", "guess": None, "truth": 9}
    assert "Answer: 9." in shown[1]["text/plain"]
    assert "no guess" in shown[1]["text/plain"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("form", "kept", "truth", "said"), [
    ({"low": 0, "high": 1}, 0.25, 0.5, ["You said: 0.25", "Answer: 0.5"]),
    ({"options": ("up", "down")}, "up", "down", ["You said: up", "Answer: down"]),
    ({"options": ("a", "b"), "votes": 10}, {"a": 7, "b": 3}, {"b": 10}, ["You said: a 7, b 3", "Answer: b 10"]),
])  # fmt: skip
def test_a_guess_survives_a_new_kernel_and_stands_beside_the_answer(shown, form, kept, truth, said):
    guess("spare.q", "Which?", **form)
    guesses.keep(guesses._questions["spare.q"], kept)
    guesses._guesses.clear()  # a new kernel
    guess("spare.q", "Which?", **form)
    assert "Your guess" in shown[-1]["text/plain"]
    reveal("spare.q", truth)
    assert all(words in shown[-1]["text/html"] for words in said)
    assert shown[-1][PREDICTION]["guess"] == kept


def test_a_guess_of_another_form_and_an_unreadable_file_are_no_guess(shown, tmp_path):
    (tmp_path / "predictions.json").write_text(json.dumps({"spare.q": "up"}))
    guess("spare.q", "How many?", low=0, high=9)
    (tmp_path / "predictions.json").write_bytes(b"\xff[")
    guess("spare.r", "How many?", low=0, high=9)
    assert [bundle[PREDICTION]["guess"] for bundle in shown] == [None, None]


@pytest.mark.parametrize(("form", "said", "lines"), [
    ({"low": 0, "high": 10}, [1, 1, 9.5, 99], ["0 to 2: ██ 2", "8 to 10: ██ 2"]),
    ({"options": ("up", "down")}, ["up", "up", "down"], ["up: ██ 2", "down: █ 1"]),
    ({"options": ("a", "b"), "votes": 2}, [{"a": 2}, {"a": 1, "b": 1}], ["a: ███ 3", "b: █ 1"]),
])  # fmt: skip
def test_a_teachers_file_adds_what_the_class_said(shown, tmp_path, form, said, lines):
    (tmp_path / "class_predictions.json").write_text(json.dumps({"spare.q": said}))
    guess("spare.q", "Which?", **form)
    reveal("spare.q", said[0])
    assert set(lines) <= set(shown[-1]["text/plain"].splitlines())


def test_a_question_without_one_clear_form_and_an_answer_of_another_are_refused(shown):
    both, votes = {"low": 0, "high": 1, "options": ("a",)}, {"low": 0, "high": 1, "votes": 3}
    for form in ({}, {"low": 0}, both, votes):
        with pytest.raises(CourseError, match=r"spare\.q"):
            guess("spare.q", "What?", **form)
    guess("spare.q", "How many?", low=0, high=9)
    for truth in ("many", None, float("nan"), True):
        with pytest.raises(CourseError, match=r"spare\.q"):
            reveal("spare.q", truth)
    with pytest.raises(CourseError, match="was not asked"):
        reveal("spare.other", 3)


def test_the_controls_keep_each_change_and_give_no_more_votes_than_there_are(shown, monkeypatch, tmp_path):
    from poster_var_course import guess_controls

    displayed = []

    class Handle:
        def update(self, bundle, raw):
            displayed.append(bundle)

    monkeypatch.setattr(guess_controls, "display", lambda *what, **how: displayed.append(what[0]) or Handle())
    monkeypatch.delenv("PVLIB_HEADLESS")
    guess("spare.votes", "Vote.", options=("a", "b"), votes=2)
    rows = displayed[1].children
    more = [row.children[3] for row in rows[:2]]
    for button in (more[0], more[1], more[1], rows[0].children[1], more[1]):
        button.click()
    assert json.loads((tmp_path / "predictions.json").read_text()) == {"spare.votes": {"a": 0, "b": 2}}
    assert "b 2" in displayed[-1]["text/plain"]
    guess("spare.number", "How many?", low=0, high=5)
    field, button = displayed[-1].children
    field.value = 99
    button.click()
    guess("spare.choice", "Which?", options=("up", "down"))
    displayed[-1].value = "down"
    kept = json.loads((tmp_path / "predictions.json").read_text())
    assert (kept["spare.number"], kept["spare.choice"]) == (5, "down")
