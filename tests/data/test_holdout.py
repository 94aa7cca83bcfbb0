"""Which training faces are held out; RAF-DB's tests say by which digests of their names."""

import pytest

from pvlib.data.holdout import held_out


@pytest.mark.parametrize(("members", "share", "expected"), [
    (4, 0.1, 0), (5, 0.1, 1), (14, 0.1, 1), (15, 0.1, 2), (25, 0.1, 3), (1000, 0.015, 15),
])  # fmt: skip
def test_the_share_is_rounded_to_the_nearest_number_with_halves_up(members, share, expected):
    assert len(held_out([f"{number}.png" for number in range(members)], [3] * members, share)) == expected
