"""Damaged prepared files: what opens is what was written, bit for bit or as far as anyone can tell."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pvlib.errors import CourseError

LAYOUTS = ["ferplus folders", "rafdb folders", "affectnet new"]
SOME = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture(params=LAYOUTS)
def prepared(request, spoil):
    """A set's judge, its prepared file, and the file's bytes."""
    judge = spoil(request.param)
    path = judge.folder / "prepared.safetensors"
    judge.layout.prepare(judge.root, path)
    return judge, path, path.read_bytes()


def read_all(judge, path):
    """The check's page and the pictures, or complaints; any other error is a crash."""
    page = judge.check(path)
    try:
        return page, judge.layout.load(path)
    except CourseError as error:
        return page, str(error)


@SOME
@given(data=st.data())
def test_a_damaged_head_is_refused_or_harmless(prepared, data):
    judge, path, whole = prepared
    content = bytearray(whole)
    end = 8 + len(whole[8:4000].rstrip())
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, end - 1))
        content[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    path.write_bytes(content)
    page, _ = read_all(judge, path)
    assert isinstance(page, str) or page["images"] == 6


@SOME
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_a_flipped_bit_anywhere_is_no_crash(prepared, place, bit):
    judge, path, whole = prepared
    content = bytearray(whole)
    content[int(place * len(content))] ^= 1 << bit
    path.write_bytes(content)
    page, _ = read_all(judge, path)
    assert isinstance(page, str) or page["images"] == 6


@SOME
@given(share=st.floats(0, 1, exclude_max=True))
def test_a_file_cut_short_is_refused(prepared, share):
    judge, path, whole = prepared
    path.write_bytes(whole[: int(share * len(whole))])
    assert isinstance(judge.check(path), str)
