"""Which training faces are held out: by their names alone."""

import hashlib

import pytest

from pvlib.data.holdout import held_out

NAMES = [f"train_{number:05d}.jpg" for number in range(120)]
LABELS = [0 if number < 90 else 1 for number in range(120)]


def test_the_held_out_are_those_of_smallest_digest_in_each_class():
    digest = {name: hashlib.blake2b(name[:-4].encode(), digest_size=8).hexdigest() for name in NAMES}
    expected = {*sorted(NAMES[:90], key=digest.get)[:18], *sorted(NAMES[90:], key=digest.get)[:6]}
    assert {NAMES[position] for position in held_out(NAMES, LABELS, 0.2)} == expected


@pytest.mark.parametrize(("members", "share", "expected"), [
    (4, 0.1, 0), (5, 0.1, 1), (14, 0.1, 1), (15, 0.1, 2), (25, 0.1, 3), (1000, 0.015, 15),
])  # fmt: skip
def test_the_share_is_rounded_to_the_nearest_number_with_halves_up(members, share, expected):
    assert len(held_out([f"{number}.png" for number in range(members)], [3] * members, share)) == expected


def test_neither_the_order_nor_the_ending_of_the_names_matters():
    chosen = {NAMES[position] for position in held_out(NAMES, LABELS)}
    turned, other = NAMES[::-1], [name.replace(".jpg", ".png") for name in NAMES]
    assert {turned[position] for position in held_out(turned, LABELS[::-1])} == chosen
    assert {NAMES[position] for position in held_out(other, LABELS)} == chosen
