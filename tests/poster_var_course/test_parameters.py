"""Parameters typed on the command line: refused early, or taken as the type of the default."""

import pytest

from poster_var_course.parameters import assignments, resolve
from pvlib.errors import CourseError

DEFAULTS = {
    "01_a": {"seed": 0, "rate": 0.1, "profile": "reduced", "plots": True, "widths": [8, 16], "path": None},
    "02_b": {"seed": 0, "epochs": 3},
}
FIRST = {"01_a": DEFAULTS["01_a"]}


@pytest.mark.parametrize(("name", "typed", "value"), [
    ("seed", "-3", -3),
    ("rate", "1", 1.0),
    ("rate", "1e-3", 0.001),
    ("profile", "full", "full"),
    ("plots", "false", False),
    ("plots", "True", True),
    ("widths", "[4]", [4]),
    ("path", "somewhere", "somewhere"),
    ("path", "3", 3),
])  # fmt: skip
def test_a_value_takes_the_type_of_the_default(name, typed, value):
    found = resolve({name: typed}, FIRST)["01_a"]
    assert found == DEFAULTS["01_a"] | {name: value}
    assert type(found[name]) is type(value)


@pytest.mark.parametrize(("name", "typed"), [
    ("seed", "1.5"),
    ("seed", "True"),
    ("seed", "many"),
    ("rate", "fast"),
    ("plots", "1"),
    ("widths", "4"),
    ("widths", "['a']"),
])  # fmt: skip
def test_an_ill_typed_value_is_refused_with_an_example(name, typed):
    with pytest.raises(CourseError, match=rf"-p {name}=.*lesson 01_a: expected .*such as"):
        resolve({name: typed}, FIRST)


@pytest.mark.parametrize(("name", "said"), [
    ("epoch", r"no parameter epoch in lesson 01_a, 02_b; did you mean epochs\?"),
    ("epochs", r"no parameter epochs in lesson 01_a; .*pvlib run 02_b -p epochs"),
])  # fmt: skip
def test_a_name_that_not_all_lessons_know_is_answered_with_the_nearest_or_with_which_do(name, said):
    with pytest.raises(CourseError, match=said):
        resolve({name: "1"}, DEFAULTS)


@pytest.mark.parametrize("texts", [["seed"], ["=1"], ["two words=1"], ["seed=1", "seed=2"]])
def test_only_name_equals_value_once_is_understood(texts):
    with pytest.raises(CourseError, match="-p"):
        assignments(texts)
