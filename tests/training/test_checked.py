"""Plain values into dataclasses: what fits goes in unchanged, what does not is named."""

from dataclasses import dataclass, field
from typing import Literal

import pytest

from pvlib.errors import CourseError
from pvlib.training.checked import WrongKeyError, build, keys_of


@dataclass(frozen=True)
class Tea:
    minutes: float = 3.0
    kind: Literal["green", "black"] = "green"


@dataclass(frozen=True)
class Table:
    guests: int = 1
    name: str | None = None
    heights: tuple[float, float] = (0.7, 0.7)
    dishes: tuple[str, ...] = ()
    laid: bool = False
    light: float | tuple[float, float] | None = None
    tea: Tea = field(default_factory=Tea)


def test_values_arrive_as_the_types_of_their_fields():
    values = {"guests": 2, "heights": [1, 0.5], "dishes": ["soup"], "light": [1, 2], "tea": {"minutes": 4}}
    table = build(Table, values)
    assert table == Table(2, None, (1.0, 0.5), ("soup",), False, (1.0, 2.0), Tea(4.0))
    assert [type(each) for each in (*table.heights, *table.light, table.tea.minutes)] == [float] * 5


@pytest.mark.parametrize(("values", "key", "said"), [
    ({"gests": 2}, "gests", 'did you mean "guests"?'),
    ({"minutes": 2}, "minutes", 'did you mean "tea.minutes"?'),
    ({"tea": {"minuts": 2}}, "tea.minuts", 'did you mean "tea.minutes"?'),
    ({"zzz": 2}, "zzz", "there are guests, name, heights"),
    ({3: 2}, "3", "there are guests"),
    ({"guests": 2.0}, "guests", "guests must be a whole number, not 2.0"),
    ({"guests": True}, "guests", "whole number, not True"),
    ({"guests": "2"}, "guests", "not '2'"),
    ({"tea": {"minutes": True}}, "tea.minutes", "tea.minutes must be a number, not True"),
    ({"tea": {"kind": "blak"}}, "tea.kind", 'must be "green" or "black", not \'blak\'; did you mean "black"?'),
    ({"laid": 1}, "laid", "laid must be true or false, not 1"),
    ({"name": 5}, "name", "name must be a text or null, not 5"),
    ({"heights": [1]}, "heights", "a list of 2 numbers"),
    ({"dishes": "soup"}, "dishes", "a list of texts"),
    ({"light": "dim"}, "light", "a number or a list of 2 numbers or null"),
    ({"tea": 5}, "tea", "tea must hold keys with values, not 5"),
    (["guests"], "", "the file must hold keys"),
])  # fmt: skip
def test_what_does_not_fit_is_refused_by_its_dotted_key(values, key, said):
    with pytest.raises(WrongKeyError) as caught:
        build(Table, values)
    assert caught.value.key == key
    assert said in str(caught.value)
    assert isinstance(caught.value, CourseError)


def test_the_keys_are_the_dotted_paths_of_all_values():
    own = ["guests", "name", "heights", "dishes", "laid", "light"]
    assert list(keys_of(Table)) == [*own, "tea.minutes", "tea.kind"]
