"""Sorting in place: the ranks ascend, nobody is lost, and whoever can stay stays."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pvlib.data.packing.filling import Rows
from pvlib.data.packing.placing import copy_rows_to_move, move_rows, rows_in_order, splits_of_equal_pixels

FACES = st.lists(st.tuples(st.integers(0, 3), st.booleans()), min_size=1, max_size=30)


@given(FACES)
def test_kept_rows_are_sorted_by_rank_and_as_few_as_possible_move(faces):
    rank, kept = np.array([face[0] for face in faces]), np.array([face[1] for face in faces])
    ordered = rows_in_order(rank, kept)
    assert sorted(ordered) == np.flatnonzero(kept).tolist()
    assert (np.diff(rank[ordered]) >= 0).all()
    wanted = np.sort(rank[kept])  # the rank that belongs in each place
    for row in range(min(len(wanted), len(faces))):
        if kept[row] and rank[row] == wanted[row]:
            assert ordered[row] == row


@given(FACES)
def test_moving_twice_is_moving_once(tmp_path_factory, faces):
    folder = tmp_path_factory.mktemp("rows")
    rank, kept = np.array([face[0] for face in faces]), np.array([face[1] for face in faces])
    rows = Rows(folder / "images", 5, 4)
    images = np.arange(len(faces), dtype=np.uint8)[:, None].repeat(rows.size, axis=1)
    rows.path.write_bytes(b"head." + images.tobytes())
    ordered = rows_in_order(rank, kept)
    copy_rows_to_move(rows, ordered, folder / "moving")
    for _ in range(2):
        move_rows(rows, ordered, folder / "moving")
        content = np.frombuffer(rows.path.read_bytes()[5:], np.uint8).reshape(-1, rows.size)
        assert np.array_equal(content[: len(ordered)], images[ordered])


def test_equal_pixels_are_told_by_split_and_unreadable_ones_are_equal_to_nothing():
    digests = [b"a", b"b", b"a", b"c", b"a", b"c"]
    split, readable = np.array([0, 0, 1, 2, 0, 1]), np.array([1, 1, 1, 1, 1, 0], bool)
    assert splits_of_equal_pixels(digests, split, readable).tolist() == [0b011, 0b001, 0b011, 0b100, 0b011, 0]
