"""YAML is read as it looks: JSON comes back as it was, and where YAML 1.1 has traps the value says."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvlib.training.plain_yaml import parse_yaml

words = st.text(st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs"]), max_size=8)
plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**18), 10**18)
    | st.floats(allow_nan=False, allow_infinity=False)
    | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=8,
)


@given(st.floats(min_value=1e-12, max_value=1e12))
def test_numbers_are_read_as_people_and_computers_write_them(number):
    for text in (repr(number), f"{number:e}", f"{number:.0e}"):
        assert parse_yaml(text, "a test")[0] == float(text)


@given(plain)
def test_json_is_yaml_and_comes_back_as_it_was(value):
    assert parse_yaml(json.dumps(value), "a test")[0] == value


@pytest.mark.parametrize(("text", "value"), [
    ("yes", "yes"), ("off", "off"), ("true", True), ("~", None), ("", None), ("1:30", "1:30"), ("1e-3", 1e-3),
    ("2020-01-01", "2020-01-01"), ("0x10", "0x10"), ("0", 0), ("-7", -7), ("0.50", 0.5), ("'010'", "010"), ("|", ""),
    ("[1, [a, {b: null}]]", [1, ["a", {"b": None}]]), ("<<: {a: 1}", {"<<": {"a": 1}}),
])  # fmt: skip
def test_words_mean_what_they_look_like(text, value):
    read, _ = parse_yaml(text, "a test")
    assert read == value
    assert type(read) is type(value)


def test_every_key_knows_its_line():
    assert parse_yaml("a: 1\nb:\n  c: 2\n", "a test")[1] == {"a": 1, "b": 2, "b.c": 3}
