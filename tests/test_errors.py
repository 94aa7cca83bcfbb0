"""What a stranger's file holds can stand in a message: short, on one line, without a character that acts."""

import itertools

import pytest
import torch

from pvlib.errors import shown

KNOT: list = []
KNOT.append(KNOT)
NEST: tuple = (1,)
for _ in range(60):  # 2⁶⁰ numbers when written out
    NEST = (NEST, NEST)


@pytest.mark.parametrize(("value", "expected"), [
    ("conv1.weight", "conv1.weight"),
    ("\x1b[2J\x07evil\nline\ttab", r"\x1b[2J\x07evil line tab"),
    ("x" * 81, "x" * 80 + "…"),
    ("x" * 80, "x" * 80),
    (True, "True"),
    ([1, "\x1b"], r"[1, '\x1b']"),
    (1 << 40_000, "a number of 40001 bits"),
    (float("nan"), "nan"),
], ids=itertools.count())  # fmt: skip
def test_a_value_is_described_in_one_harmless_line(value, expected):
    assert shown(value) == expected


@pytest.mark.parametrize("value", [
    "\x1b" * 100_000, "y" * 10_000_000, NEST, KNOT, torch.zeros(1000, 1000), {"k" * 999: NEST}, [0] * 10**6,
], ids=itertools.count())  # fmt: skip
def test_no_value_is_too_large(value):
    assert len(shown(value)) <= 81
    assert len(shown(value, limit=300)) <= 301
    assert shown(value).isprintable()
